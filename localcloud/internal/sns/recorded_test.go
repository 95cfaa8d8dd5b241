package sns

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// sent is what a queue was given.
type sent struct {
	queue, body, group string
	attributes         map[string]types.MessageAttributeValue
}

// desk is a service with queues that write down what they get; a queue whose
// name ends in "gone" does not exist.
type desk struct {
	t     *testing.T
	clock *clock.Clock
	bus   *api.Bus
	sent  []sent
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, clock: clock.Stepped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), bus: api.NewBus()}
	s := New(Options{Env: api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}, Clock: d.clock, Bus: d.bus, Log: slog.New(slog.DiscardHandler),
		Enqueue: func(_ context.Context, _ api.Caller, queue string, mail Mail) error {
			if strings.HasSuffix(queue, "gone") {
				return errors.New("no such queue")
			}
			d.sent = append(d.sent, sent{queue, mail.Body, aws.ToString(mail.GroupID), mail.Attributes})
			return nil
		}})
	d.bus.Register(s.API())
	return d
}

func (d *desk) try(operation string, in any) (any, error) {
	return d.bus.Call(d.t.Context(), api.Operator(api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}), "sns", operation, in)
}

func did[T any](d *desk, operation string, in any) *T {
	d.t.Helper()
	out, err := d.try(operation, in)
	if err != nil {
		d.t.Fatalf("%s: %v", operation, err)
	}
	return out.(*T)
}

func (d *desk) topic() *string {
	return did[sns.CreateTopicOutput](d, "CreateTopic", &sns.CreateTopicInput{Name: aws.String("t"), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}).TopicArn
}

func (d *desk) received() []sent {
	d.clock.Advance(time.Second)
	got := d.sent
	d.sent = nil
	return got
}

