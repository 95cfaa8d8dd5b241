package sns

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
)

// Limits of a message, in bytes with its attributes, and of a batch.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
// https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
const (
	maxMessage = 256 * 1024
	maxBatch   = 10
	maxSubject = 100 // characters
)

// errDeduplication refuses what only a FIFO topic takes; all topics here are
// standard ones.
var errDeduplication = invalid("MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type")

// target is the topic that a message is for.
func target(in *sns.PublishInput) string {
	if in.TopicArn != nil {
		return *in.TopicArn
	}
	return api.Deref(in.TargetArn)
}

// letter is a message ready for its subscribers.
type letter struct {
	Published
	forms      map[string]string // by protocol
	attributes map[string]types.MessageAttributeValue
	group      *string // for queues
	signature  string  // the version of the topic's
}

func (s *Service) publish(_ context.Context, _ api.Caller, in *sns.PublishInput) (*sns.PublishOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	arn := target(in)
	if strings.Contains(arn, ":endpoint/") {
		return nil, invalid("TargetArn Reason: No endpoint found for the target arn specified")
	}
	t, err := s.topic(&arn)
	if err != nil {
		return nil, err
	}
	if api.Deref(in.MessageDeduplicationId) != "" {
		return nil, errDeduplication
	}
	l, err := compose(in.Message, in.Subject, in.MessageStructure, in.MessageAttributes, "messageAttributes")
	if err != nil {
		return nil, err
	}
	l.group = in.MessageGroupId
	return &sns.PublishOutput{MessageId: &l.ID}, s.send(t, l)
}

func (s *Service) publishBatch(_ context.Context, _ api.Caller, in *sns.PublishBatchInput) (*sns.PublishBatchOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.topic(in.TopicArn)
	if err != nil {
		return nil, err
	}
	if err := checkBatch(in.PublishBatchRequestEntries); err != nil {
		return nil, err
	}
	letters := make([]*letter, len(in.PublishBatchRequestEntries))
	size := 0
	for i, e := range in.PublishBatchRequestEntries {
		if letters[i], err = compose(e.Message, e.Subject, e.MessageStructure, e.MessageAttributes,
			fmt.Sprintf("publishBatchRequestEntries.%d.member.messageAttributes", i+1)); err != nil {
			return nil, err
		}
		letters[i].group = e.MessageGroupId
		if size += sizeOf(api.Deref(e.Message), e.MessageAttributes); size > maxMessage {
			return nil, api.Errorf("BatchRequestTooLong", "The length of all the messages put together is more than the limit.")
		}
	}
	out := &sns.PublishBatchOutput{Successful: []types.PublishBatchResultEntry{}, Failed: []types.BatchResultErrorEntry{}}
	for i, l := range letters {
		if err := s.send(t, l); err != nil {
			return nil, err
		}
		out.Successful = append(out.Successful, types.PublishBatchResultEntry{Id: in.PublishBatchRequestEntries[i].Id, MessageId: &l.ID})
	}
	return out, nil
}

var batchID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`)

func checkBatch(entries []types.PublishBatchRequestEntry) error {
	if len(entries) == 0 {
		return api.Errorf("EmptyBatchRequest", "The batch request doesn't contain any entries.")
	}
	if len(entries) > maxBatch {
		return api.Errorf("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.")
	}
	seen := map[string]bool{}
	for _, e := range entries {
		id := api.Deref(e.Id)
		switch {
		case !batchID.MatchString(id):
			return api.Errorf("InvalidBatchEntryId", "The Id of a batch entry in a batch request doesn't abide by the specification.")
		case seen[id]:
			return api.Errorf("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")
		case api.Deref(e.MessageDeduplicationId) != "":
			return errDeduplication
		}
		seen[id] = true
	}
	return nil
}

// compose checks what was given and makes a message of it. The path is where the
// attributes are in the request.
func compose(message, subject, structure *string, attributes map[string]types.MessageAttributeValue, path string) (*letter, error) {
	switch {
	case api.Deref(message) == "":
		return nil, invalid("Empty message")
	case subject != nil && (*subject == "" || len([]rune(*subject)) > maxSubject):
		return nil, invalid("Subject")
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if err := checkMessageAttribute(name, attributes[name], path); err != nil {
			return nil, err
		}
	}
	if sizeOf(*message, attributes) > maxMessage {
		return nil, invalid("Message too long")
	}
	forms, err := messageForms(*message, structure)
	if err != nil {
		return nil, err
	}
	return &letter{Published: Published{ID: api.NewID(), Subject: api.Deref(subject), Message: forms["default"]}, forms: forms, attributes: attributes}, nil
}

func sizeOf(message string, attributes map[string]types.MessageAttributeValue) int {
	size := len(message)
	for name, value := range attributes {
		size += len(name) + len(api.Deref(value.DataType)) + len(api.Deref(value.StringValue)) + len(value.BinaryValue)
	}
	return size
}

// messageForms are the message by protocol, the default among them.
func messageForms(message string, structure *string) (map[string]string, error) {
	if api.Deref(structure) == "" {
		return map[string]string{"default": message}, nil
	}
	if *structure != "json" {
		return nil, invalid("MessageStructure")
	}
	var tree map[string]any
	if err := json.Unmarshal([]byte(message), &tree); err != nil {
		return nil, invalid("Message Structure - JSON message body failed to parse")
	}
	forms := map[string]string{}
	for protocol, value := range tree {
		// AWS passes over what is no text.
		if text, ok := value.(string); ok {
			forms[protocol] = text
		}
	}
	if _, ok := forms["default"]; !ok {
		return nil, invalid("Message Structure - No default entry in JSON message body")
	}
	return forms, nil
}

// send keeps a message and lets every subscriber have it whose filter it passes.
// Call with the lock held.
func (s *Service) send(t *topic, l *letter) error {
	t.published = append(t.published, l.Published)
	l.signature = cmp.Or(t.attributes["SignatureVersion"], firstSignature)
	for arn, subscription := range t.subscriptions {
		settings := t.settings[arn]
		wanted, err := parseFilter(settings["FilterPolicy"], settings["FilterPolicyScope"])
		if err != nil {
			return fmt.Errorf("filter policy of %s: %w", arn, err) // it was checked when it was set
		}
		if wanted.passes(l.form(api.Deref(subscription.Protocol)), l.attributes) {
			s.Clock.AfterFunc(0, func() { s.deliver(subscription, l, settings) })
		}
	}
	return nil
}
