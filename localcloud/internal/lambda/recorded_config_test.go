package lambda_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/lambda"
)

// recorded: lambda_/test_lambda_api.snapshot.json, test_create_lambda_exceptions,
// test_update_lambda_exceptions, test_lambda_zip_file_to_image, test_list_functions,
// test_large_environment_variables_fails
func TestRecordedConfigurationErrors(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	create := func(change func(*awslambda.CreateFunctionInput)) *awslambda.CreateFunctionInput {
		in := pythonFunction()
		change(in)
		return in
	}
	const detected = "1 validation error detected: "
	role := detected + `Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+`
	large := strings.Repeat("x", 4096-len("LARGE_VAR"))
	checkRefusals(t, c, []refusal{
		{"role", "CreateFunction", create(func(in *awslambda.CreateFunctionInput) { in.Role = aws.String("r1") }), "Validation", role, 400},
		{"role, update", "UpdateFunctionConfiguration", &awslambda.UpdateFunctionConfigurationInput{FunctionName: f, Role: aws.String("r1")}, "Validation", role, 400},
		{"architectures", "CreateFunction", create(func(in *awslambda.CreateFunctionInput) {
			in.Architectures = []types.Architecture{types.ArchitectureX8664, types.ArchitectureArm64}
		}), "Validation", detected + "Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1", 400},
		{"architecture", "CreateFunction", create(func(in *awslambda.CreateFunctionInput) { in.Architectures = []types.Architecture{"X86_64"} }), "Validation",
			detected + "Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]", 400},
		{"environment", "CreateFunction", create(func(in *awslambda.CreateFunctionInput) {
			in.Environment = &types.Environment{Variables: map[string]string{"LARGE_VAR": large}}
		}), "InvalidParameterValue", "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. " +
			`String measured: {"LARGE_VAR":"` + large + `"}`, 400},
		{"image", "UpdateFunctionCode", &awslambda.UpdateFunctionCodeInput{FunctionName: f, ImageUri: aws.String("i")}, "InvalidParameterValue",
			"Please don't provide ImageUri when updating a function with packageType Zip.", 400},
		{"list", "ListFunctions", &awslambda.ListFunctionsInput{FunctionVersion: "invalid"}, "Validation",
			detected + "Value 'invalid' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]", 400},
	})
	// recorded: test_oversized_zipped_create_lambda
	err := refused(c, "CreateFunction", create(func(in *awslambda.CreateFunctionInput) { in.Code.ZipFile = make([]byte, 52428801) }))
	if err.Code != "RequestEntityTooLargeException" || err.HTTPStatus() != 413 || err.Message != "Zipped size must be smaller than 52428800 bytes" {
		t.Errorf("oversized: %d %v", err.HTTPStatus(), err)
	}
	// recorded: test_create_lambda_exceptions, invalid_runtime_exc; the list grows with the SDK
	err = refused(c, "CreateFunction", create(func(in *awslambda.CreateFunctionInput) { in.Runtime = "PYTHON3.9" }))
	if !strings.HasPrefix(err.Message, "Value PYTHON3.9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [nodejs, ") ||
		!strings.HasSuffix(err.Message, "] or be a valid ARN") {
		t.Errorf("runtime: %v", err)
	}
}

// recorded: lambda_/test_lambda_api.snapshot.json, TestRuntimeValidation
func TestRecordedRetiredRuntimes(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	var cases []refusal
	for old, now := range map[types.Runtime]string{
		"java8": "java21", "go1.x": "provided.al2023", "provided": "provided.al2023", "ruby2.7": "ruby3.2", "nodejs14.x": "nodejs20.x",
		"python3.7": "python3.12", "dotnetcore3.1": "dotnet6", "nodejs12.x": "nodejs18.x",
	} {
		in := pythonFunction()
		in.Runtime = old
		want := "The runtime parameter of " + string(old) + " is no longer supported for creating or updating AWS Lambda functions. " +
			"We recommend you use the new runtime (" + now + ") while creating or updating functions."
		cases = append(cases, refusal{string(old), "CreateFunction", in, "InvalidParameterValue", want, 400},
			refusal{string(old) + ", update", "UpdateFunctionConfiguration", &awslambda.UpdateFunctionConfigurationInput{FunctionName: f, Runtime: old}, "InvalidParameterValue", want, 400})
	}
	checkRefusals(t, c, cases)
}

