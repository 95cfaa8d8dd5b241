package lambda

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/local/api"
)

// eventConfig is how asynchronous invocations are retried.
type eventConfig struct {
	attempts *int32 // retries; nil for two
	age      *int32
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *lambda.ListTagsInput) (*lambda.ListTagsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.Resource))
	if err != nil {
		return nil, err
	}
	return &lambda.ListTagsOutput{Tags: maps.Clone(f.tags)}, nil
}

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *lambda.TagResourceInput) (*lambda.TagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.Resource))
	if err != nil {
		return nil, err
	}
	for key, value := range in.Tags {
		if len(key) > 128 || len(value) > 256 || strings.HasPrefix(key, "aws:") {
			return nil, api.Errorf("InvalidParameterValueException", "Tag %q has a key or value that is not allowed.", key)
		}
		f.tags[key] = value
	}
	return nil, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *lambda.UntagResourceInput) (*lambda.UntagResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.Resource))
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(f.tags, key)
	}
	return nil, nil
}

func (s *Service) putConcurrency(_ context.Context, _ api.Caller, in *lambda.PutFunctionConcurrencyInput) (*lambda.PutFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	f.concurrency = in.ReservedConcurrentExecutions
	return &lambda.PutFunctionConcurrencyOutput{ReservedConcurrentExecutions: f.concurrency}, nil
}

func (s *Service) getConcurrency(_ context.Context, _ api.Caller, in *lambda.GetFunctionConcurrencyInput) (*lambda.GetFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	return &lambda.GetFunctionConcurrencyOutput{ReservedConcurrentExecutions: f.concurrency}, nil
}

func (s *Service) deleteConcurrency(_ context.Context, _ api.Caller, in *lambda.DeleteFunctionConcurrencyInput) (*lambda.DeleteFunctionConcurrencyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	f.concurrency = nil
	return nil, nil
}

func (s *Service) putProvisioned(_ context.Context, _ api.Caller, in *lambda.PutProvisionedConcurrencyConfigInput) (*lambda.PutProvisionedConcurrencyConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	if _, _, err := s.resolve(f, deref(in.Qualifier)); err != nil {
		return nil, err
	}
	if a, ok := f.aliases[deref(in.Qualifier)]; ok && len(weights(a)) > 0 {
		return nil, api.Errorf("InvalidParameterValueException", "Provisioned Concurrency Configs cannot be applied to an alias with routing configuration.")
	}
	n := deref(in.ProvisionedConcurrentExecutions)
	f.provisioned[deref(in.Qualifier)] = n
	return &lambda.PutProvisionedConcurrencyConfigOutput{RequestedProvisionedConcurrentExecutions: &n, Status: types.ProvisionedConcurrencyStatusEnumInProgress,
		LastModified: ptr(lastModified(s.Clock.Now()))}, nil
}

func (s *Service) getProvisioned(_ context.Context, _ api.Caller, in *lambda.GetProvisionedConcurrencyConfigInput) (*lambda.GetProvisionedConcurrencyConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	n, ok := f.provisioned[deref(in.Qualifier)]
	if !ok {
		return nil, &api.Error{Code: "ProvisionedConcurrencyConfigNotFoundException", Status: 404, Fields: map[string]string{"Type": "User"},
			Message: "No Provisioned Concurrency Config found for this function"}
	}
	return &lambda.GetProvisionedConcurrencyConfigOutput{RequestedProvisionedConcurrentExecutions: &n, AllocatedProvisionedConcurrentExecutions: &n,
		AvailableProvisionedConcurrentExecutions: &n, Status: types.ProvisionedConcurrencyStatusEnumReady, LastModified: ptr(lastModified(s.Clock.Now()))}, nil
}

func (s *Service) deleteProvisioned(_ context.Context, _ api.Caller, in *lambda.DeleteProvisionedConcurrencyConfigInput) (*lambda.DeleteProvisionedConcurrencyConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	delete(f.provisioned, deref(in.Qualifier))
	return nil, nil
}

func (s *Service) putEventConfig(_ context.Context, _ api.Caller, in *lambda.PutFunctionEventInvokeConfigInput) (*lambda.PutFunctionEventInvokeConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	f.retries[deref(in.Qualifier)] = &eventConfig{attempts: in.MaximumRetryAttempts, age: in.MaximumEventAgeInSeconds}
	return &lambda.PutFunctionEventInvokeConfigOutput{FunctionArn: ptr(s.arn(f.name, deref(in.Qualifier))), MaximumRetryAttempts: in.MaximumRetryAttempts,
		MaximumEventAgeInSeconds: in.MaximumEventAgeInSeconds, LastModified: ptr(s.Clock.Now())}, nil
}

func (s *Service) getEventConfig(_ context.Context, _ api.Caller, in *lambda.GetFunctionEventInvokeConfigInput) (*lambda.GetFunctionEventInvokeConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	config, ok := f.retries[deref(in.Qualifier)]
	if !ok {
		return nil, api.StatusErrorf(404, "ResourceNotFoundException", "The function %s doesn't have an EventInvokeConfig", s.arn(f.name, deref(in.Qualifier)))
	}
	return &lambda.GetFunctionEventInvokeConfigOutput{FunctionArn: ptr(s.arn(f.name, deref(in.Qualifier))), MaximumRetryAttempts: config.attempts,
		MaximumEventAgeInSeconds: config.age}, nil
}

