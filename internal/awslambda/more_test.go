package awslambda_test

import (
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/internal/awslambda"
	"weir/internal/awstest"
	"weir/internal/release"
)

const functions = "/2015-03-31/functions/"

// refusals are the errors that any call may end with, and what each is called. An
// error that a retry does not mend has no name.
var refusals = []struct {
	name   string
	answer awstest.Answer
	want   string
}{
	{"throttled", awstest.Throttled(), release.Unavailable},
	{"a failing service", awstest.Fault(http.StatusInternalServerError, "ServiceException", "sorry"), release.Unavailable},
	{"a broken connection", awstest.Answer{}, release.Unavailable},
	{"a wrong request", awstest.Fault(http.StatusBadRequest, "InvalidParameterValueException", "no such thing"), ""},
}

// refused runs call with each of the refusals after the answers that come before.
func refused(t *testing.T, says string, before []awstest.Answer, call func(*awslambda.Client) error) {
	t.Helper()
	for _, refusal := range refusals {
		t.Run(refusal.name, func(t *testing.T) {
			c, _ := client(t, append(slices.Clone(before), refusal.answer)...)
			err := call(c)
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Fatalf("%v; want it to say %q", err, says)
			}
			if retried := release.IsError(err, release.Unavailable); retried != (refusal.want == release.Unavailable) {
				t.Errorf("worth a retry: %v, by %v", retried, err)
			}
			for _, name := range []string{release.TargetNotFound, release.VersionNotFound, release.HookNotCallable, release.Drift, release.SomebodyElseChanged} {
				if release.IsError(err, name) {
					t.Errorf("%v is taken for %s", err, name)
				}
			}
		})
	}
}

func TestAliasIsReadWhole(t *testing.T) {
	c, sent := client(t, aliasWith("0.25"))
	got, err := c.Alias(t.Context(), orders)
	if err != nil {
		t.Fatal(err)
	}
	want := release.Alias{Target: orders, ARN: "arn:aws:lambda:eu-west-1:111122223333:function:orders:prod", Version: "6", RevisionID: "r1",
		Description: release.Description{Stable: "6"}, Weights: map[string]float64{"7": 25}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alias (-want +got):\n%s", diff)
	}
	if asked := sent.Requests()[0]; asked.Method != http.MethodGet || asked.Path != functions+"orders/aliases/prod" {
		t.Errorf("asked %s %s", asked.Method, asked.Path)
	}
}

func TestAliasWithoutWeightsIsWhole(t *testing.T) {
	for _, body := range []string{
		`{"FunctionVersion": "6", "Description": "the shop's"}`,
		`{"FunctionVersion": "6", "Description": "the shop's", "RoutingConfig": {}}`,
		`{"FunctionVersion": "6", "Description": "the shop's", "RoutingConfig": {"AdditionalVersionWeights": {}}}`,
	} {
		c, _ := client(t, awstest.OK(body))
		alias, err := c.Alias(t.Context(), orders)
		if err != nil || !alias.Whole() || alias.Route() != release.Whole("6") || alias.Description.Note != "the shop's" {
			t.Errorf("%s is read as %+v, %v", body, alias, err)
		}
	}
}

// The API's own 404 may come without the exception's name, from a proxy.
func TestAliasThatIsNotThereByStatusAlone(t *testing.T) {
	c, _ := client(t, awstest.Answer{Status: http.StatusNotFound, Body: "{}"})
	if _, err := c.Alias(t.Context(), orders); !release.IsError(err, release.TargetNotFound) {
		t.Error(err)
	}
}

func TestAliasRefused(t *testing.T) {
	refused(t, "read alias orders:prod", nil, func(c *awslambda.Client) error {
		_, err := c.Alias(t.Context(), orders)
		return err
	})
}

// A weight beside ours is on the same side of the whole percent as of our weight.
func TestWeightsBesideOurs(t *testing.T) {
	for weight, want := range map[string]float64{
		"0.049999999999999996": math.Nextafter(5, 0), "0.33999999999999997": math.Nextafter(34, 0),
		"0.030000000000000002": math.Nextafter(3, 4), "0.35000000000000003": math.Nextafter(35, 36),
	} {
		c, _ := client(t, aliasWith(weight))
		if alias, err := c.Alias(t.Context(), orders); err != nil || alias.Weights["7"] != want {
			t.Errorf("%s is read as %v, %v; want %v", weight, alias.Weights, err, want)
		}
	}
}

// A weight that is no number, or too large for a percent, is never a whole
// percent of ours.
func TestStrangeWeights(t *testing.T) {
	for weight, want := range map[string]float64{`"Infinity"`: math.Inf(1), `1e308`: math.Nextafter(1e308, math.Inf(1)), `0.0`: 0} {
		c, _ := client(t, aliasWith(weight))
		if alias, err := c.Alias(t.Context(), orders); err != nil || alias.Weights["7"] != want {
			t.Errorf("%s is read as %v, %v", weight, alias.Weights, err)
		}
	}
	c, _ := client(t, aliasWith(`"NaN"`))
	if alias, err := c.Alias(t.Context(), orders); err != nil || !math.IsNaN(alias.Weights["7"]) {
		t.Errorf("NaN is read as %v, %v", alias.Weights, err)
	}
}

