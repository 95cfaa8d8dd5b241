package lambda

import (
	"context"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/local/api"
)

var aliasName = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,128}$`)

func (s *Service) createAlias(_ context.Context, _ api.Caller, in *lambda.CreateAliasInput) (*lambda.CreateAliasOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	alias0 := deref(in.Name)
	if !aliasName.MatchString(alias0) || isNumber(alias0) {
		return nil, api.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)", alias0)
	}
	if _, exists := f.aliases[alias0]; exists {
		return nil, &api.Error{Code: "ResourceConflictException", Status: 409, Fields: map[string]string{"Type": "User"},
			Message: "Alias already exists: " + s.arn(f.name, alias0)}
	}
	if err := s.checkRoute(f, deref(in.FunctionVersion), in.RoutingConfig); err != nil {
		return nil, err
	}
	a := &alias{config: types.AliasConfiguration{
		AliasArn: ptr(s.arn(f.name, alias0)), Name: &alias0, FunctionVersion: in.FunctionVersion,
		Description: ptr(deref(in.Description)), RevisionId: ptr(newID()), RoutingConfig: routing(in.RoutingConfig),
	}}
	f.aliases[alias0] = a
	out := new(lambda.CreateAliasOutput)
	copyFields(out, &a.config)
	return out, nil
}

func (s *Service) getAlias(_ context.Context, _ api.Caller, in *lambda.GetAliasInput) (*lambda.GetAliasOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, a, err := s.alias(in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	out := new(lambda.GetAliasOutput)
	copyFields(out, &a.config)
	return out, nil
}

// alias finds an alias. Call with the lock held.
func (s *Service) alias(functionName, aliasName *string) (*function, *alias, error) {
	f, n, err := s.function(deref(functionName))
	if err != nil {
		if api.IsCode(err, "ResourceNotFoundException") {
			return nil, nil, s.aliasNotFound(n.function, deref(aliasName))
		}
		return nil, nil, err
	}
	a, ok := f.aliases[deref(aliasName)]
	if !ok {
		return nil, nil, s.aliasNotFound(f.name, deref(aliasName))
	}
	return f, a, nil
}

func (s *Service) aliasNotFound(function, alias string) error {
	return &api.Error{Code: "ResourceNotFoundException", Status: 404, Message: "Cannot find alias arn: " + s.arn(function, alias),
		Fields: map[string]string{"Type": "User"}}
}

// updateAlias changes what is given. An absent routing configuration keeps the
// weights, an empty one clears them; each update makes a new revision, even one
// that changes nothing.
func (s *Service) updateAlias(_ context.Context, _ api.Caller, in *lambda.UpdateAliasInput) (*lambda.UpdateAliasOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, a, err := s.alias(in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	if err := precondition(in.RevisionId, a.config.RevisionId); err != nil {
		return nil, err
	}
	changed := a.config
	set(&changed.FunctionVersion, in.FunctionVersion)
	set(&changed.Description, in.Description)
	if len(deref(changed.Description)) > 256 {
		return nil, api.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'description' failed to satisfy constraint: Member must have length less than or equal to 256", deref(changed.Description))
	}
	if in.RoutingConfig != nil {
		changed.RoutingConfig = in.RoutingConfig
	}
	if err := s.checkRoute(f, deref(changed.FunctionVersion), changed.RoutingConfig); err != nil {
		return nil, err
	}
	changed.RoutingConfig = routing(changed.RoutingConfig)
	changed.RevisionId = ptr(newID())
	a.config = changed
	out := new(lambda.UpdateAliasOutput)
	copyFields(out, &a.config)
	return out, nil
}

func (s *Service) deleteAlias(_ context.Context, _ api.Caller, in *lambda.DeleteAliasInput) (*lambda.DeleteAliasOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	delete(f.aliases, deref(in.Name))
	return nil, nil
}

func (s *Service) listAliases(_ context.Context, _ api.Caller, in *lambda.ListAliasesInput) (*lambda.ListAliasesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	all := []types.AliasConfiguration{}
	for _, a := range f.aliases {
		_, weighted := weights(a)[deref(in.FunctionVersion)]
		if in.FunctionVersion == nil || deref(a.config.FunctionVersion) == *in.FunctionVersion || weighted {
			all = append(all, a.config)
		}
	}
	sort.Slice(all, func(i, j int) bool { return deref(all[i].Name) < deref(all[j].Name) })
	page, next, err := paginate(all, in.Marker, in.MaxItems, 50)
	return &lambda.ListAliasesOutput{Aliases: page, NextMarker: next}, err
}

// checkRoute holds an alias to Lambda's rules, with Lambda's words.
func (s *Service) checkRoute(f *function, main string, routing *types.AliasRoutingConfiguration) error {
	if main != latestVersion {
		if !isNumber(main) {
			return api.Errorf("ValidationException", "1 validation error detected: Value '%s' at 'functionVersion' failed to satisfy constraint: Member must satisfy regular expression pattern: (\\$LATEST|[0-9]+)", main)
		}
		if _, ok := f.versions[main]; !ok {
			return s.notFound(f.name, main)
		}
	}
	if routing == nil || len(routing.AdditionalVersionWeights) == 0 {
		return nil
	}
	invalid := func(format string, args ...any) error {
		return &api.Error{Code: "InvalidParameterValueException", Message: fmt.Sprintf(format, args...), Fields: map[string]string{"Type": "User"}}
	}
	if len(routing.AdditionalVersionWeights) > 1 {
		return invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
	}
	for other, weight := range routing.AdditionalVersionWeights {
		switch {
		case weight < 0 || weight > 1:
			return &api.Error{Code: "ValidationException", Message: fmt.Sprintf("1 validation error detected: Value '{%s=%v}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]", other, weight)}
		case main == latestVersion:
			return invalid("$LATEST is not supported for an alias pointing to more than 1 version")
		case other == latestVersion || !isNumber(other):
			return &api.Error{Code: "ValidationException", Message: fmt.Sprintf("1 validation error detected: Value '{%s=%v}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+, Member must not be null]", other, weight)}
		case other == main:
			return invalid("Invalid function version %s. Function version %s is already included in routing configuration.", other, other)
		}
		second, ok := f.versions[other]
		if !ok {
			return s.notFound(f.name, other)
		}
		if err := compatible(f.versions[main], second); err != nil {
			return err
		}
	}
	return nil
}

// compatible says why an alias cannot split between two versions.
// https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
func compatible(a, b *version) error {
	if deref(a.config.Role) != deref(b.config.Role) {
		return api.Errorf("InvalidParameterValueException", "Both versions must have the same IAM execution role.")
	}
	var first, second string
	if a.config.DeadLetterConfig != nil {
		first = deref(a.config.DeadLetterConfig.TargetArn)
	}
	if b.config.DeadLetterConfig != nil {
		second = deref(b.config.DeadLetterConfig.TargetArn)
	}
	if !strings.EqualFold(first, second) {
		return api.Errorf("InvalidParameterValueException", "Both versions must have the same dead-letter queue configuration, or no dead-letter queue configuration.")
	}
	return nil
}

// routing is a configuration as it is kept: none when it routes nothing.
func routing(config *types.AliasRoutingConfiguration) *types.AliasRoutingConfiguration {
	if config == nil || len(config.AdditionalVersionWeights) == 0 {
		return nil
	}
	return config
}

func weights(a *alias) map[string]float64 {
	if a.config.RoutingConfig == nil {
		return nil
	}
	return a.config.RoutingConfig.AdditionalVersionWeights
}
