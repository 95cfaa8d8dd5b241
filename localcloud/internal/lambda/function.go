package lambda

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda/runtime"
)

// function is a function with all that hangs on it.
type function struct {
	name        string
	latest      *version
	versions    map[string]*version // published, by number
	published   int                 // the newest number
	aliases     map[string]*types.AliasConfiguration
	tags        map[string]string
	policies    map[string]*policy // by qualifier; "" is the function's
	concurrency *int32             // reserved
	provisioned map[string]*provisioned
	async       map[string]*types.FunctionEventInvokeConfig // by qualifier; "" is $LATEST
	urls        map[string]*types.FunctionUrlConfig         // by qualifier
	runtimes    map[string]runtimeConfig                    // by qualifier
	running     int                                         // events under way
	prepared    int                                         // of them, where concurrency is provisioned
}

// version is $LATEST or a published version, with its warm processes.
type version struct {
	config types.FunctionConfiguration
	folder string // the unpacked code
	// source is the description that $LATEST had when this was published.
	source string
	pool   *runtime.Pool
	// prepared are the environments that concurrency is provisioned in; nil
	// where none is.
	prepared *runtime.Pool
	used     int       // of them, by events under way
	settles  time.Time // wall; zero once settled
	changed  time.Time // cloud time at which it began to settle
	set      *setState // nil but for a state that was set
}

func newFunction(name string) *function {
	return &function{
		name: name, versions: map[string]*version{}, aliases: map[string]*types.AliasConfiguration{},
		tags: map[string]string{}, policies: map[string]*policy{}, provisioned: map[string]*provisioned{},
		async: map[string]*types.FunctionEventInvokeConfig{}, urls: map[string]*types.FunctionUrlConfig{}, runtimes: map[string]runtimeConfig{},
	}
}

func (f *function) pools() []*runtime.Pool {
	pools := []*runtime.Pool{f.latest.pool}
	for _, v := range f.versions {
		pools = append(pools, v.pool)
		if v.prepared != nil {
			pools = append(pools, v.prepared)
		}
	}
	return pools
}

// creating makes a version Pending; settle makes it Active.
func (s *Service) creating(v *version) {
	v.config.State, v.config.StateReason, v.config.StateReasonCode = types.StatePending, new("The function is being created."), types.StateReasonCodeCreating
	v.config.LastUpdateStatus, v.config.LastUpdateStatusReason, v.config.LastUpdateStatusReasonCode = "", nil, ""
	s.unsettled(v)
}

// updating makes an update of $LATEST InProgress; settle makes it Successful.
func (s *Service) updating(v *version) {
	v.config.LastUpdateStatus = types.LastUpdateStatusInProgress
	v.config.LastUpdateStatusReason = new("The function is being created.")
	v.config.LastUpdateStatusReasonCode = "Creating" // not among the SDK's values, but what Lambda answers
	s.unsettled(v)
}

func (s *Service) unsettled(v *version) {
	v.config.RevisionId = new(api.NewID())
	v.changed = s.Clock.Now()
	v.config.LastModified = new(v.changed.Format("2006-01-02T15:04:05.000-0700"))
	v.settles = time.Now().Add(max(s.Settle, time.Nanosecond))
}

// settle ends what a change set going, once its time has passed. As on AWS the
// revision changes once more then. Call with the lock held.
func (s *Service) settle(v *version) {
	if v.set != nil {
		if !v.set.until.IsZero() && !s.Clock.Now().Before(v.set.until) {
			s.put(v, VersionState{State: types.StateActive})
		}
		return
	}
	if v.settles.IsZero() || time.Now().Before(v.settles) && !s.stepped(v.changed) {
		return
	}
	v.settles = time.Time{}
	v.config.State, v.config.StateReason, v.config.StateReasonCode = types.StateActive, nil, ""
	v.config.LastUpdateStatus, v.config.LastUpdateStatusReason, v.config.LastUpdateStatusReasonCode = types.LastUpdateStatusSuccessful, nil, ""
	v.config.RevisionId = new(api.NewID())
}

// stepped tells whether a stepped clock has moved on far enough for a change to
// settle: who steps it does not wait for the wall.
func (s *Service) stepped(changed time.Time) bool {
	return s.Clock.Speed() == 0 && s.Settle > 0 && !s.Clock.Now().Before(changed.Add(s.Settle))
}

// settled finds a function that is neither being created nor updated, for what
// Lambda refuses meanwhile. Call with the lock held.
func (s *Service) settled(caller api.Caller, functionName *string) (*function, error) {
	for {
		f, _, err := s.function(api.Deref(functionName))
		if err != nil {
			return nil, err
		}
		if waited, err := s.await(caller, f.latest); err != nil || !waited {
			return f, err
		}
	}
}

// await refuses a version that has not settled. Services wait instead, as
// CloudFormation does on AWS: then the lock was let go meanwhile, and the
// version may have been replaced. Call with the lock held.
func (s *Service) await(caller api.Caller, v *version) (waited bool, err error) {
	s.settle(v)
	if v.set != nil && v.config.State == types.StatePending {
		return false, stateConflict(v)
	}
	if v.settles.IsZero() {
		return false, nil
	}
	if caller.Service == "" && s.Settle > 0 {
		return false, unsettledError(v)
	}
	wait := time.NewTimer(time.Until(v.settles))
	defer wait.Stop()
	s.mu.Unlock()
	defer s.mu.Lock()
	select {
	case <-wait.C:
		return true, nil
	case <-s.ctx.Done():
		return false, s.ctx.Err()
	}
}

func unsettledError(v *version) error {
	if v.config.State == types.StatePending {
		return stateConflict(v)
	}
	return failed("ResourceConflictException", "The operation cannot be performed at this time. An update is in progress for resource: %s", api.Deref(v.config.FunctionArn))
}

// shown is a version's configuration as it answers under a qualifier: the ARN
// carries the qualifier that was asked for.
func (s *Service) shown(v *version, qualifier string) types.FunctionConfiguration {
	s.settle(v)
	config := v.config
	if qualifier != "" {
		config.FunctionArn = new(s.arn(api.Deref(config.FunctionName), qualifier))
	}
	config.RuntimeVersionConfig = &types.RuntimeVersionConfig{RuntimeVersionArn: new(s.runtimeVersion(config.Runtime))}
	return config
}

// listed is a version's configuration as lists show it: without what changes by
// itself.
func (s *Service) listed(v *version, qualifier string) types.FunctionConfiguration {
	config := s.shown(v, qualifier)
	config.State, config.StateReason, config.StateReasonCode = "", nil, ""
	config.LastUpdateStatus, config.LastUpdateStatusReason, config.LastUpdateStatusReasonCode = "", nil, ""
	config.RuntimeVersionConfig = nil
	return config
}