func (s *Service) deleteEventConfig(_ context.Context, _ api.Caller, in *lambda.DeleteFunctionEventInvokeConfigInput) (*lambda.DeleteFunctionEventInvokeConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	delete(f.retries, deref(in.Qualifier))
	return nil, nil
}

// statement is one permission of a function's resource policy.
type statement struct {
	Sid       string                       `json:"Sid"`
	Effect    string                       `json:"Effect"`
	Principal map[string]string            `json:"Principal"`
	Action    string                       `json:"Action"`
	Resource  string                       `json:"Resource"`
	Condition map[string]map[string]string `json:"Condition,omitempty"`
}

func (s *Service) addPermission(_ context.Context, _ api.Caller, in *lambda.AddPermissionInput) (*lambda.AddPermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, qualifier, err := s.find(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	for _, existing := range f.policies[qualifier] {
		if existing.Sid == deref(in.StatementId) {
			return nil, api.StatusErrorf(409, "ResourceConflictException", "The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", existing.Sid)
		}
	}
	principal := map[string]string{"AWS": deref(in.Principal)}
	if strings.HasSuffix(deref(in.Principal), ".amazonaws.com") {
		principal = map[string]string{"Service": deref(in.Principal)}
	}
	added := statement{Sid: deref(in.StatementId), Effect: "Allow", Principal: principal, Action: deref(in.Action), Resource: s.arn(f.name, qualifier)}
	condition := func(operator, key string, value *string) {
		if value == nil {
			return
		}
		if added.Condition == nil {
			added.Condition = map[string]map[string]string{}
		}
		added.Condition[operator] = map[string]string{key: *value}
	}
	condition("ArnLike", "AWS:SourceArn", in.SourceArn)
	condition("StringEquals", "AWS:SourceAccount", in.SourceAccount)
	f.policies[qualifier] = append(f.policies[qualifier], added)
	text, err := json.Marshal(added)
	if err != nil {
		return nil, err
	}
	return &lambda.AddPermissionOutput{Statement: ptr(string(text))}, nil
}

func (s *Service) removePermission(_ context.Context, _ api.Caller, in *lambda.RemovePermissionInput) (*lambda.RemovePermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := parseName(deref(in.FunctionName), deref(in.Qualifier))
	if err != nil {
		return nil, err
	}
	f, ok := s.functions[n.function]
	if !ok {
		return nil, s.notFound(n.function, n.qualifier)
	}
	before := len(f.policies[n.qualifier])
	f.policies[n.qualifier] = slices.DeleteFunc(f.policies[n.qualifier], func(st statement) bool { return st.Sid == deref(in.StatementId) })
	if len(f.policies[n.qualifier]) == before {
		return nil, api.StatusErrorf(404, "ResourceNotFoundException", "Statement %s is not found in resource policy.", deref(in.StatementId))
	}
	return nil, nil
}

func (s *Service) getPolicy(_ context.Context, _ api.Caller, in *lambda.GetPolicyInput) (*lambda.GetPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, qualifier, err := s.find(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if len(f.policies[qualifier]) == 0 {
		return nil, api.StatusErrorf(404, "ResourceNotFoundException", "The resource you requested does not exist.")
	}
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Id": "default", "Statement": f.policies[qualifier]})
	if err != nil {
		return nil, err
	}
	return &lambda.GetPolicyOutput{Policy: ptr(string(text))}, nil
}

// allowed checks the resource policy for a service that calls on its own
// account; roles are IAM's matter. Call with the lock held.
func (s *Service) allowed(caller api.Caller, f *function, qualifier string) error {
	if caller.Service == "" || caller.RoleARN != "" || caller.Service == "cloudformation.amazonaws.com" {
		return nil
	}
	for _, st := range f.policies[qualifier] {
		source, bound := st.Condition["ArnLike"]["AWS:SourceArn"]
		if st.Principal["Service"] == caller.Service && (!bound || wildcard(source, caller.SourceARN)) {
			return nil
		}
	}
	return api.StatusErrorf(403, "AccessDeniedException",
		"User: %s is not authorized to perform: lambda:InvokeFunction on resource: %s because no resource-based policy allows the lambda:InvokeFunction action", caller.Service, s.arn(f.name, qualifier))
}

// wildcard matches a pattern with * and ?.
func wildcard(pattern, text string) bool {
	for len(pattern) > 0 {
		switch {
		case pattern[0] == '*':
			for i := 0; i <= len(text); i++ {
				if wildcard(pattern[1:], text[i:]) {
					return true
				}
			}
			return false
		case len(text) == 0 || pattern[0] != '?' && pattern[0] != text[0]:
			return false
		}
		pattern, text = pattern[1:], text[1:]
	}
	return len(text) == 0
}
