package lambda_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Refusals are in the words, and of the kind, that AWS has been recorded with.
// recorded: lambda_/test_lambda_api.snapshot.json of github.com/localstack/localstack
func TestRefusalsAsRecorded(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0.1) // prod is on version 1 with weights
	do[awslambda.CreateAliasOutput](c, "CreateAlias", &awslambda.CreateAliasInput{FunctionName: aws.String("f"), Name: aws.String("whole"), FunctionVersion: aws.String("2")})
	const arn = "arn:aws:lambda:us-east-1:111111111111:function:"
	f, none, one, absent, away := aws.String("f"), aws.String("none"), aws.String("1"), aws.String("g"), aws.String("arn:aws:lambda:eu-west-1:111111111111:function:f")
	creating := func(change func(*awslambda.CreateFunctionInput)) *awslambda.CreateFunctionInput {
		in := pythonFunction()
		in.FunctionName = absent
		change(in)
		return in
	}
	permission := func(change func(*awslambda.AddPermissionInput)) *awslambda.AddPermissionInput {
		in := &awslambda.AddPermissionInput{FunctionName: f, StatementId: aws.String("s"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("s3.amazonaws.com")}
		change(in)
		return in
	}
	provisioned := func(qualifier string, count int32) *awslambda.PutProvisionedConcurrencyConfigInput {
		return &awslambda.PutProvisionedConcurrencyConfigInput{FunctionName: f, Qualifier: &qualifier, ProvisionedConcurrentExecutions: &count}
	}
	const region = "ResourceNotFoundException: Functions from 'eu-west-1' are not reachable in this region ('us-east-1')"
	const gone = "ResourceNotFoundException: The resource you requested does not exist."
	for _, test := range []struct {
		operation string
		in        any
		want      string
	}{
		{"GetFunction", &awslambda.GetFunctionInput{FunctionName: away}, region},
		{"DeleteFunction", &awslambda.DeleteFunctionInput{FunctionName: away}, region},
		{"Invoke", &awslambda.InvokeInput{FunctionName: away}, region},
		{"GetFunction", &awslambda.GetFunctionInput{FunctionName: f, Qualifier: aws.String("1221")}, "ResourceNotFoundException: Function not found: " + arn + "f:1221"},
		{"CreateFunction", creating(func(in *awslambda.CreateFunctionInput) { in.Role = aws.String("r1") }),
			`ValidationException: 1 validation error detected: Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`},
		{"CreateFunction", creating(func(in *awslambda.CreateFunctionInput) { in.Architectures = []types.Architecture{"x86_64", "arm64"} }),
			"ValidationException: 1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1"},
		{"CreateFunction", creating(func(in *awslambda.CreateFunctionInput) { in.Architectures = []types.Architecture{"odd"} }),
			"ValidationException: 1 validation error detected: Value '[odd]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"},
		{"CreateFunction", creating(func(in *awslambda.CreateFunctionInput) { in.FunctionName = aws.String(strings.Repeat("a", 65)) }),
			"InvalidParameterValueException: 1 validation error detected: Value '" + strings.Repeat("a", 65) + "' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"CreateFunction", creating(func(in *awslambda.CreateFunctionInput) { in.Handler = nil }), "InvalidParameterValueException: Runtime and Handler are mandatory parameters for functions created with deployment packages."},
		{"CreateFunction", creating(func(in *awslambda.CreateFunctionInput) {
			in.Environment = &types.Environment{Variables: map[string]string{"LONG": strings.Repeat("x", 4096)}}
		}), "InvalidParameterValueException: Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {\"LONG\":\"" + strings.Repeat("x", 4096) + "\"}"},
		{"ListFunctions", &awslambda.ListFunctionsInput{FunctionVersion: "invalid"}, "ValidationException: 1 validation error detected: Value 'invalid' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]"},
		{"GetFunctionEventInvokeConfig", &awslambda.GetFunctionEventInvokeConfigInput{FunctionName: absent}, "ResourceNotFoundException: The function " + arn + "g:$LATEST doesn't have an EventInvokeConfig"},
		{"PutFunctionEventInvokeConfig", &awslambda.PutFunctionEventInvokeConfigInput{FunctionName: f}, "InvalidParameterValueException: You must specify at least one of error handling or destination setting."},
		{"PutFunctionEventInvokeConfig", &awslambda.PutFunctionEventInvokeConfigInput{FunctionName: absent, MaximumRetryAttempts: aws.Int32(1)}, "ResourceNotFoundException: The function doesn't exist."},
		{"UpdateFunctionEventInvokeConfig", &awslambda.UpdateFunctionEventInvokeConfigInput{FunctionName: f, MaximumRetryAttempts: aws.Int32(1)}, "ResourceNotFoundException: The function " + arn + "f:$LATEST doesn't have an EventInvokeConfig"},
		{"GetFunctionUrlConfig", &awslambda.GetFunctionUrlConfigInput{FunctionName: absent}, gone},
		{"DeleteFunctionUrlConfig", &awslambda.DeleteFunctionUrlConfigInput{FunctionName: f}, gone},
		{"CreateFunctionUrlConfig", &awslambda.CreateFunctionUrlConfigInput{FunctionName: f, Qualifier: none, AuthType: "NONE"}, "ResourceNotFoundException: Function does not exist"},
		{"AddPermission", permission(func(in *awslambda.AddPermissionInput) { in.Principal = aws.String("invalid.nonaws.com") }), "InvalidParameterValueException: The provided principal was invalid. Please check the principal and try again."},
		{"AddPermission", permission(func(in *awslambda.AddPermissionInput) { in.StatementId = aws.String("a b") }), "ValidationException: 1 validation error detected: Value 'a b' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)"},
		{"AddPermission", permission(func(in *awslambda.AddPermissionInput) { in.Qualifier = none }), "ResourceNotFoundException: Cannot find alias arn: " + arn + "f:none"},
		{"RemovePermission", &awslambda.RemovePermissionInput{FunctionName: absent, StatementId: none}, "ResourceNotFoundException: No policy found for: " + arn + "g"},
		{"RemovePermission", &awslambda.RemovePermissionInput{FunctionName: f, StatementId: none}, "ResourceNotFoundException: No policy is associated with the given resource."},
		{"TagResource", &awslambda.TagResourceInput{Resource: aws.String(arn + "f")}, "InvalidParameterValueException: An error occurred and the request cannot be processed."},
		{"PutProvisionedConcurrencyConfig", provisioned("$LATEST", 1), "InvalidParameterValueException: Provisioned Concurrency Configs cannot be applied to unpublished function versions."},
		{"PutProvisionedConcurrencyConfig", provisioned("none", 1), "ResourceNotFoundException: Cannot find alias arn: " + arn + "f:none"},
		{"PutProvisionedConcurrencyConfig", provisioned("1", 1001), "InvalidParameterValueException: Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000]."},
		{"PutProvisionedConcurrencyConfig", provisioned("1", 901), "InvalidParameterValueException: Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."},
		{"GetProvisionedConcurrencyConfig", &awslambda.GetProvisionedConcurrencyConfigInput{FunctionName: f, Qualifier: aws.String("$LATEST")}, "InvalidParameterValueException: The function resource provided must be an alias or a published version."},
		{"GetProvisionedConcurrencyConfig", &awslambda.GetProvisionedConcurrencyConfigInput{FunctionName: f, Qualifier: one}, "ProvisionedConcurrencyConfigNotFoundException: No Provisioned Concurrency Config found for this function"},
	} {
		if err := refused(c, test.operation, test.in); err.Error() != test.want {
			t.Errorf("%s: %v\nwant %s", test.operation, err, test.want)
		}
	}
	do[awslambda.PutProvisionedConcurrencyConfigOutput](c, "PutProvisionedConcurrencyConfig", provisioned("whole", 1))
	want := "ResourceConflictException: Version is pointed by a Provisioned Concurrency alias"
	if err := refused(c, "PutProvisionedConcurrencyConfig", provisioned("2", 1)); err.Error() != want {
		t.Errorf("a version of a provisioned alias: %v", err)
	}
	if got := do[awslambda.GetAccountSettingsOutput](c, "GetAccountSettings", &awslambda.GetAccountSettingsInput{}); *got.AccountLimit.UnreservedConcurrentExecutions != 999 {
		t.Errorf("%d unreserved, want 999", *got.AccountLimit.UnreservedConcurrentExecutions)
	}
}

// A change of a policy changes the revision of what it is on.
// recorded: lambda_/test_lambda_api.snapshot.json, test_function_revisions_permissions
func TestAPolicyChangesTheRevision(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	f, prod := aws.String("f"), aws.String("prod")
	revision := func() string {
		return *do[awslambda.GetAliasOutput](c, "GetAlias", &awslambda.GetAliasInput{FunctionName: f, Name: prod}).RevisionId
	}
	before := revision()
	in := &awslambda.AddPermissionInput{FunctionName: f, Qualifier: prod, StatementId: aws.String("s"), Action: aws.String("lambda:InvokeFunction"),
		Principal: aws.String("s3.amazonaws.com"), RevisionId: aws.String("another")}
	if err := refused(c, "AddPermission", in); err.Code != "PreconditionFailedException" {
		t.Errorf("another revision: %v", err)
	}
	in.RevisionId = &before
	do[awslambda.AddPermissionOutput](c, "AddPermission", in)
	added := revision()
	policy := do[awslambda.GetPolicyOutput](c, "GetPolicy", &awslambda.GetPolicyInput{FunctionName: f, Qualifier: prod})
	do[awslambda.RemovePermissionOutput](c, "RemovePermission", &awslambda.RemovePermissionInput{FunctionName: f, Qualifier: prod, StatementId: in.StatementId, RevisionId: policy.RevisionId})
	if removed := revision(); added == before || removed == added || *policy.RevisionId != added {
		t.Errorf("revisions %s, %s (by the policy %s), %s", before, added, *policy.RevisionId, removed)
	}
}
