package resource

import (
	"context"
	"slices"
)

func lambdaAlias() Kind {
	return Kind{
		Properties: []string{"Description", "FunctionName", "FunctionVersion", "Name", "ProvisionedConcurrencyConfig", "RoutingConfig"},
		Required:   []string{"FunctionName", "FunctionVersion", "Name"},
		Immutable:  []string{"FunctionName", "Name"},
		Create: func(ctx context.Context, r *Request) (Result, error) {
			in := r.take("Description", "FunctionName", "FunctionVersion", "Name")
			if routing := structure(r.Properties["RoutingConfig"]); routing != nil {
				in["RoutingConfig"] = weights(routing)
			}
			out, err := r.call(ctx, "lambda", "CreateAlias", in)
			if err != nil {
				return Result{}, err
			}
			made := aliasResult(textOf(out["AliasArn"]))
			return made, provision(ctx, r, r.text("FunctionName"), r.text("Name"))
		},
		Update: updateAlias,
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "lambda", "DeleteAlias", r.take("FunctionName", "Name"))
			return ignoring(err, "ResourceNotFoundException")
		},
	}
}

func aliasResult(arn string) Result {
	return Result{Physical: arn, Attributes: map[string]any{"AliasArn": arn}}
}

// updateAlias sends what the template says in full, without a RevisionId:
// version, description and weights, where no weights in the template are no
// weights on the alias.
func updateAlias(ctx context.Context, r *Request) (Result, error) {
	kept := aliasResult(r.Physical)
	changed := Changed(r.Old, r.Properties)
	if slices.ContainsFunc(changed, func(name string) bool { return name != "ProvisionedConcurrencyConfig" }) {
		in := r.take("FunctionName", "FunctionVersion", "Name")
		in["Description"] = r.text("Description")
		in["RoutingConfig"] = weights(structure(r.Properties["RoutingConfig"]))
		if _, err := r.call(ctx, "lambda", "UpdateAlias", in); err != nil {
			return kept, err
		}
	}
	if slices.Contains(changed, "ProvisionedConcurrencyConfig") {
		return kept, provision(ctx, r, r.text("FunctionName"), r.text("Name"))
	}
	if r.Properties["ProvisionedConcurrencyConfig"] != nil {
		return kept, allocated(ctx, r, r.text("FunctionName"), r.text("Name"))
	}
	return kept, nil
}

// weights turns the template's list of versions and weights into Lambda's map;
// an empty one takes weights away.
func weights(routing map[string]any) map[string]any {
	byVersion := map[string]any{}
	for _, weight := range structures(routing["AdditionalVersionWeights"]) {
		byVersion[textOf(weight["FunctionVersion"])] = weight["FunctionWeight"]
	}
	return map[string]any{"AdditionalVersionWeights": byVersion}
}
