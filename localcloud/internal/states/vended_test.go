package states_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// A machine's logging writes the events that its level asks for, with data only
// where it says so.
func TestAMachineLogsItsEvents(t *testing.T) {
	for name, test := range map[string]struct {
		level types.LogLevel
		data  bool
		want  []string // types of events
	}{
		"everything":   {types.LogLevelAll, true, []string{"ExecutionStarted", "PassStateEntered", "PassStateExited", "FailStateEntered", "ExecutionFailed"}},
		"errors":       {types.LogLevelError, true, []string{"ExecutionFailed"}},
		"fatal errors": {types.LogLevelFatal, true, []string{"ExecutionFailed"}},
		"nothing":      {types.LogLevelOff, true, nil},
		"without data": {types.LogLevelAll, false, []string{"ExecutionStarted", "PassStateEntered", "PassStateExited", "FailStateEntered", "ExecutionFailed"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			machine := must[sfn.CreateStateMachineOutput](c, "CreateStateMachine", &sfn.CreateStateMachineInput{
				Name: aws.String("m"), RoleArn: aws.String(role),
				Definition: aws.String(`{"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": {"Type": "Pass", "Assign": {"Kept": 1}, "Next": "F"}, "F": {"Type": "Fail", "Error": "No", "Cause": "why"}}}`),
				LoggingConfiguration: &types.LoggingConfiguration{Level: test.level, IncludeExecutionData: test.data, Destinations: []types.LogDestination{
					{CloudWatchLogsLogGroup: &types.CloudWatchLogsLogGroup{LogGroupArn: aws.String("arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/states/m:*")}}}},
			})
			execution := c.begin(*machine.StateMachineArn, `{"secret": 1}`)
			c.end(execution)
			var got []string
			for _, vended := range c.vended {
				group, line, _ := strings.Cut(vended, " ")
				var event struct {
					ID           string `json:"id"`
					Type         string
					Details      map[string]any
					ExecutionARN string `json:"execution_arn"`
				}
				if err := json.Unmarshal([]byte(line), &event); err != nil || group != "/aws/vendedlogs/states/m" || event.ExecutionARN != execution || event.ID == "" {
					t.Errorf("%s: %v", vended, err)
				}
				if strings.Contains(line, "secret") != (test.data && strings.HasPrefix(event.Type, "ExecutionStarted") || test.data && strings.Contains(event.Type, "State")) {
					t.Errorf("data in %s", line)
				}
				if event.Type == "ExecutionFailed" && (event.Details["error"] != "No" || event.Details["cause"] != "why") {
					t.Errorf("the details are %v", event.Details)
				}
				got = append(got, event.Type)
			}
			if strings.Join(got, " ") != strings.Join(test.want, " ") {
				t.Errorf("logged %q, want %q", got, test.want)
			}
		})
	}
}
