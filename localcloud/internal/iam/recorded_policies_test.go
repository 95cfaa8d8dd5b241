package iam

import (
	"strings"
	"testing"
)

const (
	syntax  = "Syntax errors in policy."
	version = "Policy document must be version 2012-10-17 or greater."
	legacy  = "The policy failed legacy parsing"
	actions = "Policy statement must contain actions."
	needs   = "Policy statement must contain resources."
	vendors = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	colons  = "Actions/Condition can contain only one colon."
	unique  = "Statement IDs (SID) in a single policy must be unique."

	listing = `"Effect":"Allow","Action":"s3:ListBucket"`
	box     = `"Resource":"arn:aws:s3:::example_bucket"`
)

// of is a policy with a statement that is written without braces, or with a list.
func of(statement string) string {
	if !strings.HasPrefix(statement, "[") {
		statement = "{" + statement + "}"
	}
	return `{"Version":"2012-10-17","Statement":` + statement + `}`
}

// recorded: tests/aws/services/iam/test_iam_policies.snapshot.json of
// github.com/localstack/localstack, test_create_policy_invalid_document, in its
// order
func TestPoliciesAreRefusedAsRecorded(t *testing.T) {
	unversioned := func(text string) string { return strings.Replace(of(text), `"Version":"2012-10-17",`, "", 1) }
	replaced := func(version string) string { return strings.Replace(of(listing+","+box), "2012-10-17", version, 1) }
	twice := func(effect string) string {
		return `[{"Sid":"sdf","Effect":"` + effect + `","Action":"s3:ListBucket",` + box + `},{"Sid":"sdf","Effect":"Allow"}]`
	}
	resource := func(value string) string { return of(listing + `,"Resource":` + value) }
	notAction := func(value string) string {
		return of(`"Effect":"Allow","NotAction":"s3s:ListBucket","Resource":"` + value + `"`)
	}
	action := func(name, value string) string { return of(`"Effect":"Allow","` + name + `":` + value + `,` + box) }
	condition := func(value string) string { return of(listing + "," + box + `,"Condition":` + value) }
	tests := []struct{ text, want string }{
		{"This is not a json document", syntax},
		{unversioned(listing + "," + box), version},
		{replaced("2008-10-17"), version},
		{replaced("2013-10-17"), syntax},
		{`{"Version":"2012-10-17"}`, syntax},
		{of(`["afd"]`), syntax},
		{`{"Extra field":"value",` + of(listing + "," + box)[1:], syntax},
		{of(listing + "," + box + `,"Extra field":"value"`), syntax},
		{`{"Id":["cd3a"],` + of(listing + "," + box)[1:], syntax},
		{`{"Id":{},` + of(listing + "," + box)[1:], syntax},
		{of(`"Effect":"invalid","Action":"s3:ListBucket",` + box), syntax},
		{action("Action", `"invalid"`), vendors},
		{action("NotAction", `""`), vendors},
		{action("Action", `"a a:ListBucket"`), "Vendor a a is not valid"},
		{action("Action", `"s3:List:Bucket"`), colons},
		{of(`[{"Effect":"Allow","Action":"s3s:ListBucket",` + box + `},{"Effect":"Allow","Action":"s:3s:ListBucket",` + box + `}]`), colons},
		{resource(`"invalid resource"`), `Resource invalid resource must be in ARN format or "*".`},
		{of(`[{"Sid":"One",` + listing + `,"Resource":"","Condition":{"StringEquals":{"k":"v"}}},{"Sid":"Two",` + listing + `,"Resource":""}]`), `Resource  must be in ARN format or "*".`},
		{of(`"Effect":"Allow","Action":"s:3:ListBucket","Resource":"sdfsadf"`), `Resource sdfsadf must be in ARN format or "*".`},
		{resource(`["adf"]`), `Resource adf must be in ARN format or "*".`},
		{resource(`""`), `Resource  must be in ARN format or "*".`},
		{notAction("a:bsdfdsafsad"), `Partition "bsdfdsafsad" is not valid for resource "arn:bsdfdsafsad:*:*:*:*".`},
		{notAction("a:b:cadfsdf"), `Partition "b" is not valid for resource "arn:b:cadfsdf:*:*:*".`},
		{notAction("a:b:c:d:e:f:g:h"), `Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".`},
		{resource(`"aws:s3:::example_bucket"`), `Partition "s3" is not valid for resource "arn:s3:::example_bucket:*".`},
		{resource(`["arn:error:s3:::example_bucket","arn:error:s3::example_bucket"]`), `Partition "error" is not valid for resource "arn:error:s3:::example_bucket".`},
		{of(`[]`), syntax},
		{of(listing), needs},
		{resource(`[]`), needs},
		{of(`"Effect":"Allow","Action":"invalid"`), needs},
		{of(`"Effect":"Allow",` + box), actions},
		{of(`"Action":"s3:ListBucket",` + box), syntax},
		{of(`"Effect":"Allow"`), actions},
		{action("Action", `[]`), actions},
		{of(`[{"Effect":"Deny"},{` + listing + "," + box + `}]`), actions},
		{resource(`"arn:aws:iam:::example_bucket"`), `IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, ` +
			`server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`},
		{resource(`"arn:aws:s3::example_bucket"`), legacy},
		{of(`"Effect":"Allow","Resource":"arn:aws:s3::example_bucket"`), legacy},
		{resource(`"arn:aws"`), "Resource vendor must be fully qualified and cannot contain regexes."},
		{resource(`{"a":"arn:aws:s3:::example_bucket"}`), syntax},
		{of(`"Effect":"Deny","Action":"s3:ListBucket","Resource":["adfdf",{}]`), syntax},
		{of(`"Effect":"Allow","NotAction":"s3:ListBucket",` + box + `,"NotResource":[]`), syntax},
		{of(`"Effect":"Deny","Action":[[]],` + box), syntax},
		{of(`"Effect":"Allow","NotAction":"s3s:ListBucket","Action":[],` + box), syntax},
		{action("Action", `{}`), syntax},
		{condition(`[]`), syntax},
		{condition(`"a"`), syntax},
		{condition(`{"a":"b"}`), syntax},
		{condition(`{"DateGreaterThan":"b"}`), syntax},
		{condition(`{"DateGreaterThan":[]}`), syntax},
		{condition(`{"DateGreaterThan":{"a":{}}}`), syntax},
		{of(`"Effect":"Allow",` + box + `,"Condition":{"DateGreaterThan":{"a":{}}}`), syntax},
		{condition(`{"x":{"a":"1"}}`), syntax},
		{condition(`{"ForAnyValue::StringEqualsIfExists":{"a":"asf"}}`), syntax},
		{condition(`[{"ForAllValues:StringEquals":{"aws:TagKeys":"Department"}}]`), syntax},
		{resource(`"arn:aws:iam:us-east-1::example_bucket"`), "IAM resource arn:aws:iam:us-east-1::example_bucket cannot contain region information."},
		{resource(`"arn:aws:s3:us-east-1::example_bucket"`), "Resource arn:aws:s3:us-east-1::example_bucket can not contain region information."},
		{of(`"Sid":{},` + listing + "," + box), syntax},
		{of(`"Sid":[],` + listing + "," + box), syntax},
		{of(twice("Allow")), unique},
		{unversioned(twice("Allow")), version},
		{of(`"Effect":"Allow","NotAction":"s3:ListBucket","Action":"iam:dsf",` + box), syntax},
		{of(listing + "," + box + `,"NotResource":"*"`), syntax},
		{of(`"Effect":"denY","Action":"s3:ListBucket",` + box), legacy},
		{condition(`{"DateGreaterThan":{"a":"sdfdsf"}}`), legacy},
		{unversioned(listing + "," + box + `,"Condition":{"DateGreaterThan":{"a":"sdfdsf"}}`), version},
		{unversioned(`"Effect":"denY","Action":"s3:ListBucket",` + box), version},
		{of(`"Effect":"Allow","Condition":{"DateGreaterThan":{"a":"sdfdsf"}}`), legacy},
		{of(`"Effect":"Allow","NotAction":"s3:ListBucket","Resource":"arn:aws::::example_bucket"`), legacy},
		{of(`"Effect":"allow","Resource":"arn:aws:s3:us-east-1::example_bucket"`), legacy},
		{of(twice("aLLow")), legacy},
		{of(listing + `,"NotResource":"arn:aws:s3::example_bucket"`), legacy},
		{condition(`{"DateLessThanEquals":{"a":"234-13"}}`), legacy},
		{condition(`{"DateLessThanEquals":{"a":"2016-12-13t2:00:00.593194+1"}}`), legacy},
		{condition(`{"DateLessThanEquals":{"a":"2016-12-13t2:00:00.1999999999+10:59"}}`), legacy},
		{condition(`{"DateLessThan":{"a":"9223372036854775808"}}`), legacy},
		{of(listing + `,"Resource":"arn:error:s3:::example_bucket","Condition":{"DateGreaterThan":{"a":"sdfdsf"}}`), legacy},
		{resource(`"arn:aws::fdsasf"`), legacy},
	}
	for i, test := range tests {
		_, err := parseManaged(test.text)
		if err == nil || err.Error() != "MalformedPolicyDocument: "+test.want {
			t.Errorf("%d %s: error %v, recorded %s", i, test.text, err, test.want)
		}
	}
}

