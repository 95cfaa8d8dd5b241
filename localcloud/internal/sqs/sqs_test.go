package sqs

import (
	"encoding/json"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestAMessageIsHiddenFromItsReceiptUntilItIsDeletedOrItsTimeIsUp(t *testing.T) {
	w := newWorld(t)
	w.do("CreateQueue", `{"QueueName":"q","Attributes":{"VisibilityTimeout":"20"}}`)
	sent := w.do("SendMessage", `{"QueueUrl":"@q","MessageBody":"hello"}`)
	if sent["MD5OfMessageBody"] != "5d41402abc4b2a76b9719d911017c592" || sent["MessageId"] == "" {
		t.Errorf("sent %v", sent)
	}
	first := w.receive(`,"AttributeNames":["All"]`)
	if bodies(first) != "hello " || len(w.receive("")) != 0 {
		t.Fatalf("received %v, and it again at once", first)
	}
	system := first[0]["Attributes"].(map[string]any)
	if system["ApproximateReceiveCount"] != "1" || system["SentTimestamp"] != "1767225600000" || system["ApproximateFirstReceiveTimestamp"] != "1767225600000" {
		t.Errorf("attributes %v", system)
	}
	if visible, hidden := w.attribute("ApproximateNumberOfMessages"), w.attribute("ApproximateNumberOfMessagesNotVisible"); visible != "0" || hidden != "1" {
		t.Errorf("%v visible and %v in flight", visible, hidden)
	}
	w.clock.Advance(20 * time.Second)
	again := w.receive(`,"VisibilityTimeout":5,"MessageSystemAttributeNames":["ApproximateReceiveCount"]`)
	if len(again) != 1 || again[0]["Attributes"].(map[string]any)["ApproximateReceiveCount"] != "2" {
		t.Fatalf("received %v", again)
	}
	handle := func(m map[string]any) string { return `"ReceiptHandle":"` + m["ReceiptHandle"].(string) + `"` }
	w.do("DeleteMessage", `{"QueueUrl":"@q",`+handle(first[0])+`}`) // received again since: AWS answers well and keeps it
	w.do("ChangeMessageVisibility", `{"QueueUrl":"@q",`+handle(again[0])+`,"VisibilityTimeout":0}`)
	last := w.receive("")
	if len(last) != 1 {
		t.Fatal("a visibility timeout of 0 did not bring the message back")
	}
	w.do("DeleteMessage", `{"QueueUrl":"@q",`+handle(last[0])+`}`)
	w.do("DeleteMessage", `{"QueueUrl":"@q",`+handle(last[0])+`}`)
	w.clock.Advance(time.Minute)
	if left := w.receive(""); len(left) != 0 {
		t.Errorf("after its deletion there is %v", left)
	}
}

func TestDelayRetentionAndPurge(t *testing.T) {
	w := newWorld(t)
	w.do("CreateQueue", `{"QueueName":"q","Attributes":{"DelaySeconds":"10","MessageRetentionPeriod":"60"}}`)
	w.do("SendMessage", `{"QueueUrl":"@q","MessageBody":"a"}`)
	w.do("SendMessage", `{"QueueUrl":"@q","MessageBody":"b","DelaySeconds":0}`)
	if delayed := w.attribute("ApproximateNumberOfMessagesDelayed"); delayed != "1" {
		t.Errorf("%v delayed", delayed)
	}
	if got := bodies(w.receive(`,"MaxNumberOfMessages":10,"VisibilityTimeout":0`)); got != "b " {
		t.Errorf("received %q", got)
	}
	w.clock.Advance(10 * time.Second)
	if got := bodies(w.receive(`,"MaxNumberOfMessages":10,"VisibilityTimeout":0`)); got != "a b " {
		t.Errorf("received %q", got)
	}
	w.clock.Advance(50 * time.Second)
	if left := w.attribute("ApproximateNumberOfMessages"); left != "0" {
		t.Errorf("%v outlived their retention", left)
	}
	w.do("SendMessage", `{"QueueUrl":"@q","MessageBody":"c","DelaySeconds":0}`)
	w.do("PurgeQueue", `{"QueueUrl":"@q"}`)
	if left := w.attribute("ApproximateNumberOfMessages"); left != "0" {
		t.Errorf("%v outlived the purge", left)
	}
	if got := w.refused("PurgeQueue", `{"QueueUrl":"@q"}`); !strings.HasPrefix(got, "PurgeQueueInProgress|AWS.SimpleQueueService.PurgeQueueInProgress|") {
		t.Error(got)
	}
}

func TestAReceiverWaitsForAMessageByCloudTime(t *testing.T) {
	for name, c := range map[string]struct {
		send    string
		advance time.Duration
		want    string
	}{
		"nothing comes":    {"", 20 * time.Second, ""},
		"sent meanwhile":   {`{"QueueUrl":"@q","MessageBody":"x"}`, 0, "x "},
		"delayed":          {`{"QueueUrl":"@q","MessageBody":"x","DelaySeconds":5}`, 5 * time.Second, "x "},
		"delayed too long": {`{"QueueUrl":"@q","MessageBody":"x","DelaySeconds":30}`, 20 * time.Second, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.do("CreateQueue", `{"QueueName":"q","Attributes":{"ReceiveMessageWaitTimeSeconds":"20"}}`)
			got := make(chan string)
			go func() { got <- bodies(w.receive("")) }()
			w.awaitReceiver()
			if c.send != "" {
				w.do("SendMessage", c.send)
				if c.advance > 0 {
					w.awaitReceiver() // it looked and waits again
				}
			}
			w.clock.Advance(c.advance)
			if text := <-got; text != c.want {
				t.Errorf("received %q", text)
			}
		})
	}
}

