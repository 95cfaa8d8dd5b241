package states

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/local/api"
	"weir/local/states/asl"
)

// testState runs one attempt of one state outside of any execution. A Wait
// state does not wait.
func (s *Service) testState(ctx context.Context, _ api.Caller, in *sfn.TestStateInput) (*sfn.TestStateOutput, error) {
	v, err := s.trial(ctx, in)
	if err != nil {
		return nil, err
	}
	defer v.hold.Release()
	done, err := v.attempt()
	f, failed := err.(*failure)
	if err != nil && !failed {
		return nil, fmt.Errorf("test state %s: %w", v.state.Name, err)
	}
	out := &sfn.TestStateOutput{Status: types.TestExecutionStatusSucceeded}
	if failed {
		if done, err = v.judge(f, in.StateConfiguration, out); err != nil {
			return nil, err
		}
	}
	if done != nil {
		out.Output, out.NextState = aws.String(encode(done.output)), optional(done.next)
		if len(done.assigned) > 0 {
			v.note("variables", done.assigned)
		}
	}
	if in.InspectionLevel == types.InspectionLevelDebug || in.InspectionLevel == types.InspectionLevelTrace {
		out.InspectionData = v.inspection()
	}
	return out, nil
}

// judge tells what Retry and Catch would make of a failure.
func (v *visit) judge(f *failure, config *types.TestStateConfiguration, out *sfn.TestStateOutput) (*outcome, error) {
	out.Status, out.Error, out.Cause = types.TestExecutionStatusFailed, optional(f.name), optional(f.cause)
	tried := 0
	if config != nil {
		tried = int(aws.ToInt32(config.RetrierRetryCount))
	}
	for _, r := range v.state.Retry {
		if matches(r.ErrorEquals, f) {
			if tried < r.MaxAttempts {
				out.Status = types.TestExecutionStatusRetriable
				return nil, nil
			}
			break
		}
	}
	done, err := v.catch(f)
	if again, ok := err.(*failure); ok {
		out.Error, out.Cause = optional(again.name), optional(again.cause)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("catch %s: %w", f.name, err)
	}
	out.Status = types.TestExecutionStatusCaughtError
	return done, nil
}

// trial prepares a visit of the state under test.
func (s *Service) trial(ctx context.Context, in *sfn.TestStateInput) (*visit, error) {
	name := aws.ToString(in.StateName)
	if name == "" {
		name = "TestState"
	}
	state, found := asl.ParseState(aws.ToString(in.Definition), name, s.jsonata)
	if state == nil {
		var parts []string
		for _, d := range found {
			parts = append(parts, d.String())
		}
		return nil, api.Errorf("InvalidDefinition", "Invalid State Machine Definition: '%s'", strings.Join(parts, ", "))
	}
	if (state.Type == asl.Parallel || state.Type == asl.Map) && in.Mock == nil {
		return nil, api.Errorf("InvalidDefinition", "TestState runs a %s state only with a mock", state.Type)
	}
	text := aws.ToString(in.Input)
	if text == "" {
		text = "{}"
	}
	input, err := inputOf(text)
	if err != nil {
		return nil, err
	}
	vars := map[string]any{}
	if in.Variables != nil {
		if err := json.Unmarshal([]byte(*in.Variables), &vars); err != nil {
			return nil, api.Errorf("ValidationException", "variables must be a JSON object: %v", err)
		}
	}
	mock, err := mockOf(in.Mock)
	if err != nil {
		return nil, err
	}
	now := s.now()
	x := &execution{
		service: s, name: newUUID(), started: now, status: types.ExecutionStatusRunning, input: input, rawInput: text,
		machine:  &machine{arn: s.Env.ARN("states", "stateMachine:TestState"), name: "TestState"},
		revision: &revision{roleARN: aws.ToString(in.RoleArn)},
	}
	x.arn = s.Env.ARN("states", "execution:TestState:"+x.name)
	b := &branch{exec: x, ctx: ctx, hold: s.Clock.Hold(), vars: vars}
	return &visit{branch: b, state: state, raw: input, enteredAt: now, enteredID: 2, mock: mock, notes: map[string]any{"input": input}}, nil
}

// mockOf is a stand-in for the work of a state.
func mockOf(mock *types.MockInput) (func() (any, error), error) {
	switch {
	case mock == nil:
		return nil, nil
	case mock.ErrorOutput != nil:
		f := &failure{name: aws.ToString(mock.ErrorOutput.Error), cause: aws.ToString(mock.ErrorOutput.Cause)}
		return func() (any, error) { return nil, f }, nil
	}
	result, err := decode(aws.ToString(mock.Result))
	if err != nil {
		return nil, api.Errorf("ValidationException", "the mock's result must be JSON: %v", err)
	}
	return func() (any, error) { return result, nil }, nil
}

// note keeps a value that TestState shows of the state's data on its way.
func (v *visit) note(name string, value any) {
	if v.notes != nil {
		v.notes[name] = value
	}
}

func (v *visit) inspection() *types.InspectionData {
	shown := func(name string) *string {
		value, ok := v.notes[name]
		if !ok {
			return nil
		}
		return aws.String(encode(value))
	}
	return &types.InspectionData{
		Input: shown("input"), AfterInputPath: shown("afterInputPath"), AfterParameters: shown("afterParameters"),
		AfterArguments: shown("afterArguments"), Result: shown("result"), AfterResultSelector: shown("afterResultSelector"),
		AfterResultPath: shown("afterResultPath"), Variables: shown("variables"),
	}
}

// sleep waits on the cloud clock, except under TestState.
func (v *visit) sleep(d time.Duration) error {
	if v.notes != nil {
		return nil
	}
	return v.hold.Sleep(v.ctx, d)
}
