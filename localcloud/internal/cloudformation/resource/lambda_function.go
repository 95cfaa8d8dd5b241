package resource

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// functionConfiguration lists the properties that UpdateFunctionConfiguration
// takes; CloudFormation sends all of them when one changes.
var functionConfiguration = []string{
	"DeadLetterConfig", "Description", "Environment", "EphemeralStorage", "Handler",
	"LoggingConfig", "MemorySize", "Role", "Runtime", "SnapStart", "Timeout", "TracingConfig", "VpcConfig",
}

// functionDefaults are what a property returns to when it leaves the template.
var functionDefaults = map[string]any{
	"DeadLetterConfig": map[string]any{"TargetArn": ""},
	"Description":      "",
	"Environment":      map[string]any{"Variables": map[string]any{}},
	"EphemeralStorage": map[string]any{"Size": 512}, // megabytes
	"MemorySize":       128,                         // megabytes
	"Timeout":          3,                           // seconds
	"TracingConfig":    map[string]any{"Mode": "PassThrough"},
}

var lambdaTags = tagging{service: "lambda", tag: "TagResource", untag: "UntagResource", arn: "Resource", tags: "Tags", asMap: true}

// updatePause is the cloud time between two looks at a function that is being
// updated.
const updatePause = time.Second

func lambdaFunction() Kind {
	return Kind{
		Properties: append([]string{
			"Architectures", "Code", "FunctionName", "KmsKeyArn", "PackageType", "ReservedConcurrentExecutions", "RuntimeManagementConfig", "Tags",
		}, functionConfiguration...),
		Required:  []string{"Code", "Role"},
		Immutable: []string{"FunctionName", "PackageType"},
		Create:    createFunction,
		Update:    updateFunction,
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "lambda", "DeleteFunction", map[string]any{"FunctionName": r.Physical})
			return ignoring(err, "ResourceNotFoundException")
		},
	}
}

func createFunction(ctx context.Context, r *Request) (Result, error) {
	code, err := functionCode(r)
	if err != nil {
		return Result{}, err
	}
	in := r.take(append([]string{"Architectures", "PackageType"}, functionConfiguration...)...)
	in["FunctionName"] = r.named("FunctionName", 64)
	in["Code"] = code
	in["KMSKeyArn"] = r.Properties["KmsKeyArn"]
	in["Tags"] = r.withSystemTags(tagMap(r.Properties["Tags"]))
	out, err := r.call(ctx, "lambda", "CreateFunction", in)
	if err != nil {
		return Result{}, err
	}
	made := functionResult(textOf(out["FunctionName"]), textOf(out["FunctionArn"]))
	if err := settled(ctx, r, made.Physical); err != nil {
		return made, err
	}
	if err := manageRuntime(ctx, r, made.Physical); err != nil {
		return made, err
	}
	return made, reserve(ctx, r, made.Physical)
}

func functionResult(name, arn string) Result {
	return Result{Physical: name, Attributes: map[string]any{"Arn": arn}}
}

func updateFunction(ctx context.Context, r *Request) (Result, error) {
	kept := functionResult(r.Physical, textOf(r.Attributes["Arn"]))
	changed := Changed(r.Old, r.Properties)
	if slices.ContainsFunc(changed, func(name string) bool { return name == "KmsKeyArn" || slices.Contains(functionConfiguration, name) }) {
		if err := updateConfiguration(ctx, r); err != nil {
			return kept, err
		}
	}
	if slices.Contains(changed, "Code") || slices.Contains(changed, "Architectures") {
		if err := updateCode(ctx, r); err != nil {
			return kept, err
		}
	}
	if slices.Contains(changed, "ReservedConcurrentExecutions") {
		if err := reserve(ctx, r, r.Physical); err != nil {
			return kept, err
		}
	}
	if slices.Contains(changed, "RuntimeManagementConfig") {
		if err := manageRuntime(ctx, r, r.Physical); err != nil {
			return kept, err
		}
	}
	return kept, lambdaTags.retag(ctx, r, textOf(r.Attributes["Arn"]))
}

