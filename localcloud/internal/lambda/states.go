package lambda

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

// VersionState is a state that a test or a person puts a version in.
type VersionState struct {
	// State is Active, Pending (as after PublishVersion with SnapStart or a
	// VPC), Inactive (as after weeks without a request) or Failed.
	State types.State
	// For is the cloud time after which a Pending version is Active, and which
	// an Inactive one takes once it was invoked. Zero stays Pending.
	For time.Duration
}

// set is a state that was set, which ends at a cloud time or not at all.
type setState struct {
	until time.Time     // zero: it does not end by itself
	wakes time.Duration // of an Inactive version
}

// SetVersionState puts a version of a function in a state; version may be
// $LATEST.
func (s *Service) SetVersionState(function, version string, to VersionState) error {
	if states := to.State.Values(); !slices.Contains(states[:4], to.State) || to.For < 0 {
		return fmt.Errorf("state %q for %v: want one of %s, for no negative time", to.State, to.For, listed(states[:4]))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.functions[function]
	if !ok {
		return fmt.Errorf("there is no function %q", function)
	}
	v := f.version(version)
	if v == nil {
		return fmt.Errorf("function %s has no version %q", function, version)
	}
	s.put(v, to)
	return nil
}

// put puts a version in a state. Call with the lock held.
func (s *Service) put(v *version, to VersionState) {
	v.settles = time.Time{}
	v.set = &setState{}
	v.config.State, v.config.RevisionId = to.State, new(api.NewID())
	switch to.State {
	case types.StatePending:
		v.config.StateReason, v.config.StateReasonCode = new("The function is being created."), types.StateReasonCodeCreating
		if to.For > 0 {
			v.set.until = s.Clock.Now().Add(to.For)
		}
	case types.StateInactive:
		v.config.StateReason, v.config.StateReasonCode = new("The function is idle."), types.StateReasonCodeIdle
		v.set.wakes = to.For
	case types.StateFailed:
		v.config.StateReason, v.config.StateReasonCode = new("The function failed to initialise."), types.StateReasonCodeFunctionError
	default:
		v.config.StateReason, v.config.StateReasonCode, v.set = nil, "", nil
	}
	v.config.LastUpdateStatus, v.config.LastUpdateStatusReason, v.config.LastUpdateStatusReasonCode = types.LastUpdateStatusSuccessful, nil, ""
}

// wake begins to bring an Inactive version back, as the first request for it
// does; that request fails. Call with the lock held.
// https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
func (s *Service) wake(v *version) error {
	takes := v.set.wakes
	s.put(v, VersionState{State: types.StatePending, For: max(takes, time.Nanosecond)})
	v.config.StateReason, v.config.StateReasonCode = new("The function is being restored."), types.StateReasonCodeRestoring
	if snapshots(v) {
		// https://docs.aws.amazon.com/lambda/latest/dg/snapstart-troubleshooting.html
		return failed("SnapStartNotReadyException", "Lambda is initializing your function. It will be ready to invoke once your function state becomes ACTIVE.")
	}
	// boto/boto3#3788, aws/aws-cdk#20123
	return failed("CodeArtifactUserPendingException", "Lambda is initializing your function. It will be ready to invoke shortly.")
}

// awake refuses a version in a state that was set, for a request.
// Call with the lock held.
func (s *Service) awake(v *version) error {
	switch {
	case v.set == nil || v.config.State == types.StateActive:
		return nil
	case v.config.State == types.StateInactive:
		return s.wake(v)
	}
	return stateConflict(v)
}

func stateConflict(v *version) *api.Error {
	return failed("ResourceConflictException", "The operation cannot be performed at this time. The function is currently in the following state: %s", v.config.State)
}

// snapshots tells whether a version was published with SnapStart.
func snapshots(v *version) bool {
	return v.config.SnapStart != nil && v.config.SnapStart.OptimizationStatus == types.SnapStartOptimizationStatusOn
}

// snapStart is the setting as $LATEST has it.
func snapStart(in *types.SnapStart) *types.SnapStartResponse {
	if in == nil || in.ApplyOn == "" {
		return &types.SnapStartResponse{ApplyOn: types.SnapStartApplyOnNone, OptimizationStatus: types.SnapStartOptimizationStatusOff}
	}
	return &types.SnapStartResponse{ApplyOn: in.ApplyOn, OptimizationStatus: types.SnapStartOptimizationStatusOff}
}

// snapStartRuntimes are those with SnapStart.
// https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
var snapStartRuntimes = []types.Runtime{
	types.RuntimeJava11, types.RuntimeJava17, types.RuntimeJava21, "java25", types.RuntimePython312, types.RuntimePython313, "python3.14",
	types.RuntimeDotnet8, "dotnet10",
}

// snapshotTime is the cloud time for which a version is Pending while Lambda
// takes its snapshot: "upwards of 2 minutes" in
// https://github.com/alexcasalboni/aws-lambda-power-tuning/pull/190.
const snapshotTime = 2 * time.Minute

// snapshot makes a version that was published with SnapStart Pending. Call with
// the lock held.
func (s *Service) snapshot(v *version) {
	if v.config.SnapStart == nil || v.config.SnapStart.ApplyOn != types.SnapStartApplyOnPublishedVersions {
		return
	}
	s.put(v, VersionState{State: types.StatePending, For: snapshotTime})
	v.config.SnapStart = &types.SnapStartResponse{ApplyOn: types.SnapStartApplyOnPublishedVersions, OptimizationStatus: types.SnapStartOptimizationStatusOn}
}

// initialization is how environments of the next version come to be.
func (f *function) initialization() string {
	if start := f.latest.config.SnapStart; start != nil && start.ApplyOn == types.SnapStartApplyOnPublishedVersions {
		return fromSnapshot
	}
	return onDemand
}
