package sns

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
)

// notification is a message as a queue gets it. The signature is not one: the
// local cloud has no certificate.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
type notification struct {
	Type, MessageId, TopicArn   string
	Subject                     string `json:",omitempty"`
	Message, Timestamp          string
	SignatureVersion, Signature string
	SigningCertURL              string
	UnsubscribeURL              string
	MessageAttributes           map[string]attribute `json:",omitempty"`
}

type attribute struct{ Type, Value string }

// firstSignature is the version of signatures where a topic says no other.
// Functions are told of no other at all.
const firstSignature = "1"

// record is a message as a function gets it: it spells two members another way,
// and has all of them always.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
func (n notification) record(subscription string) map[string]any {
	var subject any
	if n.Subject != "" {
		subject = n.Subject
	}
	attributes := n.MessageAttributes
	if attributes == nil {
		attributes = map[string]attribute{}
	}
	return map[string]any{"EventVersion": "1.0", "EventSource": "aws:sns", "EventSubscriptionArn": subscription, "Sns": map[string]any{
		"Type": n.Type, "MessageId": n.MessageId, "TopicArn": n.TopicArn, "Subject": subject, "Message": n.Message, "Timestamp": n.Timestamp,
		"SignatureVersion": firstSignature, "Signature": n.Signature, "SigningCertUrl": n.SigningCertURL, "UnsubscribeUrl": n.UnsubscribeURL,
		"MessageAttributes": attributes,
	}}
}

func (s *Service) notification(to types.Subscription, l *letter) notification {
	endpoint := fmt.Sprintf("https://sns.%s.amazonaws.com/", s.Env.Region)
	n := notification{Type: "Notification", MessageId: l.ID, TopicArn: api.Deref(to.TopicArn), Subject: l.Subject, Message: l.form(api.Deref(to.Protocol)),
		Timestamp: s.Clock.Now().UTC().Format("2006-01-02T15:04:05.000Z"), SignatureVersion: l.signature, Signature: "EXAMPLE",
		SigningCertURL: endpoint + "SimpleNotificationService-EXAMPLE.pem",
		UnsubscribeURL: endpoint + "?Action=Unsubscribe&SubscriptionArn=" + api.Deref(to.SubscriptionArn)}
	if len(l.attributes) > 0 {
		n.MessageAttributes = map[string]attribute{}
	}
	for name, value := range l.attributes {
		text := api.Deref(value.StringValue)
		if value.BinaryValue != nil {
			text = base64.StdEncoding.EncodeToString(value.BinaryValue)
		}
		n.MessageAttributes[name] = attribute{Type: api.Deref(value.DataType), Value: text}
	}
	return n
}

// form is the message for a protocol.
func (l *letter) form(protocol string) string {
	if form, ok := l.forms[protocol]; ok {
		return form
	}
	return l.Message
}

// deliver hands one message to one subscriber, or else to the dead-letter queue
// of the subscription.
func (s *Service) deliver(to types.Subscription, l *letter, settings map[string]string) {
	caller := api.ServiceCaller("sns.amazonaws.com", api.Deref(to.TopicArn))
	n := s.notification(to, l)
	var err error
	switch api.Deref(to.Protocol) {
	case "lambda":
		event := map[string]any{"Records": []any{n.record(api.Deref(to.SubscriptionArn))}}
		_, err = s.Bus.Call(context.Background(), caller, "lambda", "Invoke", &lambda.InvokeInput{
			FunctionName: to.Endpoint, InvocationType: lambdatypes.InvocationTypeEvent, Payload: []byte(text(event))})
	case "sqs":
		err = s.post(caller, api.Deref(to.Endpoint), n, l, settings)
	}
	if err == nil {
		return
	}
	s.Log.Warn("notification not delivered", "subscription", api.Deref(to.SubscriptionArn), "error", err.Error())
	if queue := deadLetterQueue(settings["RedrivePolicy"]); queue != "" {
		if err := s.post(caller, queue, n, l, settings); err != nil {
			s.Log.Error("notification lost: the dead-letter queue refused it", "queue", queue, "error", err.Error())
		}
	}
}

// post puts a message into a queue: as a notification or, raw, as it was
// published with its attributes.
// https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
func (s *Service) post(caller api.Caller, queue string, n notification, l *letter, settings map[string]string) error {
	if settings["RawMessageDelivery"] == "true" {
		return s.Enqueue(context.Background(), caller, queue, Mail{Body: n.Message, Attributes: l.attributes, GroupID: l.group})
	}
	return s.Enqueue(context.Background(), caller, queue, Mail{Body: text(n), GroupID: l.group})
}

// text is JSON with <, > and & as they are.
func text(v any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil {
		return "{}" // texts and maps of texts always encode
	}
	return strings.TrimSuffix(b.String(), "\n")
}
