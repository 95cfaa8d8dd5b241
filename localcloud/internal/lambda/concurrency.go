package lambda

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
)

// The account's limits, those of a new account after its first raise.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
const (
	accountConcurrency = 1000
	minUnreserved      = 100
)

// shared is what the account has for functions without a reservation, when but's
// own is set aside. Call with the lock held.
func (s *Service) shared(but string) int32 {
	left := int32(accountConcurrency)
	for name, f := range s.functions {
		if name != but {
			left -= api.Deref(f.concurrency)
		}
	}
	return left
}

// unreserved is what of that is left unprovisioned too.
func (s *Service) unreserved(but string) int32 {
	left := s.shared(but)
	for name, f := range s.functions {
		if name != but && f.concurrency == nil {
			left -= f.provisionedTotal("")
		}
	}
	return left
}

func (s *Service) putFunctionConcurrency(_ context.Context, _ api.Caller, in *lambda.PutFunctionConcurrencyInput) (*lambda.PutFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.name(api.Deref(in.FunctionName), "")
	if err != nil {
		return nil, err
	}
	if n.qualifier != "" {
		return nil, invalid("This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.")
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, s.notFound(n.function, latestVersion) // the one operation that says $LATEST
	}
	count := api.Deref(in.ReservedConcurrentExecutions)
	if count < 0 {
		return nil, violates(fmt.Sprint(count), "reservedConcurrentExecutions", "Member must have value greater than or equal to 0")
	}
	if total := f.provisionedTotal(""); count < total {
		return nil, untyped(invalid(" ReservedConcurrentExecutions  %d should not be lower than function's total provisioned concurrency [%d].", count, total))
	}
	if s.unreserved(f.name)-count < minUnreserved {
		return nil, untyped(invalid("Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", minUnreserved))
	}
	f.concurrency = &count
	return &lambda.PutFunctionConcurrencyOutput{ReservedConcurrentExecutions: &count}, nil
}

func (s *Service) getFunctionConcurrency(_ context.Context, _ api.Caller, in *lambda.GetFunctionConcurrencyInput) (*lambda.GetFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(api.Deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	return &lambda.GetFunctionConcurrencyOutput{ReservedConcurrentExecutions: f.concurrency}, nil
}

func (s *Service) deleteFunctionConcurrency(_ context.Context, _ api.Caller, in *lambda.DeleteFunctionConcurrencyInput) (*lambda.DeleteFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(api.Deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	f.concurrency = nil
	return nil, nil
}
