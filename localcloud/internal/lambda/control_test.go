package lambda_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda"
)

func TestNamesOfAFunction(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	const arn = "arn:aws:lambda:us-east-1:111111111111:function:f"
	cases := []struct{ name, qualifier, version, failure string }{
		{"f", "", "$LATEST", ""},
		{"f", "2", "2", ""},
		{"f:prod", "", "1", ""},
		{"f:$LATEST", "", "$LATEST", ""},
		{arn, "prod", "1", ""},
		{arn + ":2", "", "2", ""},
		{arn + ":2", "2", "2", ""},
		{"111111111111:function:f", "2", "2", ""},
		{"us-east-1:111111111111:function:f:2", "", "2", ""},
		{"f:1", "2", "", "InvalidParameterValueException"},
		{"f", "3", "", "ResourceNotFoundException"},
		{"g", "", "", "ResourceNotFoundException"},
		{"f/../g", "", "", "ValidationException"},
	}
	for _, tc := range cases {
		t.Run(tc.name+" "+tc.qualifier, func(t *testing.T) {
			in := &awslambda.GetFunctionConfigurationInput{FunctionName: &tc.name}
			if tc.qualifier != "" {
				in.Qualifier = &tc.qualifier
			}
			if tc.failure != "" {
				if err := refused(c, "GetFunctionConfiguration", in); err.Code != tc.failure {
					t.Errorf("error = %v, want %s", err, tc.failure)
				}
				return
			}
			if got := do[awslambda.GetFunctionConfigurationOutput](c, "GetFunctionConfiguration", in); aws.ToString(got.Version) != tc.version {
				t.Errorf("version %s, want %s", aws.ToString(got.Version), tc.version)
			}
		})
	}
}