func updateConfiguration(ctx context.Context, r *Request) error {
	in := r.take(functionConfiguration...)
	for name, fallback := range functionDefaults {
		_, had := r.Old[name]
		if _, has := in[name]; had && !has {
			in[name] = fallback
		}
	}
	in["FunctionName"] = r.Physical
	in["KMSKeyArn"] = r.Properties["KmsKeyArn"]
	if _, err := r.call(ctx, "lambda", "UpdateFunctionConfiguration", in); err != nil {
		return err
	}
	return settled(ctx, r, r.Physical)
}

func updateCode(ctx context.Context, r *Request) error {
	in, err := functionCode(r)
	if err != nil {
		return err
	}
	in["FunctionName"] = r.Physical
	in["Architectures"] = r.Properties["Architectures"]
	if _, err := r.call(ctx, "lambda", "UpdateFunctionCode", in); err != nil {
		return err
	}
	return settled(ctx, r, r.Physical)
}

// settled waits until a function's last change is in effect.
func settled(ctx context.Context, r *Request, function string) error {
	for {
		out, err := r.call(ctx, "lambda", "GetFunctionConfiguration", map[string]any{"FunctionName": function})
		if err != nil {
			return err
		}
		state, update := textOf(out["State"]), textOf(out["LastUpdateStatus"])
		switch {
		case state == "Failed":
			return fmt.Errorf("Lambda function %s reached terminal FAILED state due to %s(%s) and failed to stabilize",
				function, textOf(out["StateReasonCode"]), textOf(out["StateReason"]))
		case update == "Failed":
			return fmt.Errorf("Lambda function %s reached terminal FAILED state due to %s(%s) and failed to stabilize",
				function, textOf(out["LastUpdateStatusReasonCode"]), textOf(out["LastUpdateStatusReason"]))
		case state != "Pending" && update != "InProgress":
			return nil
		}
		if err := r.Hold.Sleep(ctx, updatePause); err != nil {
			return err
		}
	}
}

// manageRuntime says when the function's runtime is updated: by itself, where
// the template says nothing.
func manageRuntime(ctx context.Context, r *Request, function string) error {
	wanted, had := structure(r.Properties["RuntimeManagementConfig"]), r.Old["RuntimeManagementConfig"] != nil
	if wanted == nil && !had {
		return nil
	}
	in := map[string]any{"FunctionName": function, "UpdateRuntimeOn": "Auto"}
	for name, value := range wanted {
		in[name] = value
	}
	_, err := r.call(ctx, "lambda", "PutRuntimeManagementConfig", in)
	return err
}

// reserve sets or lifts the function's reserved concurrency.
func reserve(ctx context.Context, r *Request, function string) error {
	amount, wanted := r.Properties["ReservedConcurrentExecutions"]
	if wanted {
		_, err := r.call(ctx, "lambda", "PutFunctionConcurrency",
			map[string]any{"FunctionName": function, "ReservedConcurrentExecutions": amount})
		return err
	}
	if _, had := r.Old["ReservedConcurrentExecutions"]; !had {
		return nil
	}
	_, err := r.call(ctx, "lambda", "DeleteFunctionConcurrency", map[string]any{"FunctionName": function})
	return err
}

// functionCode is the template's Code with inline text zipped.
func functionCode(r *Request) (map[string]any, error) {
	code := structure(r.Properties["Code"])
	in := make(map[string]any, len(code))
	for name, value := range code {
		switch name {
		case "S3Bucket", "S3Key", "S3ObjectVersion":
			in[name] = value
		case "ZipFile":
			zipped, err := inline(r.text("Runtime"), textOf(value))
			if err != nil {
				return nil, err
			}
			in[name] = zipped
		default:
			return nil, fmt.Errorf("the local cloud does not support the property %s, which AWS may", name)
		}
	}
	return in, nil
}
