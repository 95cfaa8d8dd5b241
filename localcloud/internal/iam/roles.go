package iam

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"weir/localcloud/internal/api"
)

var roleName = regexp.MustCompile(`^[\w+=,.@-]+$`)

func (s *Service) createRole(_ context.Context, _ api.Caller, in *CreateRoleInput) (*RoleOutput, error) {
	if err := checkRole(in); err != nil {
		return nil, err
	}
	trust, err := s.trustInPartition(parseTrust(in.AssumeRolePolicyDocument))
	if err != nil {
		return nil, err
	}
	if err := checkTrustSize(in.AssumeRolePolicyDocument); err != nil {
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
			CreateDate: s.now(), Description: in.Description,
			AssumeRolePolicyDocument: encode(in.AssumeRolePolicyDocument), Tags: mergeTags(nil, in.Tags),
		},
		longest: shortestSession, trust: trust, inline: map[string]inlinePolicy{}, attached: map[string]bool{},
	}
	if in.MaxSessionDuration != nil {
		r.longest = *in.MaxSessionDuration
	}
	s.roles[in.RoleName] = r
	made := r.Role
	made.Description, made.Tags = "", slices.Clone(in.Tags)
	return &RoleOutput{Role: &made}, nil
}

func checkRole(in *CreateRoleInput) error {
	switch {
	case len(in.RoleName) > 64:
		return unfit("roleName", tooLong(64))
	case !roleName.MatchString(in.RoleName):
		return invalid("The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-")
	case in.PermissionsBoundary != "":
		return invalid("the local cloud does not evaluate permissions boundaries (role %s)", in.RoleName)
	}
	if err := checkSession(in.MaxSessionDuration); err != nil {
		return err
	}
	return checkRoleTags(in.Tags)
}

// A role says how long its sessions may last, within these bounds in seconds.
const (
	shortestSession = 3600
	longestSession  = 43200
)

func checkSession(seconds *int32) error {
	switch {
	case seconds == nil:
		return nil
	case *seconds < shortestSession:
		return unfit("maxSessionDuration", fmt.Sprintf("Member must have value greater than or equal to %d", shortestSession))
	case *seconds > longestSession:
		return unfit("maxSessionDuration", fmt.Sprintf("Member must have value less than or equal to %d", longestSession))
	}
	return nil
}

// listed is a role as ListRoles shows it: without tags.
func (r *role) listed() Role {
	shown, longest := r.Role, r.longest
	shown.MaxSessionDuration, shown.Tags = &longest, nil
	return shown
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
	got := r.listed()
	got.RoleLastUsed, got.Tags = &Empty{}, slices.Clone(r.Tags)
	return &RoleOutput{Role: &got}, nil
}

func (s *Service) deleteRole(_ context.Context, _ api.Caller, in *RoleInput) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(in.RoleName)
	switch {
	case err != nil:
		return nil, err
	case len(r.attached) > 0:
		return nil, deleteConflict("Cannot delete entity, must detach all policies first.")
	case len(r.inline) > 0:
		return nil, deleteConflict("Cannot delete entity, must delete policies first.")
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
	if err := checkSession(in.MaxSessionDuration); err != nil {
		return nil, err
	}
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
		r.longest = *in.MaxSessionDuration
	}
	shown := r.Role
	shown.Tags = nil
	return &shown, nil
}

func (s *Service) updateTrust(_ context.Context, _ api.Caller, in *TrustInput) (*Empty, error) {
	trust, err := s.trustInPartition(parseTrust(in.PolicyDocument))
	if err != nil {
		return nil, err
	}
	if err := checkTrustSize(in.PolicyDocument); err != nil {
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
	list := []Role{}
	for _, name := range slices.Sorted(maps.Keys(s.roles)) {
		if r := s.roles[name]; strings.HasPrefix(r.Path, in.PathPrefix) {
			list = append(list, r.listed())
		}
	}
	page, marker, err := paginate(list, in.Marker, in.MaxItems)
	return &Roles{Roles: page, IsTruncated: marker != "", Marker: marker}, err
}