func TestAFunctionIsPendingWhileItIsCreated(t *testing.T) {
	c := newCloud(t, func(o *lambda.Options) { o.Settle = time.Hour })
	if out := c.create("f"); out.State != types.StatePending || out.LastUpdateStatus != "" {
		t.Errorf("state %s, update %s", out.State, out.LastUpdateStatus)
	}
	for operation, in := range map[string]any{
		"Invoke":                      &awslambda.InvokeInput{FunctionName: aws.String("f")},
		"PublishVersion":              &awslambda.PublishVersionInput{FunctionName: aws.String("f")},
		"UpdateFunctionConfiguration": &awslambda.UpdateFunctionConfigurationInput{FunctionName: aws.String("f")},
	} {
		if err := refused(c, operation, in); err.Code != "ResourceConflictException" || err.HTTPStatus() != 409 || !strings.HasSuffix(err.Message, "Pending") {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

func TestASteppedClockSettlesAFunction(t *testing.T) {
	c := newCloud(t, func(o *lambda.Options) { o.Settle = time.Hour })
	c.create("f")
	c.clock.Advance(time.Hour)
	if n := c.publish("f"); n != "1" {
		t.Errorf("published %s", n)
	}
}

func TestServicesWaitWhereClientsAreRefused(t *testing.T) {
	c := newCloud(t, func(o *lambda.Options) { o.Settle = 5 * time.Millisecond })
	c.create("f")
	_, err := c.bus.Call(t.Context(), api.ServiceCaller("cloudformation.amazonaws.com", "stack"), "lambda", "PublishVersion",
		&awslambda.PublishVersionInput{FunctionName: aws.String("f")})
	if err != nil {
		t.Error(err)
	}
}

func TestOnlyUnreferencedVersionsCanBeDeleted(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0.1)
	for _, number := range []string{"1", "2"} {
		err := refused(c, "DeleteFunction", &awslambda.DeleteFunctionInput{FunctionName: aws.String("f"), Qualifier: &number})
		if err.Code != "ResourceConflictException" || err.Message != "Unable to delete version because the following aliases reference it: [prod]" {
			t.Errorf("version %s: %v", number, err)
		}
	}
	do[awslambda.UpdateAliasOutput](c, "UpdateAlias", &awslambda.UpdateAliasInput{FunctionName: aws.String("f"), Name: aws.String("prod"),
		FunctionVersion: aws.String("2"), RoutingConfig: &types.AliasRoutingConfiguration{}})
	do[awslambda.DeleteFunctionOutput](c, "DeleteFunction", &awslambda.DeleteFunctionInput{FunctionName: aws.String("f:1")})
	if n := c.publish("f"); n != "2" {
		t.Errorf("published %s, want 2 again: nothing changed", n)
	}
}

func TestVersionsDoNotChange(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	out := do[awslambda.GetFunctionConfigurationOutput](c, "GetFunctionConfiguration", &awslambda.GetFunctionConfigurationInput{FunctionName: aws.String("f:1")})
	if out.Environment != nil || *out.CodeSha256 == "" {
		t.Errorf("version 1 has %+v", out.Environment)
	}
	wrong := refused(c, "PublishVersion", &awslambda.PublishVersionInput{FunctionName: aws.String("f"), CodeSha256: aws.String("other")})
	if wrong.Code != "InvalidParameterValueException" || !strings.HasPrefix(wrong.Message, "CodeSHA256 (other) is different from current CodeSHA256 in $LATEST") {
		t.Errorf("error = %v", wrong)
	}
}

func TestUpdateAliasKeepsReplacesAndClearsWeights(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0.25)
	revision := func() string {
		return *do[awslambda.GetAliasOutput](c, "GetAlias", &awslambda.GetAliasInput{FunctionName: aws.String("f"), Name: aws.String("prod")}).RevisionId
	}
	update := func(routing *types.AliasRoutingConfiguration) map[string]float64 {
		before := revision()
		out := do[awslambda.UpdateAliasOutput](c, "UpdateAlias", &awslambda.UpdateAliasInput{FunctionName: aws.String("f"), Name: aws.String("prod"), RoutingConfig: routing, RevisionId: &before})
		if *out.RevisionId == before {
			t.Error("the revision stayed")
		}
		if out.RoutingConfig == nil {
			return nil
		}
		return out.RoutingConfig.AdditionalVersionWeights
	}
	if got := update(nil); got["2"] != 0.25 {
		t.Errorf("absent: %v", got)
	}
	if got := update(&types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 0.5}}); got["2"] != 0.5 {
		t.Errorf("replaced: %v", got)
	}
	if got := update(&types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}); got != nil {
		t.Errorf("cleared: %v", got)
	}
	err := refused(c, "UpdateAlias", &awslambda.UpdateAliasInput{FunctionName: aws.String("f"), Name: aws.String("prod"), RevisionId: aws.String("stale")})
	if err.Code != "PreconditionFailedException" || err.HTTPStatus() != 412 {
		t.Errorf("stale revision: %v", err)
	}
}

func TestProvisionedConcurrencyAndWeightsExcludeEachOther(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0.25)
	put := &awslambda.PutProvisionedConcurrencyConfigInput{FunctionName: aws.String("f"), Qualifier: aws.String("prod"), ProvisionedConcurrentExecutions: aws.Int32(2)}
	if err := refused(c, "PutProvisionedConcurrencyConfig", put); err.Message != "Alias with weights can not be used with Provisioned Concurrency" {
		t.Errorf("error = %v", err)
	}
	put.Qualifier = aws.String("1")
	do[awslambda.PutProvisionedConcurrencyConfigOutput](c, "PutProvisionedConcurrencyConfig", put)
	get := &awslambda.GetProvisionedConcurrencyConfigInput{FunctionName: aws.String("f"), Qualifier: aws.String("1")}
	if out := do[awslambda.GetProvisionedConcurrencyConfigOutput](c, "GetProvisionedConcurrencyConfig", get); out.Status != types.ProvisionedConcurrencyStatusEnumReady || *out.AllocatedProvisionedConcurrentExecutions != 2 {
		t.Errorf("got %+v", out)
	}
	get.Qualifier = aws.String("2")
	if err := refused(c, "GetProvisionedConcurrencyConfig", get); err.Code != "ProvisionedConcurrencyConfigNotFoundException" || err.HTTPStatus() != 404 {
		t.Errorf("error = %v", err)
	}
}

