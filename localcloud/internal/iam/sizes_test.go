package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"weir/localcloud/internal/iam"
)

// sized is a policy of so many characters, and as much white space again.
func sized(policy string, size int) string {
	fill := strings.Repeat("x", size-len(policy)-len(`"Id":"",`))
	return `{"Id":"` + fill + `",` + strings.TrimPrefix(policy, "{") + strings.Repeat(" ", size)
}

// What is one character too long is refused, and what just fits is taken; the
// sentences are as people report them.
func TestSizesOfPolicies(t *testing.T) {
	_, bus := newIAM(t)
	call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: sized(forLambda, 2048)})
	call(t, bus, "PutRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "a", PolicyDocument: sized(listBuckets, 6000)})
	call(t, bus, "PutRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "b", PolicyDocument: sized(listBuckets, 4240)})
	call(t, bus, "PutRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "a", PolicyDocument: sized(listBuckets, 6000)}) // again, in its own place
	managed := make([]string, 11)
	for i := range managed {
		made := call(t, bus, "CreatePolicy", &iam.CreatePolicyInput{PolicyName: fmt.Sprintf("P%d", i), PolicyDocument: sized(listBuckets, 6144)})
		managed[i] = made.(*iam.PolicyOutput).Policy.Arn
	}
	for _, arn := range managed[:10] {
		call(t, bus, "AttachRolePolicy", &iam.Attachment{RoleName: "R", PolicyArn: arn})
	}
	call(t, bus, "AttachRolePolicy", &iam.Attachment{RoleName: "R", PolicyArn: managed[0]}) // is attached already
	for _, c := range []struct {
		operation string
		in        any
		want      string
	}{
		{"CreateRole", &iam.CreateRoleInput{RoleName: "Q", AssumeRolePolicyDocument: sized(forLambda, 2049)}, "Cannot exceed quota for ACLSizePerRole: 2048"},
		{"UpdateAssumeRolePolicy", &iam.TrustInput{RoleName: "R", PolicyDocument: sized(forLambda, 2049)}, "Cannot exceed quota for ACLSizePerRole: 2048"},
		{"PutRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "b", PolicyDocument: sized(listBuckets, 4241)}, "Maximum policy size of 10240 bytes exceeded for role R"},
		{"CreatePolicy", &iam.CreatePolicyInput{PolicyName: "long", PolicyDocument: sized(listBuckets, 6145)}, "Cannot exceed quota for PolicySize: 6144"},
		{"CreatePolicyVersion", &iam.PolicyVersionInput{PolicyArn: managed[0], PolicyDocument: sized(listBuckets, 6145)}, "Cannot exceed quota for PolicySize: 6144"},
		{"AttachRolePolicy", &iam.Attachment{RoleName: "R", PolicyArn: managed[10]}, "Cannot exceed quota for PoliciesPerRole: 10"},
	} {
		_, err := bus.Call(t.Context(), operator, "iam", c.operation, c.in)
		if want := "409 LimitExceeded " + c.want; refusal(err) != want {
			t.Errorf("%s: %s, want %s", c.operation, refusal(err), want)
		}
	}
}
