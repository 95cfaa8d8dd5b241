package awslambda_test

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"

	"weir/internal/awslambda"
	"weir/internal/release"
)

// call is a request as the Lambda API gets it.
type call struct {
	method, path string
	query        string
	body         map[string]any
	kind         string // the invocation type
}

// answer is a response of the Lambda API: a status with JSON, or an error.
type answer struct {
	status int
	kind   string // the error's type
	body   string
}

// api is a Lambda API that answers a list of calls in turn and keeps them.
type api struct {
	calls   []call
	answers []answer
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	got := call{method: r.Method, path: r.URL.Path, query: r.URL.RawQuery, kind: r.Header.Get("X-Amz-Invocation-Type")}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &got.body); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	a.calls = append(a.calls, got)
	if len(a.answers) == 0 {
		http.Error(w, "one call too many", http.StatusTeapot)
		return
	}
	next := a.answers[0]
	a.answers = a.answers[1:]
	w.Header().Set("Content-Type", "application/json")
	if next.kind != "" {
		w.Header().Set("X-Amzn-Errortype", next.kind)
	}
	w.WriteHeader(next.status)
	_, _ = io.WriteString(w, next.body)
}

// client returns a client of an API with these answers, which does not retry.
func client(t *testing.T, answers ...answer) (*awslambda.Client, *api) {
	t.Helper()
	a := &api{answers: answers}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return awslambda.New(aws.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")}), a
}

var orders = release.Target{Function: "orders", Alias: "prod"}

func ok(body string) answer { return answer{http.StatusOK, "", body} }

func aliasWith(weight string) answer {
	return ok(`{"AliasArn": "arn:aws:lambda:eu-west-1:111122223333:function:orders:prod", "FunctionVersion": "6", "RevisionId": "r1",
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
		weight := sent.calls[0].body["RoutingConfig"].(map[string]any)["AdditionalVersionWeights"].(map[string]any)["7"].(float64)
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
	whole, alone := sent.calls[0].body, sent.calls[1].body
	if weights, sent := whole["RoutingConfig"].(map[string]any)["AdditionalVersionWeights"].(map[string]any); !sent || len(weights) != 0 || whole["FunctionVersion"] != "6" {
		t.Errorf("a whole route is sent as %v; without an empty map the old weights stay", whole)
	}
	if alone["RoutingConfig"] != nil || alone["FunctionVersion"] != nil || alone["Description"] != mark.String() {
		t.Errorf("a mark alone is sent as %v", alone)
	}
	for i, call := range sent.calls {
		if call.body["RevisionId"] != "r0" {
			t.Errorf("write %d is no compare-and-swap: %v", i, call.body)
		}
	}
}

// A stale revision is a conflict, whether somebody else wrote or the SDK repeated a
// write whose answer was lost: whoever decides anew recognizes what the release wrote.
func TestStaleRevisionIsAConflict(t *testing.T) {
	c, sent := client(t, answer{http.StatusPreconditionFailed, "PreconditionFailedException", `{"Message": "The RevisionId provided does not match"}`})
	_, err := c.Write(t.Context(), release.Write{Target: orders, Route: release.Split("6", "7", 10), RevisionID: "r0"})
	if !errors.Is(err, release.ErrConflict) || len(sent.calls) != 1 {
		t.Errorf("err = %v after %d calls", err, len(sent.calls))
	}
}

func TestAliasThatIsNotThere(t *testing.T) {
	c, _ := client(t, answer{http.StatusNotFound, "ResourceNotFoundException", `{"Message": "Cannot find alias arn: x"}`})
	_, err := c.Alias(t.Context(), orders)
	if !release.IsError(err, release.TargetNotFound) || !strings.Contains(err.Error(), "aws lambda create-alias --function-name orders --name prod") {
		t.Errorf("err = %v", err)
	}
}

const latest = `{"CodeSha256": "c1", "LastModified": "m1", "RevisionId": "%", "Version": "$LATEST", "State": "Active", "LastUpdateStatus": "Successful"}`

func TestPublish(t *testing.T) {
	at := func(revision string) answer { return ok(strings.Replace(latest, "%", revision, 1)) }
	stale := answer{http.StatusPreconditionFailed, "PreconditionFailedException", `{"Message": "stale"}`}
	published := answer{http.StatusCreated, "", `{"Version": "8"}`}
	version := ok(`{"Version": "8", "State": "Pending"}`)
	for _, test := range []struct {
		name    string
		answers []answer
		want    string // the error's name; empty: version 8
	}{
		{"a version", []answer{at("r1"), published, version}, ""},
		// The SDK sent the request again after its answer was lost.
		{"its own publication is recognised", []answer{at("r1"), stale, at("r2"), published, version}, ""},
		{"another's code is not", []answer{at("r1"), stale, ok(strings.Replace(latest, "c1", "c2", 1))}, release.SomebodyElseChanged},
		{"another's configuration is not", []answer{at("r1"), stale, ok(strings.Replace(latest, "m1", "m2", 1))}, release.SomebodyElseChanged},
		{"changed twice", []answer{at("r1"), stale, at("r2"), stale}, release.SomebodyElseChanged},
		{"an update in progress", []answer{ok(strings.Replace(latest, "Successful", "InProgress", 1))}, release.NotYet},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, sent := client(t, test.answers...)
			got, err := c.Publish(t.Context(), "orders")
			if test.want == "" && (err != nil || got.Number != "8" || got.State != "Pending") || test.want != "" && !release.IsError(err, test.want) {
				t.Errorf("%+v, %v; want %s", got, err, test.want)
			}
			for _, call := range sent.calls {
				if strings.HasSuffix(call.path, "/versions") && (call.body["CodeSha256"] != "c1" || call.body["RevisionId"] == nil) {
					t.Errorf("published without saying what: %v", call.body)
				}
			}
		})
	}
}

// A person's own tool tells a missing permission from a missing target.
func TestAliasThatMayNotBeRead(t *testing.T) {
	c, _ := client(t, answer{http.StatusForbidden, "AccessDeniedException", `{"Message": "not authorized"}`})
	_, err := c.Alias(t.Context(), release.Target{Function: "orders", Alias: "prod"})
	if refusal, ok := errors.AsType[smithy.APIError](err); !ok || refusal.ErrorCode() != "AccessDeniedException" || !release.IsError(err, release.TargetNotFound) {
		t.Errorf("%v", err)
	}
}

func TestMayInvoke(t *testing.T) {
	for _, test := range []struct {
		answer answer
		want   string
	}{
		{answer{http.StatusNoContent, "", ""}, ""},
		{answer{http.StatusNotFound, "ResourceNotFoundException", `{"Message": "Function not found"}`}, release.HookNotCallable},
		{answer{http.StatusForbidden, "AccessDeniedException", `{"Message": "not authorized"}`}, release.HookNotCallable},
		{answer{http.StatusTooManyRequests, "TooManyRequestsException", `{"Message": "slow down"}`}, release.Unavailable},
	} {
		c, sent := client(t, test.answer)
		err := c.MayInvoke(t.Context(), "a-hook")
		if test.want == "" && err != nil || test.want != "" && !release.IsError(err, test.want) {
			t.Errorf("%d: %v, want %s", test.answer.status, err, test.want)
		}
		if sent.calls[0].kind != "DryRun" {
			t.Errorf("the hook is invoked as %q", sent.calls[0].kind)
		}
	}
}

func TestVersionWithTenants(t *testing.T) {
	c, _ := client(t, ok(`{"Version": "7", "State": "Inactive", "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}`))
	version, err := c.Version(t.Context(), "orders", "7")
	if err != nil || !version.TenantIsolated || version.State != "Inactive" {
		t.Errorf("%+v, %v", version, err)
	}
}
