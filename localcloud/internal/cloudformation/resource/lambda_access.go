package resource

import "context"

// lambdaPermission is one statement of a function's policy; every change makes
// another statement.
func lambdaPermission() Kind {
	members := []string{
		"Action", "EventSourceToken", "FunctionName", "FunctionUrlAuthType", "InvokedViaFunctionUrl", "Principal", "PrincipalOrgID", "SourceAccount", "SourceArn",
	}
	return Kind{
		Properties: members,
		Required:   []string{"Action", "FunctionName", "Principal"},
		Create: func(ctx context.Context, r *Request) (Result, error) {
			in := r.take(members...)
			statement := r.uniqueName(100)
			in["StatementId"] = statement
			_, err := r.call(ctx, "lambda", "AddPermission", in)
			return unlessFailed(Result{Physical: statement, Attributes: map[string]any{"Id": statement}}, err)
		},
		Delete: func(ctx context.Context, r *Request) error {
			in := r.take("FunctionName")
			in["StatementId"] = r.Physical
			_, err := r.call(ctx, "lambda", "RemovePermission", in)
			return ignoring(err, "ResourceNotFoundException")
		},
	}
}

func lambdaEventInvokeConfig() Kind {
	put := func(ctx context.Context, r *Request) (Result, error) {
		in := r.take("DestinationConfig", "FunctionName", "MaximumEventAgeInSeconds", "MaximumRetryAttempts", "Qualifier")
		_, err := r.call(ctx, "lambda", "PutFunctionEventInvokeConfig", in)
		return unlessFailed(Result{Physical: r.keptOr(r.text("FunctionName") + "|" + r.text("Qualifier"))}, err)
	}
	return Kind{
		Properties: []string{"DestinationConfig", "FunctionName", "MaximumEventAgeInSeconds", "MaximumRetryAttempts", "Qualifier"},
		Required:   []string{"FunctionName", "Qualifier"},
		Immutable:  []string{"FunctionName", "Qualifier"},
		Create:     put,
		Update:     put,
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "lambda", "DeleteFunctionEventInvokeConfig", r.take("FunctionName", "Qualifier"))
			return ignoring(err, "ResourceNotFoundException")
		},
	}
}

func lambdaURL() Kind {
	send := func(ctx context.Context, r *Request, operation string) (Result, error) {
		in := r.take("AuthType", "Cors", "InvokeMode", "Qualifier")
		in["FunctionName"] = r.text("TargetFunctionArn")
		out, err := r.call(ctx, "lambda", operation, in)
		if err != nil {
			return Result{Physical: r.Physical}, err
		}
		arn := textOf(out["FunctionArn"])
		return Result{Physical: arn, Attributes: map[string]any{"FunctionArn": arn, "FunctionUrl": textOf(out["FunctionUrl"])}}, nil
	}
	return Kind{
		Properties: []string{"AuthType", "Cors", "InvokeMode", "Qualifier", "TargetFunctionArn"},
		Required:   []string{"AuthType", "TargetFunctionArn"},
		Immutable:  []string{"Qualifier", "TargetFunctionArn"},
		Create:     func(ctx context.Context, r *Request) (Result, error) { return send(ctx, r, "CreateFunctionUrlConfig") },
		Update:     func(ctx context.Context, r *Request) (Result, error) { return send(ctx, r, "UpdateFunctionUrlConfig") },
		Delete: func(ctx context.Context, r *Request) error {
			in := r.take("Qualifier")
			in["FunctionName"] = r.text("TargetFunctionArn")
			_, err := r.call(ctx, "lambda", "DeleteFunctionUrlConfig", in)
			return ignoring(err, "ResourceNotFoundException")
		},
	}
}
