package states

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/asl"
)

// tried prepares a visit of the state under test.
func (s *Service) tried(ctx context.Context, in *sfn.TestStateInput) (*visit, error) {
	state, err := s.underTest(in)
	if err != nil {
		return nil, err
	}
	text := aws.ToString(in.Input)
	if text == "" {
		text = "{}"
	}
	input, err := inputOf(text)
	if err != nil {
		return nil, err
	}
	vars := ordered.New()
	if in.Variables != nil {
		given, err := ordered.Decode(*in.Variables)
		object, ok := given.(*ordered.Object)
		if !ok {
			return nil, api.Errorf("ValidationException", "variables must be a JSON object: %v", err)
		}
		vars = object
	}
	now := s.now()
	x := &execution{
		service: s, name: newUUID(), started: now, status: types.ExecutionStatusRunning, input: input, rawInput: text,
		machine: &machine{name: newUUID()}, revision: &revision{roleARN: aws.ToString(in.RoleArn)},
	}
	x.machine.arn = s.Env.ARN("states", "stateMachine:"+x.machine.name)
	x.arn = s.Env.ARN("states", "express:"+x.machine.name+":"+x.name)
	v := &visit{branch: &branch{exec: x, ctx: ctx, vars: vars}, state: state, raw: input, enteredAt: now}
	if v.trial, err = v.trialOf(in); err != nil {
		return nil, err
	}
	v.hold = s.Clock.Hold()
	return v, nil
}

// underTest reads the state and refuses those that cannot be tested as asked.
func (s *Service) underTest(in *sfn.TestStateInput) (*asl.State, error) {
	if err := checkMock(in); err != nil {
		return nil, err
	}
	state, found, err := asl.ParseState(aws.ToString(in.Definition), aws.ToString(in.StateName), s.jsonata)
	if errors.Is(err, asl.ErrNoState) {
		return nil, api.Errorf("ValidationException", "State not found in definition")
	}
	if state == nil {
		return nil, invalidDefinition("TestState", found)
	}
	grouping := state.Type == asl.Parallel || state.Type == asl.Map
	switch {
	case in.Mock != nil && state.Type != asl.Task && !grouping:
		return nil, api.Errorf("ValidationException", "State type '%s' is not supported when a mock is specified", state.Type)
	case in.Mock == nil && grouping:
		return nil, api.Errorf("InvalidDefinition", "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]")
	case in.Mock == nil && state.Type == asl.Task && in.RoleArn == nil:
		return nil, api.Errorf("ValidationException", "RoleArn must be specified when testing a Task state")
	case in.Mock == nil && waits(state):
		return nil, api.Errorf("InvalidDefinition", "TestState runs a task that waits for more than the answer to its call only with a mock")
	}
	return state, nil
}

// waits tells whether a task waits for a callback or for what it started.
func waits(state *asl.State) bool {
	arn := state.Text("Resource")
	partition, _, _ := strings.Cut(strings.TrimPrefix(arn, "arn:"), ":") // any: nothing runs here
	where, err := parseResource(partition, arn)
	return state.Type == asl.Task && err == nil && where.mode != modeRequest
}

func (v *visit) trialOf(in *sfn.TestStateInput) (*trial, error) {
	t := &trial{notes: map[string]any{}}
	var err error
	if in.Mock != nil {
		t.written = aws.ToString(in.Mock.Result)
	}
	if t.mock, err = v.mockOf(in.Mock); err != nil {
		return nil, err
	}
	if t.context, err = v.trialContext(in); err != nil {
		return nil, err
	}
	config := in.StateConfiguration
	if config == nil {
		config = &types.TestStateConfiguration{}
	}
	t.failed = int(aws.ToInt32(config.MapIterationFailureCount))
	if !v.state.Has("ItemReader") {
		return t, nil
	}
	if config.MapItemReaderData == nil {
		return nil, api.Errorf("ValidationException", "stateConfiguration.mapItemReaderData must be specified when testing a Map state with an ItemReader")
	}
	data, _ := ordered.Decode(*config.MapItemReaderData)
	items, ok := data.([]any)
	if !ok {
		return nil, api.StatusErrorf(501, "NotImplemented", "TestState: the local cloud reads a mapItemReaderData that is a JSON array and no other")
	}
	t.items = items
	return t, nil
}

// trialContext is the context object that was given or, without one, that of an
// execution of its own.
func (v *visit) trialContext(in *sfn.TestStateInput) (*ordered.Object, error) {
	if in.Context != nil {
		return givenContext(*in.Context, v.state, in.Mock != nil)
	}
	execution := v.exec.context()
	if in.RoleArn == nil {
		execution.Set("RoleArn", nil)
	}
	context := ordered.New().Set("Execution", execution).Set("StateMachine", v.exec.machine.context()).
		Set("State", v.stateContext().Set("Name", "StateName"))
	if strings.HasSuffix(v.state.Text("Resource"), "."+modeToken) {
		context.Set("Task", ordered.New().Set("Token", newToken()))
	}
	return context, nil
}
