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
		if name != but {
			left -= deref(f.concurrency)
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
	f, q, err := s.qualified(functionName, qualifier)
	if err != nil {
		return nil, "", err
	}
	if q == "" || q == latestVersion {
		return nil, "", invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
	}
	if a, ok := f.aliases[q]; ok && deref(a.FunctionVersion) == latestVersion {
		return nil, "", invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
	}
	return f, q, nil
}

func (s *Service) putProvisioned(_ context.Context, _ api.Caller, in *lambda.PutProvisionedConcurrencyConfigInput) (*lambda.PutProvisionedConcurrencyConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.provisionable(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	count := deref(in.ProvisionedConcurrentExecutions)
	if count < 1 {
		return nil, violates(fmt.Sprint(count), "provisionedConcurrentExecutions", "Member must have value greater than or equal to 1")
	}
	if a, ok := f.aliases[q]; ok && len(weights(a)) > 0 {
		return nil, invalid("Alias with weights can not be used with Provisioned Concurrency")
	}
	if f.concurrency != nil && count > *f.concurrency {
		return nil, invalid("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
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
