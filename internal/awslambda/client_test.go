package awslambda_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"weir/internal/awslambda"
	"weir/internal/awstest"
	"weir/internal/release"
)

// client returns a client of a Lambda API with these answers.
func client(t *testing.T, answers ...awstest.Answer) (*awslambda.Client, *awstest.Server) {
	t.Helper()
	server := awstest.New(t, answers...)
	return awslambda.New(server.Config), server
}

var orders = release.Target{Function: "orders", Alias: "prod"}

func aliasWith(weight string) awstest.Answer {
	return awstest.OK(`{"AliasArn": "arn:aws:lambda:eu-west-1:111122223333:function:orders:prod", "FunctionVersion": "6", "RevisionId": "r1",
	  "Description": "weir/1 stable=6", "RoutingConfig": {"AdditionalVersionWeights": {"7": ` + weight + `}}}`)
}

func TestWeightsAreReadAndWrittenExactly(t *testing.T) {
	for weight, want := range map[string]float64{"0.1": 10, "0.07": 7, "0.29": 29, "0.104": 10.4, "1.0": 100, "0.1000000000000001": 10.00000000000001} {
		c, _ := client(t, aliasWith(weight))
		alias, err := c.Alias(t.Context(), orders)
		if err != nil || alias.Route().Percent != want {
			t.Errorf("weight %s is read as %v %%, %v; want %v", weight, alias.Route().Percent, err, want)
		}
	}
	for percent := 1; percent < 100; percent++ {
		c, sent := client(t, aliasWith("0.5"))
		route := release.Split("6", "7", percent)
		if _, err := c.Write(t.Context(), release.Write{Target: orders, Route: route, RevisionID: "r0"}); err != nil {
			t.Fatal(err)
		}
		weight := sent.Requests()[0].Body["RoutingConfig"].(map[string]any)["AdditionalVersionWeights"].(map[string]any)["7"].(float64)
		if weight != float64(percent)/100 {
			t.Errorf("%d %% is written as %v", percent, weight)
		}
		// No other weight is taken for ours.
		for _, near := range []float64{math.Nextafter(weight, 0), math.Nextafter(weight, 1)} {
			text, err := json.Marshal(near)
			if err != nil {
				t.Fatal(err)
			}
			c, _ := client(t, aliasWith(string(text)))
			if alias, err := c.Alias(t.Context(), orders); err != nil || alias.Route() == route {
				t.Errorf("weight %s is read as %s, %v", text, alias.Route(), err)
			}
		}
	}
}

func TestWriteSendsTheWholeRouteOrTheMarkAlone(t *testing.T) {
	c, sent := client(t, aliasWith("0.5"), aliasWith("0.5"))
	mark := release.Description{Stable: "6"}
	for _, route := range []release.Route{release.Whole("6"), {}} {
		if _, err := c.Write(t.Context(), release.Write{Target: orders, Route: route, Description: mark, RevisionID: "r0"}); err != nil {
			t.Fatal(err)
		}
	}
	whole, alone := sent.Requests()[0].Body, sent.Requests()[1].Body
	if weights, sent := whole["RoutingConfig"].(map[string]any)["AdditionalVersionWeights"].(map[string]any); !sent || len(weights) != 0 || whole["FunctionVersion"] != "6" {
		t.Errorf("a whole route is sent as %v; without an empty map the old weights stay", whole)
	}
	if alone["RoutingConfig"] != nil || alone["FunctionVersion"] != nil || alone["Description"] != mark.String() {
		t.Errorf("a mark alone is sent as %v", alone)
	}
	for i, call := range sent.Requests() {
		if call.Body["RevisionId"] != "r0" {
			t.Errorf("write %d is no compare-and-swap: %v", i, call.Body)
		}
	}
}

// A stale revision is a conflict, whether somebody else wrote or the SDK repeated a
// write whose answer was lost: whoever decides anew recognizes what the release wrote.
func TestStaleRevisionIsAConflict(t *testing.T) {
	c, sent := client(t, awstest.Fault(http.StatusPreconditionFailed, "PreconditionFailedException", "The RevisionId provided does not match"))
	_, err := c.Write(t.Context(), release.Write{Target: orders, Route: release.Split("6", "7", 10), RevisionID: "r0"})
	if !errors.Is(err, release.ErrConflict) || len(sent.Requests()) != 1 {
		t.Errorf("err = %v after %d calls", err, len(sent.Requests()))
	}
}

