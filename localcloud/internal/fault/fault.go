// Package fault makes calls of the local cloud fail on request: throttled,
// refused, late, lost on the way there or on the way back, or the last thing that
// a function does. A rule names
// the service and the operation, how many calls it hits and whose; it is set in
// process or over the control API, and is a gate of the bus.
package fault

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"weir/localcloud/internal/api"
)

// Kind is what happens to a call.
type Kind string

// The kinds of fault.
const (
	// Throttle answers with the service's throttling error; nothing is done.
	Throttle Kind = "throttle"
	// Error answers with the rule's Code, Message and Status; nothing is done.
	Error Kind = "error"
	// Delay does the call after the rule's Delay of wall time, which is what
	// the caller's own time limits count.
	Delay Kind = "delay"
	// Drop closes the connection without an answer; nothing is done.
	Drop Kind = "drop"
	// Lose does the call and closes the connection without an answer.
	Lose Kind = "lose"
	// Kill does the call and ends the processes of the function that made it
	// before they have the answer: a crash between two calls.
	Kill Kind = "kill"
)

// Rule is one fault on request.
type Rule struct {
	ID        int    // given by Add
	Kind      Kind   //
	Service   string // signing name: "lambda", "states", "monitoring"...
	Operation string // "UpdateAlias"; every operation when empty
	// Role is a caller's role, by name or ARN; any caller when empty.
	Role string
	// Skip lets this many matching calls pass first.
	Skip int
	// Count is how many calls the fault hits; every one when zero.
	Count   int
	Code    string        // of Error; for Throttle the service's own when empty
	Message string        // of Error and Throttle
	Status  int           // of Error, HTTP; 500 when zero
	Delay   time.Duration // of Delay, wall time
	// Hits is how many calls it has hit.
	Hits int
}

// Faults are the rules in force. The zero value has none.
type Faults struct {
	// End ends the processes of a function that work on an event; for Kill.
	End func(function string)

	mu    sync.Mutex
	rules []*Rule
	next  int
}

// Add puts a rule in force and returns its id.
func (f *Faults) Add(rule Rule) (int, error) {
	switch rule.Kind {
	case Throttle, Error, Drop, Lose:
	case Kill:
		if f.End == nil {
			return 0, fmt.Errorf("nothing here ends functions")
		}
	case Delay:
		if rule.Delay <= 0 {
			return 0, fmt.Errorf("a delay fault needs a delay")
		}
	default:
		return 0, fmt.Errorf("unknown kind of fault %q: want %s, %s, %s, %s, %s or %s", rule.Kind, Throttle, Error, Delay, Drop, Lose, Kill)
	}
	if rule.Service == "" {
		return 0, fmt.Errorf("a fault needs the service it is for")
	}
	if rule.Count < 0 || rule.Skip < 0 {
		return 0, fmt.Errorf("count and skip of a fault cannot be negative")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	rule.ID, rule.Hits = f.next, 0
	f.rules = append(f.rules, &rule)
	return rule.ID, nil
}

// Remove ends a rule and tells whether there was one.
func (f *Faults) Remove(id int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.rules)
	f.rules = slices.DeleteFunc(f.rules, func(r *Rule) bool { return r.ID == id })
	return len(f.rules) < before
}

// Clear ends all rules.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// Rules lists the rules in the order they were added, those used up as well.
func (f *Faults) Rules() []Rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := make([]Rule, len(f.rules))
	for i, rule := range f.rules {
		list[i] = *rule
	}
	return list
}

// Gate lets faults happen to the bus's calls.
func (f *Faults) Gate(ctx context.Context, call api.Call, next func(context.Context) (any, error)) (any, error) {
	rule, ok := f.take(call)
	if !ok {
		return next(ctx)
	}
	switch rule.Kind {
	case Throttle:
		return nil, throttled(call, rule)
	case Error:
		return nil, api.StatusErrorf(cmp.Or(rule.Status, 500), cmp.Or(rule.Code, "InternalFailure"), "%s", cmp.Or(rule.Message, "fault on request"))
	case Drop:
		return nil, lost(call)
	case Lose, Kill:
		_, err := next(ctx)
		if rule.Kind == Kill && call.Caller.RoleARN != "" {
			// Lambda names a function's session after the function.
			f.End(call.Caller.ARN[strings.LastIndex(call.Caller.ARN, "/")+1:])
		}
		if err != nil {
			return nil, fmt.Errorf("%w (and the call had failed: %w)", lost(call), err)
		}
		return nil, lost(call)
	}
	select {
	case <-time.After(rule.Delay):
		return next(ctx)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func lost(call api.Call) error {
	return fmt.Errorf("%s %s: %w", call.Service.Name, call.Operation.Name, api.ErrNoAnswer)
}

// take finds the first rule in force for a call and counts it.
func (f *Faults) take(call api.Call) (Rule, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, rule := range f.rules {
		if !rule.matches(call) || rule.Count > 0 && rule.Hits >= rule.Count {
			continue
		}
		if rule.Skip > 0 {
			rule.Skip--
			continue
		}
		rule.Hits++
		return *rule, true
	}
	return Rule{}, false
}

func (r *Rule) matches(call api.Call) bool {
	return r.Service == call.Service.Name &&
		(r.Operation == "" || r.Operation == call.Operation.Name) &&
		(r.Role == "" || r.Role == call.Caller.RoleARN || strings.HasSuffix(call.Caller.RoleARN, "/"+r.Role))
}

// throttled is the throttling error in the service's own words.
func throttled(call api.Call, rule Rule) error {
	code, message, status := "ThrottlingException", "Rate exceeded", 400
	switch {
	case call.Service.Name == "lambda":
		code, status = "TooManyRequestsException", 429
	case slices.Contains(call.Service.Protocols, api.Query):
		code = "Throttling"
	case call.Service.Handler != nil:
		code, message, status = "SlowDown", "Please reduce your request rate.", 503
	}
	err := api.StatusErrorf(status, cmp.Or(rule.Code, code), "%s", cmp.Or(rule.Message, message))
	if call.Service.Name == "lambda" {
		err.Fields = map[string]string{"Reason": "CallerRateLimitExceeded"}
	}
	return err
}
