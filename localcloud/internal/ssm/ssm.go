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

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
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
	parameters map[string][]Parameter // versions by key, oldest first
}

// New returns an empty store.
func New(options Options) *Service {
	return &Service{Options: options, parameters: map[string][]Parameter{}}
}

// Parameter is a version of a parameter. Its selector is what a request for that
// very version ended in.
type Parameter struct {
	Name, Type, Value string
	Version           int64
	Selector          string
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
	MaxResults     int32
	NextToken      string
}

// GetParametersByPathOutput of GetParametersByPath.
type GetParametersByPathOutput struct {
	Parameters []Parameter
	NextToken  string
}

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
func (s *Service) arn(text string) string {
	named, _ := s.reference(text) // what is no name is refused when it is looked for
	return s.Env.ARN("ssm", "parameter/"+strings.TrimPrefix(named.name, "/"))
}

// find finds a parameter. Its name is as the request has it, but for an ARN.
func (s *Service) find(text string) (*Parameter, error) {
	named, err := s.reference(text)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	versions := s.parameters[key(named.name)]
	if len(versions) == 0 {
		return nil, api.Errorf("ParameterNotFound", "") // AWS says no more
	}
	n := len(versions)
	if named.version != "" {
		if n, err = strconv.Atoi(named.version); err != nil {
			return nil, invalid("the local cloud has no parameter labels (%s)", text)
		}
	}
	if n < 1 || n > len(versions) {
		return nil, api.Errorf("ParameterVersionNotFound", "Systems Manager could not find version %s of %s. Verify the version and try again.", named.version, named.name)
	}
	found := versions[n-1]
	if named.version != "" {
		found.Selector = ":" + named.version
	}
	if !named.byARN {
		found.Name = named.name
	}
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
		if api.IsCode(err, "ValidationException") {
			return nil, err
		}
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
	prefix := strings.TrimSuffix(in.Path, "/")
	if prefix != "" && !names.MatchString(prefix) || !strings.HasPrefix(in.Path, "/") {
		return nil, invalid(pathRule)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []Parameter
	for _, versions := range s.parameters {
		newest := versions[len(versions)-1]
		rest, below := strings.CutPrefix(newest.Name, prefix+"/")
		if below && (in.Recursive || !strings.Contains(rest, "/")) && newest.Name > in.NextToken {
			found = append(found, newest)
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Name < found[j].Name })
	return page(found, in.MaxResults)
}

// maxPage is the most parameters in one answer.
const maxPage = 10

// page answers with the first of what was found. The token is the last name.
func page(found []Parameter, most int32) (*GetParametersByPathOutput, error) {
	if most > maxPage {
		return nil, invalid("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to %d", most, maxPage)
	}
	if most <= 0 {
		most = maxPage
	}
	out := &GetParametersByPathOutput{Parameters: append([]Parameter{}, found[:min(int(most), len(found))]...)}
	if n := len(out.Parameters); n < len(found) {
		out.NextToken = out.Parameters[n-1].Name
	}
	return out, nil
}

func (s *Service) putParameter(_ context.Context, _ api.Caller, in *PutParameterInput) (*PutParameterOutput, error) {
	if err := checkNewName(in.Name); err != nil {
		return nil, err
	}
	if in.Value == "" {
		return nil, invalid("1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.")
	}
	if len(in.Value) > maxValue {
		return nil, invalid("Standard tier parameters support a maximum parameter value of %d characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html", maxValue)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	versions := s.parameters[key(in.Name)]
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
		return nil, invalid("A parameter type is required when you create a parameter.")
	default:
		return nil, invalid("1 validation error detected: Value '%s' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]", kind)
	}
	parameter := Parameter{
		Name: in.Name, Type: kind, Value: in.Value, Version: int64(len(versions) + 1), DataType: "text",
		LastModifiedDate: s.Clock.Now().Truncate(time.Millisecond),
		ARN:              s.Env.ARN("ssm", "parameter/"+strings.TrimPrefix(in.Name, "/")),
	}
	s.parameters[key(in.Name)] = append(versions, parameter)
	return &PutParameterOutput{Version: parameter.Version, Tier: "Standard"}, nil
}

func (s *Service) deleteParameter(_ context.Context, _ api.Caller, in *DeleteParameterInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.parameters[key(in.Name)]) == 0 {
		return nil, api.Errorf("ParameterNotFound", "")
	}
	delete(s.parameters, key(in.Name))
	return &Empty{}, nil
}

// maxValue is how long the value of a parameter of the standard tier may be.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
const maxValue = 4096

// Put stores a String parameter, for what exists from the start.
func (s *Service) Put(ctx context.Context, name, value string) error {
	_, err := s.putParameter(ctx, api.Operator(s.Env), &PutParameterInput{Name: name, Value: value, Type: "String", Overwrite: true})
	if err != nil {
		return fmt.Errorf("put parameter %s: %w", name, err)
	}
	return nil
}