func TestAliasThatIsNotThere(t *testing.T) {
	c, _ := client(t, awstest.Fault(http.StatusNotFound, "ResourceNotFoundException", "Cannot find alias arn: x"))
	_, err := c.Alias(t.Context(), orders)
	if !release.IsError(err, release.TargetNotFound) || !strings.Contains(err.Error(), "aws lambda create-alias --function-name orders --name prod") {
		t.Errorf("err = %v", err)
	}
}

const latest = `{"CodeSha256": "c1", "LastModified": "m1", "RevisionId": "%", "Version": "$LATEST", "State": "Active", "LastUpdateStatus": "Successful"}`

func TestPublish(t *testing.T) {
	at := func(revision string) awstest.Answer { return awstest.OK(strings.Replace(latest, "%", revision, 1)) }
	stale := awstest.Fault(http.StatusPreconditionFailed, "PreconditionFailedException", "stale")
	published := awstest.Answer{Status: http.StatusCreated, Body: `{"Version": "8"}`}
	version := awstest.OK(`{"Version": "8", "State": "Pending"}`)
	for _, test := range []struct {
		name    string
		answers []awstest.Answer
		want    string // the error's name; empty: version 8
	}{
		{"a version", []awstest.Answer{at("r1"), published, version}, ""},
		// The SDK sent the request again after its answer was lost.
		{"its own publication is recognised", []awstest.Answer{at("r1"), stale, at("r2"), published, version}, ""},
		{"another's code is not", []awstest.Answer{at("r1"), stale, awstest.OK(strings.Replace(latest, "c1", "c2", 1))}, release.SomebodyElseChanged},
		{"another's configuration is not", []awstest.Answer{at("r1"), stale, awstest.OK(strings.Replace(latest, "m1", "m2", 1))}, release.SomebodyElseChanged},
		{"changed twice", []awstest.Answer{at("r1"), stale, at("r2"), stale}, release.SomebodyElseChanged},
		{"an update in progress", []awstest.Answer{awstest.OK(strings.Replace(latest, "Successful", "InProgress", 1))}, release.NotYet},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, sent := client(t, test.answers...)
			got, err := c.Publish(t.Context(), "orders")
			if test.want == "" && (err != nil || got.Number != "8" || got.State != "Pending") || test.want != "" && !release.IsError(err, test.want) {
				t.Errorf("%+v, %v; want %s", got, err, test.want)
			}
			for _, call := range sent.Requests() {
				if strings.HasSuffix(call.Path, "/versions") && (call.Body["CodeSha256"] != "c1" || call.Body["RevisionId"] == nil) {
					t.Errorf("published without saying what: %v", call.Body)
				}
			}
		})
	}
}

// A person's own tool tells a missing permission from a missing target.
func TestAliasThatMayNotBeRead(t *testing.T) {
	c, _ := client(t, awstest.Fault(http.StatusForbidden, "AccessDeniedException", "not authorized"))
	_, err := c.Alias(t.Context(), release.Target{Function: "orders", Alias: "prod"})
	if refusal, ok := errors.AsType[smithy.APIError](err); !ok || refusal.ErrorCode() != "AccessDeniedException" || !release.IsError(err, release.TargetNotFound) {
		t.Errorf("%v", err)
	}
}

func TestMayInvoke(t *testing.T) {
	for _, test := range []struct {
		answer awstest.Answer
		want   string
	}{
		{awstest.Answer{Status: http.StatusNoContent}, ""},
		{awstest.Fault(http.StatusNotFound, "ResourceNotFoundException", "Function not found"), release.HookNotCallable},
		{awstest.Fault(http.StatusForbidden, "AccessDeniedException", "not authorized"), release.HookNotCallable},
		{awstest.Fault(http.StatusTooManyRequests, "TooManyRequestsException", "slow down"), release.Unavailable},
	} {
		c, sent := client(t, test.answer)
		err := c.MayInvoke(t.Context(), "a-hook")
		if test.want == "" && err != nil || test.want != "" && !release.IsError(err, test.want) {
			t.Errorf("%d: %v, want %s", test.answer.Status, err, test.want)
		}
		if kind := sent.Requests()[0].Header.Get("X-Amz-Invocation-Type"); kind != "DryRun" {
			t.Errorf("the hook is invoked as %q", kind)
		}
	}
}

func TestVersionWithTenants(t *testing.T) {
	c, _ := client(t, awstest.OK(`{"Version": "7", "State": "Inactive", "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}`))
	version, err := c.Version(t.Context(), "orders", "7")
	if err != nil || !version.TenantIsolated || version.State != "Inactive" {
		t.Errorf("%+v, %v", version, err)
	}
}
