package iam_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/iam"
	"weir/localcloud/internal/wire"
)

// What follows is recorded in tests/aws/services/iam and sts of
// github.com/localstack/localstack: test_iam_roles, test_iam_policies,
// test_iam_managed_policies and test_sts.

const listBuckets = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::example_bucket"}}`

// refusal is an error as clients see it: its status, code and message.
func refusal(err error) string {
	if err == nil {
		return "none"
	}
	told := api.AsError(err)
	return fmt.Sprintf("%d %s %s", told.HTTPStatus(), told.Code, told.Message)
}

// members lists the members of an answer, sorted; what is named is left out.
func members(answer any, without ...string) string {
	tree := wire.Tree(answer, false).(map[string]any)
	for _, name := range without {
		delete(tree, name)
	}
	return strings.Join(slices.Sorted(maps.Keys(tree)), " ")
}

func TestRefusalsAreAsRecorded(t *testing.T) {
	_, bus := newIAM(t)
	call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: forLambda})
	made := call(t, bus, "CreatePolicy", &iam.CreatePolicyInput{PolicyName: "P", PolicyDocument: listBuckets}).(*iam.PolicyOutput).Policy
	call(t, bus, "CreatePolicyVersion", &iam.PolicyVersionInput{PolicyArn: made.Arn, PolicyDocument: listBuckets})
	none := strings.TrimSuffix(made.Arn, "P") + "none"
	tagged := func(key, value string) []iam.Tag { return []iam.Tag{{Key: key, Value: &value}} }
	many := slices.Repeat(tagged("k", ""), 51)
	const (
		fault   = "400 ValidationError 1 validation error detected: Value at "
		noRole  = "404 NoSuchEntity The role with name none cannot be found."
		noInner = "404 NoSuchEntity The role policy with name none cannot be found."
		twice   = "400 InvalidInput Duplicate tag keys found."
		noCase  = twice + " Please note that Tag keys are case insensitive."
		tooMany = " failed to satisfy constraint: Member must have length less than or equal to 50"
		pattern = `Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`
		key     = fault + "'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, " +
			"Member must have length greater than or equal to 1, " + pattern + ", Member must not be null]"
	)
	version := func(arn, id string) string {
		return "404 NoSuchEntity Policy " + arn + " version " + id + " does not exist or is not attachable."
	}
	tests := []struct {
		operation string
		in        any
		want      string
	}{
		{"GetRole", &iam.RoleInput{RoleName: "none"}, noRole},
		{"UpdateRole", &iam.UpdateRoleInput{RoleName: "none", Description: aws.String("test")}, noRole},
		{"DeleteRole", &iam.RoleInput{RoleName: "none"}, noRole},
		{"CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: forLambda}, "409 EntityAlreadyExists Role with name R already exists."},
		{"PutRolePolicy", &iam.InlinePolicy{RoleName: "none", PolicyName: "P", PolicyDocument: listBuckets}, noRole},
		{"GetRolePolicy", &iam.InlinePolicy{RoleName: "none", PolicyName: "P"}, noRole},
		{"GetRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "none"}, noInner},
		{"DeleteRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "none"}, noInner},
		{"DetachRolePolicy", &iam.Attachment{RoleName: "R", PolicyArn: made.Arn}, "404 NoSuchEntity Policy " + made.Arn + " was not found."},
		{"AttachRolePolicy", &iam.Attachment{RoleName: "R", PolicyArn: "longpolicynamebutnoarn"}, "400 ValidationError ARN longpolicynamebutnoarn is not valid."},
		{"AttachRolePolicy", &iam.Attachment{RoleName: "R", PolicyArn: none}, "404 NoSuchEntity Policy " + none + " does not exist or is not attachable."},

		{"TagRole", &iam.TagsInput{RoleName: "none", Tags: tagged("k", "")}, noRole},
		{"UntagRole", &iam.TagsInput{RoleName: "none", TagKeys: []string{"k"}}, noRole},
		{"ListRoleTags", &iam.RoleInput{RoleName: "none"}, noRole},
		{"CreateRole", &iam.CreateRoleInput{RoleName: "S", AssumeRolePolicyDocument: forLambda, Tags: many}, fault + "'tags'" + tooMany},
		{"TagRole", &iam.TagsInput{RoleName: "R", Tags: slices.Concat(tagged("k", ""), tagged("K", ""))}, noCase},
		{"TagRole", &iam.TagsInput{RoleName: "R", Tags: tagged(strings.Repeat("k", 129), "")}, fault + "'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128"},
		{"TagRole", &iam.TagsInput{RoleName: "R", Tags: tagged("k", strings.Repeat("v", 257))}, fault + "'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256"},
		{"TagRole", &iam.TagsInput{RoleName: "R", Tags: tagged("NOWAY!", "")}, fault + "'tags.1.member.key' failed to satisfy constraint: " + pattern},
		{"CreatePolicy", &iam.CreatePolicyInput{PolicyName: "Q", PolicyDocument: listBuckets, Tags: many}, fault + "'tags'" + tooMany},
		{"CreatePolicy", &iam.CreatePolicyInput{PolicyName: "Q", PolicyDocument: listBuckets, Tags: slices.Repeat(tagged("k", ""), 2)}, twice},

		{"CreatePolicy", &iam.CreatePolicyInput{PolicyName: "P", PolicyDocument: listBuckets}, "409 EntityAlreadyExists A policy called P already exists. Duplicate names are not allowed."},
		{"GetPolicyVersion", &iam.PolicyInput{PolicyArn: none, VersionId: "v1"}, version(none, "v1")},
		{"GetPolicyVersion", &iam.PolicyInput{PolicyArn: made.Arn, VersionId: "v9"}, version(made.Arn, "v9")},
		{"DeletePolicyVersion", &iam.PolicyInput{PolicyArn: made.Arn, VersionId: "v1"}, "409 DeleteConflict Cannot delete the default version of a policy."},
		{"DeletePolicyVersion", &iam.PolicyInput{PolicyArn: made.Arn, VersionId: "v9"}, version(made.Arn, "v9")},
		{"SetDefaultPolicyVersion", &iam.PolicyInput{PolicyArn: none, VersionId: "v1"}, version(none, "v1")},
		{"SetDefaultPolicyVersion", &iam.PolicyInput{PolicyArn: made.Arn, VersionId: "wrong_version_id"},
			fault + `'versionId' failed to satisfy constraint: Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`},
		{"DeletePolicy", &iam.PolicyInput{PolicyArn: made.Arn}, // as users of AWS were told
			"409 DeleteConflict This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy."},
	}
	for _, test := range tests {
		_, err := bus.Call(t.Context(), operator, "iam", test.operation, test.in)
		if got := refusal(err); got != test.want {
			t.Errorf("%s %+v:\n     got %s\nrecorded %s", test.operation, test.in, got, test.want)
		}
	}
}

func TestRolesAreShownAsRecorded(t *testing.T) {
	_, bus := newIAM(t)
	const whole = "Arn AssumeRolePolicyDocument CreateDate Description MaxSessionDuration Path RoleId RoleLastUsed RoleName Tags"
	in := &iam.CreateRoleInput{RoleName: "R", Path: "/p/", AssumeRolePolicyDocument: forLambda, Description: "initial description", Tags: []iam.Tag{{Key: "test", Value: aws.String("")}}}
	made := call(t, bus, "CreateRole", in).(*iam.RoleOutput).Role
	if got, want := members(made), "Arn AssumeRolePolicyDocument CreateDate Path RoleId RoleName Tags"; got != want {
		t.Errorf("created %s, recorded %s", got, want)
	}
	if got := wire.Tree(made.Tags[0], false).(map[string]any)["Value"]; got != "" {
		t.Errorf("the value of a tag is %v, recorded an empty one", got)
	}
	got := call(t, bus, "GetRole", &iam.RoleInput{RoleName: "R"}).(*iam.RoleOutput).Role
	if members(got) != whole || *got.MaxSessionDuration != 3600 {
		t.Errorf("got %s, recorded %s", members(got), whole)
	}
	described := call(t, bus, "UpdateRoleDescription", &iam.UpdateRoleInput{RoleName: "R", Description: aws.String("another")}).(*iam.RoleOutput).Role
	if got, want := members(described), "Arn AssumeRolePolicyDocument CreateDate Description Path RoleId RoleName"; got != want {
		t.Errorf("described %s, recorded %s", got, want)
	}
	call(t, bus, "UpdateRole", &iam.UpdateRoleInput{RoleName: "R", MaxSessionDuration: aws.Int32(7200)})
	call(t, bus, "UpdateRole", &iam.UpdateRoleInput{RoleName: "R"})
	listed := call(t, bus, "ListRoles", &iam.ListInput{PathPrefix: "/p/"}).(*iam.Roles).Roles
	if len(listed) != 1 || members(listed[0]) != "Arn AssumeRolePolicyDocument CreateDate Description MaxSessionDuration Path RoleId RoleName" || *listed[0].MaxSessionDuration != 7200 || listed[0].Description != "another" {
		t.Errorf("listed %+v", listed)
	}
}

func TestRolesAreListedByPagesAsRecorded(t *testing.T) {
	_, bus := newIAM(t)
	for i := range 5 {
		call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: fmt.Sprint("R", i), AssumeRolePolicyDocument: forLambda})
	}
	first := call(t, bus, "ListRoles", &iam.ListInput{MaxItems: 2}).(*iam.Roles)
	rest := call(t, bus, "ListRoles", &iam.ListInput{Marker: first.Marker}).(*iam.Roles)
	if len(first.Roles) != 2 || !first.IsTruncated || len(rest.Roles) != 3 || rest.Roles[0].RoleName != "R2" || members(rest) != "IsTruncated Roles" {
		t.Errorf("first %+v, rest %+v", first, rest)
	}
}

