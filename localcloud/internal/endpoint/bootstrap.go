package endpoint

import (
	"context"
	"encoding/json"
	"fmt"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/iam"
)

// bootstrapVersion is the version of the CDK's bootstrap stack that the cloud
// claims to have.
// https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
const bootstrapVersion = "28"

// bootstrapName is the name that the CDK's default qualifier gives a resource.
func bootstrapName(env api.Env, what string) string {
	return fmt.Sprintf("cdk-hnb659fds-%s-%s-%s", what, env.Account, env.Region)
}

// bootstrap makes what the CDK expects of an account: the bucket for assets, the
// parameter with the version, and the roles that its command takes.
func (c *Cloud) bootstrap(ctx context.Context) error {
	env := c.options.Env
	if err := c.objects.CreateBucket(bootstrapName(env, "assets")); err != nil {
		return fmt.Errorf("make the CDK's bucket: %w", err)
	}
	if err := c.parameters.Put(ctx, "/cdk-bootstrap/hnb659fds/version", bootstrapVersion); err != nil {
		return fmt.Errorf("set the CDK's version: %w", err)
	}
	trust, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{
			"AWS": env.GlobalARN("iam", "root"), "Service": "cloudformation.amazonaws.com"}}}})
	if err != nil {
		return fmt.Errorf("write the trust policy: %w", err)
	}
	everything := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	for _, role := range []string{"deploy-role", "file-publishing-role", "image-publishing-role", "lookup-role", "cfn-exec-role"} {
		name := bootstrapName(env, role)
		calls := []struct {
			operation string
			in        any
		}{
			{"CreateRole", &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: string(trust)}},
			{"PutRolePolicy", &iam.InlinePolicy{RoleName: name, PolicyName: "everything", PolicyDocument: everything}},
		}
		for _, call := range calls {
			if _, err := c.bus.Call(ctx, api.Operator(env), "iam", call.operation, call.in); err != nil {
				return fmt.Errorf("make the CDK's role %s: %w", name, err)
			}
		}
	}
	return nil
}
