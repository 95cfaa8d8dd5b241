package iam

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"weir/local/api"
)

var roleName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)

func (s *Service) createRole(_ context.Context, _ api.Caller, in *CreateRoleInput) (*RoleOutput, error) {
	if !roleName.MatchString(in.RoleName) {
		return nil, api.Errorf("ValidationError", "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-")
	}
	if in.PermissionsBoundary != "" {
		return nil, api.Errorf("ValidationError", "the local cloud does not evaluate permissions boundaries (role %s)", in.RoleName)
	}
	trust, err := parseTrust(in.AssumeRolePolicyDocument)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.roles[in.RoleName]; exists {
		return nil, api.StatusErrorf(409, "EntityAlreadyExists", "Role with name %s already exists.", in.RoleName)
	}
	r := &role{
		Role: Role{
			Path: slashed(in.Path), RoleName: in.RoleName, RoleId: newID("AROA"),
			Arn:        s.Env.GlobalARN("iam", "role"+slashed(in.Path)+in.RoleName),
			CreateDate: s.now(), Description: in.Description, MaxSessionDuration: 3600,
			AssumeRolePolicyDocument: encode(in.AssumeRolePolicyDocument),
		},
		trust: trust, inline: map[string]inlinePolicy{}, attached: map[string]bool{},
	}
	if in.MaxSessionDuration != nil {
		r.MaxSessionDuration = *in.MaxSessionDuration
	}
	r.Tags = mergeTags(nil, in.Tags)
	s.roles[in.RoleName] = r
	return &RoleOutput{Role: r.answer()}, nil
}

// answer is a copy that later changes leave alone.
func (r *role) answer() *Role {
	copied := r.Role
	copied.Tags = slices.Clone(r.Tags)
	return &copied
}

// encode writes a policy as IAM answers it: URL-encoded after RFC 3986.
func encode(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func (s *Service) getRole(_ context.Context, _ api.Caller, in *RoleInput) (*RoleOutput, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	return &RoleOutput{Role: r.answer()}, nil
}

func (s *Service) deleteRole(_ context.Context, _ api.Caller, in *RoleInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(in.RoleName)
	switch {
	case err != nil:
		return nil, err
	case len(r.attached) > 0:
		return nil, api.StatusErrorf(409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	case len(r.inline) > 0:
		return nil, api.StatusErrorf(409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	}
	delete(s.roles, in.RoleName)
	return &Empty{}, nil
}

func (s *Service) updateRole(_ context.Context, _ api.Caller, in *UpdateRoleInput) (*Empty, error) {
	_, err := s.changeRole(in)
	return &Empty{}, err
}

func (s *Service) updateRoleDescription(_ context.Context, _ api.Caller, in *UpdateRoleInput) (*RoleOutput, error) {
	r, err := s.changeRole(in)
	return &RoleOutput{Role: r}, err
}

func (s *Service) changeRole(in *UpdateRoleInput) (*Role, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	if in.Description != nil {
		r.Description = *in.Description
	}
	if in.MaxSessionDuration != nil {
		r.MaxSessionDuration = *in.MaxSessionDuration
	}
	return r.answer(), nil
}

func (s *Service) updateTrust(_ context.Context, _ api.Caller, in *TrustInput) (*Empty, error) {
	trust, err := parseTrust(in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	r.trust, r.AssumeRolePolicyDocument = trust, encode(in.PolicyDocument)
	return &Empty{}, nil
}

func (s *Service) listRoles(_ context.Context, _ api.Caller, in *ListInput) (*Roles, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := &Roles{Roles: []Role{}}
	for _, name := range slices.Sorted(maps.Keys(s.roles)) {
		if r := s.roles[name]; strings.HasPrefix(r.Path, in.PathPrefix) {
			out.Roles = append(out.Roles, *r.answer())
		}
	}
	return out, nil
}

func (s *Service) tagRole(_ context.Context, _ api.Caller, in *TagsInput) (*Empty, error) {
	return s.changeTags(in.RoleName, func(tags []Tag) []Tag { return mergeTags(tags, in.Tags) })
}

func (s *Service) untagRole(_ context.Context, _ api.Caller, in *TagsInput) (*Empty, error) {
	return s.changeTags(in.RoleName, func(tags []Tag) []Tag {
		return slices.DeleteFunc(slices.Clone(tags), func(t Tag) bool { return slices.Contains(in.TagKeys, t.Key) })
	})
}

func (s *Service) changeTags(name string, change func([]Tag) []Tag) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(name)
	if err != nil {
		return nil, err
	}
	r.Tags = change(r.Tags)
	return &Empty{}, nil
}

func mergeTags(tags, more []Tag) []Tag {
	byKey := map[string]Tag{}
	for _, tag := range append(slices.Clone(tags), more...) {
		byKey[tag.Key] = tag
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b Tag) int { return cmp.Compare(a.Key, b.Key) })
}

func (s *Service) listRoleTags(_ context.Context, _ api.Caller, in *RoleInput) (*Tags, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	return &Tags{Tags: append([]Tag{}, r.Tags...)}, nil
}
