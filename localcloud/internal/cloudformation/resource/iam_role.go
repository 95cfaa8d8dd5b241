package resource

import (
	"context"
	"fmt"
	"slices"

	"weir/localcloud/internal/iam"
)

func iamRole() Kind {
	return Kind{
		Properties: []string{
			"AssumeRolePolicyDocument", "Description", "ManagedPolicyArns", "MaxSessionDuration", "Path",
			"PermissionsBoundary", "Policies", "RoleName", "Tags",
		},
		Required:  []string{"AssumeRolePolicyDocument"},
		Immutable: []string{"Path", "RoleName"},
		Create:    createRole,
		Update:    updateRole,
		Delete:    deleteRole,
		Gap:       unknownManagedPolicies,
	}
}

// unknownManagedPolicies names AWS's own policies that the local cloud does not
// have.
func unknownManagedPolicies(properties map[string]any) error {
	arns, _ := properties["ManagedPolicyArns"].([]any)
	for _, arn := range arns {
		if has, managed := iam.HasManaged(textOf(arn)); managed && !has {
			return fmt.Errorf("the local cloud does not have the managed policy %s, which AWS may have", textOf(arn))
		}
	}
	return nil
}

func createRole(ctx context.Context, r *Request) (Result, error) {
	trust, err := document(r.Properties["AssumeRolePolicyDocument"])
	if err != nil {
		return Result{}, err
	}
	in := r.take("Description", "MaxSessionDuration", "Path", "PermissionsBoundary", "Tags")
	in["RoleName"], in["AssumeRolePolicyDocument"] = r.named("RoleName", 64), trust
	out, err := r.call(ctx, "iam", "CreateRole", in)
	if err != nil {
		return Result{}, err
	}
	role := structure(out["Role"])
	made := Result{Physical: textOf(role["RoleName"]), Attributes: map[string]any{
		"Arn": textOf(role["Arn"]), "RoleId": textOf(role["RoleId"]),
	}}
	return made, roleGrants(ctx, r, made.Physical)
}

func updateRole(ctx context.Context, r *Request) (Result, error) {
	kept := Result{Physical: r.Physical, Attributes: r.Attributes}
	for _, name := range Changed(r.Old, r.Properties) {
		var err error
		switch name {
		case "AssumeRolePolicyDocument":
			err = updateTrust(ctx, r)
		case "Description", "MaxSessionDuration":
			in := r.take("MaxSessionDuration")
			in["RoleName"], in["Description"] = r.Physical, r.text("Description")
			_, err = r.call(ctx, "iam", "UpdateRole", in)
		case "PermissionsBoundary":
			err = updateBoundary(ctx, r)
		case "Tags":
			err = tagging{service: "iam", tag: "TagRole", untag: "UntagRole", arn: "RoleName", tags: "Tags"}.retag(ctx, r, r.Physical)
		}
		if err != nil {
			return kept, err
		}
	}
	return kept, roleGrants(ctx, r, r.Physical)
}

func updateTrust(ctx context.Context, r *Request) error {
	trust, err := document(r.Properties["AssumeRolePolicyDocument"])
	if err != nil {
		return err
	}
	_, err = r.call(ctx, "iam", "UpdateAssumeRolePolicy", map[string]any{"RoleName": r.Physical, "PolicyDocument": trust})
	return err
}

func updateBoundary(ctx context.Context, r *Request) error {
	if boundary := r.text("PermissionsBoundary"); boundary != "" {
		_, err := r.call(ctx, "iam", "PutRolePermissionsBoundary", map[string]any{"RoleName": r.Physical, "PermissionsBoundary": boundary})
		return err
	}
	_, err := r.call(ctx, "iam", "DeleteRolePermissionsBoundary", map[string]any{"RoleName": r.Physical})
	return err
}

// roleGrants brings the inline and managed policies of a role from the old
// properties to the new ones.
func roleGrants(ctx context.Context, r *Request, role string) error {
	wanted := map[string]bool{}
	for _, policy := range structures(r.Properties["Policies"]) {
		text, err := document(policy["PolicyDocument"])
		if err != nil {
			return err
		}
		name := textOf(policy["PolicyName"])
		wanted[name] = true
		if _, err := r.call(ctx, "iam", "PutRolePolicy", map[string]any{"RoleName": role, "PolicyName": name, "PolicyDocument": text}); err != nil {
			return err
		}
	}
	for _, policy := range structures(r.Old["Policies"]) {
		if name := textOf(policy["PolicyName"]); !wanted[name] {
			if err := deleteRolePolicy(ctx, r, role, name); err != nil {
				return err
			}
		}
	}
	before, after := texts(r.Old["ManagedPolicyArns"]), texts(r.Properties["ManagedPolicyArns"])
	for _, arn := range after {
		if slices.Contains(before, arn) {
			continue
		}
		if _, err := r.call(ctx, "iam", "AttachRolePolicy", map[string]any{"RoleName": role, "PolicyArn": arn}); err != nil {
			return err
		}
	}
	return detach(ctx, r, role, before, after)
}

func detach(ctx context.Context, r *Request, role string, attached, kept []string) error {
	for _, arn := range attached {
		if slices.Contains(kept, arn) {
			continue
		}
		_, err := r.call(ctx, "iam", "DetachRolePolicy", map[string]any{"RoleName": role, "PolicyArn": arn})
		if err := ignoring(err, "NoSuchEntity"); err != nil {
			return err
		}
	}
	return nil
}

func deleteRolePolicy(ctx context.Context, r *Request, role, policy string) error {
	_, err := r.call(ctx, "iam", "DeleteRolePolicy", map[string]any{"RoleName": role, "PolicyName": policy})
	return ignoring(err, "NoSuchEntity")
}

func deleteRole(ctx context.Context, r *Request) error {
	for _, policy := range structures(r.Properties["Policies"]) {
		if err := deleteRolePolicy(ctx, r, r.Physical, textOf(policy["PolicyName"])); err != nil {
			return err
		}
	}
	if err := detach(ctx, r, r.Physical, texts(r.Properties["ManagedPolicyArns"]), nil); err != nil {
		return err
	}
	_, err := r.call(ctx, "iam", "DeleteRole", map[string]any{"RoleName": r.Physical})
	return ignoring(err, "NoSuchEntity")
}
