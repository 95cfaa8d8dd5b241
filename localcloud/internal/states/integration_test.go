package states_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
)

func TestAnySDKCallGoesThroughTheBusInTheMachinesRole(t *testing.T) {
	c := newCloud(t)
	var got *lambda.UpdateAliasInput
	c.bus.Register(&api.Service{Name: "lambda", Operations: api.Table(api.Op("UpdateAlias", func(_ context.Context, caller api.Caller, in *lambda.UpdateAliasInput) (*lambda.UpdateAliasOutput, error) {
		if caller.RoleARN != role {
			t.Errorf("called as %+v", caller)
		}
		if *in.Name == "none" {
			return nil, api.StatusErrorf(404, "ResourceNotFoundException", "Cannot find alias arn: none")
		}
		got = in
		return &lambda.UpdateAliasOutput{Name: in.Name, RoutingConfig: in.RoutingConfig}, nil
	}))})
	definition := `{"QueryLanguage":"JSONata","StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:lambda:updateAlias","Arguments":%s,"End":true}}}`
	out := c.end(c.begin(c.create("a", strings.Replace(definition, "%s", `{"FunctionName":"f","Name":"{% $states.input.alias %}","RoutingConfig":{"AdditionalVersionWeights":{"2":0.1}}}`, 1)), `{"alias":"prod"}`))
	if out.Status != types.ExecutionStatusSucceeded {
		t.Fatalf("%s %s", aws.ToString(out.Error), aws.ToString(out.Cause))
	}
	sameJSON(t, out.Output, `{"Name":"prod","RoutingConfig":{"AdditionalVersionWeights":{"2":0.1}}}`)
	want := &lambdatypes.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 0.1}}
	if got.RoutingConfig.AdditionalVersionWeights["2"] != want.AdditionalVersionWeights["2"] {
		t.Errorf("got %+v", got.RoutingConfig)
	}
	out = c.end(c.begin(c.create("b", strings.Replace(definition, "%s", `{"FunctionName":"f","Name":"none"}`, 1)), `{}`))
	if aws.ToString(out.Error) != "Lambda.ResourceNotFoundException" || !strings.HasPrefix(aws.ToString(out.Cause), "Cannot find alias arn: none (Service: Lambda, Status Code: 404, Request ID: ") {
		t.Errorf("%s %s", aws.ToString(out.Error), aws.ToString(out.Cause))
	}
	out = c.end(c.begin(c.create("d", strings.Replace(definition, "%s", `{"FunctionName":"f","Name":7}`, 1)), `{}`))
	if want := `An error occurred while executing the state 'T' (entered at the event id #2). The Arguments '{"FunctionName":"f","Name":7}' could not be used to start the Task: [The value for the field 'Name' must be a STRING]`; aws.ToString(out.Cause) != want {
		t.Errorf("cause %s\nwant  %s", aws.ToString(out.Cause), want)
	}
	out = c.end(c.begin(c.create("c", strings.Replace(definition, "%s", `{"FunctionName":"f","Nome":"x"}`, 1)), `{}`))
	if aws.ToString(out.Error) != "States.Runtime" || !strings.Contains(aws.ToString(out.Cause), "could not be used to start the Task: [The field 'Nome' is not supported by Step Functions]") {
		t.Errorf("%s %s", aws.ToString(out.Error), aws.ToString(out.Cause))
	}
}

func TestInvokeAnswersAsTheOptimizedIntegrationDoes(t *testing.T) {
	c := newCloud(t)
	out := c.run(`{"QueryLanguage":"JSONata","StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Qualifier":"prod"},
	  "Output":{"status":"{% $states.result.StatusCode %}","version":"{% $states.result.ExecutedVersion %}","id":"{% $states.result.SdkResponseMetadata.RequestId = $states.result.SdkHttpMetadata.HttpHeaders.'x-amzn-RequestId' %}"},"End":true}}}`, `{}`)
	sameJSON(t, out.Output, `{"status":200,"version":"$LATEST","id":true}`)
	if *c.calls[0].Qualifier != "prod" || string(c.calls[0].Payload) != "" {
		t.Errorf("called with %+v", c.calls[0])
	}
}

func TestAFunctionThatGivesNoErrorType(t *testing.T) {
	c := newCloud(t)
	c.invoke = func(*lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		return &lambda.InvokeOutput{StatusCode: 200, FunctionError: aws.String("Unhandled"), Payload: []byte(`null`)}, nil
	}
	out := c.run(one(invoke+`,"Parameters":{"FunctionName":"f"}`), `{}`)
	if aws.ToString(out.Error) != "Lambda.Unknown" {
		t.Errorf("%s %s", aws.ToString(out.Error), aws.ToString(out.Cause))
	}
}

func TestWhatIsNotThereIsRefusedByName(t *testing.T) {
	for resource, want := range map[string]string{
		"arn:aws:states:::dynamodb:getItem":              "dynamodb:getItem",
		"arn:aws:states:::aws-sdk:dynamodb:getItem":      "dynamodb:getItem",
		"arn:aws:states:::aws-sdk:lambda:deleteFunction": `lambda has no operation "DeleteFunction"`,
		"arn:aws:states:::sqs:sendMessage":               `no service "sqs"`,
	} {
		c := newCloud(t)
		out := c.run(one(`"Type":"Task","Resource":"`+resource+`","Parameters":{}`), `{}`)
		if out.Status != types.ExecutionStatusFailed || !strings.Contains(aws.ToString(out.Cause), want) {
			t.Errorf("%s: %s %s", resource, aws.ToString(out.Error), aws.ToString(out.Cause))
		}
	}
}
