package iam_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/iam"
)

var (
	env      = api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}
	operator = api.Operator(env)
)

const forLambda = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}`

func newIAM(t *testing.T) (*iam.Service, *api.Bus) {
	t.Helper()
	service := iam.New(iam.Options{Env: env, Clock: clock.Stepped(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))})
	bus := api.NewBus(service.Gate)
	done := func(context.Context, api.Caller, *struct{}) (*struct{}, error) { return nil, nil }
	bus.Register(service.API(), service.STS(), &api.Service{
		Name: "lambda", Protocols: []api.Protocol{api.RESTJSON}, Operations: api.Table(api.Op("ListFunctions", done)),
	})
	return service, bus
}

func call(t *testing.T, bus *api.Bus, operation string, in any) any {
	t.Helper()
	out, err := bus.Call(t.Context(), operator, "iam", operation, in)
	if err != nil {
		t.Fatalf("%s: %v", operation, err)
	}
	return out
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if !api.IsCode(err, code) {
		t.Errorf("error = %v, want %s", err, code)
	}
}

func TestRoleLifeCycle(t *testing.T) {
	_, bus := newIAM(t)
	try := func(operation string, in any) error {
		_, err := bus.Call(t.Context(), operator, "iam", operation, in)
		return err
	}
	policy := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"a:B","Resource":"*"}}`
	call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: "R", Path: "/p/", AssumeRolePolicyDocument: forLambda, Tags: []iam.Tag{{Key: "k", Value: aws.String("v")}}})
	wantCode(t, try("CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: forLambda}), "EntityAlreadyExists")
	wantCode(t, try("CreateRole", &iam.CreateRoleInput{RoleName: "S", AssumeRolePolicyDocument: policy}), "MalformedPolicyDocument")
	role := call(t, bus, "GetRole", &iam.RoleInput{RoleName: "R"}).(*iam.RoleOutput).Role
	trust, err := url.PathUnescape(role.AssumeRolePolicyDocument)
	if role.Arn != "arn:aws:iam::000000000000:role/p/R" || err != nil || trust != forLambda {
		t.Errorf("role = %+v, trust policy %q, error %v", role, trust, err)
	}

	call(t, bus, "PutRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "P", PolicyDocument: policy})
	wantCode(t, try("PutRolePolicy", &iam.InlinePolicy{RoleName: "nobody", PolicyName: "P", PolicyDocument: policy}), "NoSuchEntity")
	basic := "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
	call(t, bus, "AttachRolePolicy", &iam.Attachment{RoleName: "R", PolicyArn: basic})
	wantCode(t, try("AttachRolePolicy", &iam.Attachment{RoleName: "R", PolicyArn: "arn:aws:iam::aws:policy/NoSuch"}), "NoSuchEntity")
	wantCode(t, try("DeleteRole", &iam.RoleInput{RoleName: "R"}), "DeleteConflict")
	call(t, bus, "DetachRolePolicy", &iam.Attachment{RoleName: "R", PolicyArn: basic})
	wantCode(t, try("DeleteRole", &iam.RoleInput{RoleName: "R"}), "DeleteConflict")
	call(t, bus, "DeleteRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "P"})
	call(t, bus, "DeleteRole", &iam.RoleInput{RoleName: "R"})
	wantCode(t, try("GetRole", &iam.RoleInput{RoleName: "R"}), "NoSuchEntity")
}

func TestOnlyTrustedPrincipalsAssumeARole(t *testing.T) {
	service, bus := newIAM(t)
	created := call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: forLambda}).(*iam.RoleOutput)
	in := &sts.AssumeRoleInput{RoleArn: aws.String(created.Role.Arn), RoleSessionName: aws.String("fn")}
	opened, err := api.Do[sts.AssumeRoleOutput](t.Context(), bus, api.ServiceCaller("lambda.amazonaws.com", "arn"), "sts", "AssumeRole", in)
	if err != nil {
		t.Fatal(err)
	}
	caller, err := service.Identify(aws.ToString(opened.Credentials.AccessKeyId))
	if err != nil || caller.ARN != "arn:aws:sts::000000000000:assumed-role/R/fn" || caller.RoleARN != created.Role.Arn {
		t.Errorf("caller = %+v, error %v", caller, err)
	}
	for _, other := range []api.Caller{operator, api.ServiceCaller("states.amazonaws.com", "arn")} {
		_, err = bus.Call(t.Context(), other, "sts", "AssumeRole", in)
		wantCode(t, err, "AccessDenied")
	}
	_, err = bus.Call(t.Context(), operator, "sts", "AssumeRole", &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::000000000000:role/nobody"), RoleSessionName: aws.String("fn")})
	wantCode(t, err, "AccessDenied")
}

func TestAServiceActsInARoleOnlyIfTrustedAndAllowed(t *testing.T) {
	_, bus := newIAM(t)
	created := call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: strings.ReplaceAll(forLambda, "lambda", "states")}).(*iam.RoleOutput)
	list := func(service string) error {
		_, err := bus.Call(t.Context(), api.Caller{ARN: service, Service: service, RoleARN: created.Role.Arn}, "lambda", "ListFunctions", &struct{}{})
		return err
	}
	err := list("states.amazonaws.com")
	wantCode(t, err, "AccessDeniedException")
	if want := "User: arn:aws:sts::000000000000:assumed-role/R/states is not authorized to perform: lambda:ListFunctions on resource: * because no identity-based policy allows the lambda:ListFunctions action"; api.AsError(err).Message != want {
		t.Errorf("message = %s, want %s", api.AsError(err).Message, want)
	}
	call(t, bus, "PutRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "P", PolicyDocument: `{"Statement":{"Effect":"Allow","Action":"lambda:List*","Resource":"*"}}`})
	if err := list("states.amazonaws.com"); err != nil {
		t.Error(err)
	}
	wantCode(t, list("events.amazonaws.com"), "AccessDeniedException")

	call(t, bus, "PutRolePolicy", &iam.InlinePolicy{RoleName: "R", PolicyName: "Q", PolicyDocument: `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`})
	if err := list("states.amazonaws.com"); !strings.HasSuffix(api.AsError(err).Message, "with an explicit deny in an identity-based policy") {
		t.Errorf("error = %v, want an explicit deny", err)
	}
}

func TestAssumeRoleIsBoundedByTheRole(t *testing.T) {
	_, bus := newIAM(t)
	created := call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: forLambda}).(*iam.RoleOutput)
	_, err := bus.Call(t.Context(), api.ServiceCaller("lambda.amazonaws.com", ""), "sts", "AssumeRole",
		&sts.AssumeRoleInput{RoleArn: aws.String(created.Role.Arn), RoleSessionName: aws.String("fn"), DurationSeconds: aws.Int32(7200)})
	wantCode(t, err, "ValidationError")
}

