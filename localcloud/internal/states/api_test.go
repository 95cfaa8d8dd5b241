package states_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
)

func TestMachinesAreMadeChangedListedAndDeleted(t *testing.T) {
	c := newCloud(t)
	create := &sfn.CreateStateMachineInput{
		Name: aws.String("m"), RoleArn: aws.String(role), Definition: aws.String(waiting), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}},
		LoggingConfiguration: &types.LoggingConfiguration{Level: types.LogLevelError, Destinations: []types.LogDestination{{CloudWatchLogsLogGroup: &types.CloudWatchLogsLogGroup{LogGroupArn: aws.String("arn:aws:logs:us-east-1:000000000000:log-group:g:*")}}}},
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
		"bad input":    {"StartExecution", &sfn.StartExecutionInput{StateMachineArn: aws.String(gone), Input: aws.String("not some json")}, "InvalidExecutionInput: Invalid State Machine Execution Input: 'invalid character"},
		"odd input":    {"StartExecution", &sfn.StartExecutionInput{StateMachineArn: aws.String(gone), Input: aws.String("{'not': 'json'}")}, "InvalidExecutionInput: Invalid State Machine Execution Input: 'invalid character"},
		"no input":     {"StartExecution", &sfn.StartExecutionInput{StateMachineArn: aws.String(gone), Input: aws.String("")}, "InvalidExecutionInput: Invalid State Machine Execution Input: 'unexpected end of JSON input'"},
		"no execution": {"StopExecution", &sfn.StopExecutionInput{ExecutionArn: aws.String("arn:aws:states:us-east-1:000000000000:execution:gone:x")}, "ExecutionDoesNotExist: Execution Does Not Exist: 'arn:aws:states:us-east-1:000000000000:execution:gone:x'"},
		// recorded: the same, test_create_update_state_machine_base_update_none, test_state_machine_status_filter,
		// test_list_sms_pagination and test_list_executions_pagination
		"nothing to do": {"UpdateStateMachine", &sfn.UpdateStateMachineInput{StateMachineArn: aws.String(gone)}, "MissingRequiredParameter: Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"},
		"large page":    {"ListStateMachines", &sfn.ListStateMachinesInput{MaxResults: 1001}, "ValidationException: 1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value from 0 to 1000"},
		// recorded: stepfunctions/v2/test_sfn_api_versioning.snapshot.json, test_create_with_version_description_no_publish
		// and test_update_state_machine; test_sfn_api_tagging.snapshot.json, test_tag_state_machine_version
		"no version":      {"CreateStateMachine", &sfn.CreateStateMachineInput{Name: aws.String("a"), RoleArn: aws.String(role), Definition: aws.String(waiting), VersionDescription: aws.String("v")}, "ValidationException: Version description can only be set when publish is true"},
		"a version":       {"UpdateStateMachine", &sfn.UpdateStateMachineInput{StateMachineArn: aws.String(gone + ":2"), Definition: aws.String(waiting)}, "StateMachineDoesNotExist: State Machine Does Not Exist: '" + gone + ":2'"},
		"tags of version": {"TagResource", &sfn.TagResourceInput{ResourceArn: aws.String(gone + ":1")}, "ResourceNotFound: Resource not found: '" + gone + ":1'"},
	} {
		_, err := c.bus.Call(t.Context(), api.Operator(env), "states", tt.operation, tt.in)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

// recorded: stepfunctions/v2/test_sfn_api.snapshot.json, test_create_update_state_machine_same_parameters,
// and test_sfn_api_logs.snapshot.json, test_update_logging_configuration
func TestAnUpdateThatChangesNothingKeepsTheRevision(t *testing.T) {
	c := newCloud(t)
	arn := c.create("m", waiting)
	describe := func() *sfn.DescribeStateMachineOutput {
		return must[sfn.DescribeStateMachineOutput](c, "DescribeStateMachine", &sfn.DescribeStateMachineInput{StateMachineArn: &arn})
	}
	update := func(in sfn.UpdateStateMachineInput) string {
		in.StateMachineArn = &arn
		answered := aws.ToString(must[sfn.UpdateStateMachineOutput](c, "UpdateStateMachine", &in).RevisionId)
		if now := aws.ToString(describe().RevisionId); now != answered {
			t.Errorf("described as revision %q, updated to %q", now, answered)
		}
		return answered
	}
	if first := describe(); first.RevisionId != nil {
		t.Errorf("a new machine is of revision %s", *first.RevisionId)
	}
	one := update(sfn.UpdateStateMachineInput{RoleArn: aws.String(role + "2")})
	same := update(sfn.UpdateStateMachineInput{RoleArn: aws.String(role + "2"), Definition: aws.String(waiting), LoggingConfiguration: &types.LoggingConfiguration{}})
	other := update(sfn.UpdateStateMachineInput{TracingConfiguration: &types.TracingConfiguration{Enabled: true}})
	if one == "" || same != one || other == one {
		t.Errorf("revisions %q, %q, %q", one, same, other)
	}
}

// recorded: stepfunctions/v2/test_sfn_api_logs.snapshot.json
func TestLoggingGoesToOneGroup(t *testing.T) {
	c := newCloud(t)
	c.bus.Register(logGroups("known"))
	to := func(names ...string) []types.LogDestination {
		list := []types.LogDestination{}
		for _, name := range names {
			list = append(list, types.LogDestination{CloudWatchLogsLogGroup: &types.CloudWatchLogsLogGroup{LogGroupArn: aws.String("arn:aws:logs:us-east-1:000000000000:log-group:" + name + ":*")}})
		}
		return list
	}
	const one, missing = "InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify exactly one Log Destination.", "InvalidLoggingConfiguration: Invalid Logging Configuration: Log Destination not found."
	for name, tt := range map[string]struct {
		config types.LoggingConfiguration
		want   string
	}{
		"level-alone":  {types.LoggingConfiguration{Level: types.LogLevelAll}, one},
		"two":          {types.LoggingConfiguration{Level: types.LogLevelAll, Destinations: to("known", "known")}, one},
		"deleted":      {types.LoggingConfiguration{Level: types.LogLevelAll, Destinations: to("know")}, missing},
		"off-to-group": {types.LoggingConfiguration{Level: types.LogLevelOff, Destinations: to("known")}, ""},
		"nothing":      {types.LoggingConfiguration{}, ""},
		"none":         {types.LoggingConfiguration{Destinations: to()}, ""},
		"fatal":        {types.LoggingConfiguration{Level: types.LogLevelFatal, IncludeExecutionData: true, Destinations: to("known")}, ""},
	} {
		created, err := do[sfn.CreateStateMachineOutput](c, "CreateStateMachine", &sfn.CreateStateMachineInput{
			Name: aws.String(name), RoleArn: aws.String(role), Definition: aws.String(waiting), LoggingConfiguration: &tt.config,
		})
		if got := fmt.Sprint(err); tt.want != "" && got != tt.want || tt.want == "" && err != nil {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
		if err != nil {
			continue
		}
		if tt.config.Level == "" {
			tt.config.Level = types.LogLevelOff
		}
		got := must[sfn.DescribeStateMachineOutput](c, "DescribeStateMachine", &sfn.DescribeStateMachineInput{StateMachineArn: created.StateMachineArn}).LoggingConfiguration
		if !reflect.DeepEqual(*got, tt.config) {
			t.Errorf("%s: %+v, want %+v", name, *got, tt.config)
		}
	}
}

// logGroups is a CloudWatch Logs that has the groups.
func logGroups(names ...string) *api.Service {
	type input struct{ LogGroupNamePrefix string }
	type group struct{ LogGroupName string }
	type output struct{ LogGroups []group }
	describe := func(_ context.Context, _ api.Caller, in *input) (*output, error) {
		out := &output{}
		for _, name := range names {
			if strings.HasPrefix(name, in.LogGroupNamePrefix) {
				out.LogGroups = append(out.LogGroups, group{name})
			}
		}
		return out, nil
	}
	return &api.Service{Name: "logs", Operations: api.Table(api.Op("DescribeLogGroups", describe))}
}

// Other errors than the language's own must not begin with "States.".
// https://states-language.net/spec.html#error-names
func TestValidateWarnsOfAReservedErrorName(t *testing.T) {
	c := newCloud(t)
	for name, want := range map[string]int{"States.Timeout": 1, "States.Mine": 1, "Mine.States.": 0} {
		for _, language := range []string{"JSONPath", "JSONata"} {
			out := must[sfn.ValidateStateMachineDefinitionOutput](c, "ValidateStateMachineDefinition", &sfn.ValidateStateMachineDefinitionInput{
				Definition: aws.String(`{"QueryLanguage":"` + language + `","StartAt":"F","States":{"F":{"Type":"Fail","Error":"` + name + `"}}}`),
				Severity:   types.ValidateStateMachineDefinitionSeverityWarning,
			})
			if out.Result != types.ValidateStateMachineDefinitionResultCodeOk || len(out.Diagnostics) != want {
				t.Errorf("%s in %s: %s %v", name, language, out.Result, out.Diagnostics)
			}
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
	// recorded: stepfunctions/v2/test_sfn_api_validation.snapshot.json, test_validate_state_machine_definition_type_express[ILLEGAL_WFTT]
	out = must[sfn.ValidateStateMachineDefinitionOutput](c, "ValidateStateMachineDefinition", &sfn.ValidateStateMachineDefinitionInput{
		Definition: aws.String(`{"StartAt":"S","States":{"S":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","End":true}}}`), Type: types.StateMachineTypeExpress,
	})
	if len(out.Diagnostics) != 1 || *out.Diagnostics[0].Message != "Express state machine does not support '.waitForTaskToken' service integration " || *out.Diagnostics[0].Location != "/States/S/Resource" {
		t.Errorf("%+v", out.Diagnostics)
	}
}