func TestWriteReturnsTheAliasAsItIsNow(t *testing.T) {
	c, sent := client(t, aliasWith("0.25"))
	got, err := c.Write(t.Context(), release.Write{Target: orders, Route: release.Split("6", "7", 25), RevisionID: "r0", Description: release.Description{Stable: "6"}})
	if err != nil {
		t.Fatal(err)
	}
	want := release.Alias{Target: orders, ARN: "arn:aws:lambda:eu-west-1:111122223333:function:orders:prod", Version: "6", RevisionID: "r1",
		Description: release.Description{Stable: "6"}, Weights: map[string]float64{"7": 25}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alias (-want +got):\n%s", diff)
	}
	asked := sent.Requests()[0]
	if asked.Method != http.MethodPut || asked.Path != functions+"orders/aliases/prod" {
		t.Errorf("asked %s %s", asked.Method, asked.Path)
	}
	body := map[string]any{"FunctionVersion": "6", "Description": "weir/1 stable=6", "RevisionId": "r0",
		"RoutingConfig": map[string]any{"AdditionalVersionWeights": map[string]any{"7": 0.25}}}
	if diff := cmp.Diff(body, asked.Body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestWriteRefused(t *testing.T) {
	for says, route := range map[string]release.Route{
		"set alias orders:prod to 90 % on version 6 and 10 % on version 7": release.Split("6", "7", 10),
		"write the description of alias orders:prod":                       {},
	} {
		refused(t, says, nil, func(c *awslambda.Client) error {
			_, err := c.Write(t.Context(), release.Write{Target: orders, Route: route})
			return err
		})
	}
}

var stale = awstest.Fault(http.StatusPreconditionFailed, "PreconditionFailedException", "The RevisionId provided does not match")

func TestVersionIsReadWhole(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       release.Version
	}{
		{"with everything", `{"Version": "7", "Role": "arn:aws:iam::1:role/r", "Timeout": 30, "State": "Pending", "StateReason": "Creating",
		  "LastUpdateStatus": "InProgress", "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:eu-west-1:1:q"}, "TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}`,
			release.Version{Number: "7", Role: "arn:aws:iam::1:role/r", TimeoutSeconds: 30, State: "Pending", StateReason: "Creating",
				LastUpdateStatus: "InProgress", DeadLetter: "arn:aws:sqs:eu-west-1:1:q", TenantIsolated: true}},
		{"with as little as may be", `{"Version": "7"}`, release.Version{Number: "7"}},
		{"with a dead-letter setting that names nothing", `{"Version": "7", "DeadLetterConfig": {}}`, release.Version{Number: "7"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, sent := client(t, awstest.OK(test.body))
			got, err := c.Version(t.Context(), "orders", "7")
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%v; version (-want +got):\n%s", err, diff)
			}
			if asked := sent.Requests()[0]; asked.Path != functions+"orders/configuration" || asked.Query.Get("Qualifier") != "7" {
				t.Errorf("asked %s of %s", asked.Query, asked.Path)
			}
		})
	}
}

func TestVersionThatIsNotThere(t *testing.T) {
	c, _ := client(t, awstest.Fault(http.StatusNotFound, "ResourceNotFoundException", "Function not found"))
	_, err := c.Version(t.Context(), "orders", "7")
	if !release.IsError(err, release.VersionNotFound) || !strings.Contains(err.Error(), "version 7 of orders does not exist") {
		t.Error(err)
	}
}

func TestVersionRefused(t *testing.T) {
	refused(t, "read version 7 of orders", nil, func(c *awslambda.Client) error {
		_, err := c.Version(t.Context(), "orders", "7")
		return err
	})
}

func TestProvisioned(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer awstest.Answer
		want   bool
	}{
		{"some", awstest.OK(`{"RequestedProvisionedConcurrentExecutions": 2, "Status": "READY"}`), true},
		{"some that is being prepared", awstest.OK(`{"RequestedProvisionedConcurrentExecutions": 2, "Status": "IN_PROGRESS"}`), true},
		{"none", awstest.Fault(http.StatusNotFound, "ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found"), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, sent := client(t, test.answer)
			got, err := c.Provisioned(t.Context(), orders)
			if err != nil || got != test.want {
				t.Errorf("%v, %v", got, err)
			}
			if asked := sent.Requests()[0]; asked.Path != "/2019-09-30/functions/orders/provisioned-concurrency" || asked.Query.Get("Qualifier") != "prod" {
				t.Errorf("asked %s of %s", asked.Query, asked.Path)
			}
		})
	}
	refused(t, "read provisioned concurrency of orders:prod", nil, func(c *awslambda.Client) error {
		_, err := c.Provisioned(t.Context(), orders)
		return err
	})
}

// A function that is gone has no provisioned concurrency to tell of.
func TestProvisionedOfNothing(t *testing.T) {
	c, _ := client(t, awstest.Fault(http.StatusNotFound, "ResourceNotFoundException", "Function not found"))
	if got, err := c.Provisioned(t.Context(), orders); err == nil || got {
		t.Errorf("%v, %v", got, err)
	}
}

