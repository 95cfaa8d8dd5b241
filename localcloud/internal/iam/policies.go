package iam

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"weir/localcloud/internal/api"
)

func (s *Service) createPolicy(_ context.Context, _ api.Caller, in *CreatePolicyInput) (*PolicyOutput, error) {
	if err := checkPolicyTags(in.Tags); err != nil {
		return nil, err
	}
	doc, err := s.inPartition(parseManaged(in.PolicyDocument))
	if err != nil {
		return nil, err
	}
	if err := checkManagedSize(in.PolicyDocument); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := s.policyARN(in.Path, in.PolicyName)
	if _, exists := s.managed[arn]; exists {
		return nil, api.StatusErrorf(409, "EntityAlreadyExists", "A policy called %s already exists. Duplicate names are not allowed.", in.PolicyName)
	}
	policy := s.manage(arn, in.PolicyDocument, doc)
	policy.Description, policy.Tags = in.Description, mergeTags(nil, in.Tags)
	made := policy.Policy
	made.Description, made.Tags = "", slices.Clone(in.Tags)
	return &PolicyOutput{Policy: &made}, nil
}

// manage makes a managed policy of one version; the lock must be held.
func (s *Service) manage(arn, text string, doc *document) *managedPolicy {
	now := s.now()
	_, path, _ := strings.Cut(arn, ":policy")
	name := baseName(path)
	policy := &managedPolicy{Policy: Policy{
		PolicyName: name, PolicyId: newID("ANPA"), Arn: arn, Path: strings.TrimSuffix(path, name),
		IsAttachable: true, CreateDate: &now, UpdateDate: &now,
	}}
	policy.DefaultVersionId = policy.add(text, doc, now).id
	s.managed[arn] = policy
	return policy
}

// findPolicy finds a managed policy; the lock must be held.
func (s *Service) findPolicy(arn string) (*managedPolicy, error) {
	if policy, ok := s.managed[arn]; ok {
		return policy, nil
	}
	return nil, noSuchEntity("Policy %s was not found.", arn)
}

// checkARN refuses what cannot be the ARN of a policy.
func checkARN(arn string) error {
	if strings.HasPrefix(arn, "arn:") && strings.Count(arn, ":") >= 5 {
		return nil
	}
	return invalid("ARN %s is not valid.", arn)
}

func (s *Service) getPolicy(_ context.Context, _ api.Caller, in *PolicyInput) (*PolicyOutput, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	policy, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	got := policy.Policy
	got.Tags = append([]Tag{}, policy.Tags...)
	return &PolicyOutput{Policy: &got}, nil
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
		return nil, deleteConflict("Cannot delete a policy attached to entities.")
	case len(policy.versions) > 1:
		return nil, deleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	}
	delete(s.managed, in.PolicyArn)
	return &Empty{}, nil
}

func (s *Service) listPolicies(_ context.Context, _ api.Caller, in *ListInput) (*Policies, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := []Policy{}
	for _, arn := range slices.Sorted(maps.Keys(s.managed)) {
		policy := s.managed[arn].Policy
		aws := strings.Contains(arn, ":iam::aws:")
		if in.Scope == "AWS" && !aws || in.Scope == "Local" && aws || in.OnlyAttached && policy.AttachmentCount == 0 ||
			!strings.HasPrefix(policy.Path, in.PathPrefix) {
			continue
		}
		policy.Description, policy.Tags = "", nil
		list = append(list, policy)
	}
	page, marker, err := paginate(list, in.Marker, in.MaxItems)
	return &Policies{Policies: page, IsTruncated: marker != "", Marker: marker}, err
}

// paginate cuts a page out of a list; a marker is the place of the next one.
func paginate[T any](list []T, marker string, most int32) (page []T, next string, err error) {
	from := 0
	if marker != "" {
		if from, err = strconv.Atoi(marker); err != nil || from < 0 || from > len(list) {
			return nil, "", invalid("Invalid Marker.")
		}
	}
	if most <= 0 {
		most = 100
	}
	until := min(from+int(most), len(list))
	if until < len(list) {
		next = strconv.Itoa(until)
	}
	return list[from:until], next, nil
}
