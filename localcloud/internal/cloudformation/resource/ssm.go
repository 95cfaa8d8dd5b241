package resource

import "context"

func ssmParameter() Kind {
	put := func(ctx context.Context, r *Request) (Result, error) {
		in := r.take("AllowedPattern", "DataType", "Description", "Tier", "Type", "Value")
		name := r.text("Name")
		if name == "" {
			name = r.keptOr("CFN-" + r.LogicalID + "-" + Suffix(12))
		}
		in["Name"] = name
		if r.Physical != "" {
			in["Overwrite"] = true
		}
		_, err := r.call(ctx, "ssm", "PutParameter", in)
		return unlessFailed(Result{Physical: name, Attributes: map[string]any{"Type": r.text("Type"), "Value": r.text("Value")}}, err)
	}
	return Kind{
		Properties: []string{"AllowedPattern", "DataType", "Description", "Name", "Tier", "Type", "Value"},
		Required:   []string{"Type", "Value"},
		Immutable:  []string{"DataType", "Name"},
		Create:     put,
		Update:     put,
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "ssm", "DeleteParameter", map[string]any{"Name": r.Physical})
			return ignoring(err, "ParameterNotFound")
		},
	}
}

// StoredParameter reads the value of an SSM parameter, for template parameters
// that name one.
func StoredParameter(ctx context.Context, r *Request, name string) (string, error) {
	out, err := r.call(ctx, "ssm", "GetParameter", map[string]any{"Name": name, "WithDecryption": false})
	if err != nil {
		return "", err
	}
	return textOf(structure(out["Parameter"])["Value"]), nil
}
