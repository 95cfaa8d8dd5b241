package main

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// account holds the aliases of one function, by name, each on a version.
type account struct {
	versions map[string]string
	created  []string
	hide     map[string]int // GetAlias calls by name that see nothing yet
	fail     error
}

func (a *account) GetAlias(_ context.Context, in *lambda.GetAliasInput, _ ...func(*lambda.Options)) (*lambda.GetAliasOutput, error) {
	name := aws.ToString(in.Name)
	if a.fail != nil {
		return nil, a.fail
	}
	version, ok := a.versions[name]
	if !ok || a.hide[name] > 0 {
		a.hide[name]--
		return nil, &types.ResourceNotFoundException{}
	}
	return &lambda.GetAliasOutput{AliasArn: aws.String(arnOf(in.FunctionName, name)), FunctionVersion: &version}, nil
}

func (a *account) CreateAlias(_ context.Context, in *lambda.CreateAliasInput, _ ...func(*lambda.Options)) (*lambda.CreateAliasOutput, error) {
	name := aws.ToString(in.Name)
	if _, taken := a.versions[name]; taken {
		return nil, &types.ResourceConflictException{}
	}
	a.versions[name] = aws.ToString(in.FunctionVersion)
	a.created = append(a.created, name)
	return &lambda.CreateAliasOutput{AliasArn: aws.String(arnOf(in.FunctionName, name))}, nil
}

func (a *account) PublishVersion(context.Context, *lambda.PublishVersionInput, ...func(*lambda.Options)) (*lambda.PublishVersionOutput, error) {
	return &lambda.PublishVersionOutput{Version: aws.String("1")}, a.fail
}

func arnOf(function *string, alias string) string {
	return "arn:aws:lambda:eu-west-1:123456789012:function:" + aws.ToString(function) + ":" + alias
}

const prodARN = "arn:aws:lambda:eu-west-1:123456789012:function:orders:prod"

func request(kind cfn.RequestType) cfn.Event {
	event := cfn.Event{RequestType: kind, ResourceProperties: map[string]any{
		"FunctionName": "orders", "Alias": "prod", "From": "staging", "Description": "orders in production",
	}}
	if kind != cfn.RequestCreate {
		event.PhysicalResourceID = prodARN
	}
	return event
}

func TestMissingAliasStartsOnAPublishedVersionWhereReleasesPublish(t *testing.T) {
	lambdas := &account{versions: map[string]string{}, hide: map[string]int{}}
	event := request(cfn.RequestCreate)
	event.ResourceProperties["From"] = "$LATEST"
	if _, _, err := (&FirstAlias{api: lambdas}).Handle(context.Background(), event); err != nil {
		t.Fatal(err)
	}
	if lambdas.versions["prod"] != "1" {
		t.Errorf("prod is on %q", lambdas.versions["prod"])
	}
}

func TestMissingAliasIsCreatedOnTheVersionOfFrom(t *testing.T) {
	lambdas := &account{versions: map[string]string{"staging": "4"}, hide: map[string]int{}}
	id, attributes, err := (&FirstAlias{api: lambdas}).Handle(context.Background(), request(cfn.RequestCreate))
	if err != nil {
		t.Fatal(err)
	}
	if lambdas.versions["prod"] != "4" || id != prodARN || attributes["AliasArn"] != prodARN {
		t.Errorf("prod is on %q, id %q, attributes %v", lambdas.versions["prod"], id, attributes)
	}
}

func TestExistingAliasIsNeverTouched(t *testing.T) {
	for _, kind := range []cfn.RequestType{cfn.RequestCreate, cfn.RequestUpdate, cfn.RequestDelete} {
		lambdas := &account{versions: map[string]string{"staging": "9", "prod": "2"}, hide: map[string]int{}}
		id, _, err := (&FirstAlias{api: lambdas}).Handle(context.Background(), request(kind))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if id != prodARN {
			t.Errorf("%s: id is %q; another one makes CloudFormation replace the resource", kind, id)
		}
		if lambdas.versions["prod"] != "2" || len(lambdas.created) != 0 {
			t.Errorf("%s: prod is on %s, created %v", kind, lambdas.versions["prod"], lambdas.created)
		}
	}
}

func TestAliasCreatedSinceWeLookedIsTaken(t *testing.T) {
	lambdas := &account{versions: map[string]string{"staging": "9", "prod": "2"}, hide: map[string]int{"prod": 1}}
	id, _, err := (&FirstAlias{api: lambdas}).Handle(context.Background(), request(cfn.RequestCreate))
	if err != nil {
		t.Fatal(err)
	}
	if id != prodARN || lambdas.versions["prod"] != "2" {
		t.Errorf("id %q, prod on %s", id, lambdas.versions["prod"])
	}
}

func TestFailedUpdateKeepsThePhysicalID(t *testing.T) {
	lambdas := &account{fail: errors.New("service unavailable")}
	id, _, err := (&FirstAlias{api: lambdas}).Handle(context.Background(), request(cfn.RequestUpdate))
	if err == nil || id != prodARN {
		t.Errorf("id %q, error %v", id, err)
	}
}

func TestWrongPropertiesAreRefused(t *testing.T) {
	for name, value := range map[string]any{"FunctionName": nil, "Alias": "", "From": 3.0, "Description": true} {
		event := request(cfn.RequestCreate)
		event.ResourceProperties[name] = value
		lambdas := &account{versions: map[string]string{"staging": "1"}, hide: map[string]int{}}
		if _, _, err := (&FirstAlias{api: lambdas}).Handle(context.Background(), event); err == nil {
			t.Errorf("%s=%v is accepted", name, value)
		}
		if len(lambdas.created) != 0 {
			t.Errorf("%s=%v: created %v", name, value, lambdas.created)
		}
	}
}
