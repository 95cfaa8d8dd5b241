package lambda_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

const arnOf = "arn:aws:lambda:us-east-1:111111111111:function:"

// refusal is a call before a function f with the versions 1 and 2 and the alias
// prod, and the error that AWS answered; code is without its Exception.
type refusal struct {
	step, operation string
	in              any
	code, message   string
	status          int
}

func checkRefusals(t *testing.T, c *cloud, cases []refusal) {
	t.Helper()
	for _, tc := range cases {
		err := refused(c, tc.operation, tc.in)
		if err.Code != tc.code+"Exception" || err.Message != tc.message || err.HTTPStatus() != tc.status {
			t.Errorf("%s:\n got %d %s\nwant %d %sException: %s", tc.step, err.HTTPStatus(), err.Error(), tc.status, tc.code, tc.message)
		}
	}
}

const (
	mismatch   = "The derived qualifier from the function name does not match the specified qualifier."
	noResource = "The resource you requested does not exist."
)

// recorded: lambda_/test_lambda_api.snapshot.json, test_get_function_wrong_region,
// test_function_arns, test_ops_with_arn_qualifier_mismatch, test_delete_on_nonexisting_version
func TestRecordedNames(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	long := strings.Repeat("a", 65)
	longARN := arnOf + strings.Repeat("a", 141-len(arnOf))
	elsewhere := strings.Replace(arnOf, "us-east-1", "ap-southeast-1", 1) + "f"
	far := "Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')"
	get := func(name, qualifier string) *awslambda.GetFunctionInput {
		return &awslambda.GetFunctionInput{FunctionName: &name, Qualifier: &qualifier}
	}
	checkRefusals(t, c, []refusal{
		{"wrong region", "GetFunction", get(elsewhere, ""), "ResourceNotFound", far, 404},
		{"wrong region, url", "GetFunctionUrlConfig", &awslambda.GetFunctionUrlConfigInput{FunctionName: &elsewhere}, "ResourceNotFound", far, 404},
		{"wrong region, invoke", "Invoke", &awslambda.InvokeInput{FunctionName: &elsewhere}, "ResourceNotFound", far, 404},
		{"other account", "GetFunction", get(strings.Replace(arnOf, "111111111111", "123456789012", 1)+"f", ""), "AccessDenied", "", 403},
		{"long name", "GetFunction", get(long, ""), "InvalidParameterValue",
			"1 validation error detected: Value '" + long + "' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64", 400},
		{"long ARN", "GetFunction", get(longARN, ""), "Validation",
			"1 validation error detected: Value '" + longARN + "' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 140", 400},
		// recorded: lambda_/test_lambda.snapshot.json, test_invoke_exceptions
		{"invoke unknown", "Invoke", &awslambda.InvokeInput{FunctionName: aws.String("doesnotexist")}, "ResourceNotFound", "Function not found: " + arnOf + "doesnotexist:$LATEST", 404},
		{"mismatch", "GetFunction", get(arnOf+"f:prod", "1"), "InvalidParameterValue", mismatch, 400},
		{"delete unknown", "DeleteFunction", &awslambda.DeleteFunctionInput{FunctionName: aws.String("no"), Qualifier: aws.String("1")},
			"ResourceNotFound", "Function not found: " + arnOf + "no", 404},
	})
}