// awaitReceiver returns when somebody waits for a message of queue q.
func (w *world) awaitReceiver() {
	for waiting := false; !waiting; runtime.Gosched() {
		w.service.mu.Lock()
		waiting = len(w.service.queues["q"].waiting) > 0
		w.service.mu.Unlock()
	}
}

func TestAMessageReceivedTooOftenGoesToTheDeadLetterQueue(t *testing.T) {
	w := newWorld(t)
	w.do("CreateQueue", `{"QueueName":"dead"}`)
	w.do("CreateQueue", `{"QueueName":"q","Attributes":{"VisibilityTimeout":"0","RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:dead\",\"maxReceiveCount\":\"2\"}"}}`)
	w.do("SendMessage", `{"QueueUrl":"@q","MessageBody":"x"}`)
	for range 2 {
		if got := bodies(w.receive("")); got != "x " {
			t.Fatalf("received %q", got)
		}
	}
	if got := w.receive(""); len(got) != 0 {
		t.Fatalf("received %v a third time", got)
	}
	dead := w.do("ReceiveMessage", `{"QueueUrl":"@dead","AttributeNames":["All"]}`)["Messages"].([]any)[0].(map[string]any)
	system := dead["Attributes"].(map[string]any)
	if dead["Body"] != "x" || system["DeadLetterQueueSourceArn"] != "arn:aws:sqs:us-east-1:000000000000:q" || system["ApproximateReceiveCount"] != "1" {
		t.Errorf("dead letter %v", dead)
	}
}

func TestBatches(t *testing.T) {
	w := newWorld(t)
	w.do("CreateQueue", `{"QueueName":"q"}`)
	sent := w.do("SendMessageBatch", `{"QueueUrl":"@q","Entries":[{"Id":"1","MessageBody":"a"},{"Id":"2","MessageBody":""},{"Id":"3","MessageBody":"c"}]}`)
	failed := sent["Failed"].([]any)[0].(map[string]any)
	if len(sent["Successful"].([]any)) != 2 || failed["Id"] != "2" || failed["Code"] != "MissingParameter" || failed["SenderFault"] != true {
		t.Errorf("sent %v", sent)
	}
	received := w.receive(`,"MaxNumberOfMessages":10`)
	entry := func(id string, m map[string]any, more string) string {
		return `{"Id":"` + id + `","ReceiptHandle":"` + m["ReceiptHandle"].(string) + `"` + more + `}`
	}
	changed := w.do("ChangeMessageVisibilityBatch", `{"QueueUrl":"@q","Entries":[`+entry("a", received[0], `,"VisibilityTimeout":0`)+`,{"Id":"b","ReceiptHandle":"zzz","VisibilityTimeout":0}]}`)
	if len(changed["Successful"].([]any)) != 1 || changed["Failed"].([]any)[0].(map[string]any)["Code"] != "ReceiptHandleIsInvalid" {
		t.Errorf("changed %v", changed)
	}
	deleted := w.do("DeleteMessageBatch", `{"QueueUrl":"@q","Entries":[`+entry("a", received[0], "")+`,`+entry("b", received[1], "")+`]}`)
	if len(deleted["Successful"].([]any)) != 2 || deleted["Failed"] != nil {
		t.Errorf("deleted %v", deleted)
	}
	if left := w.attribute("ApproximateNumberOfMessages"); left != "0" {
		t.Errorf("%v left", left)
	}
}

