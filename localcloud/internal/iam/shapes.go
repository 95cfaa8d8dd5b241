package iam

import "time"

// Tag is a tag of a role or a policy. Its value may be empty.
type Tag struct {
	Key   string
	Value *string
}

// Role is a role as IAM answers it; the trust policy is URL-encoded there. Each
// operation leaves out some members.
type Role struct {
	Path, RoleName, RoleId, Arn string
	CreateDate                  time.Time
	AssumeRolePolicyDocument    string
	Description                 string
	MaxSessionDuration          *int32 // seconds
	RoleLastUsed                *Empty // the local cloud keeps no such record
	Tags                        []Tag
}

// Policy is a managed policy as IAM answers it.
type Policy struct {
	PolicyName, PolicyId, Arn, Path, DefaultVersionId string
	Description                                       string
	AttachmentCount, PermissionsBoundaryUsageCount    int32
	IsAttachable                                      bool
	CreateDate, UpdateDate                            *time.Time
	Tags                                              []Tag
}

// RoleInput names a role: GetRole, DeleteRole, ListRolePolicies,
// ListAttachedRolePolicies, ListRoleTags. The lists of a role come whole.
type RoleInput struct{ RoleName string }

// RoleOutput holds a role: CreateRole, GetRole.
type RoleOutput struct{ Role *Role }

// CreateRoleInput of CreateRole.
type CreateRoleInput struct {
	RoleName, Path, AssumeRolePolicyDocument, Description string
	MaxSessionDuration                                    *int32
	PermissionsBoundary                                   string
	Tags                                                  []Tag
}

// UpdateRoleInput of UpdateRole and UpdateRoleDescription.
type UpdateRoleInput struct {
	RoleName           string
	Description        *string
	MaxSessionDuration *int32
}

// TrustInput of UpdateAssumeRolePolicy.
type TrustInput struct{ RoleName, PolicyDocument string }

// InlinePolicy is the input of PutRolePolicy, GetRolePolicy and
// DeleteRolePolicy, and the output of GetRolePolicy.
type InlinePolicy struct{ RoleName, PolicyName, PolicyDocument string }

// Attachment is the input of AttachRolePolicy and DetachRolePolicy.
type Attachment struct{ RoleName, PolicyArn string }

// PolicyNames is the output of ListRolePolicies.
type PolicyNames struct {
	PolicyNames []string
	IsTruncated bool
}

// AttachedPolicy is one of ListAttachedRolePolicies.
type AttachedPolicy struct{ PolicyName, PolicyArn string }

// AttachedPolicies is the output of ListAttachedRolePolicies.
type AttachedPolicies struct {
	AttachedPolicies []AttachedPolicy
	IsTruncated      bool
}

// ListInput of ListRoles and ListPolicies.
type ListInput struct {
	PathPrefix, Marker, Scope string
	MaxItems                  int32
	OnlyAttached              bool
}

// Roles is the output of ListRoles.
type Roles struct {
	Roles       []Role
	IsTruncated bool
	Marker      string
}

// Policies is the output of ListPolicies.
type Policies struct {
	Policies    []Policy
	IsTruncated bool
	Marker      string
}

// TagsInput of TagRole and UntagRole.
type TagsInput struct {
	RoleName string
	Tags     []Tag
	TagKeys  []string
}

// Tags is the output of ListRoleTags.
type Tags struct {
	Tags        []Tag
	IsTruncated bool
}

// CreatePolicyInput of CreatePolicy.
type CreatePolicyInput struct {
	PolicyName, Path, PolicyDocument, Description string
	Tags                                          []Tag
}

// PolicyInput names a managed policy: GetPolicy, DeletePolicy,
// ListPolicyVersions; or a version of one: GetPolicyVersion,
// DeletePolicyVersion, SetDefaultPolicyVersion.
type PolicyInput struct{ PolicyArn, VersionId string }

// PolicyOutput holds a managed policy.
type PolicyOutput struct{ Policy *Policy }

// PolicyVersionInput of CreatePolicyVersion.
type PolicyVersionInput struct {
	PolicyArn, PolicyDocument string
	SetAsDefault              bool
}

// PolicyVersion is a version of a managed policy. Only GetPolicyVersion answers
// with the document.
type PolicyVersion struct {
	Document, VersionId string
	IsDefaultVersion    bool
	CreateDate          *time.Time
}

// PolicyVersionOutput of GetPolicyVersion and CreatePolicyVersion.
type PolicyVersionOutput struct{ PolicyVersion *PolicyVersion }

// PolicyVersions is the output of ListPolicyVersions.
type PolicyVersions struct {
	Versions    []PolicyVersion
	IsTruncated bool
}

// Empty is the output of operations that answer nothing.
type Empty struct{}
