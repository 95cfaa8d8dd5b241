package resource

import (
	"context"
	"errors"
	"slices"
)

// iamPolicy is an inline policy put on roles. Users and groups do not exist
// here, so their properties are refused.
func iamPolicy() Kind {
	return Kind{
		Properties: []string{"PolicyDocument", "PolicyName", "Roles"},
		Required:   []string{"PolicyDocument", "PolicyName"},
		Create: func(ctx context.Context, r *Request) (Result, error) {
			if len(texts(r.Properties["Roles"])) == 0 {
				return Result{}, errors.New("At least one of [Groups,Roles,Users] must be non-empty.")
			}
			return Result{Physical: r.uniqueName(128)}, putRolePolicies(ctx, r)
		},
		Update: func(ctx context.Context, r *Request) (Result, error) {
			kept := Result{Physical: r.Physical}
			if err := putRolePolicies(ctx, r); err != nil {
				return kept, err
			}
			renamed := r.text("PolicyName") != textOf(r.Old["PolicyName"])
			for _, role := range texts(r.Old["Roles"]) {
				if !renamed && slices.Contains(texts(r.Properties["Roles"]), role) {
					continue
				}
				if err := deleteRolePolicy(ctx, r, role, textOf(r.Old["PolicyName"])); err != nil {
					return kept, err
				}
			}
			return kept, nil
		},
		Delete: func(ctx context.Context, r *Request) error {
			for _, role := range texts(r.Properties["Roles"]) {
				if err := deleteRolePolicy(ctx, r, role, r.text("PolicyName")); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func putRolePolicies(ctx context.Context, r *Request) error {
	text, err := document(r.Properties["PolicyDocument"])
	if err != nil {
		return err
	}
	for _, role := range texts(r.Properties["Roles"]) {
		_, err := r.call(ctx, "iam", "PutRolePolicy", map[string]any{
			"RoleName": role, "PolicyName": r.text("PolicyName"), "PolicyDocument": text,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func iamManagedPolicy() Kind {
	return Kind{
		Properties: []string{"Description", "ManagedPolicyName", "Path", "PolicyDocument", "Roles"},
		Required:   []string{"PolicyDocument"},
		Immutable:  []string{"Description", "ManagedPolicyName", "Path"},
		Create:     createManagedPolicy,
		Update:     updateManagedPolicy,
		Delete: func(ctx context.Context, r *Request) error {
			for _, role := range texts(r.Properties["Roles"]) {
				if err := detach(ctx, r, role, []string{r.Physical}, nil); err != nil {
					return err
				}
			}
			if err := dropPolicyVersions(ctx, r, 1); err != nil {
				return ignoring(err, "NoSuchEntity")
			}
			_, err := r.call(ctx, "iam", "DeletePolicy", map[string]any{"PolicyArn": r.Physical})
			return ignoring(err, "NoSuchEntity")
		},
	}
}

func createManagedPolicy(ctx context.Context, r *Request) (Result, error) {
	text, err := document(r.Properties["PolicyDocument"])
	if err != nil {
		return Result{}, err
	}
	in := r.take("Description", "Path")
	in["PolicyName"], in["PolicyDocument"] = r.named("ManagedPolicyName", 128), text
	out, err := r.call(ctx, "iam", "CreatePolicy", in)
	if err != nil {
		return Result{}, err
	}
	arn := textOf(structure(out["Policy"])["Arn"])
	made := Result{Physical: arn, Attributes: map[string]any{"PolicyArn": arn}}
	return made, attach(ctx, r, arn, texts(r.Properties["Roles"]))
}

func attach(ctx context.Context, r *Request, arn string, roles []string) error {
	for _, role := range roles {
		if _, err := r.call(ctx, "iam", "AttachRolePolicy", map[string]any{"RoleName": role, "PolicyArn": arn}); err != nil {
			return err
		}
	}
	return nil
}

func updateManagedPolicy(ctx context.Context, r *Request) (Result, error) {
	kept := Result{Physical: r.Physical, Attributes: r.Attributes}
	if slices.Contains(Changed(r.Old, r.Properties), "PolicyDocument") {
		text, err := document(r.Properties["PolicyDocument"])
		if err != nil {
			return kept, err
		}
		if err := dropPolicyVersions(ctx, r, maxPolicyVersions-1); err != nil {
			return kept, err
		}
		_, err = r.call(ctx, "iam", "CreatePolicyVersion", map[string]any{"PolicyArn": r.Physical, "PolicyDocument": text, "SetAsDefault": true})
		if err != nil {
			return kept, err
		}
	}
	before, after := texts(r.Old["Roles"]), texts(r.Properties["Roles"])
	if err := attach(ctx, r, r.Physical, lacking(after, before)); err != nil {
		return kept, err
	}
	for _, role := range lacking(before, after) {
		if err := detach(ctx, r, role, []string{r.Physical}, nil); err != nil {
			return kept, err
		}
	}
	return kept, nil
}

// maxPolicyVersions is how many versions IAM keeps of a managed policy.
const maxPolicyVersions = 5

// dropPolicyVersions deletes the oldest versions until at most keep are left.
func dropPolicyVersions(ctx context.Context, r *Request, keep int) error {
	out, err := r.call(ctx, "iam", "ListPolicyVersions", map[string]any{"PolicyArn": r.Physical})
	if err != nil {
		return err
	}
	versions := structures(out["Versions"]) // newest first
	for i := len(versions) - 1; i >= 0 && len(versions) > keep; i-- {
		if versions[i]["IsDefaultVersion"] == true {
			continue
		}
		_, err := r.call(ctx, "iam", "DeletePolicyVersion", map[string]any{"PolicyArn": r.Physical, "VersionId": textOf(versions[i]["VersionId"])})
		if err != nil {
			return err
		}
		versions = slices.Delete(versions, i, i+1)
	}
	return nil
}

// lacking lists what is in one list and not in the other.
func lacking(in, notIn []string) []string {
	var found []string
	for _, text := range in {
		if !slices.Contains(notIn, text) {
			found = append(found, text)
		}
	}
	return found
}
