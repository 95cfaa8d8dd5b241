package lambda

import (
	"context"
	"maps"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

var aliasPattern = regexp.MustCompile(`^[a-zA-Z0-9-_]+$`)

func (s *Service) createAlias(_ context.Context, _ api.Caller, in *lambda.CreateAliasInput) (*lambda.CreateAliasOutput, error) {
	name := api.Deref(in.Name)
	var wrong violations
	wrong.tooLong(name, "name", maxQualifier)
	if !aliasPattern.MatchString(name) || isNumber(name) {
		wrong.add(name, "name", `Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)`)
	}
	if name == "" {
		wrong.add(name, "name", "Member must have length greater than or equal to 1")
	}
	if len(wrong) > 0 {
		return nil, wrong.err()
	}
	made := types.AliasConfiguration{
		Name: &name, FunctionVersion: in.FunctionVersion, Description: new(api.Deref(in.Description)), RoutingConfig: routing(in.RoutingConfig),
	}
	if err := checkAlias(&made, in.RoutingConfig); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.name(api.Deref(in.FunctionName), "")
	if err != nil {
		return nil, err
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, s.notFound(n.function, api.Deref(in.FunctionVersion))
	}
	made.AliasArn = new(s.arn(f.name, name))
	if _, exists := f.aliases[name]; exists {
		return nil, failed("ResourceConflictException", "Alias already exists: %s", api.Deref(made.AliasArn))
	}
	if err := s.checkRoute(f, &made); err != nil {
		return nil, err
	}
	made.RevisionId = new(api.NewID())
	f.aliases[name] = &made
	return as[lambda.CreateAliasOutput](made), nil
}

func (s *Service) getAlias(_ context.Context, _ api.Caller, in *lambda.GetAliasInput) (*lambda.GetAliasOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, a, err := s.alias(in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	return as[lambda.GetAliasOutput](*a), nil
}

// alias finds an alias. Call with the lock held.
func (s *Service) alias(functionName, aliasName *string) (*function, *types.AliasConfiguration, error) {
	n, err := s.name(api.Deref(functionName), "")
	if err != nil {
		return nil, nil, err
	}
	if f, ok := s.functions[n.function]; ok {
		if a, ok := f.aliases[api.Deref(aliasName)]; ok {
			return f, a, nil
		}
	}
	return nil, nil, failed("ResourceNotFoundException", "Cannot find alias arn: %s", s.arn(n.function, api.Deref(aliasName)))
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
	changed := *a
	set(&changed.FunctionVersion, in.FunctionVersion)
	set(&changed.Description, in.Description)
	if in.RoutingConfig != nil {
		changed.RoutingConfig = routing(in.RoutingConfig)
	}
	if err := checkAlias(&changed, in.RoutingConfig); err != nil {
		return nil, err
	}
	if err := precondition(in.RevisionId, a.RevisionId); err != nil {
		return nil, err
	}
	if err := s.checkRoute(f, &changed); err != nil {
		return nil, err
	}
	changed.RevisionId = new(api.NewID())
	f.aliases[api.Deref(a.Name)] = &changed
	s.reallocate(f, a, &changed)
	return as[lambda.UpdateAliasOutput](changed), nil
}

// deleteAlias deletes an alias and what hangs on it. Deleting what is not there
// succeeds.
func (s *Service) deleteAlias(_ context.Context, _ api.Caller, in *lambda.DeleteAliasInput) (*lambda.DeleteAliasOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(api.Deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	name := api.Deref(in.Name)
	delete(f.aliases, name)
	f.unprovision(name)
	delete(f.policies, name)
	delete(f.async, name)
	delete(f.urls, name)
	return nil, nil
}

func (s *Service) listAliases(_ context.Context, _ api.Caller, in *lambda.ListAliasesInput) (*lambda.ListAliasesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(api.Deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	all := []types.AliasConfiguration{}
	for _, name := range slices.Sorted(maps.Keys(f.aliases)) {
		a := f.aliases[name]
		_, weighted := weights(a)[api.Deref(in.FunctionVersion)]
		if in.FunctionVersion == nil || api.Deref(a.FunctionVersion) == *in.FunctionVersion || weighted {
			all = append(all, *a)
		}
	}
	page, next, err := paginate(all, in.Marker, in.MaxItems)
	return &lambda.ListAliasesOutput{Aliases: page, NextMarker: next}, err
}