// The texts were recorded from AWS by the authors of LocalStack:
// tests/aws/services/sns/test_sns.snapshot.json in its repository.
func TestRefusesAsRecorded(t *testing.T) {
	d := newDesk(t)
	topic := d.topic()
	queue := "arn:aws:sqs:us-east-1:000000000000:q"
	subscription := did[sns.SubscribeOutput](d, "Subscribe", &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: &queue}).SubscriptionArn
	subscribe := func(protocol, endpoint string, attributes map[string]string) *sns.SubscribeInput {
		return &sns.SubscribeInput{TopicArn: topic, Protocol: &protocol, Endpoint: &endpoint, Attributes: attributes}
	}
	set := func(name, value string) *sns.SetSubscriptionAttributesInput {
		return &sns.SetSubscriptionAttributesInput{SubscriptionArn: subscription, AttributeName: &name, AttributeValue: &value}
	}
	with := func(name string, value types.MessageAttributeValue) *sns.PublishInput {
		return &sns.PublishInput{TopicArn: topic, Message: aws.String("m"), MessageAttributes: map[string]types.MessageAttributeValue{name: value}}
	}
	good := types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String("v")}
	entry := func(id string) types.PublishBatchRequestEntry {
		return types.PublishBatchRequestEntry{Id: &id, Message: aws.String("m")}
	}
	batch := func(entries ...types.PublishBatchRequestEntry) *sns.PublishBatchInput {
		return &sns.PublishBatchInput{TopicArn: topic, PublishBatchRequestEntries: entries}
	}
	broken := entry("1")
	broken.MessageAttributes = map[string]types.MessageAttributeValue{"attr1": {StringValue: aws.String("v")}}
	structured := func(text string) *sns.PublishInput {
		return &sns.PublishInput{TopicArn: topic, Message: &text, MessageStructure: aws.String("json")}
	}
	unread := "failed to parse JSON. invalid character 'i' looking for beginning of object key string"
	for _, c := range []struct {
		operation string
		in        any
		want      string
	}{
		{"GetTopicAttributes", &sns.GetTopicAttributesInput{TopicArn: aws.String("x")}, "InvalidParameter: Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"},
		{"GetTopicAttributes", &sns.GetTopicAttributesInput{TopicArn: aws.String(*topic + "x")}, "NotFound: Topic does not exist"},
		{"Publish", &sns.PublishInput{TopicArn: aws.String("a:b"), Message: aws.String("m")}, "InvalidParameter: Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 2"},
		{"Publish", &sns.PublishInput{TargetArn: aws.String("arn:aws:sns:us-east-1:000000000000:endpoint/APNS/a/b"), Message: aws.String("m")}, "InvalidParameter: Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified"},
		{"GetTopicAttributes", &sns.GetTopicAttributesInput{TopicArn: aws.String("arn:aws:sns:us-west-1:000000000000:t")}, "InvalidParameter: Invalid parameter: TopicArn"},
		{"DeleteTopic", &sns.DeleteTopicInput{TopicArn: aws.String("arn:aws:sns:us-west-1:000000000000:t")}, "InvalidParameter: Invalid parameter: TopicArn"},
		{"SetTopicAttributes", &sns.SetTopicAttributesInput{TopicArn: topic, AttributeName: aws.String("FifoTopic"), AttributeValue: aws.String("false")}, "InvalidParameter: Invalid parameter: AttributeName"},
		{"CreateTopic", &sns.CreateTopicInput{Name: aws.String("a:b")}, "InvalidParameter: Invalid parameter: Topic Name"},
		{"CreateTopic", &sns.CreateTopicInput{Name: aws.String(strings.Repeat("a", 257))}, "InvalidParameter: Invalid parameter: Topic Name"},
		{"Publish", &sns.PublishInput{TopicArn: aws.String(""), Message: aws.String("m")}, "InvalidParameter: Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"},
		{"Unsubscribe", &sns.UnsubscribeInput{SubscriptionArn: aws.String("randomstring")}, "InvalidParameter: Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1"},
		{"Unsubscribe", &sns.UnsubscribeInput{SubscriptionArn: topic}, "InvalidParameter: Invalid parameter: SubscriptionId"},
		{"Unsubscribe", &sns.UnsubscribeInput{SubscriptionArn: aws.String("")}, "InvalidParameter: Invalid parameter: SubscriptionArn Reason: no value for required parameter"},
		{"GetSubscriptionAttributes", &sns.GetSubscriptionAttributesInput{SubscriptionArn: aws.String("arn:aws:sqs:us-east-1:000000000000:q")}, "InvalidParameter: Invalid parameter: SubscriptionId"},
		{"Subscribe", subscribe("sqs", "arn:aws:sqs", nil), "InvalidParameter: Invalid parameter: SQS endpoint ARN"},
		{"CreateTopic", &sns.CreateTopicInput{Name: aws.String("t"), Tags: []types.Tag{{Key: aws.String("other"), Value: aws.String("v")}}}, "InvalidParameter: Invalid parameter: Tags Reason: Topic already exists with different tags"},
		{"TagResource", &sns.TagResourceInput{ResourceArn: topic, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("a"), Value: aws.String("2")}}}, "InvalidParameter: Invalid parameter: Duplicated keys are not allowed."},
		{"Publish", &sns.PublishInput{TopicArn: topic, Message: aws.String("m"), MessageDeduplicationId: aws.String("1")}, "InvalidParameter: Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type"},
		{"Publish", &sns.PublishInput{TopicArn: topic, Message: aws.String("m"), Subject: aws.String("")}, "InvalidParameter: Invalid parameter: Subject"},
		{"Publish", &sns.PublishInput{TopicArn: topic, Message: aws.String("")}, "InvalidParameter: Invalid parameter: Empty message"},
		{"Publish", &sns.PublishInput{TopicArn: topic, Message: aws.String(strings.Repeat("x", 256*1024+1))}, "InvalidParameter: Invalid parameter: Message too long"},
		{"Publish", structured(`{"sqs":"x"}`), "InvalidParameter: Invalid parameter: Message Structure - No default entry in JSON message body"},
		{"Publish", structured(`{"default":{"x":1}}`), "InvalidParameter: Invalid parameter: Message Structure - No default entry in JSON message body"},
		{"Publish", structured(`{"default":`), "InvalidParameter: Invalid parameter: Message Structure - JSON message body failed to parse"},
		{"Publish", with("attr1", types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String("")}), "ParameterValueInvalid: The message attribute 'attr1' must contain non-empty message attribute value for message attribute type 'String'."},
		{"Publish", with("attr1", types.MessageAttributeValue{DataType: aws.String("Binary")}), "ParameterValueInvalid: The message attribute 'attr1' must contain non-empty message attribute value for message attribute type 'Binary'."},
		{"Publish", with("attr1", types.MessageAttributeValue{StringValue: aws.String("v")}), "ValidationError: 1 validation error detected: Value null at 'messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null"},
		{"Publish", with("attr1", types.MessageAttributeValue{DataType: aws.String("Number"), BinaryValue: []byte{1}}), "ParameterValueInvalid: The message attribute 'attr1' with type 'Number' must use field 'String'."},
		{"Publish", with("attr1", types.MessageAttributeValue{DataType: aws.String("Binary"), StringValue: aws.String("v")}), "ParameterValueInvalid: The message attribute 'attr1' with type 'Binary' must use field 'Binary'."},
		{"Publish", with("attr1", types.MessageAttributeValue{DataType: aws.String("invalid"), StringValue: aws.String("v")}), "ParameterValueInvalid: The message attribute 'attr1' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."},
		{"Publish", with(strings.Repeat("a", 257), good), "ParameterValueInvalid: The message attribute name "},
		{"Publish", with("a^b", good), "ParameterValueInvalid: The message attribute name "},
		{"Publish", with(".a", good), "ParameterValueInvalid: The message attribute name "},
		{"Publish", with("a.", good), "ParameterValueInvalid: The message attribute name "},
		{"Publish", with("a..b", good), "ParameterValueInvalid: The message attribute name "},
		{"PublishBatch", batch(entry("1"), entry("1")), "BatchEntryIdsNotDistinct: Two or more batch entries in the request have the same Id."},
		{"PublishBatch", batch(slices.Repeat([]types.PublishBatchRequestEntry{entry("1")}, 11)...), "TooManyEntriesInBatchRequest: The batch request contains more entries than permissible."},
		{"PublishBatch", batch(broken), "ValidationError: 1 validation error detected: Value null at 'publishBatchRequestEntries.1.member.messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null"},
		{"PublishBatch", &sns.PublishBatchInput{TopicArn: aws.String(*topic + "x"), PublishBatchRequestEntries: []types.PublishBatchRequestEntry{entry("1")}}, "NotFound: Topic does not exist"},
		{"Subscribe", subscribe("test-protocol", "x", nil), "InvalidParameter: Invalid parameter: Amazon SNS does not support this protocol string: test-protocol"},
		{"Subscribe", subscribe("sqs", "https://sqs/q", nil), "InvalidParameter: Invalid parameter: SQS endpoint ARN"},
		{"Subscribe", subscribe("sqs", queue+".fifo", nil), "InvalidParameter: Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"},
		{"Subscribe", subscribe("sqs", queue+"2", map[string]string{"RawMessageDelivery": "wrongvalue"}), "InvalidParameter: Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [wrongvalue]. Must be true or false."},
		{"GetSubscriptionAttributes", &sns.GetSubscriptionAttributesInput{SubscriptionArn: aws.String(*subscription + "x")}, "NotFound: Subscription does not exist"},
		{"SetSubscriptionAttributes", set("FakeAttribute", "x"), "InvalidParameter: Invalid parameter: AttributeName"},
		{"SetSubscriptionAttributes", set("RawMessageDelivery", ""), "InvalidParameter: Invalid parameter: RawMessageDelivery: Invalid value []. Must be true or false."},
		{"SetSubscriptionAttributes", set("RedrivePolicy", `{"deadLetterTargetArn":"fake"}`), "InvalidParameter: Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn"},
		{"SetSubscriptionAttributes", set("RedrivePolicy", `{invalidjson}`), "InvalidParameter: Invalid parameter: RedrivePolicy: " + unread},
		{"SetSubscriptionAttributes", set("FilterPolicy", `{invalidjson}`), "InvalidParameter: Invalid parameter: FilterPolicy: " + unread},
	} {
		_, err := d.try(c.operation, c.in)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", c.operation, err, c.want)
		}
	}
	if got := d.received(); len(got) != 0 {
		t.Errorf("delivered %v", got)
	}
	// Unsubscribing what is not there, and creating what is there alike, are no errors.
	did[sns.UnsubscribeOutput](d, "Unsubscribe", &sns.UnsubscribeInput{SubscriptionArn: aws.String(*subscription + "x")})
	if again := did[sns.CreateTopicOutput](d, "CreateTopic", &sns.CreateTopicInput{Name: aws.String("t")}).TopicArn; *again != *topic {
		t.Errorf("created again as %s", *again)
	}
}

