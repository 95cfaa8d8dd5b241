package sqs

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"weir/localcloud/internal/api"
)

// numbers are the attributes that are whole numbers, with what they are when
// nobody sets them. Times are in seconds, sizes in bytes.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
var numbers = map[string]struct {
	low, high int
	standard  string
}{
	"DelaySeconds":                  {0, 900, "0"},
	"KmsDataKeyReusePeriodSeconds":  {60, 86400, ""},
	"MaximumMessageSize":            {1024, largest, strconv.Itoa(largest)},
	"MessageRetentionPeriod":        {60, 1209600, "345600"},
	"ReceiveMessageWaitTimeSeconds": {0, 20, "0"},
	"VisibilityTimeout":             {0, longestHidden, "30"},
}

const (
	largest       = 1 << 20 // bytes of a message, and of a batch
	longestHidden = 43200   // seconds
)

// texts are the other attributes.
var texts = []string{"KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled"}

// readable are attributes that cannot be set.
var readable = []string{
	"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible",
	"CreatedTimestamp", "LastModifiedTimestamp", "QueueArn",
}

// fifo are the attributes of FIFO queues.
var fifo = []string{"ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit"}

func noFIFO() error {
	return api.StatusErrorf(501, "NotImplemented", "the local cloud does not support FIFO queues")
}

// checkAttributes refuses attributes for a queue that do not exist and values
// that cannot be. Call with the lock held.
func (s *Service) checkAttributes(queue string, attributes map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := attributes[name]
		number, isNumber := numbers[name]
		isText := slices.Contains(texts, name)
		switch {
		case slices.Contains(fifo, name):
			if name != "FifoQueue" || value != "false" {
				return noFIFO()
			}
		case isNumber:
			if n, err := strconv.Atoi(value); err != nil || n < number.low || n > number.high {
				return failure("InvalidAttributeValue", "Invalid value for the parameter %s.", name)
			}
		case !isText:
			return unknown(name)
		case name == "SqsManagedSseEnabled" && value != "true" && value != "false",
			name == "Policy" && value != "" && !json.Valid([]byte(value)):
			return failure("InvalidAttributeValue", "Invalid value for the parameter %s.", name)
		}
	}
	if attributes["KmsMasterKeyId"] != "" && attributes["SqsManagedSseEnabled"] == "true" {
		return failure("InvalidAttributeName", "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.")
	}
	if text := attributes["RedriveAllowPolicy"]; text != "" {
		if _, err := parseRedriveAllow(text); err != nil {
			return err
		}
	}
	return s.checkRedrive(queue, attributes["RedrivePolicy"])
}

// set takes checked attributes; an empty text is none.
func (q *queue) set(attributes map[string]string) {
	for name, value := range attributes {
		if value == "" || name == "FifoQueue" {
			delete(q.attributes, name)
			continue
		}
		q.attributes[name] = value
	}
}

// attribute is a settable attribute's value.
func (q *queue) attribute(name string) string {
	if value, ok := q.attributes[name]; ok {
		return value
	}
	switch name {
	case "FifoQueue":
		return "false"
	case "SqsManagedSseEnabled":
		return strconv.FormatBool(q.attributes["KmsMasterKeyId"] == "")
	}
	return numbers[name].standard
}

// number is a number attribute's value.
func (q *queue) number(name string) int {
	n, err := strconv.Atoi(q.attribute(name))
	if err != nil {
		return 0 // checked when set; KmsDataKeyReusePeriodSeconds may be absent
	}
	return n
}

func (q *queue) seconds(name string) time.Duration {
	return time.Duration(q.number(name)) * time.Second
}

// all are the attributes that have a value.
func (s *Service) all(q *queue) map[string]string {
	visible, delayed, inFlight := q.count(s.Clock.Now())
	values := map[string]string{
		"ApproximateNumberOfMessages":           strconv.Itoa(visible),
		"ApproximateNumberOfMessagesDelayed":    strconv.Itoa(delayed),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(inFlight),
		"CreatedTimestamp":                      strconv.FormatInt(q.created.Unix(), 10),
		"LastModifiedTimestamp":                 strconv.FormatInt(q.modified.Unix(), 10),
		"QueueArn":                              s.Env.ARN("sqs", q.name),
		"SqsManagedSseEnabled":                  q.attribute("SqsManagedSseEnabled"),
	}
	for name, number := range numbers {
		if number.standard != "" {
			values[name] = number.standard
		}
	}
	maps.Copy(values, q.attributes)
	return values
}

func (s *Service) getAttributes(_ context.Context, _ api.Caller, in *AttributesInput) (*Attributes, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	values := s.all(q)
	if slices.Contains(in.AttributeNames, "All") {
		return &Attributes{Attributes: values}, nil
	}
	out := &Attributes{}
	for _, name := range in.AttributeNames {
		_, isNumber := numbers[name]
		if !isNumber && !slices.Contains(texts, name) && !slices.Contains(readable, name) && !slices.Contains(fifo, name) {
			return nil, unknown(name)
		}
		if value, ok := values[name]; ok {
			if out.Attributes == nil {
				out.Attributes = map[string]string{}
			}
			out.Attributes[name] = value
		}
	}
	return out, nil
}

func (s *Service) setAttributes(_ context.Context, _ api.Caller, in *SetAttributesInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	for _, name := range fifo {
		if _, given := in.Attributes[name]; given {
			return nil, unknown(name) // a standard queue stays one
		}
	}
	if err := s.checkAttributes(q.name, in.Attributes); err != nil {
		return nil, err
	}
	q.set(in.Attributes)
	q.modified = s.Clock.Now()
	return nil, nil
}
