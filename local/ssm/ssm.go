// Package ssm is the part of Systems Manager's Parameter Store that the CDK's
// command and CloudFormation templates use: String, StringList and SecureString
// parameters with their versions. SecureString values are kept as they come;
// the local cloud has no keys.
package ssm

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"weir/local/api"
	"weir/local/clock"
)

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
}

// Service is the Parameter Store of one account and region.
type Service struct {
	Options
	mu         sync.RWMutex
	parameters map[string][]Parameter // versions by name, oldest first
}

// New returns an empty store.
func New(options Options) *Service {
	return &Service{Options: options, parameters: map[string][]Parameter{}}
}

// Parameter is a version of a parameter.
type Parameter struct {
	Name, Type, Value string
	Version           int64
	LastModifiedDate  time.Time
	ARN               string
	DataType          string
}

// GetParameterInput of GetParameter.
type GetParameterInput struct {
	Name           string
	WithDecryption bool
}

// GetParameterOutput of GetParameter.
type GetParameterOutput struct{ Parameter *Parameter }

// GetParametersInput of GetParameters.
type GetParametersInput struct {
	Names          []string
	WithDecryption bool
}

// GetParametersOutput of GetParameters.
type GetParametersOutput struct {
	Parameters        []Parameter
	InvalidParameters []string
}

// GetParametersByPathInput of GetParametersByPath.
type GetParametersByPathInput struct {
	Path           string
	Recursive      bool
	WithDecryption bool
}

// GetParametersByPathOutput of GetParametersByPath.
type GetParametersByPathOutput struct{ Parameters []Parameter }

// PutParameterInput of PutParameter.
type PutParameterInput struct {
	Name, Value, Type, Description, DataType string
	Overwrite                                bool
}

// PutParameterOutput of PutParameter.
type PutParameterOutput struct {
	Version int64
	Tier    string
}

// DeleteParameterInput of DeleteParameter.
type DeleteParameterInput struct{ Name string }

// Empty is the output of operations that answer nothing.
type Empty struct{}

// API describes the service to the bus.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "ssm", Protocols: []api.Protocol{api.JSON11}, TargetPrefix: "AmazonSSM",
		Operations: api.Table(
			api.Op("GetParameter", s.getParameter, api.On("ssm:GetParameter", func(in *GetParameterInput) string { return s.arn(in.Name) })),
			api.Op("GetParameters", s.getParameters, api.Needs(func(in *GetParametersInput) []api.Permission {
				var needs []api.Permission
				for _, name := range in.Names {
					needs = append(needs, api.Permission{Action: "ssm:GetParameters", Resource: s.arn(name)})
				}
				return needs
			})),
			api.Op("GetParametersByPath", s.getParametersByPath, api.On("ssm:GetParametersByPath", func(in *GetParametersByPathInput) string { return s.arn(in.Path) })),
			api.Op("PutParameter", s.putParameter, api.On("ssm:PutParameter", func(in *PutParameterInput) string { return s.arn(in.Name) })),
			api.Op("DeleteParameter", s.deleteParameter, api.On("ssm:DeleteParameter", func(in *DeleteParameterInput) string { return s.arn(in.Name) })),
		),
	}
}

// arn of a parameter; the name may end in ":version" or be an ARN.
func (s *Service) arn(name string) string {
	name, _ = s.split(name)
	return s.Env.ARN("ssm", "parameter/"+strings.TrimPrefix(name, "/"))
}

// split takes a reference apart: "name:3", "name" or a parameter's ARN.
func (s *Service) split(reference string) (name, version string) {
	if rest, ok := strings.CutPrefix(reference, s.Env.ARN("ssm", "parameter")); ok {
		name, version, _ = strings.Cut(rest, ":")
		s.mu.RLock()
		defer s.mu.RUnlock()
		if _, flat := s.parameters[strings.TrimPrefix(name, "/")]; flat {
			name = strings.TrimPrefix(name, "/")
		}
		return name, version
	}
	name, version, _ = strings.Cut(reference, ":")
	return name, version
}