func TestAttributesOfMessages(t *testing.T) {
	w := newWorld(t)
	w.do("CreateQueue", `{"QueueName":"q"}`)
	sent := w.do("SendMessage", `{"QueueUrl":"@q","MessageBody":"x","MessageAttributes":{"a.one":{"DataType":"String","StringValue":"1"},"b":{"DataType":"Binary","BinaryValue":"AQI="}}}`)
	// Reckoned apart from this package, by the documented rule.
	if got := sent["MD5OfMessageAttributes"]; got != "9f5cf943dd66b03b0be2c5f259406c85" {
		t.Errorf("digest %v", got)
	}
	for names, want := range map[string]int{`[]`: 0, `["All"]`: 2, `["a.*"]`: 1, `["a*"]`: 1, `[".*"]`: 2, `["b"]`: 1, `["c"]`: 0} {
		message := w.receive(`,"VisibilityTimeout":0,"MessageAttributeNames":` + names)[0]
		if got, _ := message["MessageAttributes"].(map[string]any); len(got) != want {
			t.Errorf("%s answered %v", names, got)
		}
	}
}

func TestAttributesOfQueues(t *testing.T) {
	w := newWorld(t)
	w.do("CreateQueue", `{"QueueName":"q","Attributes":{"DelaySeconds":"3"},"tags":{"a":"1"}}`)
	all := w.do("GetQueueAttributes", `{"QueueUrl":"@q","AttributeNames":["All"]}`)["Attributes"].(map[string]any)
	for name, want := range map[string]string{"DelaySeconds": "3", "VisibilityTimeout": "30", "MessageRetentionPeriod": "345600", "MaximumMessageSize": "1048576",
		"ReceiveMessageWaitTimeSeconds": "0", "SqsManagedSseEnabled": "true", "QueueArn": "arn:aws:sqs:us-east-1:000000000000:q",
		"CreatedTimestamp": "1767225600", "LastModifiedTimestamp": "1767225600", "ApproximateNumberOfMessages": "0"} {
		if all[name] != want {
			t.Errorf("%s is %v, want %s", name, all[name], want)
		}
	}
	w.clock.Advance(time.Minute)
	w.do("SetQueueAttributes", `{"QueueUrl":"@q","Attributes":{"VisibilityTimeout":"7","Policy":"{}"}}`)
	if w.attribute("VisibilityTimeout") != "7" || w.attribute("Policy") != "{}" || w.attribute("LastModifiedTimestamp") != "1767225660" {
		t.Error("the attributes were not set")
	}
	w.do("SetQueueAttributes", `{"QueueUrl":"@q","Attributes":{"Policy":""}}`)
	if got := w.attribute("Policy"); got != nil {
		t.Errorf("the policy is still %v", got)
	}
	w.do("CreateQueue", `{"QueueName":"q","Attributes":{"DelaySeconds":"3","VisibilityTimeout":"7"}}`) // as it is: no error
	w.do("TagQueue", `{"QueueUrl":"@q","Tags":{"b":"2","c":"3"}}`)
	w.do("UntagQueue", `{"QueueUrl":"@q","TagKeys":["a","c"]}`)
	if tags, err := json.Marshal(w.do("ListQueueTags", `{"QueueUrl":"@q"}`)); err != nil || string(tags) != `{"Tags":{"b":"2"}}` {
		t.Errorf("tags %s, %v", tags, err)
	}
	for _, name := range []string{"q1", "q2", "other"} {
		w.do("CreateQueue", `{"QueueName":"`+name+`"}`)
	}
	page := w.do("ListQueues", `{"QueueNamePrefix":"q","MaxResults":2}`)
	rest := w.do("ListQueues", `{"QueueNamePrefix":"q","MaxResults":2,"NextToken":"`+page["NextToken"].(string)+`"}`)
	if urls := append(page["QueueUrls"].([]any), rest["QueueUrls"].([]any)...); len(urls) != 3 || rest["NextToken"] != nil || urls[2] != w.url+"/"+account+"/q2" {
		t.Errorf("listed %v then %v", page, rest)
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t)
	w.do("CreateQueue", `{"QueueName":"q"}`)
	w.do("CreateQueue", `{"QueueName":"shut","Attributes":{"RedriveAllowPolicy":"{\"redrivePermission\":\"denyAll\"}"}}`)
	w.do("CreateQueue", `{"QueueName":"gone"}`)
	w.do("DeleteQueue", `{"QueueUrl":"@gone"}`)
	redrive := func(policy string) string {
		text, err := json.Marshal(policy)
		if err != nil {
			t.Fatal(err)
		}
		return `{"QueueUrl":"@q","Attributes":{"RedrivePolicy":` + string(text) + `}}`
	}
	const dead = `"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:`
	for _, c := range []struct{ operation, body, want string }{
		{"SendMessage", `{"QueueUrl":"@none","MessageBody":"x"}`, "QueueDoesNotExist|AWS.SimpleQueueService.NonExistentQueue|The specified queue does not exist."},
		{"GetQueueUrl", `{"QueueName":"none"}`, "QueueDoesNotExist|AWS.SimpleQueueService.NonExistentQueue|The specified queue does not exist."},
		{"SendMessage", `{"QueueUrl":"@q"}`, "MissingRequiredParameterException|MissingParameter|The request must contain the parameter MessageBody."},
		{"SendMessage", `{"QueueUrl":"@q","MessageBody":"\u0001"}`, "InvalidMessageContents|InvalidMessageContents|Invalid characters found."},
		{"SendMessage", `{"QueueUrl":"@q","MessageBody":"` + strings.Repeat("x", largest+1) + `"}`, "InvalidParameterValueException|InvalidParameterValue|One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."},
		{"SendMessage", `{"QueueUrl":"@q","MessageBody":"x","DelaySeconds":901}`, "InvalidParameterValueException|InvalidParameterValue|Value 901 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."},
		{"SendMessage", `{"QueueUrl":"@q","MessageBody":"x","MessageAttributes":{"a":{"DataType":"Odd","StringValue":"1"}}}`, "InvalidParameterValueException|InvalidParameterValue|The message attribute 'a' has an invalid message attribute type"},
		{"SendMessage", `{"QueueUrl":"@q","MessageBody":"x","MessageSystemAttributes":{"AWSTraceHeader":{"DataType":"String","StringValue":"1"}}}`, "NotImplemented|NotImplemented|SendMessage: the local cloud does not support MessageSystemAttributes"},
		{"ReceiveMessage", `{"QueueUrl":"@q","MaxNumberOfMessages":11}`, "InvalidParameterValueException|InvalidParameterValue|Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."},
		{"ReceiveMessage", `{"QueueUrl":"@q","WaitTimeSeconds":21}`, "InvalidParameterValueException|InvalidParameterValue|Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."},
		{"ReceiveMessage", `{"QueueUrl":"@q","AttributeNames":["Odd"]}`, "InvalidAttributeName|InvalidAttributeName|Unknown Attribute Odd."},
		{"DeleteMessage", `{"QueueUrl":"@q","ReceiptHandle":"zzz"}`, `ReceiptHandleIsInvalid|ReceiptHandleIsInvalid|The input receipt handle "zzz" is not a valid receipt handle.`},
		{"CreateQueue", `{"QueueName":"q","Attributes":{"DelaySeconds":"1"}}`, "QueueNameExists|QueueAlreadyExists|A queue already exists with the same name and a different value for attribute DelaySeconds"},
		{"CreateQueue", `{"QueueName":"gone"}`, "QueueDeletedRecently|AWS.SimpleQueueService.QueueDeletedRecently|You must wait 60 seconds"},
		{"CreateQueue", `{"QueueName":"a b"}`, "InvalidParameterValueException|InvalidParameterValue|Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"},
		{"CreateQueue", `{"QueueName":"a.fifo","Attributes":{"FifoQueue":"true"}}`, "NotImplemented|NotImplemented|the local cloud does not support FIFO queues"},
		{"SetQueueAttributes", `{"QueueUrl":"@q","Attributes":{"VisibilityTimeout":"43201"}}`, "InvalidAttributeValue|InvalidAttributeValue|Invalid value for the parameter VisibilityTimeout."},
		{"SetQueueAttributes", `{"QueueUrl":"@q","Attributes":{"Odd":"1"}}`, "InvalidAttributeName|InvalidAttributeName|Unknown Attribute Odd."},
		{"SetQueueAttributes", redrive(`{` + dead + `none","maxReceiveCount":1}`), "InvalidParameterValueException|InvalidParameterValue|Value {" + dead + `none","maxReceiveCount":1} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`},
		{"SetQueueAttributes", redrive(`{` + dead + `shut","maxReceiveCount":1}`), "InvalidParameterValueException|InvalidParameterValue|Value {" + dead + `shut","maxReceiveCount":1} for parameter RedrivePolicy is invalid.`},
		{"SetQueueAttributes", redrive(`{"maxReceiveCount":1}`), `InvalidParameterValueException|InvalidParameterValue|Value {"maxReceiveCount":1} for parameter RedrivePolicy is invalid. Reason: Redrive policy does not contain mandatory attribute: deadLetterTargetArn.`},
		{"SetQueueAttributes", redrive(`x`), "InvalidParameterValueException|InvalidParameterValue|Value x for parameter RedrivePolicy is invalid. Reason: Redrive policy is not a valid JSON map."},
		{"SendMessageBatch", `{"QueueUrl":"@q","Entries":[]}`, "EmptyBatchRequest|AWS.SimpleQueueService.EmptyBatchRequest|There should be at least one SendMessageBatchRequestEntry in the request."},
		{"SendMessageBatch", `{"QueueUrl":"@q","Entries":[{"Id":"1","MessageBody":"x"},{"Id":"1","MessageBody":"x"}]}`, "BatchEntryIdsNotDistinct|AWS.SimpleQueueService.BatchEntryIdsNotDistinct|Id 1 repeated."},
		{"SendMessageBatch", `{"QueueUrl":"@q","Entries":[{"Id":"a b","MessageBody":"x"}]}`, "InvalidBatchEntryId|AWS.SimpleQueueService.InvalidBatchEntryId|A batch entry id"},
		{"DeleteMessageBatch", `{"QueueUrl":"@q","Entries":[` + strings.Repeat(`{"Id":"1"},`, 10) + `{"Id":"1"}]}`, "TooManyEntriesInBatchRequest|AWS.SimpleQueueService.TooManyEntriesInBatchRequest|Maximum number of entries per request are 10. You have sent 11."},
	} {
		if got := w.refused(c.operation, c.body); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %.80s:\n  %.300s\nwant\n  %s", c.operation, c.body, got, c.want)
		}
	}
	w.clock.Advance(time.Minute)
	w.do("CreateQueue", `{"QueueName":"gone"}`)
}

