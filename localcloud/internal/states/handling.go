package states

import (
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/states/asl"
)

// retry waits for the first matching retrier that has attempts left and tells
// whether to try again.
func (v *visit) retry(f *failure, tried []int) (bool, error) {
	for i, r := range v.state.Retry {
		if !matches(r.ErrorEquals, f) {
			continue
		}
		if tried[i] >= r.MaxAttempts {
			return false, nil
		}
		delay := backoff(r, tried[i], v.exec.service.Random)
		tried[i]++
		if err := v.hold.Sleep(v.ctx, delay); err != nil {
			return false, errEnded
		}
		v.retries++
		return true, nil
	}
	return false, nil
}

// backoff is the wait before attempt tried+1, with full jitter if asked for.
func backoff(r asl.Retrier, tried int, random func() float64) time.Duration {
	seconds := r.IntervalSeconds * math.Pow(r.BackoffRate, float64(tried))
	if r.MaxDelaySeconds > 0 {
		seconds = math.Min(seconds, r.MaxDelaySeconds)
	}
	seconds = math.Min(seconds, 31622400) // a year and a day, AWS's longest MaxDelaySeconds
	if r.FullJitter {
		seconds *= random()
	}
	return time.Duration(seconds * float64(time.Second))
}

// catch hands a failure to the first catcher that names it.
func (v *visit) catch(f *failure) (*outcome, error) {
	for i, c := range v.state.Catch {
		if !matches(c.ErrorEquals, f) {
			continue
		}
		e := v.evaluator()
		defer e.close()
		output, assigned, err := e.caught(f, c, i)
		if err != nil {
			return nil, v.uncaught(err)
		}
		return &outcome{output: output, assigned: assigned, next: c.Next}, nil
	}
	return nil, f
}

// query reports a failed expression: an event in JSONata states, and the
// sentence that AWS puts before the cause. As long as the state has done no
// work the event follows the one before the state's first.
func (v *visit) query(err error) error {
	f, ok := err.(*failure)
	if !ok {
		return err
	}
	if f.location != "" {
		if v.last == v.enteredID && !v.begun {
			v.branch.previous = v.before
		}
		event := types.HistoryEvent{Type: types.HistoryEventTypeEvaluationFailed, EvaluationFailedEventDetails: &types.EvaluationFailedEventDetails{
			State: aws.String(v.state.Name), Location: aws.String(f.location), Error: aws.String(f.name), Cause: aws.String(v.during(f).cause),
		}}
		if err := v.record(event); err != nil {
			return err
		}
	}
	return v.during(f)
}

func (v *visit) during(f *failure) *failure {
	return failf(f.name, "An error occurred while executing the state '%s' (entered at the event id #%d). %s", v.state.Name, v.enteredID, f.cause)
}

// uncaught is for failures of a Catch itself, which nothing catches.
func (v *visit) uncaught(err error) error { return v.query(err) }
