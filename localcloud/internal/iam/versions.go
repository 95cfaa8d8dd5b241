package iam

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"time"

	"weir/localcloud/internal/api"
)

// maxVersions is how many versions a managed policy has at most.
const maxVersions = 5

type policyVersion struct {
	id, text string
	doc      *document
	created  time.Time
}

// add makes a version, which is not the default yet.
func (p *managedPolicy) add(text string, doc *document, now time.Time) policyVersion {
	p.made++
	version := policyVersion{id: "v" + strconv.Itoa(p.made), text: text, doc: doc, created: now}
	p.versions = append(p.versions, version)
	return version
}

// current is the default version, which decides.
func (p *managedPolicy) current() policyVersion { return p.versions[p.indexOf(p.DefaultVersionId)] }

func (p *managedPolicy) indexOf(id string) int {
	return slices.IndexFunc(p.versions, func(v policyVersion) bool { return v.id == id })
}

// show answers a version without its document.
func (p *managedPolicy) show(v policyVersion) PolicyVersion {
	return PolicyVersion{VersionId: v.id, IsDefaultVersion: v.id == p.DefaultVersionId, CreateDate: &v.created}
}

func (s *Service) createPolicyVersion(_ context.Context, _ api.Caller, in *PolicyVersionInput) (*PolicyVersionOutput, error) {
	doc, err := s.inPartition(parseManaged(in.PolicyDocument))
	if err != nil {
		return nil, err
	}
	if err := checkManagedSize(in.PolicyDocument); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	policy, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if len(policy.versions) == maxVersions {
		return nil, api.StatusErrorf(409, "LimitExceeded", "A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", maxVersions)
	}
	made := policy.add(in.PolicyDocument, doc, s.now())
	if in.SetAsDefault {
		policy.makeDefault(made, s.now())
	}
	shown := policy.show(made)
	return &PolicyVersionOutput{PolicyVersion: &shown}, nil
}

func (p *managedPolicy) makeDefault(v policyVersion, now time.Time) {
	p.DefaultVersionId, p.UpdateDate = v.id, &now
}

var versionID = regexp.MustCompile(`^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$`)

// findVersion finds a version by its place; the lock must be held.
func (s *Service) findVersion(in *PolicyInput) (*managedPolicy, int, error) {
	if !versionID.MatchString(in.VersionId) {
		return nil, 0, unfit("versionId", "Member must satisfy regular expression pattern: "+`v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`)
	}
	if policy, ok := s.managed[in.PolicyArn]; ok {
		if i := policy.indexOf(in.VersionId); i >= 0 {
			return policy, i, nil
		}
	}
	return nil, 0, noSuchEntity("Policy %s version %s does not exist or is not attachable.", in.PolicyArn, in.VersionId)
}

func (s *Service) getPolicyVersion(_ context.Context, _ api.Caller, in *PolicyInput) (*PolicyVersionOutput, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	policy, i, err := s.findVersion(in)
	if err != nil {
		return nil, err
	}
	shown := policy.show(policy.versions[i])
	shown.Document = encode(policy.versions[i].text)
	return &PolicyVersionOutput{PolicyVersion: &shown}, nil
}

func (s *Service) deletePolicyVersion(_ context.Context, _ api.Caller, in *PolicyInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	policy, i, err := s.findVersion(in)
	if err != nil {
		return nil, err
	}
	if in.VersionId == policy.DefaultVersionId {
		return nil, deleteConflict("Cannot delete the default version of a policy.")
	}
	policy.versions = slices.Delete(policy.versions, i, i+1)
	return &Empty{}, nil
}

func (s *Service) setDefaultVersion(_ context.Context, _ api.Caller, in *PolicyInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	policy, i, err := s.findVersion(in)
	if err != nil {
		return nil, err
	}
	policy.makeDefault(policy.versions[i], s.now())
	return &Empty{}, nil
}

// listPolicyVersions lists the newest first.
func (s *Service) listPolicyVersions(_ context.Context, _ api.Caller, in *PolicyInput) (*PolicyVersions, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	policy, err := s.findPolicy(in.PolicyArn)
	if err != nil {
		return nil, err
	}
	out := &PolicyVersions{Versions: []PolicyVersion{}}
	for _, v := range slices.Backward(policy.versions) {
		out.Versions = append(out.Versions, policy.show(v))
	}
	return out, nil
}