// recorded: lambda_/test_lambda_api.snapshot.json, TestLambdaUrl
func TestRecordedURLs(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	create := func(name, qualifier string) *awslambda.CreateFunctionUrlConfigInput {
		in := &awslambda.CreateFunctionUrlConfigInput{FunctionName: &name, AuthType: types.FunctionUrlAuthTypeNone}
		if qualifier != "" {
			in.Qualifier = &qualifier
		}
		return in
	}
	pattern := func(q string) string {
		return "1 validation error detected: Value '" + q + `' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)`
	}
	const absent = "Function does not exist"
	checkRefusals(t, c, []refusal{
		{"create, no function", "CreateFunctionUrlConfig", create("no", ""), "ResourceNotFound", absent, 404},
		{"create, no function, version", "CreateFunctionUrlConfig", create("no", "1"), "Validation", pattern("1"), 400},
		{"create, version", "CreateFunctionUrlConfig", create("f", "1"), "Validation", pattern("1"), 400},
		{"create, $LATEST", "CreateFunctionUrlConfig", create("f", "$LATEST"), "Validation", pattern("$LATEST"), 400},
		{"create, no alias", "CreateFunctionUrlConfig", create("f", "no"), "ResourceNotFound", absent, 404},
		{"create, mismatch", "CreateFunctionUrlConfig", create(arnOf+"f:prod", "other"), "InvalidParameterValue", mismatch, 400},
		{"mode", "CreateFunctionUrlConfig", &awslambda.CreateFunctionUrlConfigInput{FunctionName: aws.String("f"), InvokeMode: "UNKNOWN"}, "Validation",
			"1 validation error detected: Value 'UNKNOWN' at 'invokeMode' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]", 400},
		{"get, no function", "GetFunctionUrlConfig", &awslambda.GetFunctionUrlConfigInput{FunctionName: aws.String("no")}, "ResourceNotFound", noResource, 404},
		{"get, none", "GetFunctionUrlConfig", &awslambda.GetFunctionUrlConfigInput{FunctionName: aws.String("f")}, "ResourceNotFound", noResource, 404},
		{"update, no function", "UpdateFunctionUrlConfig", &awslambda.UpdateFunctionUrlConfigInput{FunctionName: aws.String("no")}, "ResourceNotFound", absent, 404},
		{"update, none", "UpdateFunctionUrlConfig", &awslambda.UpdateFunctionUrlConfigInput{FunctionName: aws.String("f")}, "ResourceNotFound", noResource, 404},
		{"delete, no alias", "DeleteFunctionUrlConfig", &awslambda.DeleteFunctionUrlConfigInput{FunctionName: aws.String("f"), Qualifier: aws.String("no")}, "ResourceNotFound", noResource, 404},
		{"list, no function", "ListFunctionUrlConfigs", &awslambda.ListFunctionUrlConfigsInput{FunctionName: aws.String("no")}, "ResourceNotFound", absent, 404},
	})
	made := do[awslambda.CreateFunctionUrlConfigOutput](c, "CreateFunctionUrlConfig", create("f", ""))
	if made.InvokeMode != "" {
		t.Errorf("creation answers the mode %s, which was not given", made.InvokeMode)
	}
	got := do[awslambda.GetFunctionUrlConfigOutput](c, "GetFunctionUrlConfig", &awslambda.GetFunctionUrlConfigInput{FunctionName: aws.String("f")})
	if got.InvokeMode != types.InvokeModeBuffered {
		t.Errorf("mode = %s", got.InvokeMode)
	}
	updated := do[awslambda.UpdateFunctionUrlConfigOutput](c, "UpdateFunctionUrlConfig",
		&awslambda.UpdateFunctionUrlConfigInput{FunctionName: aws.String("f"), AuthType: types.FunctionUrlAuthTypeAwsIam})
	if updated.InvokeMode != "" || updated.AuthType != types.FunctionUrlAuthTypeAwsIam {
		t.Errorf("updated = %+v", updated)
	}
}

// recorded: lambda_/test_lambda_api.snapshot.json, TestLambdaReservedConcurrency
func TestRecordedReservedConcurrency(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	put := func(name string, count int32) *awslambda.PutFunctionConcurrencyInput {
		return &awslambda.PutFunctionConcurrencyInput{FunctionName: &name, ReservedConcurrentExecutions: &count}
	}
	const op = "PutFunctionConcurrency"
	checkRefusals(t, c, []refusal{
		{"no function", op, put("doesnotexist", 1), "ResourceNotFound", "Function not found: " + arnOf + "doesnotexist:$LATEST", 404},
		{"qualified", op, put(arnOf+"f:1", 1), "InvalidParameterValue",
			"This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.", 400},
		{"too many", op, put("f", 901), "InvalidParameterValue",
			"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].", 400},
	})
	if err := refused(c, op, put("f", 901)); len(err.Fields) > 0 {
		t.Errorf("fields = %v, want none", err.Fields)
	}
}