func TestPublishSendsWhatWasRead(t *testing.T) {
	read := awstest.OK(strings.Replace(latest, "%", "r1", 1))
	again := awstest.OK(strings.Replace(latest, "%", "r2", 1))
	c, sent := client(t, read, stale, again, awstest.Answer{Status: http.StatusCreated, Body: `{"Version": "8"}`}, awstest.OK(`{"Version": "8"}`))
	if _, err := c.Publish(t.Context(), "orders"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range sent.Requests() {
		revision, _ := r.Body["RevisionId"].(string)
		got = append(got, strings.TrimSpace(r.Method+" "+strings.TrimPrefix(r.Path, functions)+" "+r.Query.Get("Qualifier")+revision))
	}
	want := []string{"GET orders/configuration", "POST orders/versions r1", "GET orders/configuration", "POST orders/versions r2", "GET orders/configuration 8"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestPublishRefused(t *testing.T) {
	read := awstest.OK(strings.Replace(latest, "%", "r1", 1))
	published := awstest.Answer{Status: http.StatusCreated, Body: `{"Version": "8"}`}
	for _, test := range []struct {
		name, says string
		before     []awstest.Answer
	}{
		{"at the first look", "read $LATEST of orders", nil},
		{"at the publication", "publish $LATEST of orders", []awstest.Answer{read}},
		{"at the second look", "read $LATEST of orders", []awstest.Answer{read, stale}},
		{"at the second publication", "publish $LATEST of orders", []awstest.Answer{read, stale, read}},
		{"at the version", "read version 8 of orders", []awstest.Answer{read, published}},
		{"at the version after a second publication", "read version 8 of orders", []awstest.Answer{read, stale, read, published}},
	} {
		t.Run(test.name, func(t *testing.T) {
			refused(t, test.says, test.before, func(c *awslambda.Client) error {
				_, err := c.Publish(t.Context(), "orders")
				return err
			})
		})
	}
}

func TestPublishOfAFunctionThatIsNotThere(t *testing.T) {
	c, _ := client(t, awstest.Fault(http.StatusNotFound, "ResourceNotFoundException", "Function not found"))
	if _, err := c.Publish(t.Context(), "orders"); !release.IsError(err, release.TargetNotFound) {
		t.Error(err)
	}
}

func TestInvoke(t *testing.T) {
	for _, test := range []struct {
		name, version string
		answer        awstest.Answer
		want          awslambda.Answer
	}{
		{"a version", "7", awstest.OK(`{"statusCode": 200}`), awslambda.Answer{Payload: []byte(`{"statusCode": 200}`)}},
		{"the function as named", "", awstest.OK(`"pass"`), awslambda.Answer{Payload: []byte(`"pass"`)}},
		{"a version that fails", "7", awstest.Answer{Status: http.StatusOK, Header: map[string]string{"X-Amz-Function-Error": "Unhandled"}, Body: `{"errorMessage": "no"}`},
			awslambda.Answer{Payload: []byte(`{"errorMessage": "no"}`), Failed: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, sent := client(t, test.answer)
			got, err := c.Invoke(t.Context(), "orders", test.version, []byte(`{"id": 1}`))
			if err != nil {
				t.Fatal(err)
			}
			if got.Took <= 0 {
				t.Errorf("it took %s", got.Took)
			}
			got.Took = 0
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			asked := sent.Requests()[0]
			if asked.Path != functions+"orders/invocations" || asked.Query.Has("Qualifier") != (test.version != "") || asked.Query.Get("Qualifier") != test.version || string(asked.Raw) != `{"id": 1}` {
				t.Errorf("asked %s of %s with %s", asked.Query, asked.Path, asked.Raw)
			}
			if kind := asked.Header.Get("X-Amz-Invocation-Type"); kind != "" && kind != "RequestResponse" {
				t.Errorf("it is invoked as %s", kind)
			}
		})
	}
	refused(t, "invoke orders 7", nil, func(c *awslambda.Client) error {
		_, err := c.Invoke(t.Context(), "orders", "7", nil)
		return err
	})
}

func TestMayInvokeRefused(t *testing.T) {
	refused(t, "check that a-hook may be invoked", nil, func(c *awslambda.Client) error { return c.MayInvoke(t.Context(), "a-hook") })
}

func TestMayInvokeSaysWhy(t *testing.T) {
	for _, test := range []struct {
		answer awstest.Answer
		says   string
	}{
		{awstest.Fault(http.StatusNotFound, "ResourceNotFoundException", "Function not found"), "which does not exist in this account and region; check its name: Function not found"},
		{awstest.Denied(), "which this pipeline may not call. Add it to the pipeline's Hooks and deploy, or leave it out: not authorized"},
	} {
		c, _ := client(t, test.answer)
		if err := c.MayInvoke(t.Context(), "a-hook"); err == nil || !strings.HasSuffix(err.Error(), "hooks names a-hook, "+test.says) {
			t.Error(err)
		}
	}
}