func TestPoliciesAndTheirVersionsAreShownAsRecorded(t *testing.T) {
	_, bus := newIAM(t)
	const shown = "Arn AttachmentCount CreateDate DefaultVersionId IsAttachable Path PermissionsBoundaryUsageCount PolicyId PolicyName UpdateDate"
	in := &iam.CreatePolicyInput{PolicyName: "P", Path: "/test/path/", PolicyDocument: listBuckets, Description: "testing"}
	made := call(t, bus, "CreatePolicy", in).(*iam.PolicyOutput).Policy
	if members(made) != shown || made.Arn != "arn:aws:iam::000000000000:policy/test/path/P" || made.Path != "/test/path/" {
		t.Errorf("created %+v, recorded %s", made, shown)
	}
	got := call(t, bus, "GetPolicy", &iam.PolicyInput{PolicyArn: made.Arn}).(*iam.PolicyOutput).Policy
	if members(got, "Description", "Tags") != shown || got.Description != "testing" || got.Tags == nil {
		t.Errorf("got %+v", got)
	}
	if listed := call(t, bus, "ListPolicies", &iam.ListInput{Scope: "Local"}).(*iam.Policies).Policies; len(listed) != 1 || members(listed[0]) != shown {
		t.Errorf("listed %+v", listed)
	}
	// test_policy_version_limit
	create := func(isDefault bool) string {
		v := call(t, bus, "CreatePolicyVersion", &iam.PolicyVersionInput{PolicyArn: made.Arn, PolicyDocument: forEverything, SetAsDefault: isDefault}).(*iam.PolicyVersionOutput).PolicyVersion
		if members(v) != "CreateDate IsDefaultVersion VersionId" || v.IsDefaultVersion != isDefault {
			t.Errorf("made %+v", v)
		}
		return v.VersionId
	}
	for range 4 {
		create(false)
	}
	_, err := bus.Call(t.Context(), operator, "iam", "CreatePolicyVersion", &iam.PolicyVersionInput{PolicyArn: made.Arn, PolicyDocument: listBuckets})
	if want := "409 LimitExceeded A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version."; refusal(err) != want {
		t.Errorf("a sixth version: %s, recorded %s", refusal(err), want)
	}
	call(t, bus, "DeletePolicyVersion", &iam.PolicyInput{PolicyArn: made.Arn, VersionId: "v5"})
	if id := create(true); id != "v6" {
		t.Errorf("the next version is %s, recorded v6", id)
	}
	call(t, bus, "SetDefaultPolicyVersion", &iam.PolicyInput{PolicyArn: made.Arn, VersionId: "v2"})
	versions := ""
	for _, v := range call(t, bus, "ListPolicyVersions", &iam.PolicyInput{PolicyArn: made.Arn}).(*iam.PolicyVersions).Versions {
		versions += fmt.Sprintf("%s %v ", v.VersionId, v.IsDefaultVersion)
	}
	if want := "v6 false v4 false v3 false v2 true v1 false "; versions != want {
		t.Errorf("versions %s, want %s", versions, want)
	}
}

