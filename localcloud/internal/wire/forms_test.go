package wire_test

import (
	"bytes"
	"compress/gzip"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/wire"
)

// What AWS's answers look like on the wire was seen by the authors of LocalStack:
// tests/aws/services/cloudwatch/test_cloudwatch.py in its repository,
// test_basic_operations_multiple_protocols.
func TestAnswersHaveTheFormsThatAWSGivesThem(t *testing.T) {
	whole, broken := time.Date(2025, 12, 17, 13, 23, 0, 0, time.UTC), time.Date(2025, 12, 17, 13, 23, 0, 120_000_000, time.UTC)
	r := &record{out: &cloudwatch.GetMetricDataOutput{Messages: []types.MessageData{}, MetricDataResults: []types.MetricDataResult{{Timestamps: []time.Time{whole, broken}}}}}
	bus := api.NewBus()
	bus.Register(&api.Service{Name: "monitoring", Protocols: []api.Protocol{api.JSON10, api.Query}, CBOR: true, TargetPrefix: "GraniteServiceVersion20100801",
		Operations: api.Table(op[cloudwatch.GetMetricDataInput, cloudwatch.GetMetricDataOutput](r, "GetMetricData"))})
	front := wire.New(bus, func(string) (api.Caller, error) { return api.Caller{}, nil }, slog.New(slog.DiscardHandler))
	for name, form := range map[string]struct {
		path, body string
		headers    map[string]string
		want       string
	}{
		"query": {"/", "Action=GetMetricData", map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
			"<Messages></Messages><MetricDataResults><member><Timestamps><member>2025-12-17T13:23:00Z</member><member>2025-12-17T13:23:00.120Z</member></Timestamps>"},
		"json": {"/", "{}", map[string]string{"X-Amz-Target": "GraniteServiceVersion20100801.GetMetricData", "Content-Type": "application/x-amz-json-1.0"},
			`{"Messages":[],"MetricDataResults":[{"Timestamps":[1765977780.000,1765977780.120]}]}`},
		"cbor": {"/service/GraniteServiceVersion20100801/operation/GetMetricData", "", map[string]string{"Smithy-Protocol": "rpc-v2-cbor"},
			"\xbfhMessages\x9f\xffqMetricDataResults\x9f\xbfjTimestamps\x9f\xc1\xfbA"},
	} {
		t.Run(name, func(t *testing.T) {
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, form.path, strings.NewReader(form.body))
			request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0")
			for header, value := range form.headers {
				request.Header.Set(header, value)
			}
			answer := httptest.NewRecorder()
			front.ServeHTTP(answer, request)
			if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), form.want) {
				t.Errorf("%d %q\nwant %q", answer.Code, answer.Body, form.want)
			}
			if names := slices.Collect(maps.Keys(answer.Header())); !slices.Contains(names, "x-amzn-RequestId") {
				t.Errorf("headers %v", names)
			}
		})
	}
}

// The errors recorded of CloudWatch and SQS tell the code of the Query protocol;
// those of EventBridge, Step Functions and CloudWatch Logs do not.
func TestOnlyServicesThatSpokeQueryTellItsCodes(t *testing.T) {
	for want, protocols := range map[string][]api.Protocol{"Old;Sender": {api.JSON10, api.Query}, "": {api.JSON10}} {
		r := &record{err: &api.Error{Code: "New", QueryCode: "Old", Message: "no"}}
		bus := api.NewBus()
		bus.Register(&api.Service{Name: "s", Protocols: protocols, TargetPrefix: "T", Operations: api.Table(op[struct{}, struct{}](r, "Do"))})
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("{}"))
		request.Header.Set("X-Amz-Target", "T.Do")
		request.Header.Set("Content-Type", "application/x-amz-json-1.0")
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s/aws4_request, SignedHeaders=host, Signature=0")
		answer := httptest.NewRecorder()
		wire.New(bus, func(string) (api.Caller, error) { return api.Caller{}, nil }, slog.New(slog.DiscardHandler)).ServeHTTP(answer, request)
		if got := answer.Header().Get("X-Amzn-Query-Error"); got != want || answer.Code != http.StatusBadRequest {
			t.Errorf("%v: status %d, code %q, want %q", protocols, answer.Code, got, want)
		}
	}
}

// TestBodiesAreUnzippedHoweverThatIsSpelt: test_put_metric_data_gzip sends GZIP.
func TestBodiesAreUnzippedHoweverThatIsSpelt(t *testing.T) {
	r := &record{out: &cloudwatch.PutMetricDataOutput{}}
	bus := api.NewBus()
	bus.Register(&api.Service{Name: "monitoring", Protocols: []api.Protocol{api.Query}, Operations: api.Table(op[cloudwatch.PutMetricDataInput, cloudwatch.PutMetricDataOutput](r, "PutMetricData"))})
	front := wire.New(bus, func(string) (api.Caller, error) { return api.Caller{}, nil }, slog.New(slog.DiscardHandler))
	var body bytes.Buffer
	zip := gzip.NewWriter(&body)
	if _, err := zip.Write([]byte("Action=PutMetricData&MetricData.member.1.MetricName=m&Namespace=n")); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", &body)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	request.Header.Set("Content-Encoding", "GZIP")
	answer := httptest.NewRecorder()
	front.ServeHTTP(answer, request)
	if in, ok := r.in.(*cloudwatch.PutMetricDataInput); !ok || len(in.MetricData) != 1 || *in.MetricData[0].MetricName != "m" {
		t.Errorf("%d %s: read %+v", answer.Code, answer.Body, r.in)
	}
}
