package states

import (
	"context"
	"slices"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
)

func (s *Service) startExecution(_ context.Context, _ api.Caller, in *sfn.StartExecutionInput) (*sfn.StartExecutionOutput, error) {
	name := aws.ToString(in.Name)
	if in.Name == nil {
		name = api.NewID()
	} else if err := checkName(name); err != nil {
		return nil, err
	}
	text := "{}"
	if in.Input != nil {
		text = *in.Input
	}
	if len(text) > maxPayload {
		return nil, api.Errorf("InvalidExecutionInput", "Invalid State Machine Execution Input: 'Input exceeds the maximum number of bytes service limit.'")
	}
	input, err := inputOf(text)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.find(in.StateMachineArn)
	if err != nil {
		return nil, err
	}
	arn := s.Env.ARN("states", "execution:"+m.name+":"+name)
	if existing, ok := s.executions[arn]; ok {
		if existing.rawInput == text && existing.ended() == types.ExecutionStatusRunning {
			return &sfn.StartExecutionOutput{ExecutionArn: &arn, StartDate: aws.Time(existing.started)}, nil
		}
		return nil, api.Errorf("ExecutionAlreadyExists", "Execution Already Exists: '%s'", arn)
	}
	if s.base.Err() != nil {
		return nil, api.StatusErrorf(503, "ServiceUnavailable", "the local cloud is shutting down")
	}
	x := &execution{
		service: s, arn: arn, name: name, machine: m, revision: m.current, input: input, rawInput: text, trace: in.TraceHeader,
		started: s.now(), status: types.ExecutionStatusRunning,
	}
	x.append(0, types.HistoryEvent{Type: types.HistoryEventTypeExecutionStarted, ExecutionStartedEventDetails: &types.ExecutionStartedEventDetails{
		Input: &text, InputDetails: untruncated(), RoleArn: aws.String(x.revision.roleARN),
	}})
	s.executions[arn] = x
	s.byMachine[m.arn] = append(s.byMachine[m.arn], x)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.launch(nil)
	return &sfn.StartExecutionOutput{ExecutionArn: &arn, StartDate: aws.Time(x.started)}, nil
}