const forEverything = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

// The default version of a policy decides, whichever that is by now.
func TestTheDefaultVersionDecides(t *testing.T) {
	_, bus := newIAM(t)
	r := call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: forLambda}).(*iam.RoleOutput).Role
	policy := call(t, bus, "CreatePolicy", &iam.CreatePolicyInput{PolicyName: "P", PolicyDocument: listBuckets}).(*iam.PolicyOutput).Policy
	call(t, bus, "AttachRolePolicy", &iam.Attachment{RoleName: "R", PolicyArn: policy.Arn})
	list := func() error {
		_, err := bus.Call(t.Context(), api.Caller{ARN: "session", RoleARN: r.Arn}, "lambda", "ListFunctions", &struct{}{})
		return err
	}
	call(t, bus, "CreatePolicyVersion", &iam.PolicyVersionInput{PolicyArn: policy.Arn, PolicyDocument: forEverything})
	wantCode(t, list(), "AccessDeniedException")
	call(t, bus, "SetDefaultPolicyVersion", &iam.PolicyInput{PolicyArn: policy.Arn, VersionId: "v2"})
	if err := list(); err != nil {
		t.Errorf("after v2 became the default: %v", err)
	}
}

func TestPoliciesOfAWSAreShownAsRecorded(t *testing.T) {
	_, bus := newIAM(t)
	const arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
	policy := call(t, bus, "GetPolicy", &iam.PolicyInput{PolicyArn: arn}).(*iam.PolicyOutput).Policy
	if !policy.IsAttachable || policy.Path != "/service-role/" || policy.DefaultVersionId != "v1" || policy.CreateDate == nil || policy.PolicyId == "" {
		t.Errorf("policy %+v", policy)
	}
}

