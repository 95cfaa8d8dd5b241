package iam

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"weir/local/api"
)

func (s *Service) createPolicy(_ context.Context, _ api.Caller, in *CreatePolicyInput) (*PolicyOutput, error) {
	doc, err := parseManaged(in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := s.policyARN(in.Path, in.PolicyName)
	if _, exists := s.managed[arn]; exists {
		return nil, api.StatusErrorf(409, "EntityAlreadyExists", "A policy called %s already exists. Duplicate names are not allowed.", in.PolicyName)
	}
	now := s.now()
	policy := &managedPolicy{
		Policy: Policy{
			PolicyName: in.PolicyName, PolicyId: newID("ANPA"), Arn: arn, Path: slashed(in.Path), DefaultVersionId: "v1",
			Description: in.Description, IsAttachable: true, CreateDate: &now, UpdateDate: &now, Tags: mergeTags(nil, in.Tags),
		},
		text: in.PolicyDocument, doc: doc,
	}
	s.managed[arn] = policy
	return &PolicyOutput{Policy: policy.answer()}, nil
}

func (p *managedPolicy) answer() *Policy {
	copied := p.Policy
	return &copied
}

// findPolicy finds a managed policy; the lock must be held.
func (s *Service) findPolicy(arn string) (*managedPolicy, error) {
	if policy, ok := s.managed[arn]; ok {
		return policy, nil
	}
	return nil, noSuchEntity("Policy %s was not found.", arn)
}

func (s *Service) getPolicy(_ context.Context, _ api.Caller, in *PolicyInput) (*PolicyOutput, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	policy, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &PolicyOutput{Policy: policy.answer()}, nil
}

func (s *Service) deletePolicy(_ context.Context, _ api.Caller, in *PolicyInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	policy, err := s.findPolicy(in.PolicyArn)
	switch {
	case err != nil:
		return nil, err
	case strings.Contains(in.PolicyArn, ":iam::aws:"):
		return nil, api.StatusErrorf(403, "AccessDenied", "Policy is outside your own account.")
	case policy.AttachmentCount > 0:
		return nil, api.StatusErrorf(409, "DeleteConflict", "Cannot delete a policy attached to entities.")
	}
	delete(s.managed, in.PolicyArn)
	return &Empty{}, nil
}

func (s *Service) listPolicies(_ context.Context, _ api.Caller, in *ListInput) (*Policies, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := &Policies{Policies: []Policy{}}
	for _, arn := range slices.Sorted(maps.Keys(s.managed)) {
		aws := strings.Contains(arn, ":iam::aws:")
		if in.Scope == "AWS" && !aws || in.Scope == "Local" && aws || in.OnlyAttached && s.managed[arn].AttachmentCount == 0 {
			continue
		}
		out.Policies = append(out.Policies, *s.managed[arn].answer())
	}
	return out, nil
}

// createPolicyVersion replaces the policy: only the default version is kept.
func (s *Service) createPolicyVersion(_ context.Context, _ api.Caller, in *PolicyVersionInput) (*PolicyVersionOutput, error) {
	doc, err := parseManaged(in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	if !in.SetAsDefault {
		return nil, api.Errorf("ValidationError", "the local cloud keeps only the default version of a policy")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	policy, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(strings.TrimPrefix(policy.DefaultVersionId, "v"))
	if err != nil {
		return nil, err
	}
	now := s.now()
	policy.text, policy.doc, policy.UpdateDate = in.PolicyDocument, doc, &now
	policy.DefaultVersionId = "v" + strconv.Itoa(number+1)
	return &PolicyVersionOutput{PolicyVersion: policy.version()}, nil
}

func (p *managedPolicy) version() *PolicyVersion {
	return &PolicyVersion{Document: encode(p.text), VersionId: p.DefaultVersionId, IsDefaultVersion: true, CreateDate: p.UpdateDate}
}

func (s *Service) getPolicyVersion(_ context.Context, _ api.Caller, in *PolicyInput) (*PolicyVersionOutput, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	policy, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if in.VersionId != policy.DefaultVersionId {
		return nil, noSuchEntity("Policy %s version %s does not exist or is not attachable.", in.PolicyArn, in.VersionId)
	}
	return &PolicyVersionOutput{PolicyVersion: policy.version()}, nil
}

func (s *Service) listPolicyVersions(_ context.Context, _ api.Caller, in *PolicyInput) (*PolicyVersions, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	policy, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	version := *policy.version()
	version.Document = ""
	return &PolicyVersions{Versions: []PolicyVersion{version}}, nil
}