func (s *Service) findExecution(arn *string) (*execution, error) {
	name := aws.ToString(arn)
	parts := strings.Split(name, ":")
	if len(parts) != 8 || parts[0] != "arn" || parts[5] != "execution" {
		return nil, api.Errorf("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if x, ok := s.executions[name]; ok {
		return x, nil
	}
	return nil, api.Errorf("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", name)
}

func (s *Service) describeExecution(_ context.Context, _ api.Caller, in *sfn.DescribeExecutionInput) (*sfn.DescribeExecutionOutput, error) {
	x, err := s.findExecution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	included := &types.CloudWatchEventsExecutionDataDetails{Included: true}
	out := &sfn.DescribeExecutionOutput{
		ExecutionArn: aws.String(x.arn), StateMachineArn: aws.String(x.machine.arn), Name: aws.String(x.name),
		Status: x.status, StartDate: aws.Time(x.started), RedriveCount: aws.Int32(int32(x.redrives)),
		TraceHeader: x.trace,
	}
	if x.redrives > 0 {
		out.RedriveDate = aws.Time(x.redriven)
	}
	if x.status != types.ExecutionStatusRunning {
		out.StopDate = aws.Time(x.stopped)
	}
	if in.IncludedData != types.IncludedDataMetadataOnly {
		out.Input, out.InputDetails = aws.String(x.rawInput), included
		if x.output != nil {
			out.Output, out.OutputDetails = x.output, included
		}
	}
	if x.failure != nil {
		out.Error, out.Cause = optional(x.failure.name), optional(x.failure.cause)
	}
	status, reason := x.redrivable()
	out.RedriveStatus, out.RedriveStatusReason = status, optional(reason)
	return out, nil
}

func (s *Service) describeStateMachineForExecution(_ context.Context, _ api.Caller, in *sfn.DescribeStateMachineForExecutionInput) (*sfn.DescribeStateMachineForExecutionOutput, error) {
	x, err := s.findExecution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	r := x.revision
	text, variables := r.shown(in.IncludedData)
	return &sfn.DescribeStateMachineForExecutionOutput{
		StateMachineArn: aws.String(x.machine.arn), Name: aws.String(x.machine.name), Definition: aws.String(text),
		RoleArn: aws.String(r.roleARN), UpdateDate: aws.Time(r.updated), LoggingConfiguration: r.logging,
		TracingConfiguration: r.tracing, EncryptionConfiguration: r.encryption, RevisionId: optional(r.id),
		VariableReferences: variables,
	}, nil
}

func (s *Service) listExecutions(_ context.Context, _ api.Caller, in *sfn.ListExecutionsInput) (*sfn.ListExecutionsOutput, error) {
	if in.MapRunArn != nil {
		return nil, api.StatusErrorf(501, "NotImplemented", "ListExecutions: the local cloud does not emulate map runs")
	}
	s.mu.Lock()
	m, err := s.find(in.StateMachineArn)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	all := append([]*execution(nil), s.byMachine[m.arn]...)
	s.mu.Unlock()
	list := []types.ExecutionListItem{}
	for _, x := range all {
		if in.StatusFilter != "" && x.ended() != in.StatusFilter {
			continue
		}
		item := x.listItem()
		redriven := item.RedriveDate != nil
		switch {
		case x.machine != m,
			in.StatusFilter != "" && item.Status != in.StatusFilter,
			in.RedriveFilter == types.ExecutionRedriveFilterRedriven && !redriven,
			in.RedriveFilter == types.ExecutionRedriveFilterNotRedriven && redriven:
			continue
		}
		list = append(list, item)
	}
	// Newest first; the stable sort keeps those of one moment in reverse order
	// of their start.
	slices.Reverse(list)
	sort.SliceStable(list, func(i, j int) bool { return list[i].StartDate.After(*list[j].StartDate) })
	page, next, err := paginate(list, in.MaxResults, in.NextToken, 100)
	return &sfn.ListExecutionsOutput{Executions: page, NextToken: next}, err
}

func (x *execution) listItem() types.ExecutionListItem {
	x.mu.Lock()
	defer x.mu.Unlock()
	item := types.ExecutionListItem{
		ExecutionArn: aws.String(x.arn), Name: aws.String(x.name), StateMachineArn: aws.String(x.machine.arn),
		StartDate: aws.Time(x.started), Status: x.status, RedriveCount: aws.Int32(int32(x.redrives)),
	}
	if x.status != types.ExecutionStatusRunning {
		item.StopDate = aws.Time(x.stopped)
	}
	if x.redrives > 0 {
		item.RedriveDate = aws.Time(x.redriven)
	}
	return item
}

// stopExecution ends an execution at once; it runs no Catch. Stopping one that
// has ended answers with the time it did.
func (s *Service) stopExecution(_ context.Context, _ api.Caller, in *sfn.StopExecutionInput) (*sfn.StopExecutionOutput, error) {
	x, err := s.findExecution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	hold := s.Clock.Hold()
	defer hold.Release()
	x.interrupt(types.ExecutionStatusAborted, &failure{name: aws.ToString(in.Error), cause: aws.ToString(in.Cause)})
	x.mu.Lock()
	defer x.mu.Unlock()
	return &sfn.StopExecutionOutput{StopDate: aws.Time(x.stopped)}, nil
}

// inputOf reads an execution's input, any JSON value.
func inputOf(text string) (any, error) {
	value, err := ordered.Decode(text)
	if err != nil {
		return nil, api.Errorf("InvalidExecutionInput", "Invalid State Machine Execution Input: '%v'", err)
	}
	return value, nil
}
