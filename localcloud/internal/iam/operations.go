package iam

import (
	"strings"

	"weir/localcloud/internal/api"
)

func (s *Service) operations() map[string]api.Operation {
	return api.Table(
		api.Op("CreateRole", s.createRole, api.On("iam:CreateRole", func(in *CreateRoleInput) string { return s.roleARN(in.Path, in.RoleName) })),
		api.Op("GetRole", s.getRole, onRole("iam:GetRole", s)),
		api.Op("DeleteRole", s.deleteRole, onRole("iam:DeleteRole", s)),
		api.Op("UpdateRole", s.updateRole, onNamed(s, "iam:UpdateRole", func(in *UpdateRoleInput) string { return in.RoleName })),
		api.Op("UpdateRoleDescription", s.updateRoleDescription, onNamed(s, "iam:UpdateRoleDescription", func(in *UpdateRoleInput) string { return in.RoleName })),
		api.Op("UpdateAssumeRolePolicy", s.updateTrust, onNamed(s, "iam:UpdateAssumeRolePolicy", func(in *TrustInput) string { return in.RoleName })),
		api.Op("ListRoles", s.listRoles, onAny("iam:ListRoles", func(in *ListInput) string { return s.Env.GlobalARN("iam", "role"+slashed(in.PathPrefix)) })),
		api.Op("TagRole", s.tagRole, api.On("iam:TagRole", func(in *TagsInput) string { return s.roleARN("", in.RoleName) })),
		api.Op("UntagRole", s.untagRole, api.On("iam:UntagRole", func(in *TagsInput) string { return s.roleARN("", in.RoleName) })),
		api.Op("ListRoleTags", s.listRoleTags, onRole("iam:ListRoleTags", s)),

		api.Op("PutRolePolicy", s.putRolePolicy, onInline("iam:PutRolePolicy", s)),
		api.Op("GetRolePolicy", s.getRolePolicy, onInline("iam:GetRolePolicy", s)),
		api.Op("DeleteRolePolicy", s.deleteRolePolicy, onInline("iam:DeleteRolePolicy", s)),
		api.Op("ListRolePolicies", s.listRolePolicies, onRole("iam:ListRolePolicies", s)),
		api.Op("AttachRolePolicy", s.attachRolePolicy, onAttachment("iam:AttachRolePolicy", s)),
		api.Op("DetachRolePolicy", s.detachRolePolicy, onAttachment("iam:DetachRolePolicy", s)),
		api.Op("ListAttachedRolePolicies", s.listAttachedRolePolicies, onRole("iam:ListAttachedRolePolicies", s)),

		api.Op("CreatePolicy", s.createPolicy, api.Needs(func(in *CreatePolicyInput) []api.Permission {
			return []api.Permission{{Action: "iam:CreatePolicy", Resource: s.policyARN(in.Path, in.PolicyName), Shown: "policy " + in.PolicyName}}
		})),
		api.Op("GetPolicy", s.getPolicy, onPolicy("iam:GetPolicy")),
		api.Op("DeletePolicy", s.deletePolicy, onPolicy("iam:DeletePolicy")),
		api.Op("ListPolicies", s.listPolicies, onAny("iam:ListPolicies", func(in *ListInput) string { return "policy path " + slashed(in.PathPrefix) })),
		api.Op("CreatePolicyVersion", s.createPolicyVersion, api.Needs(func(in *PolicyVersionInput) []api.Permission {
			return policyPermission("iam:CreatePolicyVersion", in.PolicyArn)
		})),
		api.Op("GetPolicyVersion", s.getPolicyVersion, onPolicy("iam:GetPolicyVersion")),
		api.Op("DeletePolicyVersion", s.deletePolicyVersion, onPolicy("iam:DeletePolicyVersion")),
		api.Op("SetDefaultPolicyVersion", s.setDefaultVersion, onPolicy("iam:SetDefaultPolicyVersion")),
		api.Op("ListPolicyVersions", s.listPolicyVersions, onPolicy("iam:ListPolicyVersions")),

		api.Op("SimulatePrincipalPolicy", s.simulatePrincipalPolicy, api.On("iam:SimulatePrincipalPolicy", func(in *SimulateInput) string { return in.PolicySourceArn })),
		api.Op("SimulateCustomPolicy", s.simulateCustomPolicy, api.On("iam:SimulateCustomPolicy", func(*SimulateInput) string { return "*" })),
	)
}

// onNamed needs the action on the role that the input names. A denial has its
// name alone.
func onNamed[I any](s *Service, action string, name func(*I) string) api.Option {
	return api.Needs(func(in *I) []api.Permission {
		return []api.Permission{{Action: action, Resource: s.roleARN("", name(in)), Shown: "role " + name(in)}}
	})
}

func onRole(action string, s *Service) api.Option {
	return onNamed(s, action, func(in *RoleInput) string { return in.RoleName })
}

func onInline(action string, s *Service) api.Option {
	return onNamed(s, action, func(in *InlinePolicy) string { return in.RoleName })
}

func onAttachment(action string, s *Service) api.Option {
	return api.Needs(func(in *Attachment) []api.Permission {
		return []api.Permission{{
			Action: action, Resource: s.roleARN("", in.RoleName), Shown: "role " + in.RoleName,
			Context: map[string][]string{"iam:PolicyARN": {in.PolicyArn}},
		}}
	})
}

func onPolicy(action string) api.Option {
	return api.Needs(func(in *PolicyInput) []api.Permission { return policyPermission(action, in.PolicyArn) })
}

func policyPermission(action, arn string) []api.Permission {
	return []api.Permission{{Action: action, Resource: arn, Shown: "policy " + arn}}
}

// onAny needs an action that has no resource, though a denial shows one.
func onAny[I any](action string, shown func(*I) string) api.Option {
	return api.Needs(func(in *I) []api.Permission {
		return []api.Permission{{Action: action, Resource: "*", Shown: shown(in)}}
	})
}

// roleARN is the ARN of a role by name; path counts only before the role
// exists.
func (s *Service) roleARN(path, name string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r, ok := s.roles[name]; ok {
		return r.Arn
	}
	return s.Env.GlobalARN("iam", "role"+slashed(path)+name)
}

func (s *Service) policyARN(path, name string) string {
	return s.Env.GlobalARN("iam", "policy"+slashed(path)+name)
}

func slashed(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

func baseName(path string) string { return path[strings.LastIndex(path, "/")+1:] }