func TestDescribesAsRecorded(t *testing.T) {
	d := newDesk(t)
	topic := d.topic()
	got := did[sns.GetTopicAttributesOutput](d, "GetTopicAttributes", &sns.GetTopicAttributesInput{TopicArn: topic}).Attributes
	if names := strings.Join(slices.Sorted(maps.Keys(got)), " "); names != "DisplayName EffectiveDeliveryPolicy Owner Policy SubscriptionsConfirmed SubscriptionsDeleted SubscriptionsPending TopicArn" {
		t.Errorf("a topic has %s", names)
	}
	arn := did[sns.SubscribeOutput](d, "Subscribe", &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:000000000000:q"),
		Attributes: map[string]string{"FilterPolicy": `{"attr1":["a"]}`}}).SubscriptionArn
	got = did[sns.GetSubscriptionAttributesOutput](d, "GetSubscriptionAttributes", &sns.GetSubscriptionAttributesInput{SubscriptionArn: arn}).Attributes
	if names := strings.Join(slices.Sorted(maps.Keys(got)), " "); names != "ConfirmationWasAuthenticated Endpoint FilterPolicy FilterPolicyScope Owner PendingConfirmation Protocol RawMessageDelivery SubscriptionArn SubscriptionPrincipal TopicArn" {
		t.Errorf("a subscription has %s", names)
	}
	got = did[sns.GetTopicAttributesOutput](d, "GetTopicAttributes", &sns.GetTopicAttributesInput{TopicArn: topic}).Attributes
	if got["SubscriptionsConfirmed"] != "1" {
		t.Errorf("a topic with a subscription counts %s", got["SubscriptionsConfirmed"])
	}
}

