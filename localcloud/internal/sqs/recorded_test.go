package sqs

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"weir/localcloud/internal/api"
)

// The texts and figures were recorded from AWS by the authors of LocalStack:
// tests/aws/services/sqs/test_sqs.snapshot.json in its repository, in the test
// that a case names.
func TestRefusesAsRecorded(t *testing.T) {
	w := newWorld(t)
	w.do("CreateQueue", `{"QueueName":"q"}`)
	w.do("PurgeQueue", `{"QueueUrl":"@q"}`)
	ids := func(id string) string { return `{"QueueUrl":"@q","Entries":[{"Id":"` + id + `","ReceiptHandle":"x"}]}` }
	const badID = "InvalidBatchEntryId|AWS.SimpleQueueService.InvalidBatchEntryId|A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
	for _, c := range []struct {
		test, operation, body string
		status                int
		want                  string
	}{
		{"test_successive_purge_calls_fail", "PurgeQueue", `{"QueueUrl":"@q"}`, 403,
			"PurgeQueueInProgress|AWS.SimpleQueueService.PurgeQueueInProgress|Only one PurgeQueue operation on q is allowed every 60 seconds."},
		{"test_invalid_dead_letter_arn_rejected_before_lookup", "SetQueueAttributes", `{"QueueUrl":"@q","Attributes":{"RedrivePolicy":"{\"deadLetterTargetArn\": \"dummy\", \"maxReceiveCount\": 42}"}}`, 400,
			`InvalidParameterValueException|InvalidParameterValue|Value {"deadLetterTargetArn": "dummy", "maxReceiveCount": 42} for parameter RedrivePolicy is invalid. Reason: Invalid value for deadLetterTargetArn.`},
		{"test_sse_kms_and_sqs_are_mutually_exclusive", "SetQueueAttributes", `{"QueueUrl":"@q","Attributes":{"KmsMasterKeyId":"testKeyId","SqsManagedSseEnabled":"true"}}`, 400,
			"InvalidAttributeName|InvalidAttributeName|You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE."},
		{"test_set_unsupported_attribute_fifo", "SetQueueAttributes", `{"QueueUrl":"@q","Attributes":{"FifoQueue":"true"}}`, 400, "InvalidAttributeName|InvalidAttributeName|Unknown Attribute FifoQueue."},
		{"test_send_message_with_empty_string_attribute", "SendMessage", `{"QueueUrl":"@q","MessageBody":"x","MessageAttributes":{"ErrorDetails":{"DataType":"String","StringValue":""}}}`, 400,
			"InvalidParameterValueException|InvalidParameterValue|Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'."},
		{"test_delete_message_batch_invalid_msg_id", "DeleteMessageBatch", ids(""), 400, badID},
		{"test_delete_message_batch_invalid_msg_id", "DeleteMessageBatch", ids("invalid:id"), 400, badID},
		{"test_delete_message_batch_invalid_msg_id", "DeleteMessageBatch", ids(strings.Repeat("testLongId", 10)), 400, badID},
	} {
		response, _ := w.send(w.request(c.operation, w.fill(c.body)))
		if got := w.refused(c.operation, c.body); got != c.want || response.StatusCode != c.status {
			t.Errorf("%s: %d %s\nrecorded %d %s", c.test, response.StatusCode, got, c.status, c.want)
		}
	}
	// test_non_existent_queue: one message in JSON, another in Query
	if got := w.refused("GetQueueUrl", `{"QueueName":"none"}`); got != "QueueDoesNotExist|AWS.SimpleQueueService.NonExistentQueue|The specified queue does not exist." {
		t.Error(got)
	}
	if status, got := w.query(url.Values{"Action": {"GetQueueUrl"}, "QueueName": {"none"}}); status != http.StatusBadRequest ||
		!strings.Contains(got, "<Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>The specified queue does not exist for this wsdl version.</Message>") {
		t.Error(got)
	}
}

