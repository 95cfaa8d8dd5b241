package lambda

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// provisioned is the provisioned concurrency of a version or an alias: what was
// asked for, and how far its allocation is.
type provisioned struct {
	count    int32
	modified string
	ready    bool   // environments have been made
	failed   string // why they could not be
	timer    *clock.Timer
	// left is the version that an alias serves until its new one is allocated.
	left string
}

// provisionable finds what provisioned concurrency may be set on, a version or
// an alias; latest is what is said to $LATEST. Call with the lock held.
func (s *Service) provisionable(functionName, qualifier *string, latest string) (*function, string, error) {
	n, err := s.name(api.Deref(functionName), api.Deref(qualifier))
	if err != nil {
		return nil, "", err
	}
	if n.qualifier == "" || n.qualifier == latestVersion {
		return nil, "", invalid("%s", latest)
	}
	f := s.functions[n.function]
	if f == nil || f.aliases[n.qualifier] == nil && f.versions[n.qualifier] == nil {
		return nil, "", s.missing(n.function, n.qualifier)
	}
	return f, n.qualifier, nil
}

const (
	unpublished = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
	unqualified = "The function resource provided must be an alias or a published version."
)

func (s *Service) putProvisioned(_ context.Context, _ api.Caller, in *lambda.PutProvisionedConcurrencyConfigInput) (*lambda.PutProvisionedConcurrencyConfigOutput, error) {
	count := api.Deref(in.ProvisionedConcurrentExecutions)
	if count < 1 {
		return nil, violates(fmt.Sprint(count), "provisionedConcurrentExecutions", "Member must have value greater than or equal to 1")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.provisionable(in.FunctionName, in.Qualifier, unpublished)
	if err != nil {
		return nil, err
	}
	if err := f.provisionedTwice(q); err != nil {
		return nil, err
	}
	if err := s.provisionLimits(f, count+f.provisionedTotal(q)); err != nil {
		return nil, err
	}
	p := &provisioned{count: count, modified: s.Clock.Now().Format("2006-01-02T15:04:05-0700")}
	if was := f.provisioned[q]; was != nil {
		was.cancel()
	}
	f.provisioned[q] = p
	s.startAllocation(f, q, p)
	return &lambda.PutProvisionedConcurrencyConfigOutput{
		RequestedProvisionedConcurrentExecutions: &p.count, AllocatedProvisionedConcurrentExecutions: new(int32(0)),
		AvailableProvisionedConcurrentExecutions: new(int32(0)), Status: types.ProvisionedConcurrencyStatusEnumInProgress, LastModified: &p.modified,
	}, nil
}

// provisionedTwice refuses what an alias or its version has already, and an
// alias that cannot have it.
func (f *function) provisionedTwice(qualifier string) error {
	if a, ok := f.aliases[qualifier]; ok {
		switch _, twice := f.provisioned[api.Deref(a.FunctionVersion)]; {
		case api.Deref(a.FunctionVersion) == latestVersion:
			return invalid(unpublished)
		case len(weights(a)) > 0:
			return invalid("Alias with weights can not be used with Provisioned Concurrency")
		case twice:
			return failed("ResourceConflictException", "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
		}
		return nil
	}
	for name, a := range f.aliases {
		if _, has := f.provisioned[name]; has && api.Deref(a.FunctionVersion) == qualifier {
			return failed("ResourceConflictException", "Version is pointed by a Provisioned Concurrency alias")
		}
	}
	return nil
}

// provisionedTotal is what a function has provisioned, but for one qualifier.
func (f *function) provisionedTotal(but string) (total int32) {
	for qualifier, p := range f.provisioned {
		if qualifier != but {
			total += p.count
		}
	}
	return total
}

// provisionLimits holds all provisioned concurrency to what the function reserved,
// or to what the account has left. Call with the lock held.
func (s *Service) provisionLimits(f *function, count int32) error {
	left := s.unreserved(f.name)
	switch {
	case f.concurrency != nil && count > *f.concurrency:
		return invalid("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
	case f.concurrency != nil:
		return nil
	case count > left:
		return untyped(invalid("Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [%d].", left))
	case left-count < minUnreserved:
		return untyped(invalid("Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", minUnreserved))
	}
	return nil
}

func (s *Service) getProvisioned(_ context.Context, _ api.Caller, in *lambda.GetProvisionedConcurrencyConfigInput) (*lambda.GetProvisionedConcurrencyConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.provisionable(in.FunctionName, in.Qualifier, unqualified)
	if err != nil {
		return nil, err
	}
	p, ok := f.provisioned[q]
	if !ok {
		return nil, failed("ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function")
	}
	return as[lambda.GetProvisionedConcurrencyConfigOutput](showProvisioned(p, "")), nil
}

// showProvisioned shows a configuration with the progress of its allocation.
func showProvisioned(p *provisioned, arn string) types.ProvisionedConcurrencyConfigListItem {
	item := types.ProvisionedConcurrencyConfigListItem{
		FunctionArn: &arn, RequestedProvisionedConcurrentExecutions: &p.count, AllocatedProvisionedConcurrentExecutions: new(int32(0)),
		AvailableProvisionedConcurrentExecutions: new(int32(0)), Status: types.ProvisionedConcurrencyStatusEnumInProgress, LastModified: &p.modified,
	}
	switch {
	case p.failed != "":
		item.Status, item.StatusReason = types.ProvisionedConcurrencyStatusEnumFailed, &p.failed
	case p.ready:
		item.Status = types.ProvisionedConcurrencyStatusEnumReady
		item.AllocatedProvisionedConcurrentExecutions, item.AvailableProvisionedConcurrentExecutions = &p.count, &p.count
	}
	return item
}

func (s *Service) listProvisioned(_ context.Context, _ api.Caller, in *lambda.ListProvisionedConcurrencyConfigsInput) (*lambda.ListProvisionedConcurrencyConfigsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(api.Deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	all := []types.ProvisionedConcurrencyConfigListItem{}
	for _, q := range slices.Sorted(maps.Keys(f.provisioned)) {
		all = append(all, showProvisioned(f.provisioned[q], s.arn(f.name, q)))
	}
	page, next, err := paginate(all, in.Marker, in.MaxItems)
	return &lambda.ListProvisionedConcurrencyConfigsOutput{ProvisionedConcurrencyConfigs: page, NextMarker: next}, err
}

func (s *Service) deleteProvisioned(_ context.Context, _ api.Caller, in *lambda.DeleteProvisionedConcurrencyConfigInput) (*lambda.DeleteProvisionedConcurrencyConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.provisionable(in.FunctionName, in.Qualifier, unqualified)
	if err != nil {
		return nil, err
	}
	f.unprovision(q)
	return nil, nil
}
