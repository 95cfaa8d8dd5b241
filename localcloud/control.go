package localcloud

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/fault"
	"weir/localcloud/internal/iam"
	"weir/localcloud/internal/lambda"
)

// ControlHeader must be in every request of the control API, with any value. A
// web page cannot send it.
const ControlHeader = endpoint.ControlHeader

// Faults are the faults in force.
type Faults = fault.Faults

// FaultKind is what happens to a call that a fault hits.
type FaultKind = fault.Kind

// Fault says which calls fail, and how.
type Fault = fault.Rule

// The kinds of fault.
const (
	// Throttle answers with the service's throttling error. The call does nothing.
	Throttle = fault.Throttle
	// Error answers with the fault's Code, Message and Status. The call does nothing.
	Error = fault.Error
	// Delay does the call after the fault's Delay, in wall time.
	Delay = fault.Delay
	// Drop closes the connection without an answer. The call does nothing.
	Drop = fault.Drop
	// Lose does the call and closes the connection without an answer.
	Lose = fault.Lose
	// Kill does the call and ends the function that made it before it has the answer.
	Kill = fault.Kill
)

// SetVersionState puts a version of a function in a state. A Pending version
// becomes Active after lasts of cloud time, or stays Pending with zero. An Inactive
// one becomes Active that long after it was invoked.
func (c *Cloud) SetVersionState(function, version string, state types.State, lasts time.Duration) error {
	return c.inside.Lambda.SetVersionState(function, version, lambda.VersionState{State: state, For: lasts})
}

// OnEvent calls f with every event that is put on a bus, before its delivery.
func (c *Cloud) OnEvent(f func(event map[string]any)) { c.inside.Events.Tap(f) }

// LoseEvents loses the events for which f returns true. A nil f loses none.
func (c *Cloud) LoseEvents(f func(event map[string]any) bool) { c.inside.Events.Lose(f) }

// RepeatEvents sets whether every event is delivered twice.
func (c *Cloud) RepeatEvents(twice bool) { c.inside.Events.Repeat(twice) }

// Grant is what a policy grants to a role, and how often the role used it.
type Grant = iam.Grant

// Grants returns every grant of every role, by role, policy, action and resource.
func (c *Cloud) Grants() []Grant { return c.inside.IAM.Grants() }
