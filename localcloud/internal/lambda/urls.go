package lambda

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

func (s *Service) createURL(_ context.Context, _ api.Caller, in *lambda.CreateFunctionUrlConfigInput) (*lambda.CreateFunctionUrlConfigOutput, error) {
	if err := checkMode(in.InvokeMode); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, err := s.addressed(in.FunctionName, in.Qualifier, noFunction)
	if err != nil {
		return nil, err
	}
	if _, exists := f.urls[q]; exists {
		return nil, failed("ResourceConflictException", "Failed to create function url config for [functionArn = %s]. Error message:  FunctionUrlConfig exists for this Lambda function", s.arn(f.name, q))
	}
	now := new(s.Clock.Now().Format("2006-01-02T15:04:05.000000000Z"))
	made := types.FunctionUrlConfig{
		FunctionArn: new(s.arn(f.name, q)), FunctionUrl: new(s.address(f.name, q)), AuthType: in.AuthType, Cors: in.Cors,
		InvokeMode: in.InvokeMode, CreationTime: now, LastModifiedTime: now,
	}
	if made.InvokeMode == "" {
		made.InvokeMode = types.InvokeModeBuffered
	}
	f.urls[q] = &made
	answer := as[lambda.CreateFunctionUrlConfigOutput](made)
	answer.InvokeMode = in.InvokeMode // answered only where it was given
	return answer, nil
}

func checkMode(mode types.InvokeMode) error {
	if mode != "" && !slices.Contains(mode.Values(), mode) {
		return violates(string(mode), "invokeMode", "Member must satisfy enum value set: [RESPONSE_STREAM, BUFFERED]")
	}
	return nil
}

// urlID starts the host of a URL, the same for the same function and qualifier.
func (s *Service) urlID(function, qualifier string) string {
	sum := sha256.Sum256([]byte(s.arn(function, qualifier)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:20]))
}

// address is where a function's URL is served: names below localhost lead to
// this machine, and the port is the endpoint's.
func (s *Service) address(function, qualifier string) string {
	host := s.urlID(function, qualifier) + ".lambda-url." + s.Env.Region + ".localhost"
	if endpoint, err := url.Parse(s.Endpoint()); err == nil && endpoint.Port() != "" {
		host = net.JoinHostPort(host, endpoint.Port())
	}
	return "http://" + host + "/"
}

const (
	noFunction = "Function does not exist"
	noURL      = "The resource you requested does not exist."
)

// addressed finds what may have a URL, a function or an alias; absent is what is
// said when there is none. Call with the lock held.
func (s *Service) addressed(functionName, qualifier *string, absent string) (*function, string, error) {
	if q := api.Deref(qualifier); q != "" && (isNumber(q) || !aliasPattern.MatchString(q)) {
		return nil, "", violates(q, "qualifier", `Member must satisfy regular expression pattern: ((?!^\d+$)^[0-9a-zA-Z-_]+$)`)
	}
	n, err := s.name(api.Deref(functionName), api.Deref(qualifier))
	if err != nil {
		return nil, "", err
	}
	f := s.functions[n.function]
	if f == nil || n.qualifier != "" && f.aliases[n.qualifier] == nil {
		return nil, "", failed("ResourceNotFoundException", "%s", absent)
	}
	return f, n.qualifier, nil
}

// url finds a URL that must be there. Call with the lock held.
func (s *Service) url(functionName, qualifier *string, absent string) (*function, string, *types.FunctionUrlConfig, error) {
	f, q, err := s.addressed(functionName, qualifier, absent)
	if err != nil {
		return nil, "", nil, err
	}
	config, ok := f.urls[q]
	if !ok {
		return nil, "", nil, failed("ResourceNotFoundException", noURL)
	}
	return f, q, config, nil
}

func (s *Service) getURL(_ context.Context, _ api.Caller, in *lambda.GetFunctionUrlConfigInput) (*lambda.GetFunctionUrlConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _, config, err := s.url(in.FunctionName, in.Qualifier, noURL)
	if err != nil {
		return nil, err
	}
	return as[lambda.GetFunctionUrlConfigOutput](*config), nil
}

func (s *Service) updateURL(_ context.Context, _ api.Caller, in *lambda.UpdateFunctionUrlConfigInput) (*lambda.UpdateFunctionUrlConfigOutput, error) {
	if err := checkMode(in.InvokeMode); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, config, err := s.url(in.FunctionName, in.Qualifier, noFunction)
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
	changed.LastModifiedTime = new(s.Clock.Now().Format("2006-01-02T15:04:05.000000000Z"))
	f.urls[q] = &changed
	answer := as[lambda.UpdateFunctionUrlConfigOutput](changed)
	answer.InvokeMode = in.InvokeMode // as at creation
	return answer, nil
}

func (s *Service) deleteURL(_ context.Context, _ api.Caller, in *lambda.DeleteFunctionUrlConfigInput) (*lambda.DeleteFunctionUrlConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, q, _, err := s.url(in.FunctionName, in.Qualifier, noURL)
	if err != nil {
		return nil, err
	}
	delete(f.urls, q)
	return nil, nil
}

func (s *Service) listURLs(_ context.Context, _ api.Caller, in *lambda.ListFunctionUrlConfigsInput) (*lambda.ListFunctionUrlConfigsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.addressed(in.FunctionName, nil, noFunction)
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
