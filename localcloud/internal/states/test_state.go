package states

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
)

// trial is what TestState puts in the place of a state's surroundings, and what
// it sees of the state's data.
type trial struct {
	// mock stands in for the work; nil does the work.
	mock func() (any, error)
	// written is the text of a mocked result.
	written string
	// context is the context object.
	context *ordered.Object
	// items are what an ItemReader would have read, failed how many iterations of
	// a Map state did.
	items  []any
	failed int
	notes  map[string]any
}

// testState runs one attempt of one state outside of any execution. A Wait
// state does not wait.
func (s *Service) testState(ctx context.Context, _ api.Caller, in *sfn.TestStateInput) (*sfn.TestStateOutput, error) {
	v, err := s.tried(ctx, in)
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
		out.Output, out.NextState = aws.String(v.trial.shown(done.output)), optional(done.next)
		v.vars.Merge(done.assigned)
	}
	if in.InspectionLevel == types.InspectionLevelDebug || in.InspectionLevel == types.InspectionLevelTrace {
		out.InspectionData = v.inspection()
	}
	return out, nil
}

// shown is a value as TestState shows it: the mocked result as it was written, as
// recorded in test_base_parallel_state_mock_success.
// https://github.com/localstack/localstack/blob/main/tests/aws/services/stepfunctions/v2/test_state/test_test_state_mock_scenarios.snapshot.json
func (t *trial) shown(value any) string {
	text := ordered.Encode(value)
	if mocked, err := ordered.Decode(t.written); t.written != "" && err == nil && ordered.Encode(mocked) == text {
		return t.written
	}
	return text
}

// judge tells what Retry and Catch would make of a failure.
func (v *visit) judge(f *failure, config *types.TestStateConfiguration, out *sfn.TestStateOutput) (*outcome, error) {
	out.Status, out.Error, out.Cause = types.TestExecutionStatusFailed, optional(f.name), optional(f.cause)
	tried := 0
	if config != nil {
		tried = int(aws.ToInt32(config.RetrierRetryCount))
	}
	for i, r := range v.state.Retry {
		if !matches(r.ErrorEquals, f) {
			continue
		}
		v.note(noteRetry, i)
		if tried < r.MaxAttempts {
			longest := func() float64 { return 1 }
			v.note(noteBackoff, int(backoff(r, tried, longest)/time.Second))
			out.Status = types.TestExecutionStatusRetriable
			return nil, nil
		}
		break
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

// mocked completes a Parallel state with what TestState was given for its work.
func (v *visit) mocked(e evaluator) (*outcome, error) {
	result, err := v.trial.mock()
	if err != nil {
		return nil, err
	}
	return v.complete(e, result, true)
}

// mockedMap does so for a Map state, unless more of its iterations are said to
// have failed than the state tolerates.
func (v *visit) mockedMap(e evaluator, plan *mapPlan) (*outcome, error) {
	result, err := v.trial.mock()
	if err != nil {
		return nil, err
	}
	_, count := v.trial.notes["ToleratedFailureCount"]
	_, percentage := v.trial.notes["ToleratedFailurePercentage"]
	if (count || percentage) && v.trial.failed > plan.tolerated {
		return nil, failf(errTolerance, "The specified tolerated failure threshold was exceeded")
	}
	return v.complete(e, result, true)
}

// sleep waits on the cloud clock, except under TestState.
func (v *visit) sleep(d time.Duration) error {
	if v.trial != nil {
		return nil
	}
	return v.hold.Sleep(v.ctx, d)
}