// recorded: lambda_/test_lambda_api.snapshot.json, TestLambdaProvisionedConcurrency
func TestRecordedProvisionedConcurrency(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	const op = "PutProvisionedConcurrencyConfig"
	put := func(name, qualifier string, count int32) *awslambda.PutProvisionedConcurrencyConfigInput {
		return &awslambda.PutProvisionedConcurrencyConfigInput{FunctionName: &name, Qualifier: &qualifier, ProvisionedConcurrentExecutions: &count}
	}
	get := func(name, qualifier string) *awslambda.GetProvisionedConcurrencyConfigInput {
		return &awslambda.GetProvisionedConcurrencyConfigInput{FunctionName: &name, Qualifier: &qualifier}
	}
	remove := func(name, qualifier string) *awslambda.DeleteProvisionedConcurrencyConfigInput {
		return &awslambda.DeleteProvisionedConcurrencyConfigInput{FunctionName: &name, Qualifier: &qualifier}
	}
	const unqualified = "The function resource provided must be an alias or a published version."
	checkRefusals(t, c, []refusal{
		{"get none", "GetProvisionedConcurrencyConfig", get("f", "1"), "ProvisionedConcurrencyConfigNotFound", "No Provisioned Concurrency Config found for this function", 404},
		{"get, no function", "GetProvisionedConcurrencyConfig", get("no", "noalias"), "ResourceNotFound", "Cannot find alias arn: " + arnOf + "no:noalias", 404},
		{"get, no version", "GetProvisionedConcurrencyConfig", get("f", "10"), "ResourceNotFound", "Function not found: " + arnOf + "f:10", 404},
		{"get, $LATEST", "GetProvisionedConcurrencyConfig", get("f", "$LATEST"), "InvalidParameterValue", unqualified, 400},
		{"delete, no function", "DeleteProvisionedConcurrencyConfig", remove("no", "1"), "ResourceNotFound", "Function not found: " + arnOf + "no:1", 404},
		{"delete, $LATEST", "DeleteProvisionedConcurrencyConfig", remove("f", "$LATEST"), "InvalidParameterValue", unqualified, 400},
		{"put 0", op, put("f", "1", 0), "Validation",
			"1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 1", 400},
		{"put, no alias", op, put("f", "no", 1), "ResourceNotFound", "Cannot find alias arn: " + arnOf + "f:no", 404},
		{"put, $LATEST", op, put("f", "$LATEST", 1), "InvalidParameterValue", "Provisioned Concurrency Configs cannot be applied to unpublished function versions.", 400},
		{"put more than there is", op, put("f", "2", 1001), "InvalidParameterValue", "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000].", 400},
		{"put too many", op, put("f", "2", 901), "InvalidParameterValue",
			"Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].", 400},
	})
	do[awslambda.UpdateAliasOutput](c, "UpdateAlias", &awslambda.UpdateAliasInput{FunctionName: aws.String("f"), Name: aws.String("prod"), RoutingConfig: &types.AliasRoutingConfiguration{}})
	do[awslambda.PutProvisionedConcurrencyConfigOutput](c, op, put("f", "1", 1))
	checkRefusals(t, c, []refusal{{"alias on a provisioned version", op, put("f", "prod", 1), "ResourceConflict",
		"Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version", 409}})
	do[awslambda.DeleteProvisionedConcurrencyConfigOutput](c, "DeleteProvisionedConcurrencyConfig", remove("f", "1"))
	do[awslambda.PutProvisionedConcurrencyConfigOutput](c, op, put("f", "prod", 1))
	checkRefusals(t, c, []refusal{{"version of a provisioned alias", op, put("f", "1", 1), "ResourceConflict", "Version is pointed by a Provisioned Concurrency alias", 409}})
}