func (s *Service) find(reference string) (*Parameter, error) {
	name, version := s.split(reference)
	s.mu.RLock()
	defer s.mu.RUnlock()
	versions := s.parameters[name]
	if len(versions) == 0 {
		return nil, api.Errorf("ParameterNotFound", "") // AWS says no more
	}
	if version == "" {
		found := versions[len(versions)-1]
		return &found, nil
	}
	n, err := strconv.Atoi(version)
	if err != nil {
		return nil, api.Errorf("ValidationException", "the local cloud has no parameter labels (%s)", reference)
	}
	if n < 1 || n > len(versions) {
		return nil, api.Errorf("ParameterVersionNotFound", "Systems Manager could not find version %s of %s. Verify the version and try again.", version, name)
	}
	found := versions[n-1]
	return &found, nil
}

func (s *Service) getParameter(_ context.Context, _ api.Caller, in *GetParameterInput) (*GetParameterOutput, error) {
	found, err := s.find(in.Name)
	if err != nil {
		return nil, err
	}
	return &GetParameterOutput{Parameter: found}, nil
}

func (s *Service) getParameters(_ context.Context, _ api.Caller, in *GetParametersInput) (*GetParametersOutput, error) {
	out := &GetParametersOutput{Parameters: []Parameter{}, InvalidParameters: []string{}}
	for _, name := range in.Names {
		found, err := s.find(name)
		if err != nil {
			// AWS lists whatever it cannot find instead of failing.
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		out.Parameters = append(out.Parameters, *found)
	}
	return out, nil
}

func (s *Service) getParametersByPath(_ context.Context, _ api.Caller, in *GetParametersByPathInput) (*GetParametersByPathOutput, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	prefix := strings.TrimSuffix(in.Path, "/") + "/"
	out := &GetParametersByPathOutput{Parameters: []Parameter{}}
	for name, versions := range s.parameters {
		rest, below := strings.CutPrefix(name, prefix)
		if below && (in.Recursive || !strings.Contains(rest, "/")) {
			out.Parameters = append(out.Parameters, versions[len(versions)-1])
		}
	}
	sort.Slice(out.Parameters, func(i, j int) bool { return out.Parameters[i].Name < out.Parameters[j].Name })
	return out, nil
}

func (s *Service) putParameter(_ context.Context, _ api.Caller, in *PutParameterInput) (*PutParameterOutput, error) {
	if in.Name == "" || strings.Contains(in.Name, ":") {
		return nil, api.Errorf("ValidationException", "Parameter name: can't be empty or hold a colon (%q).", in.Name)
	}
	if in.Value == "" {
		return nil, api.Errorf("ValidationException", "1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	versions := s.parameters[in.Name]
	kind := in.Type
	if len(versions) > 0 {
		if !in.Overwrite {
			return nil, api.Errorf("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
		}
		if kind == "" {
			kind = versions[len(versions)-1].Type
		}
	}
	switch kind {
	case "String", "StringList", "SecureString":
	case "":
		return nil, api.Errorf("ValidationException", "A parameter type is required when you create a parameter.")
	default:
		return nil, api.Errorf("UnsupportedParameterType", "The parameter type %s is not supported.", kind)
	}
	parameter := Parameter{
		Name: in.Name, Type: kind, Value: in.Value, Version: int64(len(versions) + 1), DataType: "text",
		LastModifiedDate: s.Clock.Now().Truncate(time.Millisecond),
		ARN:              s.Env.ARN("ssm", "parameter/"+strings.TrimPrefix(in.Name, "/")),
	}
	s.parameters[in.Name] = append(versions, parameter)
	return &PutParameterOutput{Version: parameter.Version, Tier: "Standard"}, nil
}

func (s *Service) deleteParameter(_ context.Context, _ api.Caller, in *DeleteParameterInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.parameters[in.Name]) == 0 {
		return nil, api.Errorf("ParameterNotFound", "")
	}
	delete(s.parameters, in.Name)
	return &Empty{}, nil
}

// Put stores a String parameter, for what exists from the start.
func (s *Service) Put(ctx context.Context, name, value string) error {
	_, err := s.putParameter(ctx, api.Operator(s.Env), &PutParameterInput{Name: name, Value: value, Type: "String", Overwrite: true})
	if err != nil {
		return fmt.Errorf("put parameter %s: %w", name, err)
	}
	return nil
}