// test_sts_invalid_parameters and test_assume_role_session_name_too_long
func TestAssumeRoleIsRefusedAsRecorded(t *testing.T) {
	_, bus := newIAM(t)
	long := strings.Repeat("s", 65)
	const arn = "arn:aws:iam::000000000000:role/test-role"
	tests := []struct{ arn, session, want string }{
		{"nothing-valid-in-here", "Session1", "nothing-valid-in-here is invalid"},
		{"arn::b:::something/test-role", "Session1", "arn::b:::something/test-role is invalid"},
		{"arn:a::::something/test-role", "Session1", "arn:a::::something/test-role is invalid"},
		{"arn:a:::something/test-role", "Session1", "arn:a:::something/test-role is invalid"},
		{"arn:a:a::aaaaaaaaaa:", "Session1", "arn:a:a::aaaaaaaaaa: is invalid"},
		{arn, "Session1:2", `1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		{arn, long, "1 validation error detected: Value '" + long + "' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64"},
	}
	for _, test := range tests {
		_, err := bus.Call(t.Context(), operator, "sts", "AssumeRole", &sts.AssumeRoleInput{RoleArn: &test.arn, RoleSessionName: &test.session})
		if got, want := refusal(err), "400 ValidationError "+test.want; got != want {
			t.Errorf("got %s, recorded %s", got, want)
		}
	}
}

// test_assume_role_tag_validation and
// test_iam_role_chaining_override_transitive_tags
func TestSessionTagsAreRefusedAsRecorded(t *testing.T) {
	service, bus := newIAM(t)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Principal":{"AWS":"000000000000"}}]}`
	role := call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: trust}).(*iam.RoleOutput).Role
	call(t, bus, "PutRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "P", PolicyDocument: forEverything})
	assume := func(caller api.Caller, transitive []string, tags ...types.Tag) (*sts.AssumeRoleOutput, error) {
		in := &sts.AssumeRoleInput{RoleArn: &role.Arn, RoleSessionName: aws.String("Session1"), Tags: tags, TransitiveTagKeys: transitive}
		return api.Do[sts.AssumeRoleOutput](t.Context(), bus, caller, "sts", "AssumeRole", in)
	}
	tag := func(key string) types.Tag { return types.Tag{Key: &key, Value: aws.String("v")} }
	opened, err := assume(operator, []string{"SessionTag1"}, tag("SessionTag1"))
	if err != nil {
		t.Fatal(err)
	}
	caller, err := service.Identify(*opened.Credentials.AccessKeyId)
	if err != nil {
		t.Fatal(err)
	}
	const conflict = "400 InvalidParameterValue One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."
	for _, test := range []struct {
		caller     api.Caller
		transitive []string
		tags       []types.Tag
		want       string
	}{
		{operator, []string{"Other"}, []types.Tag{tag("SessionTag1")}, "400 InvalidParameterValue The specified transitive tag key must be included in the requested tags."},
		{operator, nil, []types.Tag{tag("SessionTag1"), tag("sessiontag1")}, "400 InvalidParameterValue Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{caller, nil, []types.Tag{tag("SessionTag1")}, conflict},
		{caller, nil, []types.Tag{tag("sessiontag1")}, conflict},
		{caller, nil, []types.Tag{tag("Another")}, "none"},
	} {
		_, err := assume(test.caller, test.transitive, test.tags...)
		if got := refusal(err); got != test.want {
			t.Errorf("got %s, recorded %s", got, test.want)
		}
	}
}

// Policies see the tags of a session and of its role, the session's first.
func TestPoliciesSeeTagsOfThePrincipal(t *testing.T) {
	service, bus := newIAM(t)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Principal":{"AWS":"000000000000"},"Condition":{"StringEquals":{"aws:RequestTag/team":["red","blue"]}}}]}`
	role := call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: trust, Tags: []iam.Tag{{Key: "team", Value: aws.String("blue")}}}).(*iam.RoleOutput).Role
	call(t, bus, "PutRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "P",
		PolicyDocument: `{"Statement":{"Effect":"Allow","Action":"lambda:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Team":"red"}}}}`})
	for team, want := range map[string]string{"red": "", "blue": "AccessDeniedException", "green": "AccessDenied"} {
		opened, err := api.Do[sts.AssumeRoleOutput](t.Context(), bus, operator, "sts", "AssumeRole",
			&sts.AssumeRoleInput{RoleArn: &role.Arn, RoleSessionName: aws.String("Session1"), Tags: []types.Tag{{Key: aws.String("team"), Value: &team}}})
		if err == nil {
			var caller api.Caller
			if caller, err = service.Identify(*opened.Credentials.AccessKeyId); err == nil {
				_, err = bus.Call(t.Context(), caller, "lambda", "ListFunctions", &struct{}{})
			}
		}
		if want == "" && err != nil || want != "" && !api.IsCode(err, want) {
			t.Errorf("team %s: error %v, want %q", team, err, want)
		}
	}
}
