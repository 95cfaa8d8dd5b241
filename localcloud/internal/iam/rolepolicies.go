package iam

import (
	"context"
	"maps"
	"slices"

	"weir/localcloud/internal/api"
)

func (s *Service) putRolePolicy(_ context.Context, _ api.Caller, in *InlinePolicy) (*Empty, error) {
	doc, err := s.inPartition(parseIdentity(in.PolicyDocument))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := r.checkInlineSize(in.PolicyName, in.PolicyDocument); err != nil {
		return nil, err
	}
	r.inline[in.PolicyName] = inlinePolicy{text: in.PolicyDocument, doc: doc}
	return &Empty{}, nil
}

func (s *Service) getRolePolicy(_ context.Context, _ api.Caller, in *InlinePolicy) (*InlinePolicy, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, policy, err := s.findInline(in)
	if err != nil {
		return nil, err
	}
	return &InlinePolicy{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: encode(policy.text)}, nil
}

func (s *Service) findInline(in *InlinePolicy) (*role, inlinePolicy, error) {
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, inlinePolicy{}, err
	}
	policy, ok := r.inline[in.PolicyName]
	if !ok {
		return nil, inlinePolicy{}, noSuchEntity("The role policy with name %s cannot be found.", in.PolicyName)
	}
	return r, policy, nil
}

func (s *Service) deleteRolePolicy(_ context.Context, _ api.Caller, in *InlinePolicy) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, _, err := s.findInline(in)
	if err != nil {
		return nil, err
	}
	delete(r.inline, in.PolicyName)
	return &Empty{}, nil
}

func (s *Service) listRolePolicies(_ context.Context, _ api.Caller, in *RoleInput) (*PolicyNames, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	return &PolicyNames{PolicyNames: append([]string{}, slices.Sorted(maps.Keys(r.inline))...)}, nil
}

func (s *Service) attachRolePolicy(_ context.Context, _ api.Caller, in *Attachment) (*Empty, error) {
	if err := checkARN(in.PolicyArn); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	policy, ok := s.managed[in.PolicyArn]
	if !ok {
		return nil, noSuchEntity("Policy %s does not exist or is not attachable.", in.PolicyArn)
	}
	if !r.attached[in.PolicyArn] {
		if len(r.attached) == maxAttached {
			return nil, limitExceeded("Cannot exceed quota for PoliciesPerRole: %d", maxAttached)
		}
		r.attached[in.PolicyArn] = true
		policy.AttachmentCount++
	}
	return &Empty{}, nil
}

func (s *Service) detachRolePolicy(_ context.Context, _ api.Caller, in *Attachment) (*Empty, error) {
	if err := checkARN(in.PolicyArn); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	if !r.attached[in.PolicyArn] {
		return nil, noSuchEntity("Policy %s was not found.", in.PolicyArn)
	}
	delete(r.attached, in.PolicyArn)
	s.managed[in.PolicyArn].AttachmentCount--
	return &Empty{}, nil
}

func (s *Service) listAttachedRolePolicies(_ context.Context, _ api.Caller, in *RoleInput) (*AttachedPolicies, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	out := &AttachedPolicies{AttachedPolicies: []AttachedPolicy{}}
	for _, arn := range slices.Sorted(maps.Keys(r.attached)) {
		out.AttachedPolicies = append(out.AttachedPolicies, AttachedPolicy{PolicyName: baseName(arn), PolicyArn: arn})
	}
	return out, nil
}