// recorded: lambda_/test_lambda_api.snapshot.json, TestLambdaTags::test_tag_lifecycle,
// TestLambdaFunction::test_vpc_config
func TestRecordedTagsAndEmptyParts(t *testing.T) {
	c := newCloud(t)
	c.create("f", func(in *awslambda.CreateFunctionInput) {
		in.Tags, in.Environment = map[string]string{"CreateTag": "TestValue"}, &types.Environment{}
	})
	get := func() *awslambda.GetFunctionOutput {
		return do[awslambda.GetFunctionOutput](c, "GetFunction", &awslambda.GetFunctionInput{FunctionName: f})
	}
	first := get()
	if variables := first.Configuration.Environment.Variables; variables == nil || len(variables) != 0 || first.Tags["CreateTag"] != "TestValue" {
		t.Errorf("created: variables %v, tags %v", variables, first.Tags)
	}
	resource := aws.String(arnOf + "f")
	do[awslambda.TagResourceOutput](c, "TagResource", &awslambda.TagResourceInput{Resource: resource, Tags: map[string]string{"a": "b"}})
	second := get()
	do[awslambda.UntagResourceOutput](c, "UntagResource", &awslambda.UntagResourceInput{Resource: resource, TagKeys: []string{"a", "CreateTag", "none"}})
	third := get()
	if r1, r2, r3 := *first.Configuration.RevisionId, *second.Configuration.RevisionId, *third.Configuration.RevisionId; r1 == r2 || r2 == r3 {
		t.Errorf("revisions %s, %s, %s, want each another", r1, r2, r3)
	}
	listed := do[awslambda.ListTagsOutput](c, "ListTags", &awslambda.ListTagsInput{Resource: resource})
	if len(second.Tags) != 2 || third.Tags != nil || listed.Tags == nil || len(listed.Tags) != 0 {
		t.Errorf("tags %v, then %v and listed %v", second.Tags, third.Tags, listed.Tags)
	}
	emptied := do[awslambda.UpdateFunctionConfigurationOutput](c, "UpdateFunctionConfiguration",
		&awslambda.UpdateFunctionConfigurationInput{FunctionName: f, VpcConfig: &types.VpcConfig{}})
	if vpc := emptied.VpcConfig; vpc.SubnetIds == nil || vpc.SecurityGroupIds == nil || *vpc.VpcId != "" || *vpc.Ipv6AllowedForDualStack {
		t.Errorf("emptied VPC configuration %+v", vpc)
	}
}

// recorded: lambda_/test_lambda_common.snapshot.json, test_introspection_invoke[provided.al2],
// but for what finds X-Ray's daemon and shared libraries; the request names
// $LATEST in the ARN only where it was asked for.
func TestRecordedEnvironment(t *testing.T) {
	c := newCloud(t)
	c.create("f", func(in *awslambda.CreateFunctionInput) {
		in.Environment = &types.Environment{Variables: map[string]string{"TEST_KEY": "TEST_VAL"}}
	})
	for qualifier, arn := range map[string]string{"": arnOf + "f", "$LATEST": arnOf + "f:$LATEST"} {
		in := &awslambda.InvokeInput{FunctionName: f, Payload: event("about", "")}
		if qualifier != "" {
			in.Qualifier = &qualifier
		}
		var about struct{ Env, ARN string }
		if err := json.Unmarshal(do[awslambda.InvokeOutput](c, "Invoke", in).Payload, &about); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"AWS_DEFAULT_REGION=us-east-1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "AWS_LAMBDA_FUNCTION_NAME=f", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
			"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand", "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/f", "AWS_LAMBDA_LOG_STREAM_NAME=", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:",
			"AWS_REGION=us-east-1", "AWS_XRAY_CONTEXT_MISSING=LOG_ERROR", "LAMBDA_RUNTIME_DIR=/var/runtime", "LAMBDA_TASK_ROOT=/", "LANG=en_US.UTF-8", "PATH=", "TEST_KEY=TEST_VAL",
			"TZ=:UTC", "_HANDLER=", "_X_AMZN_TRACE_ID=Root=1-"} {
			if !strings.Contains("\n"+about.Env, "\n"+want) {
				t.Errorf("no %s in the environment", want)
			}
		}
		if about.ARN != arn {
			t.Errorf("invoked %s, want %s", about.ARN, arn)
		}
	}
}

// recorded: lambda_/test_lambda_api.snapshot.json, TestLambdaTags::test_tag_exceptions
func TestRecordedTagErrors(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	tag := func(resource string) *awslambda.TagResourceInput {
		return &awslambda.TagResourceInput{Resource: &resource, Tags: map[string]string{"k": "v"}}
	}
	checkRefusals(t, c, []refusal{
		{"no ARN", "TagResource", tag("arn:aws:something"), "Validation", "1 validation error detected: Value 'arn:aws:something' at 'resource' failed to satisfy constraint: " +
			`Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*):lambda:[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})`, 400},
		{"no function", "TagResource", tag(arnOf + "doesnotexist"), "ResourceNotFound", "Function not found: " + arnOf + "doesnotexist", 404},
		{"alias", "TagResource", tag(arnOf + "f:none"), "InvalidParameterValue", "Tags on function aliases and versions are not supported. Please specify a function ARN.", 400},
		{"no tags", "TagResource", &awslambda.TagResourceInput{Resource: aws.String(arnOf + "f")}, "InvalidParameterValue", "An error occurred and the request cannot be processed.", 400},
		{"no keys", "UntagResource", &awslambda.UntagResourceInput{Resource: aws.String(arnOf + "f")}, "Validation",
			"1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null", 400},
	})
}

