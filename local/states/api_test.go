package states_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/local/api"
)

func TestMachinesAreMadeChangedListedAndDeleted(t *testing.T) {
	c := newCloud(t)
	create := &sfn.CreateStateMachineInput{
		Name: aws.String("m"), RoleArn: aws.String(role), Definition: aws.String(waiting), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}},
		LoggingConfiguration: &types.LoggingConfiguration{Level: types.LogLevelError},
	}
	arn := must[sfn.CreateStateMachineOutput](c, "CreateStateMachine", create).StateMachineArn
	if *arn != "arn:aws:states:us-east-1:000000000000:stateMachine:m" {
		t.Errorf("arn %s", *arn)
	}
	if again := must[sfn.CreateStateMachineOutput](c, "CreateStateMachine", create); *again.StateMachineArn != *arn {
		t.Errorf("creating the same again gave %s", *again.StateMachineArn)
	}
	other := *create
	other.Definition = aws.String(callback)
	if _, err := do[sfn.CreateStateMachineOutput](c, "CreateStateMachine", &other); !api.IsCode(err, "StateMachineAlreadyExists") {
		t.Errorf("another definition: %v", err)
	}
	running := c.begin(*arn, `{}`)
	updated := must[sfn.UpdateStateMachineOutput](c, "UpdateStateMachine", &sfn.UpdateStateMachineInput{StateMachineArn: arn, Definition: aws.String(callback)})
	if updated.RevisionId == nil || updated.UpdateDate == nil {
		t.Errorf("update answered %+v", updated)
	}
	out := must[sfn.DescribeStateMachineOutput](c, "DescribeStateMachine", &sfn.DescribeStateMachineInput{StateMachineArn: arn})
	if *out.Definition != callback || out.LoggingConfiguration.Level != types.LogLevelError || out.Type != types.StateMachineTypeStandard || out.Status != types.StateMachineStatusActive {
		t.Errorf("%+v", out)
	}
	old := must[sfn.DescribeStateMachineForExecutionOutput](c, "DescribeStateMachineForExecution", &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: &running})
	if *old.Definition != waiting {
		t.Errorf("a running execution has the definition %s", *old.Definition)
	}
	must[sfn.TagResourceOutput](c, "TagResource", &sfn.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}}})
	must[sfn.UntagResourceOutput](c, "UntagResource", &sfn.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a"}})
	if tags := must[sfn.ListTagsForResourceOutput](c, "ListTagsForResource", &sfn.ListTagsForResourceInput{ResourceArn: arn}).Tags; len(tags) != 1 || *tags[0].Key != "b" {
		t.Errorf("tags %v", tags)
	}
	must[sfn.DeleteStateMachineOutput](c, "DeleteStateMachine", &sfn.DeleteStateMachineInput{StateMachineArn: arn})
	must[sfn.DeleteStateMachineOutput](c, "DeleteStateMachine", &sfn.DeleteStateMachineInput{StateMachineArn: arn})
	if list := must[sfn.ListStateMachinesOutput](c, "ListStateMachines", &sfn.ListStateMachinesInput{}); len(list.StateMachines) != 0 {
		t.Errorf("left %v", list.StateMachines)
	}
	if got := c.end(running).Status; got != types.ExecutionStatusSucceeded {
		t.Errorf("the execution of the deleted machine ended %s", got)
	}
}

func TestRefusals(t *testing.T) {
	c := newCloud(t)
	const gone = "arn:aws:states:us-east-1:000000000000:stateMachine:gone"
	for name, tt := range map[string]struct {
		operation string
		in        any
		want      string
	}{
		"bad name":       {"CreateStateMachine", &sfn.CreateStateMachineInput{Name: aws.String("a b"), RoleArn: aws.String(role), Definition: aws.String(waiting)}, "InvalidName: Invalid Name: 'a b'"},
		"bad role":       {"CreateStateMachine", &sfn.CreateStateMachineInput{Name: aws.String("a"), RoleArn: aws.String("x"), Definition: aws.String(waiting)}, "InvalidArn: Invalid Role Arn: 'x'"},
		"bad definition": {"CreateStateMachine", &sfn.CreateStateMachineInput{Name: aws.String("a"), RoleArn: aws.String(role), Definition: aws.String(`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}`)}, "InvalidDefinition: Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'"},
		"express":        {"CreateStateMachine", &sfn.CreateStateMachineInput{Name: aws.String("a"), Type: types.StateMachineTypeExpress}, "NotImplemented: CreateStateMachine: the local cloud does not emulate Express workflows"},
		"no machine":     {"DescribeStateMachine", &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(gone)}, "StateMachineDoesNotExist: State Machine Does Not Exist: '" + gone + "'"},
		"no arn":         {"StartExecution", &sfn.StartExecutionInput{StateMachineArn: aws.String("x")}, "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'"},
		// recorded: stepfunctions/v2/test_sfn_api.snapshot.json of github.com/localstack/localstack, test_invalid_start_execution_input
		"bad input":     {"StartExecution", &sfn.StartExecutionInput{StateMachineArn: aws.String(gone), Input: aws.String("not some json")}, "InvalidExecutionInput: Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'"},
		"odd input":     {"StartExecution", &sfn.StartExecutionInput{StateMachineArn: aws.String(gone), Input: aws.String("{'not': 'json'}")}, "InvalidExecutionInput: Invalid State Machine Execution Input: 'Unexpected character (''' (code 39)): was expecting double-quote to start field name'"},
		"no input":      {"StartExecution", &sfn.StartExecutionInput{StateMachineArn: aws.String(gone), Input: aws.String("")}, "InvalidExecutionInput: Invalid State Machine Execution Input: 'Invalid execution input.'"},
		"no execution":  {"StopExecution", &sfn.StopExecutionInput{ExecutionArn: aws.String("arn:aws:states:us-east-1:000000000000:execution:gone:x")}, "ExecutionDoesNotExist: Execution Does Not Exist: 'arn:aws:states:us-east-1:000000000000:execution:gone:x'"},
		"nothing to do": {"UpdateStateMachine", &sfn.UpdateStateMachineInput{StateMachineArn: aws.String(gone)}, "MissingRequiredParameter"},
		"activities":    {"CreateActivity", &sfn.CreateActivityInput{}, "NotImplemented: CreateActivity: the local cloud does not emulate activities"},
	} {
		_, err := c.bus.Call(t.Context(), api.Operator(env), "states", tt.operation, tt.in)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestValidateReportsEachFinding(t *testing.T) {
	c := newCloud(t)
	out := must[sfn.ValidateStateMachineDefinitionOutput](c, "ValidateStateMachineDefinition", &sfn.ValidateStateMachineDefinitionInput{
		Definition: aws.String(`{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"NOPE","Foo":1}}}`), MaxResults: 2,
	})
	if out.Result != types.ValidateStateMachineDefinitionResultCodeFail || len(out.Diagnostics) != 2 || !*out.Truncated {
		t.Fatalf("%+v", out)
	}
	if d := out.Diagnostics[0]; *d.Code != "SCHEMA_VALIDATION_FAILED" || *d.Message != "Field 'Foo' is not supported" || *d.Location != "/States/A" {
		t.Errorf("%s %s %s", *d.Code, *d.Message, *d.Location)
	}
	out = must[sfn.ValidateStateMachineDefinitionOutput](c, "ValidateStateMachineDefinition", &sfn.ValidateStateMachineDefinitionInput{Definition: aws.String(canary)})
	if out.Result != types.ValidateStateMachineDefinitionResultCodeOk || len(out.Diagnostics) != 0 {
		t.Errorf("%+v", out)
	}
}
