package iam

import (
	"strings"
	"testing"

	"time"
	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

func simulator(t *testing.T, partition string) *Service {
	t.Helper()
	env := api.Env{Partition: partition, Account: "000000000000", Region: "us-east-1"}
	return New(Options{Env: env, Clock: clock.Stepped(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))})
}

const simulatedTrust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}}`

// A simulation decides as a call would be, and calls nothing.
func TestSimulationDecidesAsACallWouldBe(t *testing.T) {
	s := simulator(t, "aws")
	if _, err := s.createRole(t.Context(), api.Caller{}, &CreateRoleInput{RoleName: "shift", AssumeRolePolicyDocument: simulatedTrust}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.putRolePolicy(t.Context(), api.Caller{}, &InlinePolicy{RoleName: "shift", PolicyName: "p", PolicyDocument: `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["lambda:GetAlias","lambda:UpdateAlias"],"Resource":"arn:aws:lambda:*:*:function:orders*"},
		{"Effect":"Deny","Action":"lambda:UpdateAlias","Resource":"arn:aws:lambda:*:*:function:orders:frozen"},
		{"Effect":"Allow","Action":"events:PutEvents","Resource":"*","Condition":{"StringEquals":{"events:source":"weir"}}}]}`}); err != nil {
		t.Fatal(err)
	}
	const orders = "arn:aws:lambda:us-east-1:000000000000:function:orders"
	for _, test := range []struct {
		action, resource string
		context          []ContextEntry
		want             string
	}{
		{"lambda:GetAlias", orders + ":prod", nil, "allowed"},
		{"lambda:UpdateAlias", orders + ":frozen", nil, "explicitDeny"},
		{"lambda:DeleteFunction", orders, nil, "implicitDeny"},
		{"events:PutEvents", "*", nil, "implicitDeny"},
		{"events:PutEvents", "*", []ContextEntry{{ContextKeyName: "events:source", ContextKeyValues: []string{"weir"}}}, "allowed"},
	} {
		out, err := s.simulatePrincipalPolicy(t.Context(), api.Caller{}, &SimulateInput{PolicySourceArn: "arn:aws:iam::000000000000:role/shift",
			ActionNames: []string{test.action}, ResourceArns: []string{test.resource}, ContextEntries: test.context})
		if err != nil || len(out.EvaluationResults) != 1 || out.EvaluationResults[0].EvalDecision != test.want {
			t.Errorf("%s on %s: %+v, %v; want %s", test.action, test.resource, out, err, test.want)
		}
	}
	if _, err := s.simulatePrincipalPolicy(t.Context(), api.Caller{}, &SimulateInput{PolicySourceArn: "arn:aws:iam::000000000000:role/nobody", ActionNames: []string{"s3:GetObject"}}); !api.IsCode(err, "NoSuchEntity") {
		t.Errorf("a role that is not there: %v", err)
	}
}

func TestPoliciesBelongToTheirPartition(t *testing.T) {
	s := simulator(t, "aws-us-gov")
	if _, err := s.createRole(t.Context(), api.Caller{}, &CreateRoleInput{RoleName: "r", AssumeRolePolicyDocument: simulatedTrust}); err != nil {
		t.Fatal(err)
	}
	for resource, says := range map[string]string{
		"arn:aws:s3:::b/*":        `MalformedPolicyDocument: Partition "aws" is not valid for resource "arn:aws:s3:::b/*".`,
		"arn:aws-us-gov:s3:::b/*": "", "arn:*:s3:::b": "", "*": "",
	} {
		_, err := s.putRolePolicy(t.Context(), api.Caller{}, &InlinePolicy{RoleName: "r", PolicyName: "p",
			PolicyDocument: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"` + resource + `"}}`})
		if (err == nil) != (says == "") || err != nil && err.Error() != says {
			t.Errorf("%s: %v, want %q", resource, err, says)
		}
	}
}

func TestTrustPoliciesBelongToTheirPartition(t *testing.T) {
	s := simulator(t, "aws-us-gov")
	for principal, says := range map[string]string{
		"arn:aws:iam::464622532012:root":        `MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::464622532012:root"`,
		"arn:aws-us-gov:iam::464622532012:root": "", "464622532012": "",
	} {
		trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"` + principal + `"}}}`
		_, created := s.createRole(t.Context(), api.Caller{}, &CreateRoleInput{RoleName: strings.NewReplacer(":", "-").Replace(principal), AssumeRolePolicyDocument: trust})
		if says == "" && created != nil || says != "" && (created == nil || created.Error() != says) {
			t.Errorf("%s: %v, want %q", principal, created, says)
		}
	}
}
