package cloudwatch_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// post sends a request as it is on the wire.
func (d *desk) post(mediaType, target, body string) (status int, query, answer string) {
	d.t.Helper()
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, *d.cw.Options().BaseEndpoint, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", mediaType)
	if target != "" {
		request.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801."+target)
	}
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("X-Amzn-Query-Error"), string(text)
}

// An error goes by its code in Query and by its type in JSON. The absence of a
// message was recorded: test_set_alarm_invalid_input.
func TestErrorsInEachProtocol(t *testing.T) {
	d := newDesk(t)
	const form, json = "application/x-www-form-urlencoded", "application/x-amz-json-1.0"
	tests := []struct {
		mediaType, target, body string
		status                  int
		query, want             string
	}{
		{form, "", "Action=SetAlarmState&AlarmName=x&StateValue=OK&StateReason=r", 404, "", "<Error><Type>Sender</Type><Code>ResourceNotFound</Code></Error>"},
		{json, "SetAlarmState", `{"AlarmName":"x","StateValue":"OK","StateReason":"r"}`, 404, "ResourceNotFound;Sender", `{"__type":"ResourceNotFound"}`},
		{form, "", "Action=GetDashboard&DashboardName=x", 404, "", "<Code>ResourceNotFound</Code><Message>Dashboard x does not exist</Message>"},
		{json, "GetDashboard", `{"DashboardName":"x"}`, 404, "ResourceNotFound;Sender", `{"__type":"DashboardNotFoundError","message":"Dashboard x does not exist"}`},
	}
	for _, test := range tests {
		status, query, answer := d.post(test.mediaType, test.target, test.body)
		if status != test.status || query != test.query || !strings.Contains(answer, test.want) {
			t.Errorf("%s: %d %q %s, want %d %q %s", test.body, status, query, answer, test.status, test.query, test.want)
		}
	}
}

// test_get_metric_data_with_different_units: a result without messages has no
// such member, an answer has.
func TestAnAnswersMembersAreAsRecorded(t *testing.T) {
	d := newDesk(t)
	_, _, answer := d.post("application/x-amz-json-1.0", "GetMetricData", `{"StartTime":1767225600,"EndTime":1767225660,"MetricDataQueries":[{"Id":"m1",
		"MetricStat":{"Metric":{"Namespace":"n","MetricName":"m-test"},"Period":60,"Stat":"Sum","Unit":"Seconds"}}]}`)
	same(t, "the answer", answer, `{"Messages":[],"MetricDataResults":[{"Id":"m1","Label":"m-test","StatusCode":"Complete","Timestamps":[],"Values":[]}]}`)
}