// recorded: test_create_policy_valid_document, but for two dates that no
// document of AWS's allows, and policy variables
func TestPoliciesAreTakenAsRecorded(t *testing.T) {
	for _, text := range []string{
		of(listing + `,"Resource":["arn:aws:s3:::example_bucket","*"]`),
		of(`"Effect":"Allow","Action":"iam: asdf safdsf af ",` + box),
		of(`"Effect":"Allow","Action":"service-prefix:action-name","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2017-07-01T00:00:00Z"}}`),
		of(listing + `,"Resource":"arn:aws:iam:::user/example_bucket"`),
		of(listing + `,"Resource":"arn:aws:s33:::example_bucket"`),
		of(listing + `,"Resource":"arn:aws:fdsasf"`),
		of(listing + "," + box + `,"Condition":{}`),
		of(listing + `,"Resource":"arn:aws:invalid-service:us-east-1::example_bucket"`),
		of(listing + "," + box + `,"Condition":{"DateGreaterThan":{}}`),
		of(listing + "," + box + `,"Condition":{"DateGreaterThan":{"a":[]}}`),
		of(listing + "," + box + `,"Condition":{"a":{},"x":{}}`),
		of(`"Effect":"Allow","Action":"s3.s:ListBucket",` + box),
		of(`"Effect":"Allow","NotAction":"s3:ListBucket","NotResource":"*"`),
		of(listing + "," + box + `,"Condition":{"ForAnyValue:StringEqualsIfExists":{"a":"asf"}}`),
		of(listing + "," + box + `,"Condition":{"DateLessThanEquals":{"a":"2016-12-13T21:20:37.593194+00:00"}}`),
		of(listing + "," + box + `,"Condition":{"DateLessThan":{"a":"-292275054"}}`),
		of(listing + "," + box + `,"Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`),
		of(`[{"Sid":"",` + listing + "," + box + `},{"Sid":"",` + listing + "," + box + `}]`),
		of(`"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:us-west-2:123456789012:accesspoint/my-access-point/object/*"`),
		of(`"Effect":"Allow","Action":"ec2:*","Resource":"arn:aws:ec2:region:account-id:instance/*"`),
	} {
		if _, err := parseManaged(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// recorded: test_iam_roles.snapshot.json, test_update_assume_role_policy_errors
func TestTrustPoliciesAreRefusedAsRecorded(t *testing.T) {
	const ec2 = `"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},`
	for text, want := range map[string]string{
		"not valid json":                             "This policy contains invalid Json",
		of(ec2 + `"Action":"sts:InvalidAction"`):     "AssumeRole policy may only specify STS AssumeRole actions.",
		of(ec2 + `"Action":"sts:AssumeRole",` + box): "Has prohibited field Resource",
	} {
		if _, err := parseTrust(text); err == nil || err.Error() != "MalformedPolicyDocument: "+want {
			t.Errorf("%s: error %v, recorded %s", text, err, want)
		}
	}
}
