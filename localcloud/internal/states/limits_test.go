package states_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
)

// Seen on AWS: https://github.com/getmoto/moto/issues/6438 and
// https://github.com/irothschild/stefuna/pull/8; the other limits are documented.
func TestMembersHaveLimits(t *testing.T) {
	c := newCloud(t)
	x := func(count int) *string { return aws.String(strings.Repeat("x", count)) }
	const (
		one   = "ValidationException: 1 validation error detected: "
		token = "InvalidToken: Invalid Token: 'Invalid token'"
	)
	for name, tt := range map[string]struct {
		operation string
		in        any
		want      string
	}{
		"name":             {"StartExecution", &sfn.StartExecutionInput{Name: x(81)}, one + "Value at 'name' failed to satisfy constraint: Member must have length less than or equal to 80"},
		"cause":            {"SendTaskFailure", &sfn.SendTaskFailureInput{Cause: x(32769)}, one + "Value at 'cause' failed to satisfy constraint: Member must have length less than or equal to 32768"},
		"as long as can":   {"SendTaskFailure", &sfn.SendTaskFailureInput{TaskToken: x(2048), Cause: x(32768), Error: x(256)}, token},
		"definition":       {"CreateStateMachine", &sfn.CreateStateMachineInput{Definition: x(1<<20 + 1)}, one + "Value at 'definition' failed to satisfy constraint: Member must have length less than or equal to 1048576"},
		"negative page":    {"GetExecutionHistory", &sfn.GetExecutionHistoryInput{MaxResults: -1}, one + "Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value from 0 to 1000"},
		"token of another": {"ListStateMachines", &sfn.ListStateMachinesInput{NextToken: aws.String("LTE=")}, token},
	} {
		_, err := c.bus.Call(t.Context(), api.Operator(env), "states", tt.operation, tt.in)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestMachinesHaveFiftyTags(t *testing.T) {
	c := newCloud(t)
	arn := c.create("m", waiting)
	var tags []types.Tag
	for i := range 51 {
		tags = append(tags, types.Tag{Key: aws.String(strconv.Itoa(i)), Value: aws.String("")})
	}
	must[sfn.TagResourceOutput](c, "TagResource", &sfn.TagResourceInput{ResourceArn: &arn, Tags: tags[:50]})
	must[sfn.TagResourceOutput](c, "TagResource", &sfn.TagResourceInput{ResourceArn: &arn, Tags: tags[:1]})
	_, err := do[sfn.TagResourceOutput](c, "TagResource", &sfn.TagResourceInput{ResourceArn: &arn, Tags: tags[49:]})
	if got := must[sfn.ListTagsForResourceOutput](c, "ListTagsForResource", &sfn.ListTagsForResourceInput{ResourceArn: &arn}).Tags; !api.IsCode(err, "TooManyTags") || len(got) != 50 {
		t.Errorf("%v, with %d tags", err, len(got))
	}
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
func TestMetadataAloneHasNoData(t *testing.T) {
	c := newCloud(t)
	arn := c.create("m", `{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"a":1},"End":true}}}`)
	run := c.begin(arn, `{}`)
	c.end(run)
	const only = types.IncludedDataMetadataOnly
	machine := must[sfn.DescribeStateMachineOutput](c, "DescribeStateMachine", &sfn.DescribeStateMachineInput{StateMachineArn: &arn, IncludedData: only})
	if *machine.Definition != "{}" || machine.VariableReferences != nil {
		t.Errorf("the machine has %s and %v", *machine.Definition, machine.VariableReferences)
	}
	of := must[sfn.DescribeStateMachineForExecutionOutput](c, "DescribeStateMachineForExecution", &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: &run, IncludedData: only})
	if *of.Definition != "{}" || of.VariableReferences != nil {
		t.Errorf("the execution's machine has %s and %v", *of.Definition, of.VariableReferences)
	}
	x := must[sfn.DescribeExecutionOutput](c, "DescribeExecution", &sfn.DescribeExecutionInput{ExecutionArn: &run, IncludedData: only})
	if x.Input != nil || x.Output != nil || x.Status != types.ExecutionStatusSucceeded {
		t.Errorf("the execution is %+v", x)
	}
}

func TestAnExecutionKeepsItsTraceHeader(t *testing.T) {
	c := newCloud(t)
	arn := c.create("m", waiting)
	started := must[sfn.StartExecutionOutput](c, "StartExecution", &sfn.StartExecutionInput{StateMachineArn: &arn, TraceHeader: aws.String("Root=1")})
	if got := c.describe(*started.ExecutionArn).TraceHeader; aws.ToString(got) != "Root=1" {
		t.Errorf("trace header %q", aws.ToString(got))
	}
}
