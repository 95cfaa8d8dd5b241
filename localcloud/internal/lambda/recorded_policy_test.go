package lambda_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func permit(name, qualifier, statement, principal string) *awslambda.AddPermissionInput {
	in := &awslambda.AddPermissionInput{FunctionName: &name, StatementId: &statement, Action: aws.String("lambda:InvokeFunction"), Principal: &principal}
	if qualifier != "" {
		in.Qualifier = &qualifier
	}
	return in
}

// recorded: lambda_/test_lambda_api.snapshot.json, test_permission_exceptions
func TestRecordedPermissionErrors(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	remove := func(name, qualifier string) *awslambda.RemovePermissionInput {
		in := &awslambda.RemovePermissionInput{FunctionName: &name, StatementId: aws.String("s3")}
		if qualifier != "" {
			in.Qualifier = &qualifier
		}
		return in
	}
	policy := func(name, qualifier string) *awslambda.GetPolicyInput {
		return &awslambda.GetPolicyInput{FunctionName: &name, Qualifier: &qualifier}
	}
	const add, s3 = "AddPermission", "s3.amazonaws.com"
	checkRefusals(t, c, []refusal{
		{"statement id", add, permit("f", "", "example.com", s3), "Validation",
			"1 validation error detected: Value 'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)", 400},
		{"mismatch", add, permit("f:alias", "42", "s3", s3), "InvalidParameterValue", mismatch, 400},
		{"$LATEST", add, permit("f", "$LATEST", "s3", s3), "InvalidParameterValue", "We currently do not support adding policies for $LATEST.", 400},
		{"principal", add, permit("f", "", "s3", "invalid.nonaws.com"), "InvalidParameterValue", "The provided principal was invalid. Please check the principal and try again.", 400},
		{"no function", add, permit("doesnotexist", "", "s3", s3), "ResourceNotFound", "Function not found: " + arnOf + "doesnotexist", 404},
		{"no alias", add, permit("f", "alias-doesnotexist", "s3", s3), "ResourceNotFound", "Cannot find alias arn: " + arnOf + "f:alias-doesnotexist", 404},
		{"no version", add, permit("f", "42", "s3", s3), "ResourceNotFound", "Function not found: " + arnOf + "f:42", 404},
		{"bad qualifier", add, permit("f", "invalid-qualifier-with-?-char", "s3", s3), "Validation",
			"1 validation error detected: Value 'invalid-qualifier-with-?-char' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: (|[a-zA-Z0-9$_-]+)", 400},
		{"odd qualifier", add, permit("f", "valid-with-$-but-doesnotexist", "s3", s3), "ResourceNotFound", "Function not found: " + arnOf + "f:valid-with-$-but-doesnotexist", 404},
		{"policy, no function", "GetPolicy", policy("doesnotexist", ""), "ResourceNotFound", "Function not found: " + arnOf + "doesnotexist", 404},
		{"policy, no version", "GetPolicy", policy("f", "42"), "ResourceNotFound", noResource, 404},
		{"remove, no function", "RemovePermission", remove("doesnotexist", ""), "ResourceNotFound", "No policy found for: " + arnOf + "doesnotexist", 404},
		{"remove, no alias", "RemovePermission", remove("f", "alias-doesnotexist"), "ResourceNotFound", "Cannot find alias arn: " + arnOf + "f:alias-doesnotexist", 404},
		{"remove, no policy", "RemovePermission", remove("f", ""), "ResourceNotFound", "No policy is associated with the given resource.", 404},
	})
}

