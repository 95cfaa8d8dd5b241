package resource

import (
	"context"
	"fmt"
	"strings"
)

// lambdaVersion publishes. Every change of a property is a new version; whether
// the old one goes is the template's UpdateReplacePolicy.
func lambdaVersion() Kind {
	return Kind{
		Properties: []string{"CodeSha256", "Description", "FunctionName", "ProvisionedConcurrencyConfig"},
		Required:   []string{"FunctionName"},
		Create:     publishVersion,
		Delete: func(ctx context.Context, r *Request) error {
			function, version := splitVersion(r.Physical)
			_, err := r.call(ctx, "lambda", "DeleteFunction", map[string]any{"FunctionName": function, "Qualifier": version})
			return ignoring(err, "ResourceNotFoundException")
		},
	}
}

func publishVersion(ctx context.Context, r *Request) (Result, error) {
	function := r.text("FunctionName")
	published, err := versions(ctx, r, function)
	if err != nil {
		return Result{}, err
	}
	out, err := r.call(ctx, "lambda", "PublishVersion", r.take("FunctionName", "CodeSha256", "Description"))
	if err != nil {
		return Result{}, err
	}
	number, arn := textOf(out["Version"]), textOf(out["FunctionArn"])
	// Lambda answers the last version when nothing changed since; a second
	// resource for one version is refused.
	if published[number] {
		return Result{}, fmt.Errorf("A version for this Lambda function exists ( %s ). Modify the function to create a new version.", number)
	}
	made := Result{Physical: arn, Attributes: map[string]any{"Version": number, "FunctionArn": arn}}
	return made, provision(ctx, r, function, number)
}

func versions(ctx context.Context, r *Request, function string) (map[string]bool, error) {
	found := map[string]bool{}
	in := map[string]any{"FunctionName": function}
	for {
		out, err := r.call(ctx, "lambda", "ListVersionsByFunction", in)
		if err != nil {
			return nil, err
		}
		for _, version := range structures(out["Versions"]) {
			found[textOf(version["Version"])] = true
		}
		marker := textOf(out["NextMarker"])
		if marker == "" {
			return found, nil
		}
		in["Marker"] = marker
	}
}

// splitVersion takes the qualifier off a qualified function ARN.
func splitVersion(arn string) (function, qualifier string) {
	at := strings.LastIndexByte(arn, ':')
	if at < 0 {
		return arn, ""
	}
	return arn[:at], arn[at+1:]
}

// provision sets or lifts the provisioned concurrency of a version or alias.
func provision(ctx context.Context, r *Request, function, qualifier string) error {
	wanted := structure(r.Properties["ProvisionedConcurrencyConfig"])
	if wanted != nil {
		_, err := r.call(ctx, "lambda", "PutProvisionedConcurrencyConfig", map[string]any{
			"FunctionName": function, "Qualifier": qualifier,
			"ProvisionedConcurrentExecutions": wanted["ProvisionedConcurrentExecutions"],
		})
		if err != nil {
			return err
		}
		return allocated(ctx, r, function, qualifier)
	}
	if _, had := r.Old["ProvisionedConcurrencyConfig"]; !had {
		return nil
	}
	_, err := r.call(ctx, "lambda", "DeleteProvisionedConcurrencyConfig", map[string]any{"FunctionName": function, "Qualifier": qualifier})
	return ignoring(err, "ProvisionedConcurrencyConfigNotFoundException")
}

// allocated waits until provisioned concurrency is ready.
func allocated(ctx context.Context, r *Request, function, qualifier string) error {
	for {
		out, err := r.call(ctx, "lambda", "GetProvisionedConcurrencyConfig", map[string]any{"FunctionName": function, "Qualifier": qualifier})
		if err != nil {
			return err
		}
		switch textOf(out["Status"]) {
		case "READY":
			return nil
		case "FAILED":
			return fmt.Errorf("Provisioned Concurrency configuration failed to be applied. Reason: %s", textOf(out["StatusReason"]))
		}
		if err := r.Hold.Sleep(ctx, updatePause); err != nil {
			return err
		}
	}
}
