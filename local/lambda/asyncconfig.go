package lambda

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

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
	if in.MaximumRetryAttempts == nil && in.MaximumEventAgeInSeconds == nil && in.DestinationConfig == nil {
		return nil, errNoSetting
	}
	f, q, err := s.configurable(in.FunctionName, in.Qualifier)
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
	if in.MaximumRetryAttempts == nil && in.MaximumEventAgeInSeconds == nil && in.DestinationConfig == nil {
		return nil, errNoSetting
	}
	if _, _, err := s.configurable(in.FunctionName, in.Qualifier); err != nil {
		return nil, err
	}
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
	var wrong violations
	wrong.between(config.MaximumRetryAttempts, "maximumRetryAttempts", 0, 2)
	wrong.between(config.MaximumEventAgeInSeconds, "maximumEventAgeInSeconds", 60, 21600)
	if len(wrong) > 0 {
		return wrong.err()
	}
	config.FunctionArn = ptr(s.arn(f.name, cmp.Or(qualifier, latestVersion)))
	config.LastModified = ptr(s.Clock.Now())
	config.DestinationConfig = &types.DestinationConfig{OnFailure: &types.OnFailure{}, OnSuccess: &types.OnSuccess{}}
	f.async[asyncKey(qualifier)] = config
	return nil
}

var errNoSetting = invalid("You must specify at least one of error handling or destination setting.")

// configurable finds a function and qualifier, which must be there. Call with
// the lock held.
func (s *Service) configurable(functionName, qualifier *string) (*function, string, error) {
	f, q, err := s.qualified(functionName, qualifier)
	if api.IsCode(err, "ResourceNotFoundException") && !strings.HasPrefix(messageOf(err), "Functions from") {
		err = failed("ResourceNotFoundException", "The function doesn't exist.")
	}
	return f, q, err
}

// asyncConfig finds a configuration that must be there. Call with the lock held.
func (s *Service) asyncConfig(functionName, qualifier *string) (*function, string, *types.FunctionEventInvokeConfig, error) {
	n, err := s.parseName(deref(functionName), deref(qualifier))
	if err != nil {
		return nil, "", nil, err
	}
	if f, ok := s.functions[n.function]; ok {
		if config, ok := f.async[asyncKey(n.qualifier)]; ok {
			return f, n.qualifier, config, nil
		}
	}
	return nil, "", nil, failed("ResourceNotFoundException", "The function %s doesn't have an EventInvokeConfig", s.arn(n.function, cmp.Or(n.qualifier, latestVersion)))
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
	f, _, err := s.configurable(in.FunctionName, nil)
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
