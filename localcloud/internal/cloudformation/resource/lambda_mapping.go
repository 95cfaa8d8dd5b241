package resource

import (
	"context"
	"maps"
)

// mappingSettings are the properties that can change while a mapping stays.
var mappingSettings = []string{
	"BatchSize", "Enabled", "FunctionName", "FunctionResponseTypes", "MaximumBatchingWindowInSeconds", "ScalingConfig",
}

// mappingDefaults are what a property returns to when it leaves the template.
var mappingDefaults = map[string]any{
	"BatchSize": 10, "Enabled": true, "FunctionResponseTypes": []any{}, "MaximumBatchingWindowInSeconds": 0, "ScalingConfig": map[string]any{},
}

// lambdaEventSourceMapping polls a queue for a function. The properties that
// streams, topics and brokers need are not among those supported: the local
// cloud has none of these.
func lambdaEventSourceMapping() Kind {
	return Kind{
		Properties: append([]string{"EventSourceArn", "Tags"}, mappingSettings...),
		Required:   []string{"EventSourceArn", "FunctionName"},
		Immutable:  []string{"EventSourceArn"},
		Create: func(ctx context.Context, r *Request) (Result, error) {
			in := r.take(append([]string{"EventSourceArn"}, mappingSettings...)...)
			in["Tags"] = optionalMap(tagMap(r.Properties["Tags"]))
			out, err := r.call(ctx, "lambda", "CreateEventSourceMapping", in)
			if err != nil {
				return Result{}, err
			}
			id := textOf(out["UUID"])
			made := Result{Physical: id, Attributes: map[string]any{"Id": id, "EventSourceMappingArn": textOf(out["EventSourceMappingArn"])}}
			return made, awaitMapping(ctx, r, id)
		},
		Update: func(ctx context.Context, r *Request) (Result, error) {
			kept := Result{Physical: r.Physical, Attributes: r.Attributes}
			in := maps.Clone(mappingDefaults)
			maps.Copy(in, r.take(mappingSettings...))
			in["UUID"] = r.Physical
			if _, err := r.call(ctx, "lambda", "UpdateEventSourceMapping", in); err != nil {
				return kept, err
			}
			if err := awaitMapping(ctx, r, r.Physical); err != nil {
				return kept, err
			}
			return kept, lambdaTags.retag(ctx, r, textOf(r.Attributes["EventSourceMappingArn"]))
		},
		Delete: func(ctx context.Context, r *Request) error {
			if _, err := r.call(ctx, "lambda", "DeleteEventSourceMapping", map[string]any{"UUID": r.Physical}); err != nil {
				return ignoring(err, "ResourceNotFoundException")
			}
			return ignoring(awaitMapping(ctx, r, r.Physical), "ResourceNotFoundException")
		},
	}
}

// awaitMapping waits until a mapping is in no transition.
func awaitMapping(ctx context.Context, r *Request, id string) error {
	for {
		out, err := r.call(ctx, "lambda", "GetEventSourceMapping", map[string]any{"UUID": id})
		if err != nil {
			return err
		}
		if state := textOf(out["State"]); state == "Enabled" || state == "Disabled" {
			return nil
		}
		if err := r.Hold.Sleep(ctx, updatePause); err != nil {
			return err
		}
	}
}
