package states

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
)

// redriveWindow is how long after its end an execution may be redriven
// (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html).
const redriveWindow = 14 * 24 * time.Hour

// How many client tokens of redrives are remembered, and how long
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html).
const (
	maxRedriveTokens = 10
	redriveTokenLife = 15 * time.Minute
)

// redrive is one that a client asked for with a token.
type redrive struct {
	token string
	at    time.Time
}

// redrivable tells whether an execution may be redriven; the caller holds the
// lock.
func (x *execution) redrivable() (types.ExecutionRedriveStatus, string) {
	no := types.ExecutionRedriveStatusNotRedrivable
	switch {
	case x.status == types.ExecutionStatusRunning:
		return no, "Execution is RUNNING and cannot be redriven"
	case x.status == types.ExecutionStatusSucceeded:
		return no, "Execution is SUCCEEDED and cannot be redriven"
	case len(x.events) >= maxEvents-1:
		return no, "Execution history event limit exceeded"
	case x.service.now().Sub(x.stopped) > redriveWindow:
		return no, "Execution exceeded the redrivable period"
	}
	return types.ExecutionRedriveStatusRedrivable, ""
}

// redriveExecution goes on at the state that failed, with the input and the
// variables it had, under the machine's definition of when it started.
func (s *Service) redriveExecution(_ context.Context, _ api.Caller, in *sfn.RedriveExecutionInput) (*sfn.RedriveExecutionOutput, error) {
	x, err := s.findExecution(in.ExecutionArn)
	if err != nil {
		return nil, err
	}
	if x.ended() != types.ExecutionStatusRunning {
		x.mu.Lock()
		gone := x.gone
		x.mu.Unlock()
		<-gone // where it was is known once its goroutine has unwound
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if at := x.redrivenBy(in.ClientToken); at != nil {
		return &sfn.RedriveExecutionOutput{RedriveDate: at}, nil
	}
	if status, reason := x.redrivable(); status != types.ExecutionRedriveStatusRedrivable {
		return nil, api.Errorf("ExecutionNotRedrivable", "%s", reason)
	}
	x.status, x.output, x.failure = types.ExecutionStatusRunning, nil, nil
	x.redrives++
	x.redriven = s.now()
	if in.ClientToken != nil {
		x.asked = append(x.asked, redrive{*in.ClientToken, x.redriven})
		x.asked = x.asked[max(0, len(x.asked)-maxRedriveTokens):]
	}
	id := x.append(int64(len(x.events)), types.HistoryEvent{Type: types.HistoryEventTypeExecutionRedriven, ExecutionRedrivenEventDetails: &types.ExecutionRedrivenEventDetails{
		RedriveCount: aws.Int32(int32(x.redrives)),
	}})
	x.launchFrom(x.resume, id)
	return &sfn.RedriveExecutionOutput{RedriveDate: aws.Time(x.redriven)}, nil
}

// redrivenBy is when a client that repeats a call redrove the execution; nil when
// it did not.
func (x *execution) redrivenBy(token *string) *time.Time {
	for _, r := range x.asked {
		if token != nil && r.token == *token && x.service.now().Sub(r.at) <= redriveTokenLife {
			return &r.at
		}
	}
	return nil
}