func TestDeliversABatch(t *testing.T) {
	d := newDesk(t)
	topic := d.topic()
	subscribe := func(queue string, attributes map[string]string) {
		did[sns.SubscribeOutput](d, "Subscribe", &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:000000000000:" + queue), Attributes: attributes})
	}
	subscribe("raw", map[string]string{"RawMessageDelivery": "true"})
	subscribe("whole", nil)
	out := did[sns.PublishBatchOutput](d, "PublishBatch", &sns.PublishBatchInput{TopicArn: topic, PublishBatchRequestEntries: []types.PublishBatchRequestEntry{
		{Id: aws.String("1"), Message: aws.String("<one>"), MessageAttributes: map[string]types.MessageAttributeValue{
			"number": {DataType: aws.String("Number"), StringValue: aws.String("19.12")}, "binary": {DataType: aws.String("Binary"), BinaryValue: []byte{2, 3, 4}}}},
		{Id: aws.String("2"), Message: aws.String("two"), Subject: aws.String("s")},
	}})
	if len(out.Successful) != 2 || *out.Successful[1].Id != "2" || *out.Successful[0].MessageId == *out.Successful[1].MessageId {
		t.Errorf("answered %+v", out.Successful)
	}
	bodies := map[string][]sent{}
	for _, s := range d.received() {
		bodies[s.queue[len("arn:aws:sqs:us-east-1:000000000000:"):]] = append(bodies[s.queue[len("arn:aws:sqs:us-east-1:000000000000:"):]], s)
	}
	if raw := bodies["raw"]; len(raw) != 2 || raw[0].body != "<one>" || len(raw[0].attributes) != 2 || raw[1].body != "two" || len(raw[1].attributes) != 0 {
		t.Errorf("raw: %+v", raw)
	}
	whole := bodies["whole"]
	if len(whole) != 2 {
		t.Fatalf("whole: %+v", whole)
	}
	var first, second map[string]any
	if json.Unmarshal([]byte(whole[0].body), &first) != nil || json.Unmarshal([]byte(whole[1].body), &second) != nil {
		t.Fatalf("whole: %+v", whole)
	}
	if names := strings.Join(slices.Sorted(maps.Keys(first)), " "); names != "Message MessageAttributes MessageId Signature SignatureVersion SigningCertURL Timestamp TopicArn Type UnsubscribeURL" {
		t.Errorf("a notification has %s", names)
	}
	if names := strings.Join(slices.Sorted(maps.Keys(second)), " "); names != "Message MessageId Signature SignatureVersion SigningCertURL Subject Timestamp TopicArn Type UnsubscribeURL" {
		t.Errorf("a notification with a subject has %s", names)
	}
	if binary := first["MessageAttributes"].(map[string]any)["binary"].(map[string]any); binary["Value"] != "AgME" || binary["Type"] != "Binary" {
		t.Errorf("binary attribute %v", binary)
	}
}

func TestAMessageThatCannotBeDeliveredGoesToTheDeadLetterQueue(t *testing.T) {
	d := newDesk(t)
	topic := d.topic()
	did[sns.SubscribeOutput](d, "Subscribe", &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:000000000000:gone"),
		Attributes: map[string]string{"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead"}`}})
	did[sns.PublishOutput](d, "Publish", &sns.PublishInput{TopicArn: topic, Message: aws.String("m")})
	got := d.received()
	if len(got) != 1 || !strings.HasSuffix(got[0].queue, ":dead") || !strings.Contains(got[0].body, `"Message":"m"`) {
		t.Errorf("the dead-letter queue got %+v", got)
	}
}

func TestListsAPageAtATime(t *testing.T) {
	d := newDesk(t)
	for i := range 130 {
		did[sns.CreateTopicOutput](d, "CreateTopic", &sns.CreateTopicInput{Name: aws.String(strings.Repeat("t", i+1))})
	}
	first := did[sns.ListTopicsOutput](d, "ListTopics", &sns.ListTopicsInput{})
	rest := did[sns.ListTopicsOutput](d, "ListTopics", &sns.ListTopicsInput{NextToken: first.NextToken})
	if len(first.Topics) != 100 || len(rest.Topics) != 30 || rest.NextToken != nil {
		t.Errorf("pages of %d and %d topics", len(first.Topics), len(rest.Topics))
	}
}

// test_publish_message_group_id, test_publish_sqs_verify_signature and
// test_topic_get_attributes_with_fifo_false
func TestQueuesAreToldTheGroupAndTheSignaturesVersionAsRecorded(t *testing.T) {
	d := newDesk(t)
	topic := did[sns.CreateTopicOutput](d, "CreateTopic", &sns.CreateTopicInput{Name: aws.String("s"), Attributes: map[string]string{"SignatureVersion": "2", "FifoTopic": "false"}}).TopicArn
	did[sns.SubscribeOutput](d, "Subscribe", &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:000000000000:q")})
	did[sns.PublishOutput](d, "Publish", &sns.PublishInput{TopicArn: topic, Message: aws.String("m"), MessageGroupId: aws.String("my-group-id-1")})
	did[sns.PublishBatchOutput](d, "PublishBatch", &sns.PublishBatchInput{TopicArn: topic, PublishBatchRequestEntries: []types.PublishBatchRequestEntry{
		{Id: aws.String("1"), Message: aws.String("m"), MessageGroupId: aws.String("my-group-id-1")}}})
	got := d.received()
	if len(got) != 2 {
		t.Fatalf("delivered %v", got)
	}
	for _, one := range got {
		if one.group != "my-group-id-1" || !strings.Contains(one.body, `"SignatureVersion":"2"`) {
			t.Errorf("delivered %+v", one)
		}
	}
	attributes := did[sns.GetTopicAttributesOutput](d, "GetTopicAttributes", &sns.GetTopicAttributesInput{TopicArn: topic}).Attributes
	if fifo, told := attributes["FifoTopic"]; told || attributes["SignatureVersion"] != "2" {
		t.Errorf("the topic is FIFO %q and signs by version %s", fifo, attributes["SignatureVersion"])
	}
}
