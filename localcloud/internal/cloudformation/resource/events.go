package resource

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

var eventsTags = tagging{service: "events", tag: "TagResource", untag: "UntagResource", arn: "ResourceARN", tags: "Tags"}

func eventRule() Kind {
	return Kind{
		Properties: []string{"Description", "EventBusName", "EventPattern", "Name", "RoleArn", "ScheduleExpression", "State", "Tags", "Targets"},
		Immutable:  []string{"EventBusName", "Name"},
		Create:     putRule,
		Update:     putRule,
		Delete:     deleteRule,
	}
}

func putRule(ctx context.Context, r *Request) (Result, error) {
	bus, name := ruleNames(r)
	in := r.take("Description", "RoleArn", "ScheduleExpression", "State")
	in["Name"], in["EventBusName"] = name, bus
	if pattern, given := r.Properties["EventPattern"]; given {
		text, err := document(pattern)
		if err != nil {
			return Result{}, err
		}
		in["EventPattern"] = text
	}
	if r.Physical == "" {
		in["Tags"] = r.Properties["Tags"]
	}
	out, err := r.call(ctx, "events", "PutRule", in)
	if err != nil {
		return Result{Physical: r.Physical}, err
	}
	made := Result{Physical: name, Attributes: map[string]any{"Arn": textOf(out["RuleArn"])}}
	if bus != nil {
		made.Physical = textOf(bus) + "|" + name
	}
	if err := putTargets(ctx, r, bus, name); err != nil {
		return made, err
	}
	if r.Old == nil {
		return made, nil
	}
	return made, eventsTags.retag(ctx, r, textOf(out["RuleArn"]))
}

// ruleNames finds the bus, nil for the default one, and the name of a rule; the
// physical id of a rule on a bus of its own holds both.
func ruleNames(r *Request) (bus any, name string) {
	if given := r.text("EventBusName"); given != "" && given != "default" {
		bus = given
	}
	name = r.text("Name")
	switch {
	case name != "":
	case r.Physical != "":
		name = r.Physical[strings.LastIndexByte(r.Physical, '|')+1:]
	default:
		name = r.uniqueName(64)
	}
	return bus, name
}

func putTargets(ctx context.Context, r *Request, bus any, rule string) error {
	targets := structures(r.Properties["Targets"])
	wanted := map[string]bool{}
	list := make([]any, 0, len(targets))
	for _, target := range targets {
		wanted[textOf(target["Id"])] = true
		list = append(list, target)
	}
	if err := removeTargets(ctx, r, bus, rule, r.Old, wanted); err != nil {
		return err
	}
	if len(list) == 0 {
		return nil
	}
	out, err := r.call(ctx, "events", "PutTargets", map[string]any{"Rule": rule, "EventBusName": bus, "Targets": list})
	if err != nil {
		return err
	}
	return failedEntries(out, "TargetId")
}

func removeTargets(ctx context.Context, r *Request, bus any, rule string, properties map[string]any, kept map[string]bool) error {
	var gone []any
	for _, target := range structures(properties["Targets"]) {
		if id := textOf(target["Id"]); !kept[id] {
			gone = append(gone, id)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	out, err := r.call(ctx, "events", "RemoveTargets", map[string]any{"Rule": rule, "EventBusName": bus, "Ids": gone})
	if err != nil {
		return ignoring(err, "ResourceNotFoundException")
	}
	return failedEntries(out, "TargetId")
}

// failedEntries turns the failures that PutTargets and RemoveTargets answer
// with status 200 into an error.
func failedEntries(out map[string]any, id string) error {
	var failures []error
	for _, entry := range structures(out["FailedEntries"]) {
		failures = append(failures, fmt.Errorf("target %s: %s: %s", textOf(entry[id]), textOf(entry["ErrorCode"]), textOf(entry["ErrorMessage"])))
	}
	return errors.Join(failures...)
}

func deleteRule(ctx context.Context, r *Request) error {
	bus, name := ruleNames(r)
	if err := removeTargets(ctx, r, bus, name, r.Properties, nil); err != nil {
		return err
	}
	_, err := r.call(ctx, "events", "DeleteRule", map[string]any{"Name": name, "EventBusName": bus})
	return ignoring(err, "ResourceNotFoundException")
}

func eventBus() Kind {
	return Kind{
		Properties: []string{"DeadLetterConfig", "Description", "EventSourceName", "KmsKeyIdentifier", "Name", "Tags"},
		Required:   []string{"Name"},
		Immutable:  []string{"EventSourceName", "Name"},
		Create: func(ctx context.Context, r *Request) (Result, error) {
			out, err := r.call(ctx, "events", "CreateEventBus",
				r.take("DeadLetterConfig", "Description", "EventSourceName", "KmsKeyIdentifier", "Name", "Tags"))
			name := r.text("Name")
			return unlessFailed(Result{Physical: name, Attributes: map[string]any{"Arn": textOf(out["EventBusArn"]), "Name": name}}, err)
		},
		Update: func(ctx context.Context, r *Request) (Result, error) {
			kept := Result{Physical: r.Physical, Attributes: r.Attributes}
			_, err := r.call(ctx, "events", "UpdateEventBus", r.take("DeadLetterConfig", "Description", "KmsKeyIdentifier", "Name"))
			if err != nil {
				return kept, err
			}
			return kept, eventsTags.retag(ctx, r, textOf(r.Attributes["Arn"]))
		},
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "events", "DeleteEventBus", map[string]any{"Name": r.Physical})
			return ignoring(err, "ResourceNotFoundException")
		},
	}
}