func TestTheQueryProtocol(t *testing.T) {
	w := newWorld(t)
	call := func(pairs ...string) string {
		t.Helper()
		form := url.Values{"Version": {"2012-11-05"}}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		status, text := w.query(form)
		if status != 200 {
			t.Fatalf("%v: %d %s", pairs, status, text)
		}
		return text
	}
	wants := func(text string, parts ...string) {
		t.Helper()
		for _, part := range parts {
			if !strings.Contains(text, w.fill(part)) {
				t.Errorf("%s\nlacks %s", text, part)
			}
		}
	}
	wants(call("Action", "CreateQueue", "QueueName", "q", "Attribute.1.Name", "DelaySeconds", "Attribute.1.Value", "0", "Tag.1.Key", "a", "Tag.1.Value", "1"),
		"<CreateQueueResponse", "<QueueUrl>@q</QueueUrl>")
	call("Action", "SendMessage", "QueueUrl", "@q", "MessageBody", "<hello>", "MessageAttribute.1.Name", "k", "MessageAttribute.1.Value.DataType", "String", "MessageAttribute.1.Value.StringValue", "v")
	wants(call("Action", "ReceiveMessage", "QueueUrl", "@q", "AttributeName.1", "ApproximateReceiveCount", "MessageAttributeName.1", "All"),
		"<ReceiveMessageResult><Message>", "<Body>&lt;hello&gt;</Body>", "<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>",
		"<MessageAttribute><Name>k</Name><Value><DataType>String</DataType><StringValue>v</StringValue></Value></MessageAttribute>")
	wants(call("Action", "SendMessageBatch", "QueueUrl", "@q", "SendMessageBatchRequestEntry.1.Id", "x", "SendMessageBatchRequestEntry.1.MessageBody", "b"),
		"<SendMessageBatchResultEntry><Id>x</Id><MD5OfMessageBody>")
	wants(call("Action", "GetQueueAttributes", "QueueUrl", "@q", "AttributeName.1", "QueueArn"),
		"<GetQueueAttributesResult><Attribute><Name>QueueArn</Name><Value>arn:aws:sqs:us-east-1:000000000000:q</Value></Attribute></GetQueueAttributesResult>")
	wants(call("Action", "ListQueueTags", "QueueUrl", "@q"), "<Tag><Key>a</Key><Value>1</Value></Tag>")
	call("Action", "UntagQueue", "QueueUrl", "@q", "TagKey.1", "a")
	wants(call("Action", "ListQueueTags", "QueueUrl", "@q"), "<ListQueueTagsResult></ListQueueTagsResult>")
	wants(call("Action", "ListQueues"), "<ListQueuesResult><QueueUrl>@q</QueueUrl></ListQueuesResult>")
	status, text := w.query(url.Values{"Action": {"SendMessage"}, "QueueUrl": {"@none"}, "MessageBody": {"x"}})
	if status != 400 {
		t.Errorf("status %d", status)
	}
	wants(text, "<Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>The specified queue does not exist for this wsdl version.</Message>")
}
