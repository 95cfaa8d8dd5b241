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

// asyncKey is the key of a qualifier's configuration; nothing means $LATEST.
func asyncKey(qualifier string) string {
	if qualifier == latestVersion {
		return ""
	}
	return qualifier
}

// putEventInvokeConfig replaces a configuration; update keeps what is not given.
func (s *Service) putEventInvokeConfig(_ context.Context, _ api.Caller, in *lambda.PutFunctionEventInvokeConfigInput) (*lambda.PutFunctionEventInvokeConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.qualified(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	made := types.FunctionEventInvokeConfig{MaximumRetryAttempts: in.MaximumRetryAttempts, MaximumEventAgeInSeconds: in.MaximumEventAgeInSeconds}
	if err := s.keepAsync(f, q, &made, in.DestinationConfig); err != nil {
		return nil, err
	}
	return as[lambda.PutFunctionEventInvokeConfigOutput](made), nil
}

func (s *Service) updateEventInvokeConfig(_ context.Context, _ api.Caller, in *lambda.UpdateFunctionEventInvokeConfigInput) (*lambda.UpdateFunctionEventInvokeConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, found, err := s.asyncConfig(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	changed := *found
	set(&changed.MaximumRetryAttempts, in.MaximumRetryAttempts)
	set(&changed.MaximumEventAgeInSeconds, in.MaximumEventAgeInSeconds)
	if err := s.keepAsync(f, q, &changed, in.DestinationConfig); err != nil {
		return nil, err
	}
	return as[lambda.UpdateFunctionEventInvokeConfigOutput](changed), nil
}

func (s *Service) keepAsync(f *function, qualifier string, config *types.FunctionEventInvokeConfig, destinations *types.DestinationConfig) error {
	if destinations != nil && (destinations.OnFailure != nil || destinations.OnSuccess != nil) {
		return unsupported("DestinationConfig of asynchronous invocations")
	}
	if attempts := deref(config.MaximumRetryAttempts); attempts < 0 || attempts > 2 {
		return violates(fmt.Sprint(attempts), "maximumRetryAttempts", "Member must have value between 0 and 2")
	}
	if age := config.MaximumEventAgeInSeconds; age != nil && (*age < 60 || *age > 21600) {
		return violates(fmt.Sprint(*age), "maximumEventAgeInSeconds", "Member must have value between 60 and 21600")
	}
	shown := qualifier
	if shown == "" {
		shown = latestVersion
	}
	config.FunctionArn = ptr(s.arn(f.name, shown))
	config.LastModified = ptr(s.Clock.Now())
	config.DestinationConfig = &types.DestinationConfig{OnFailure: &types.OnFailure{}, OnSuccess: &types.OnSuccess{}}
	f.async[asyncKey(qualifier)] = config
	return nil
}

// asyncConfig finds a configuration that must be there. Call with the lock held.
func (s *Service) asyncConfig(functionName, qualifier *string) (*function, string, *types.FunctionEventInvokeConfig, error) {
	f, q, err := s.qualified(functionName, qualifier)
	if err != nil {
		return nil, "", nil, err
	}
	config, ok := f.async[asyncKey(q)]
	if !ok {
		shown := q
		if shown == "" {
			shown = latestVersion
		}
		return nil, "", nil, failed("ResourceNotFoundException", "The function %s doesn't have an EventInvokeConfig", s.arn(f.name, shown))
	}
	return f, q, config, nil
}

func (s *Service) getEventInvokeConfig(_ context.Context, _ api.Caller, in *lambda.GetFunctionEventInvokeConfigInput) (*lambda.GetFunctionEventInvokeConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _, config, err := s.asyncConfig(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return as[lambda.GetFunctionEventInvokeConfigOutput](*config), nil
}

func (s *Service) listEventInvokeConfigs(_ context.Context, _ api.Caller, in *lambda.ListFunctionEventInvokeConfigsInput) (*lambda.ListFunctionEventInvokeConfigsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	all := []types.FunctionEventInvokeConfig{}
	for _, q := range slices.Sorted(maps.Keys(f.async)) {
		all = append(all, *f.async[q])
	}
	page, next, err := paginate(all, in.Marker, in.MaxItems)
	return &lambda.ListFunctionEventInvokeConfigsOutput{FunctionEventInvokeConfigs: page, NextMarker: next}, err
}

func (s *Service) deleteEventInvokeConfig(_ context.Context, _ api.Caller, in *lambda.DeleteFunctionEventInvokeConfigInput) (*lambda.DeleteFunctionEventInvokeConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, _, err := s.asyncConfig(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	delete(f.async, asyncKey(q))
	return nil, nil
}
