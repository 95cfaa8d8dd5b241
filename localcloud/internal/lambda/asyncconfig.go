package lambda

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
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
	f, q, err := s.invocable(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if in.MaximumRetryAttempts == nil && in.MaximumEventAgeInSeconds == nil && in.DestinationConfig == nil {
		return nil, invalid("You must specify at least one of error handling or destination setting.")
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
	if _, _, err := s.invocable(in.FunctionName, in.Qualifier); err != nil {
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
	var wrong violations
	wrong.between(config.MaximumRetryAttempts, "maximumRetryAttempts", 0, 2)
	wrong.between(config.MaximumEventAgeInSeconds, "maximumEventAgeInSeconds", 60, 21600)
	if err := wrong.err(); err != nil {
		return err
	}
	if err := s.checkDestinations(f, destinations); err != nil {
		return err
	}
	shown := qualifier
	if shown == "" {
		shown = latestVersion
	}
	config.FunctionArn = new(s.arn(f.name, shown))
	config.LastModified = new(s.Clock.Now())
	config.DestinationConfig = &types.DestinationConfig{OnFailure: &types.OnFailure{}, OnSuccess: &types.OnSuccess{}}
	f.async[asyncKey(qualifier)] = config
	return nil
}

// checkDestinations refuses destinations, after what AWS refuses itself. Call
// with the lock held.
func (s *Service) checkDestinations(f *function, destinations *types.DestinationConfig) error {
	var given []string
	if destinations != nil && destinations.OnSuccess != nil {
		given = append(given, api.Deref(destinations.OnSuccess.Destination))
	}
	if destinations != nil && destinations.OnFailure != nil {
		given = append(given, api.Deref(destinations.OnFailure.Destination))
	}
	for _, destination := range given {
		if destination == "" { // an empty one is none
			continue
		}
		if n, err := parseName(destination, ""); err == nil && strings.Contains(destination, ":lambda:") {
			if n.function == f.name {
				return invalid("You can't specify the function as a destination for itself.")
			}
			if s.functions[n.function] == nil {
				return invalid("The destination ARN %s is invalid.", destination)
			}
		}
		return unsupported("DestinationConfig of asynchronous invocations")
	}
	return nil
}

// invocable finds a function whose qualifier, when given, must exist, as the
// operations on these configurations say when it does not. Call with the lock
// held.
func (s *Service) invocable(functionName, qualifier *string) (*function, string, error) {
	n, err := s.name(api.Deref(functionName), api.Deref(qualifier))
	if err != nil {
		return nil, "", err
	}
	f := s.functions[n.function]
	if f == nil || f.revision(n.qualifier) == nil {
		return nil, "", failed("ResourceNotFoundException", "The function doesn't exist.")
	}
	return f, n.qualifier, nil
}

// asyncConfig finds a configuration that must be there. Call with the lock held.
func (s *Service) asyncConfig(functionName, qualifier *string) (*function, string, *types.FunctionEventInvokeConfig, error) {
	n, err := s.name(api.Deref(functionName), api.Deref(qualifier))
	if err != nil {
		return nil, "", nil, err
	}
	if f := s.functions[n.function]; f != nil && f.async[asyncKey(n.qualifier)] != nil {
		return f, n.qualifier, f.async[asyncKey(n.qualifier)], nil
	}
	shown := n.qualifier
	if shown == "" {
		shown = latestVersion
	}
	return nil, "", nil, failed("ResourceNotFoundException", "The function %s doesn't have an EventInvokeConfig", s.arn(n.function, shown))
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
	f, _, err := s.invocable(in.FunctionName, nil)
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