// SDKs compare a session's expiration with the wall's clock, so the wall's is
// what it expires by. Lambda's sessions hold for as long as the processes that
// cannot renew them.
func TestSessionsExpireByTheWall(t *testing.T) {
	wall, cloud := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC), clock.Stepped(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	service := iam.New(iam.Options{Env: env, Clock: cloud, Wall: func() time.Time { return wall }})
	bus := api.NewBus(service.Gate)
	bus.Register(service.API(), service.STS())
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com","AWS":"*"}}]}`
	created := call(t, bus, "CreateRole", &iam.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: trust}).(*iam.RoleOutput)
	open := func(caller api.Caller) *sts.AssumeRoleOutput {
		out, err := api.Do[sts.AssumeRoleOutput](t.Context(), bus, caller, "sts", "AssumeRole",
			&sts.AssumeRoleInput{RoleArn: aws.String(created.Role.Arn), RoleSessionName: aws.String("session")})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	process, persons := open(api.ServiceCaller("lambda.amazonaws.com", "")), open(operator)
	if got, want := *persons.Credentials.Expiration, wall.Add(time.Hour); !got.Equal(want) {
		t.Errorf("it expires at %v, want %v", got, want)
	}
	valid := func(opened *sts.AssumeRoleOutput) error {
		_, err := service.Identify(*opened.Credentials.AccessKeyId)
		return err
	}
	cloud.Advance(48 * time.Hour)
	if err := valid(persons); err != nil {
		t.Errorf("two cloud days later: %v", err)
	}
	wall = wall.Add(time.Hour + time.Second)
	wantCode(t, valid(persons), "ExpiredToken")
	if open(operator); valid(process) != nil { // which forgets those that have expired
		t.Errorf("the process's session: %v", valid(process))
	}
}
