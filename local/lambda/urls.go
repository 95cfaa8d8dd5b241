package lambda

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/local/api"
)

// Function URLs are kept as state, as far as templates create them; nothing
// listens at the address.

func (s *Service) createURL(_ context.Context, _ api.Caller, in *lambda.CreateFunctionUrlConfigInput) (*lambda.CreateFunctionUrlConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.addressed(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if _, exists := f.urls[q]; exists {
		return nil, failed("ResourceConflictException", "Failed to create function url config for [functionArn = %s]. Error message:  FunctionUrlConfig exists for this Lambda function", s.arn(f.name, q))
	}
	now := ptr(s.Clock.Now().Format("2006-01-02T15:04:05.000000000Z"))
	made := types.FunctionUrlConfig{
		FunctionArn: ptr(s.arn(f.name, q)), FunctionUrl: ptr(s.address(f.name, q)), AuthType: in.AuthType, Cors: in.Cors,
		InvokeMode: in.InvokeMode, CreationTime: now, LastModifiedTime: now,
	}
	if made.InvokeMode == "" {
		made.InvokeMode = types.InvokeModeBuffered
	}
	f.urls[q] = &made
	return as[lambda.CreateFunctionUrlConfigOutput](made), nil
}

// addressed finds what may have a URL: a function, or an alias of one. Call with
// the lock held.
func (s *Service) addressed(functionName, qualifier *string) (*function, string, error) {
	n, err := s.parseName(deref(functionName), deref(qualifier))
	if err != nil {
		return nil, "", err
	}
	if isNumber(n.qualifier) || n.qualifier == latestVersion {
		return nil, "", violates(n.qualifier, "qualifier", `Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)`)
	}
	f, ok := s.functions[n.function]
	if ok && n.qualifier != "" {
		_, ok = f.aliases[n.qualifier]
	}
	if !ok {
		return nil, "", failed("ResourceNotFoundException", "Function does not exist")
	}
	return f, n.qualifier, nil
}

// address makes up a URL of the form AWS gives, the same for the same function.
func (s *Service) address(function, qualifier string) string {
	sum := sha256.Sum256([]byte(s.arn(function, qualifier)))
	id := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:20]))
	return "https://" + id + ".lambda-url." + s.Env.Region + ".on.aws/"
}

// url finds a URL that must be there. Call with the lock held.
func (s *Service) url(functionName, qualifier *string) (*function, string, *types.FunctionUrlConfig, error) {
	none := failed("ResourceNotFoundException", "The resource you requested does not exist.")
	f, q, err := s.addressed(functionName, qualifier)
	if messageOf(err) == "Function does not exist" {
		err = none
	}
	if err != nil {
		return nil, "", nil, err
	}
	config, ok := f.urls[q]
	if !ok {
		return nil, "", nil, none
	}
	return f, q, config, nil
}

func (s *Service) getURL(_ context.Context, _ api.Caller, in *lambda.GetFunctionUrlConfigInput) (*lambda.GetFunctionUrlConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _, config, err := s.url(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return as[lambda.GetFunctionUrlConfigOutput](*config), nil
}

func (s *Service) updateURL(_ context.Context, _ api.Caller, in *lambda.UpdateFunctionUrlConfigInput) (*lambda.UpdateFunctionUrlConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, _, err := s.addressed(in.FunctionName, in.Qualifier); err != nil {
		return nil, err
	}
	f, q, config, err := s.url(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	changed := *config
	set(&changed.Cors, in.Cors)
	if in.AuthType != "" {
		changed.AuthType = in.AuthType
	}
	if in.InvokeMode != "" {
		changed.InvokeMode = in.InvokeMode
	}
	changed.LastModifiedTime = ptr(s.Clock.Now().Format("2006-01-02T15:04:05.000000000Z"))
	f.urls[q] = &changed
	return as[lambda.UpdateFunctionUrlConfigOutput](changed), nil
}

func (s *Service) deleteURL(_ context.Context, _ api.Caller, in *lambda.DeleteFunctionUrlConfigInput) (*lambda.DeleteFunctionUrlConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, _, err := s.url(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	delete(f.urls, q)
	return nil, nil
}

func (s *Service) listURLs(_ context.Context, _ api.Caller, in *lambda.ListFunctionUrlConfigsInput) (*lambda.ListFunctionUrlConfigsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.addressed(in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	all := []types.FunctionUrlConfig{}
	for _, q := range slices.Sorted(maps.Keys(f.urls)) {
		all = append(all, *f.urls[q])
	}
	page, next, err := paginate(all, in.Marker, in.MaxItems)
	return &lambda.ListFunctionUrlConfigsOutput{FunctionUrlConfigs: page, NextMarker: next}, err
}
