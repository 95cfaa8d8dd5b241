package lambda

import (
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda/runtime"
)

// initFailure is the reason where a function fails while it initialises.
// https://github.com/aws/aws-cdk/issues/6016
const initFailure = "FUNCTION_ERROR_INIT_FAILURE"

func (p *provisioned) cancel() {
	if p.timer != nil {
		p.timer.Stop()
	}
}

// unprovision takes the provisioned concurrency of a qualifier away. Call with
// the lock held.
func (f *function) unprovision(qualifier string) {
	if p := f.provisioned[qualifier]; p != nil {
		p.cancel()
		delete(f.provisioned, qualifier)
		f.retireUnused()
	}
}

// ready is how many environments a target's qualifier has, of those that are
// provisioned for its alias or for its version.
func (f *function) ready(t target) int {
	for _, qualifier := range []string{t.qualifier, t.executed} {
		if p := f.provisioned[qualifier]; p != nil && p.failed == "" {
			return int(p.count)
		}
	}
	return 0
}

// startAllocation makes environments after the time that this takes. Call with
// the lock held.
func (s *Service) startAllocation(f *function, qualifier string, p *provisioned) {
	p.cancel()
	p.ready, p.failed = false, ""
	if s.Allocate > 0 {
		p.timer = s.Clock.AfterFunc(s.Allocate, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.allocate(f, qualifier, p)
		})
		return
	}
	s.allocate(f, qualifier, p)
}

// allocate initialises one environment of each version that a qualifier stands
// for; the others start when they are used. The lock, which must be held, is
// let go meanwhile.
func (s *Service) allocate(f *function, qualifier string, p *provisioned) {
	for _, v := range f.preparing(qualifier, p) {
		if v.prepared == nil {
			v.prepared = s.pool(v, inPreparation)
		}
		failed := s.warm(v)
		if f.provisioned[qualifier] != p || s.ctx.Err() != nil {
			return // taken back meanwhile
		}
		if failed {
			p.failed = initFailure // the alias goes on serving what it left
			return
		}
	}
	p.ready = true
	if a := f.aliases[qualifier]; a != nil && p.left != "" {
		changed := *a
		changed.RoutingConfig, changed.RevisionId = nil, new(api.NewID())
		f.aliases[qualifier] = &changed
	}
	p.left = ""
	f.retireUnused()
}

// warm tells whether a version fails to initialise. Those that this machine
// cannot run are taken to succeed. The lock, which must be held, is let go
// meanwhile.
func (s *Service) warm(v *version) bool {
	if runtime.Remedy(string(v.config.Runtime)) != "" {
		return false
	}
	pool := v.prepared
	event := runtime.Event{ID: api.NewID(), FunctionARN: api.Deref(v.config.FunctionArn), Version: api.Deref(v.config.Version), Began: s.Clock.Now()}
	s.mu.Unlock()
	defer s.mu.Lock()
	failed, err := pool.Warm(s.ctx, event)
	if err != nil && s.ctx.Err() == nil {
		s.Log.Warn("an environment did not start", "function", event.FunctionARN, "error", err.Error())
	}
	return failed != nil || err != nil
}

// preparing lists the versions that a qualifier routes to, but for the one that
// its alias is leaving.
func (f *function) preparing(qualifier string, p *provisioned) []*version {
	var all []*version
	for _, number := range f.routed(qualifier) {
		if v := f.version(number); v != nil && number != p.left {
			all = append(all, v)
		}
	}
	return all
}

// routed lists the versions that a qualifier stands for.
func (f *function) routed(qualifier string) []string {
	a, ok := f.aliases[qualifier]
	if !ok {
		return []string{qualifier}
	}
	numbers := []string{api.Deref(a.FunctionVersion)}
	for other := range weights(a) {
		numbers = append(numbers, other)
	}
	return numbers
}

// retireUnused ends the environments of versions for which nothing is
// provisioned any more. Call with the lock held.
func (f *function) retireUnused() {
	needed := map[string]bool{}
	for qualifier := range f.provisioned {
		for _, number := range f.routed(qualifier) {
			needed[number] = true
		}
	}
	for number, v := range f.versions {
		if v.prepared != nil && !needed[number] {
			v.prepared.Retire()
			v.prepared = nil
		}
	}
}

// reallocate follows an alias with provisioned concurrency. When its version
// changes, Lambda goes on serving the version that it left, by a weight of 1.0
// that it adds itself, until environments of the new version are allocated.
// Call with the lock held.
// https://github.com/hashicorp/terraform-provider-aws/pull/48116
// https://github.com/hashicorp/terraform/issues/24957
func (s *Service) reallocate(f *function, was, is *types.AliasConfiguration) {
	qualifier := api.Deref(is.Name)
	p := f.provisioned[qualifier]
	if p == nil {
		return
	}
	left := api.Deref(was.FunctionVersion)
	switch moved := left != api.Deref(is.FunctionVersion); {
	case moved && len(weights(is)) == 0:
		p.left = left
		is.RoutingConfig = routing(&types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{left: 1}})
		s.startAllocation(f, qualifier, p)
	case moved:
		p.left = ""
		s.startAllocation(f, qualifier, p)
	case p.left != "" && weights(is)[p.left] != 1:
		p.left = "" // somebody routed the alias otherwise
	}
}
