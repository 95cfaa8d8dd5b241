package lambda

import (
	"bytes"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

// Message is a message of a queue, as a function sees it.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
type Message struct {
	MessageID              string                      `json:"messageId"`
	Receipt                string                      `json:"receiptHandle"`
	Body                   string                      `json:"body"`
	Attributes             map[string]string           `json:"attributes"`
	MessageAttributes      map[string]MessageAttribute `json:"messageAttributes"`
	MD5OfBody              string                      `json:"md5OfBody"`
	MD5OfMessageAttributes string                      `json:"md5OfMessageAttributes,omitempty"`
}

// MessageAttribute is an attribute that a sender gave a message. BinaryValue is
// in base64.
type MessageAttribute struct {
	StringValue      *string  `json:"stringValue,omitempty"`
	BinaryValue      []byte   `json:"binaryValue,omitempty"`
	StringListValues []string `json:"stringListValues"`
	BinaryListValues [][]byte `json:"binaryListValues"`
	DataType         string   `json:"dataType"`
}

// record is a message with where it comes from.
type record struct {
	Message
	EventSource    string `json:"eventSource"`
	EventSourceARN string `json:"eventSourceARN"`
	AWSRegion      string `json:"awsRegion"`
}

// eventOf makes an event of the first messages, as many as fit, one at least;
// it tells how many.
func (s *Service) eventOf(config types.EventSourceMappingConfiguration, messages []Message) (payload []byte, taken int) {
	var event bytes.Buffer
	event.WriteString(`{"Records":[`)
	for _, message := range messages {
		if message.Attributes == nil {
			message.Attributes = map[string]string{}
		}
		if message.MessageAttributes == nil {
			message.MessageAttributes = map[string]MessageAttribute{}
		}
		text, err := json.Marshal(record{message, "aws:sqs", *config.EventSourceArn, s.Env.Region})
		if err != nil {
			s.Log.Error("a message cannot be written as JSON", "message", message.MessageID, "error", err.Error())
			text = []byte("null")
		}
		if taken > 0 {
			if event.Len()+len(text)+len(",]}") > maxPayload {
				break
			}
			event.WriteByte(',')
		}
		event.Write(text)
		taken++
	}
	event.WriteString("]}")
	return event.Bytes(), taken
}

// succeeded are the messages of a batch that a function which reports its
// failures has not named. An answer that names what is not in the batch, or
// that cannot be read, fails the whole batch.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
func succeeded(batch []Message, answer []byte) []Message {
	var report *struct {
		Failures []map[string]*string `json:"batchItemFailures"`
	}
	if len(bytes.TrimSpace(answer)) == 0 {
		return batch
	}
	if err := json.Unmarshal(answer, &report); err != nil {
		return nil
	}
	if report == nil {
		return batch
	}
	inBatch, failed := map[string]bool{}, map[string]bool{}
	for _, message := range batch {
		inBatch[message.MessageID] = true
	}
	for _, failure := range report.Failures {
		id := api.Deref(failure["itemIdentifier"])
		if !inBatch[id] {
			return nil
		}
		failed[id] = true
	}
	var done []Message
	for _, message := range batch {
		if !failed[message.MessageID] {
			done = append(done, message)
		}
	}
	return done
}