func TestAnswersAsRecorded(t *testing.T) {
	w := newWorld(t)
	w.do("CreateQueue", `{"QueueName":"q","Attributes":{"VisibilityTimeout":"1","MaximumMessageSize":"2048"}}`)
	// test_change_message_visibility_after_visibility_timeout_expiration
	w.do("SendMessage", `{"QueueUrl":"@q","MessageBody":"foobar"}`)
	handle := w.receive("")[0]["ReceiptHandle"].(string)
	w.clock.Advance(2 * time.Second)
	w.do("ChangeMessageVisibility", `{"QueueUrl":"@q","ReceiptHandle":"`+handle+`","VisibilityTimeout":2}`)
	// test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size:
	// the limit is each message's, not the batch's.
	out := w.do("SendMessageBatch", `{"QueueUrl":"@q","Entries":[{"Id":"1","MessageBody":"`+strings.Repeat("a", 2040)+`","MessageAttributes":{"k":{"DataType":"String","StringValue":"x"}}},{"Id":"2","MessageBody":"a"}]}`)
	sent, _ := out["Successful"].([]any)
	if len(sent) != 2 || sent[0].(map[string]any)["MD5OfMessageBody"] != "f44facf5a7ee0af446ecf3e0f854441e" || sent[0].(map[string]any)["MD5OfMessageAttributes"] != "a45daa70926828a2f0a1db3418e6feb4" {
		t.Errorf("sent %v", out)
	}
	// test_sse_queue_attributes
	w.do("SetQueueAttributes", `{"QueueUrl":"@q","Attributes":{"KmsMasterKeyId":"testKeyId","KmsDataKeyReusePeriodSeconds":"6000","SqsManagedSseEnabled":"false"}}`)
	got := w.do("GetQueueAttributes", `{"QueueUrl":"@q","AttributeNames":["KmsMasterKeyId","KmsDataKeyReusePeriodSeconds","SqsManagedSseEnabled"]}`)
	if fmt.Sprint(got) != "map[Attributes:map[KmsDataKeyReusePeriodSeconds:6000 KmsMasterKeyId:testKeyId SqsManagedSseEnabled:false]]" {
		t.Errorf("attributes %v", got)
	}
}

// tally adds up the values of each metric.
type tally map[string]float64

func (t tally) Record(data ...api.Datum) {
	for _, d := range data {
		t[fmt.Sprintf("%s %s %s %s", d.Namespace, d.Dimensions[0].Value, d.Name, d.Unit)] += d.Value
	}
}

// test_aws_sqs_metrics_created in tests/aws/services/cloudwatch, and
// test_sqs_approximate_metrics there.
func TestMetricsAsRecorded(t *testing.T) {
	w, metrics := newWorld(t), tally{}
	w.service.Metrics = metrics
	expect := func(want map[string]float64) {
		t.Helper()
		for name, value := range want {
			if got, ok := metrics["AWS/SQS q "+name]; !ok || got != value {
				t.Errorf("%s = %v, %v; recorded %v", name, got, ok, value)
			}
		}
		clear(metrics)
	}
	w.do("CreateQueue", `{"QueueName":"q"}`)
	w.receive("")
	w.do("SendMessage", `{"QueueUrl":"@q","MessageBody":"Hello"}`)
	expect(map[string]float64{"NumberOfMessagesSent Count": 1, "SentMessageSize Bytes": 5, "NumberOfEmptyReceives Count": 1})
	handle := w.receive("")[0]["ReceiptHandle"].(string)
	w.do("SendMessage", `{"QueueUrl":"@q","MessageBody":"later","DelaySeconds":900}`)
	w.clock.Advance(time.Second)
	w.do("ChangeMessageVisibility", `{"QueueUrl":"@q","ReceiptHandle":"`+handle+`","VisibilityTimeout":600}`)
	w.clock.Advance(2 * time.Minute)
	expect(map[string]float64{"NumberOfMessagesReceived Count": 1, "ApproximateNumberOfMessagesVisible Count": 0,
		"ApproximateNumberOfMessagesNotVisible Count": 2, "ApproximateNumberOfMessagesDelayed Count": 2})
	w.do("DeleteMessage", `{"QueueUrl":"@q","ReceiptHandle":"`+handle+`"}`)
	expect(map[string]float64{"NumberOfMessagesDeleted Count": 1})
	w.do("DeleteQueue", `{"QueueUrl":"@q"}`)
	w.clock.Advance(10 * time.Minute)
	if len(metrics) != 0 {
		t.Errorf("a queue that is no more has %v", metrics)
	}
}
