package lambda

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/local/api"
)

// The account's limits, those of a new account after its first raise.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
const (
	accountConcurrency = 1000
	minUnreserved      = 100
)

// provisioned is provisioned concurrency as state: what was asked for is ready
// at once.
type provisioned struct {
	count    int32
	modified string
}

// unreserved is what the account has left when but's own reservation is set
// aside. Call with the lock held.
func (s *Service) unreserved(but string) int32 {
	left := int32(accountConcurrency)
	for name, f := range s.functions {
		if name == but {
			continue
		}
		if f.concurrency != nil {
			left -= *f.concurrency // provisioned concurrency is part of it
			continue
		}
		for _, p := range f.provisioned {
			left -= p.count
		}
	}
	return left
}

func (s *Service) putFunctionConcurrency(_ context.Context, _ api.Caller, in *lambda.PutFunctionConcurrencyInput) (*lambda.PutFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	count := deref(in.ReservedConcurrentExecutions)
	if count < 0 {
		return nil, violates(fmt.Sprint(count), "reservedConcurrentExecutions", "Member must have value greater than or equal to 0")
	}
	if s.unreserved(f.name)-count < minUnreserved {
		return nil, invalid("Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", minUnreserved)
	}
	f.concurrency = &count
	return &lambda.PutFunctionConcurrencyOutput{ReservedConcurrentExecutions: &count}, nil
}

func (s *Service) getFunctionConcurrency(_ context.Context, _ api.Caller, in *lambda.GetFunctionConcurrencyInput) (*lambda.GetFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	return &lambda.GetFunctionConcurrencyOutput{ReservedConcurrentExecutions: f.concurrency}, nil
}

func (s *Service) deleteFunctionConcurrency(_ context.Context, _ api.Caller, in *lambda.DeleteFunctionConcurrencyInput) (*lambda.DeleteFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	f.concurrency = nil
	return nil, nil
}

// provisionable finds what provisioned concurrency may be set on: a version or
// an alias. Call with the lock held.
func (s *Service) provisionable(functionName, qualifier *string) (*function, string, error) {
	n, err := s.parseName(deref(functionName), deref(qualifier))
	if err != nil {
		return nil, "", err
	}
	if n.qualifier == "" || n.qualifier == latestVersion {
		return nil, "", invalid("The function resource provided must be an alias or a published version.")
	}
	f, ok := s.functions[n.function]
	switch {
	case ok && (f.aliases[n.qualifier] != nil || f.versions[n.qualifier] != nil):
		return f, n.qualifier, nil
	case isNumber(n.qualifier):
		return nil, "", s.notFound(n.function, n.qualifier)
	}
	return nil, "", failed("ResourceNotFoundException", "Cannot find alias arn: %s", s.arn(n.function, n.qualifier))
}

// checkProvisioned refuses what cannot be set on a version or an alias. Call
// with the lock held.
func (s *Service) checkProvisioned(f *function, qualifier string, count int32) error {
	others := int32(0)
	for q, p := range f.provisioned {
		if q != qualifier {
			others += p.count
		}
	}
	switch {
	case f.concurrency != nil && others+count > *f.concurrency:
		return invalid("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
	case count > accountConcurrency:
		return invalid("Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [%d].", accountConcurrency)
	case f.concurrency == nil && s.unreserved("")+f.provisioned[qualifier].count-count < minUnreserved:
		return invalid("Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", minUnreserved)
	}
	if a, ok := f.aliases[qualifier]; ok {
		switch _, taken := f.provisioned[deref(a.FunctionVersion)]; {
		case deref(a.FunctionVersion) == latestVersion:
			return errUnpublished
		case len(weights(a)) > 0:
			return invalid("Alias with weights can not be used with Provisioned Concurrency")
		case taken:
			return failed("ResourceConflictException", "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
		}
		return nil
	}
	for name, a := range f.aliases {
		if _, taken := f.provisioned[name]; taken && deref(a.FunctionVersion) == qualifier {
			return failed("ResourceConflictException", "Version is pointed by a Provisioned Concurrency alias")
		}
	}
	return nil
}

var errUnpublished = invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")

func (s *Service) putProvisioned(_ context.Context, _ api.Caller, in *lambda.PutProvisionedConcurrencyConfigInput) (*lambda.PutProvisionedConcurrencyConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := deref(in.ProvisionedConcurrentExecutions)
	if count < 1 {
		return nil, violates(fmt.Sprint(count), "provisionedConcurrentExecutions", "Member must have value greater than or equal to 1")
	}
	if deref(in.Qualifier) == latestVersion {
		return nil, errUnpublished
	}
	f, q, err := s.provisionable(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if err := s.checkProvisioned(f, q, count); err != nil {
		return nil, err
	}
	p := provisioned{count: count, modified: s.Clock.Now().Format("2006-01-02T15:04:05-0700")}
	f.provisioned[q] = p
	return &lambda.PutProvisionedConcurrencyConfigOutput{
		RequestedProvisionedConcurrentExecutions: &p.count, AllocatedProvisionedConcurrentExecutions: ptr(int32(0)),
		AvailableProvisionedConcurrentExecutions: ptr(int32(0)), Status: types.ProvisionedConcurrencyStatusEnumInProgress, LastModified: &p.modified,
	}, nil
}

func (s *Service) getProvisioned(_ context.Context, _ api.Caller, in *lambda.GetProvisionedConcurrencyConfigInput) (*lambda.GetProvisionedConcurrencyConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.provisionable(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	p, ok := f.provisioned[q]
	if !ok {
		return nil, failed("ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function")
	}
	return as[lambda.GetProvisionedConcurrencyConfigOutput](p.shown("")), nil
}

func (p provisioned) shown(arn string) types.ProvisionedConcurrencyConfigListItem {
	return types.ProvisionedConcurrencyConfigListItem{
		FunctionArn: &arn, RequestedProvisionedConcurrentExecutions: &p.count, AllocatedProvisionedConcurrentExecutions: &p.count,
		AvailableProvisionedConcurrentExecutions: &p.count, Status: types.ProvisionedConcurrencyStatusEnumReady, LastModified: &p.modified,
	}
}

func (s *Service) listProvisioned(_ context.Context, _ api.Caller, in *lambda.ListProvisionedConcurrencyConfigsInput) (*lambda.ListProvisionedConcurrencyConfigsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	all := []types.ProvisionedConcurrencyConfigListItem{}
	for _, q := range slices.Sorted(maps.Keys(f.provisioned)) {
		all = append(all, f.provisioned[q].shown(s.arn(f.name, q)))
	}
	page, next, err := paginate(all, in.Marker, in.MaxItems)
	return &lambda.ListProvisionedConcurrencyConfigsOutput{ProvisionedConcurrencyConfigs: page, NextMarker: next}, err
}

func (s *Service) deleteProvisioned(_ context.Context, _ api.Caller, in *lambda.DeleteProvisionedConcurrencyConfigInput) (*lambda.DeleteProvisionedConcurrencyConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.provisionable(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	delete(f.provisioned, q)
	return nil, nil
}