// recorded: lambda_/test_lambda_api.snapshot.json, test_lambda_permission_fn_versioning:
// a policy has the revision of what it is on, and changes it.
func TestRecordedPolicyRevisions(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	revisions := map[string]func() *string{
		"": func() *string {
			return do[awslambda.GetFunctionConfigurationOutput](c, "GetFunctionConfiguration", &awslambda.GetFunctionConfigurationInput{FunctionName: f}).RevisionId
		},
		"1": func() *string {
			return do[awslambda.GetFunctionConfigurationOutput](c, "GetFunctionConfiguration", &awslambda.GetFunctionConfigurationInput{FunctionName: f, Qualifier: one}).RevisionId
		},
		"prod": func() *string {
			return do[awslambda.GetAliasOutput](c, "GetAlias", &awslambda.GetAliasInput{FunctionName: f, Name: prod}).RevisionId
		},
	}
	for qualifier, revision := range revisions {
		in := permit("f", qualifier, "s3", "s3.amazonaws.com")
		in.RevisionId = aws.String("wrong")
		if err := refused(c, "AddPermission", in); err.Code != "PreconditionFailedException" || err.HTTPStatus() != 412 {
			t.Errorf("%q: wrong revision: %v", qualifier, err)
		}
		before := aws.ToString(revision())
		in.RevisionId = &before
		do[awslambda.AddPermissionOutput](c, "AddPermission", in)
		after := aws.ToString(revision())
		got := do[awslambda.GetPolicyOutput](c, "GetPolicy", &awslambda.GetPolicyInput{FunctionName: f, Qualifier: &qualifier})
		if after == before || aws.ToString(got.RevisionId) != after {
			t.Errorf("%q: revision was %s, is %s, the policy's %s", qualifier, before, after, aws.ToString(got.RevisionId))
		}
	}
}

// recorded: lambda_/test_lambda_api.snapshot.json, test_lambda_eventinvokeconfig_exceptions
func TestRecordedEventInvokeConfig(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	none := aws.Int32(0)
	put := func(name, qualifier string) *awslambda.PutFunctionEventInvokeConfigInput {
		return &awslambda.PutFunctionEventInvokeConfigInput{FunctionName: &name, Qualifier: &qualifier, MaximumRetryAttempts: none}
	}
	to := func(arn string) *awslambda.PutFunctionEventInvokeConfigInput {
		return &awslambda.PutFunctionEventInvokeConfigInput{FunctionName: f, DestinationConfig: &types.DestinationConfig{OnSuccess: &types.OnSuccess{Destination: &arn}}}
	}
	const op, absent = "PutFunctionEventInvokeConfig", "The function doesn't exist."
	lacks := func(name string) string { return "The function " + arnOf + name + " doesn't have an EventInvokeConfig" }
	get := func(name, qualifier string) *awslambda.GetFunctionEventInvokeConfigInput {
		return &awslambda.GetFunctionEventInvokeConfigInput{FunctionName: &name, Qualifier: &qualifier}
	}
	checkRefusals(t, c, []refusal{
		{"no function", op, put("no", ""), "ResourceNotFound", absent, 404},
		{"no alias", op, put("f", "no"), "ResourceNotFound", absent, 404},
		{"mismatch", op, put("f:prod", "1"), "InvalidParameterValue", mismatch, 400},
		{"nothing", op, &awslambda.PutFunctionEventInvokeConfigInput{FunctionName: f}, "InvalidParameterValue",
			"You must specify at least one of error handling or destination setting.", 400},
		{"itself", op, to(arnOf + "f"), "InvalidParameterValue", "You can't specify the function as a destination for itself.", 400},
		{"no destination", op, to(arnOf + "no"), "InvalidParameterValue", "The destination ARN " + arnOf + "no is invalid.", 400},
		{"get, no function", "GetFunctionEventInvokeConfig", get("no", ""), "ResourceNotFound", lacks("no:$LATEST"), 404},
		{"get, no version", "GetFunctionEventInvokeConfig", get("f", "1221"), "ResourceNotFound", lacks("f:1221"), 404},
		{"delete, none", "DeleteFunctionEventInvokeConfig", &awslambda.DeleteFunctionEventInvokeConfigInput{FunctionName: f}, "ResourceNotFound", lacks("f:$LATEST"), 404},
		{"list, no function", "ListFunctionEventInvokeConfigs", &awslambda.ListFunctionEventInvokeConfigsInput{FunctionName: aws.String("no")}, "ResourceNotFound", absent, 404},
		{"update, no function", "UpdateFunctionEventInvokeConfig", &awslambda.UpdateFunctionEventInvokeConfigInput{FunctionName: aws.String("no"), MaximumRetryAttempts: none},
			"ResourceNotFound", absent, 404},
		{"update, none", "UpdateFunctionEventInvokeConfig", &awslambda.UpdateFunctionEventInvokeConfigInput{FunctionName: f, MaximumRetryAttempts: none},
			"ResourceNotFound", lacks("f:$LATEST"), 404},
	})
	empty := &awslambda.PutFunctionEventInvokeConfigInput{FunctionName: f, DestinationConfig: &types.DestinationConfig{OnFailure: &types.OnFailure{}}}
	do[awslambda.PutFunctionEventInvokeConfigOutput](c, op, empty)
}
