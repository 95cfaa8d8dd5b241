package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"weir/internal/awstest"
)

var (
	nowhere  = awstest.Fault(http.StatusNotFound, "ResourceNotFoundException", "Cannot find alias arn")
	taken    = awstest.Fault(http.StatusConflict, "ResourceConflictException", "Alias already exists")
	existing = awstest.OK(`{"AliasArn": "` + prodARN + `", "FunctionVersion": "4"}`)
	created  = awstest.Answer{Status: http.StatusCreated, Body: existing.Body}
)

// handle answers one request by a Lambda API with these answers.
func handle(t *testing.T, event cfn.Event, answers ...awstest.Answer) (id string, attributes map[string]any, requests []awstest.Request, err error) {
	t.Helper()
	server := awstest.New(t, answers...)
	id, attributes, err = (&FirstAlias{api: lambda.NewFromConfig(server.Config)}).Handle(t.Context(), event)
	return id, attributes, server.Requests(), err
}

func TestNewAliasIsAsked(t *testing.T) {
	for _, test := range []struct {
		name        string
		description any
		want        map[string]any
	}{
		{"with a description", "orders in production", map[string]any{"Name": "prod", "FunctionVersion": "4", "Description": "orders in production"}},
		{"with an empty one", "", map[string]any{"Name": "prod", "FunctionVersion": "4"}},
		{"with none", nil, map[string]any{"Name": "prod", "FunctionVersion": "4"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			event := request(cfn.RequestCreate)
			event.ResourceProperties["Description"] = test.description
			id, attributes, requests, err := handle(t, event, nowhere, existing, created)
			if err != nil || id != prodARN || attributes["AliasArn"] != prodARN {
				t.Errorf("%s with %v, %v", id, attributes, err)
			}
			var paths []string
			for _, r := range requests {
				paths = append(paths, r.Method+" "+strings.TrimPrefix(r.Path, "/2015-03-31/functions/"))
			}
			if diff := cmp.Diff([]string{"GET orders/aliases/prod", "GET orders/aliases/staging", "POST orders/aliases"}, paths); diff != "" {
				t.Fatalf("requests (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, requests[2].Body); diff != "" {
				t.Errorf("alias (-want +got):\n%s", diff)
			}
		})
	}
}

// What exists is read, and nothing else is asked.
func TestExistingAliasIsOnlyRead(t *testing.T) {
	for _, kind := range []cfn.RequestType{cfn.RequestCreate, cfn.RequestUpdate} {
		if id, attributes, _, err := handle(t, request(kind), existing); err != nil || id != prodARN || attributes["AliasArn"] != prodARN {
			t.Errorf("%s: %s with %v, %v", kind, id, attributes, err)
		}
	}
}

// A deleted resource leaves its alias, and Lambda is not asked at all.
func TestDeleteAsksNothing(t *testing.T) {
	event := request(cfn.RequestDelete)
	event.ResourceProperties = nil
	if id, attributes, _, err := handle(t, event); err != nil || id != prodARN || attributes != nil {
		t.Errorf("%s with %v, %v", id, attributes, err)
	}
}

func TestFailuresAreTold(t *testing.T) {
	denied := awstest.Denied()
	published := request(cfn.RequestCreate)
	published.ResourceProperties["From"] = "$LATEST"
	for _, test := range []struct {
		name    string
		event   cfn.Event
		answers []awstest.Answer
		says    string
	}{
		{"at the alias", request(cfn.RequestCreate), []awstest.Answer{denied}, "read alias orders:prod: "},
		{"at the alias to start from", request(cfn.RequestCreate), []awstest.Answer{nowhere, nowhere}, "read alias orders:staging, whose version prod should start on: "},
		{"at the publication", published, []awstest.Answer{nowhere, denied}, "publish the first version of orders: "},
		{"at the new alias", request(cfn.RequestCreate), []awstest.Answer{nowhere, existing, denied}, "create alias orders:prod on version 4: "},
		{"at the alias that another made", request(cfn.RequestCreate), []awstest.Answer{nowhere, existing, taken, denied}, "read alias orders:prod: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			id, attributes, _, err := handle(t, test.event, test.answers...)
			if err == nil || !strings.HasPrefix(err.Error(), test.says) || id != "" || attributes != nil {
				t.Errorf("%q with %v, %v; want %q", id, attributes, err, test.says)
			}
		})
	}
}

func TestWrongPropertiesAreNamed(t *testing.T) {
	for _, test := range []struct {
		name  string
		value any
		says  string
	}{
		{"FunctionName", nil, "property FunctionName is missing"},
		{"Alias", "", "property Alias is missing"},
		{"From", nil, "property From is missing"},
		{"From", 3.0, "property From is 3; it must be a string"},
		{"Description", true, "property Description is true; it must be a string"},
	} {
		event := request(cfn.RequestUpdate)
		event.ResourceProperties[test.name] = test.value
		if id, _, _, err := handle(t, event); err == nil || err.Error() != test.says || id != prodARN {
			t.Errorf("%s, %v; want %q", id, err, test.says)
		}
	}
}