func TestServicesNeedTheFunctionsPolicy(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	rule := "arn:aws:events:us-east-1:111111111111:rule/r"
	call := func(source string) error {
		_, err := c.bus.Call(context.Background(), api.ServiceCaller("events.amazonaws.com", source), "lambda", "Invoke",
			&awslambda.InvokeInput{FunctionName: aws.String("f:prod"), InvocationType: types.InvocationTypeDryRun})
		return err
	}
	if err := call(rule); !api.IsCode(err, "AccessDeniedException") {
		t.Errorf("without a policy: %v", err)
	}
	do[awslambda.AddPermissionOutput](c, "AddPermission", &awslambda.AddPermissionInput{FunctionName: aws.String("f"), Qualifier: aws.String("prod"),
		StatementId: aws.String("s"), Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("events.amazonaws.com"), SourceArn: &rule})
	if err := call(rule); err != nil {
		t.Errorf("with a policy: %v", err)
	}
	if err := call(rule + "other"); !api.IsCode(err, "AccessDeniedException") {
		t.Errorf("another rule: %v", err)
	}
	policy := do[awslambda.GetPolicyOutput](c, "GetPolicy", &awslambda.GetPolicyInput{FunctionName: aws.String("f"), Qualifier: aws.String("prod")})
	want := `{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"lambda:InvokeFunction",` +
		`"Resource":"arn:aws:lambda:us-east-1:111111111111:function:f:prod","Condition":{"ArnLike":{"AWS:SourceArn":"` + rule + `"}}}]}`
	if *policy.Policy != want {
		t.Errorf("policy = %s", *policy.Policy)
	}
	do[awslambda.RemovePermissionOutput](c, "RemovePermission", &awslambda.RemovePermissionInput{FunctionName: aws.String("f:prod"), StatementId: aws.String("s")})
	if err := call(rule); !api.IsCode(err, "AccessDeniedException") {
		t.Errorf("after removal: %v", err)
	}
}

func TestWhatIsNotSupportedIsRefusedByName(t *testing.T) {
	c := newCloud(t)
	cases := map[string]func(*awslambda.CreateFunctionInput){
		"Layers":      func(in *awslambda.CreateFunctionInput) { in.Layers = []string{"l"} },
		"PackageType": func(in *awslambda.CreateFunctionInput) { in.PackageType = types.PackageTypeImage },
		"AWS_REGION": func(in *awslambda.CreateFunctionInput) {
			in.Environment = &types.Environment{Variables: map[string]string{"AWS_REGION": "x"}}
		},
		"timeout":         func(in *awslambda.CreateFunctionInput) { in.Timeout = aws.Int32(901) },
		"Could not unzip": func(in *awslambda.CreateFunctionInput) { in.Code.ZipFile = []byte("no zip") },
	}
	for want, change := range cases {
		in := &awslambda.CreateFunctionInput{FunctionName: aws.String("f"), Runtime: types.RuntimeProvidedal2023, Handler: aws.String("h"),
			Role: aws.String("arn:aws:iam::111111111111:role/r"), Code: &types.FunctionCode{ZipFile: handlerZip}}
		change(in)
		if err := refused(c, "CreateFunction", in); !strings.Contains(err.Message, want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestListsComeInPages(t *testing.T) {
	c := newCloud(t)
	for i := range 3 {
		c.create(fmt.Sprint("f", i))
	}
	var names []string
	in := &awslambda.ListFunctionsInput{MaxItems: aws.Int32(2)}
	for {
		out := do[awslambda.ListFunctionsOutput](c, "ListFunctions", in)
		for _, f := range out.Functions {
			names = append(names, *f.FunctionName)
		}
		if in.Marker = out.NextMarker; in.Marker == nil {
			break
		}
	}
	if fmt.Sprint(names) != "[f0 f1 f2]" {
		t.Errorf("names = %v", names)
	}
}