// recorded: lambda_/test_lambda_api.snapshot.json, TestLoggingConfig: an update
// keeps what it does not give, and text has no levels.
func TestRecordedLoggingUpdates(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	update := func(logging types.LoggingConfig) types.LoggingConfig {
		return *do[awslambda.UpdateFunctionConfigurationOutput](c, "UpdateFunctionConfiguration",
			&awslambda.UpdateFunctionConfigurationInput{FunctionName: f, LoggingConfig: &logging}).LoggingConfig
	}
	update(types.LoggingConfig{LogFormat: types.LogFormatJson, SystemLogLevel: types.SystemLogLevelDebug})
	got := update(types.LoggingConfig{LogGroup: aws.String("cool_lambda")})
	if got.LogFormat != types.LogFormatJson || got.SystemLogLevel != types.SystemLogLevelDebug || aws.ToString(got.LogGroup) != "cool_lambda" {
		t.Errorf("after the group's update: %+v", got)
	}
	if got = update(types.LoggingConfig{LogFormat: types.LogFormatText}); got.SystemLogLevel != "" || got.ApplicationLogLevel != "" {
		t.Errorf("text has levels: %+v", got)
	}
}

// recorded: lambda_/test_lambda.snapshot.json, test_lambda_concurrency_block: what
// is provisioned for a version is kept from the rest of the function.
func TestRecordedProvisionedWithinReserved(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	do[awslambda.PutFunctionConcurrencyOutput](c, "PutFunctionConcurrency", &awslambda.PutFunctionConcurrencyInput{FunctionName: f, ReservedConcurrentExecutions: aws.Int32(1)})
	c.invoke("f", "print", "before")
	do[awslambda.PutProvisionedConcurrencyConfigOutput](c, "PutProvisionedConcurrencyConfig",
		&awslambda.PutProvisionedConcurrencyConfigInput{FunctionName: f, Qualifier: one, ProvisionedConcurrentExecutions: aws.Int32(1)})
	for range 2 {
		err := refused(c, "Invoke", &awslambda.InvokeInput{FunctionName: f, Payload: event("print", "no")})
		if err.Code != "TooManyRequestsException" || err.Message != "Rate Exceeded." || err.Fields["Reason"] != "ReservedFunctionConcurrentInvocationLimitExceeded" {
			t.Errorf("$LATEST: %v %v", err, err.Fields)
		}
		c.invoke("f:1", "print", "still")
	}
	// recorded: test_reserved_provisioned_overlap
	checkRefusals(t, c, []refusal{
		{"reserve less", "PutFunctionConcurrency", &awslambda.PutFunctionConcurrencyInput{FunctionName: f, ReservedConcurrentExecutions: aws.Int32(0)}, "InvalidParameterValue",
			" ReservedConcurrentExecutions  0 should not be lower than function's total provisioned concurrency [1].", 400},
		{"provision another", "PutProvisionedConcurrencyConfig",
			&awslambda.PutProvisionedConcurrencyConfigInput{FunctionName: f, Qualifier: aws.String("2"), ProvisionedConcurrentExecutions: aws.Int32(1)}, "InvalidParameterValue",
			"Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function", 400},
	})
}

// recorded: lambda_/test_lambda.snapshot.json, test_lambda_too_large_response
func TestRecordedTooLargeResponse(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	got := c.invoke("f", "large", "")
	const want = `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}`
	if aws.ToString(got.FunctionError) != "Unhandled" || string(got.Payload) != want {
		t.Errorf("%s %.200s", aws.ToString(got.FunctionError), got.Payload)
	}
}

// recorded: lambda_/test_lambda.snapshot.json, test_provisioned_concurrency
func TestRecordedProvisioningTakesAWhile(t *testing.T) {
	c := newCloud(t, func(o *lambda.Options) { o.Settle = time.Hour })
	c.create("f")
	c.clock.Advance(time.Hour)
	c.publish("f")
	c.clock.Advance(time.Hour)
	do[awslambda.PutProvisionedConcurrencyConfigOutput](c, "PutProvisionedConcurrencyConfig",
		&awslambda.PutProvisionedConcurrencyConfigInput{FunctionName: f, Qualifier: one, ProvisionedConcurrentExecutions: aws.Int32(5)})
	for _, want := range []struct {
		status types.ProvisionedConcurrencyStatusEnum
		ready  int32
	}{{types.ProvisionedConcurrencyStatusEnumInProgress, 0}, {types.ProvisionedConcurrencyStatusEnumReady, 5}} {
		got := do[awslambda.GetProvisionedConcurrencyConfigOutput](c, "GetProvisionedConcurrencyConfig",
			&awslambda.GetProvisionedConcurrencyConfigInput{FunctionName: f, Qualifier: one})
		if got.Status != want.status || *got.AllocatedProvisionedConcurrentExecutions != want.ready || *got.AvailableProvisionedConcurrentExecutions != want.ready {
			t.Errorf("%s %d, want %v", got.Status, *got.AllocatedProvisionedConcurrentExecutions, want)
		}
		c.clock.Advance(time.Hour)
	}
}
