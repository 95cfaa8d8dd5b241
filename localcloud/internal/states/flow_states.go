package states

import (
	"time"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/asl"
)

func (v *visit) pass() (*outcome, error) {
	e := v.evaluator()
	defer e.close()
	if fixed, ok := v.state.Fields["Result"]; ok {
		return v.complete(e, fixed, true)
	}
	result, err := e.arguments()
	if err != nil {
		return nil, v.query(err)
	}
	return v.complete(e, result, false)
}

// complete turns a result into the state's outcome.
func (v *visit) complete(e evaluator, result any, fromTask bool) (*outcome, error) {
	output, assigned, err := e.finish(result, fromTask)
	if err != nil {
		return nil, v.query(err)
	}
	return &outcome{output: output, assigned: assigned, next: v.state.Next}, nil
}

func (v *visit) succeed() (*outcome, error) {
	e := v.evaluator()
	defer e.close()
	input, err := e.arguments()
	if err != nil {
		return nil, v.query(err)
	}
	return v.complete(e, input, false)
}

// fail is how a Fail state ends: always with a failure.
func (v *visit) fail() error {
	e := v.evaluator()
	defer e.close()
	if _, err := e.arguments(); err != nil {
		return v.query(err)
	}
	f := &failure{}
	for _, part := range []struct {
		field  string
		target *string
	}{{"Error", &f.name}, {"Cause", &f.cause}} {
		value, ok, err := e.field(part.field)
		if err != nil {
			return v.query(err)
		}
		if !ok {
			continue
		}
		if *part.target, ok = value.(string); !ok {
			return v.query(e.mistyped(part.field, value, "string"))
		}
	}
	f.cause = cutCause(f.cause)
	return f
}

func (v *visit) wait() (*outcome, error) {
	e := v.evaluator()
	defer e.close()
	input, err := e.arguments()
	if err != nil {
		return nil, v.query(err)
	}
	until, err := v.waitUntil(e)
	if err != nil {
		return nil, v.query(err)
	}
	// Expressions of Output see the values of before the wait; the engine's
	// runtime must not be kept waiting.
	e.rest()
	v.begun = true
	if err := v.hold.Sleep(v.ctx, until.Sub(v.exec.service.Clock.Now())); err != nil {
		return nil, errEnded
	}
	return v.complete(e, input, false)
}

func (v *visit) waitUntil(e evaluator) (time.Time, error) {
	seconds, ok, err := e.field("Seconds")
	if err != nil {
		return time.Time{}, err
	}
	if ok {
		n, isWhole := whole(seconds)
		if number, isNumber := ordered.Number(seconds); isNumber && v.state.JSONata {
			n, isWhole = int64(number), true
		}
		if !isWhole {
			return time.Time{}, e.mistyped("Seconds", seconds, "number")
		}
		if n < 0 {
			return time.Time{}, e.negative("Seconds", n)
		}
		return v.exec.service.Clock.Now().Add(time.Duration(min(n, 99999999)) * time.Second), nil
	}
	value, _, err := e.field("Timestamp")
	if err != nil {
		return time.Time{}, err
	}
	v.begun = true
	text, _ := value.(string)
	at, err := asl.ParseTime(text)
	if err != nil {
		return time.Time{}, e.unparsed("Timestamp", value)
	}
	return at, nil
}
