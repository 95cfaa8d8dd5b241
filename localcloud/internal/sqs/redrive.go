package sqs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// redrive is a RedrivePolicy: after so many receives a message goes to another
// queue.
type redrive struct {
	target string // the queue's ARN
	most   int    // receives
}

// parseRedrive reads a policy; maxReceiveCount may be a number or a text.
func parseRedrive(text string) (redrive, error) {
	var members map[string]any
	if json.Unmarshal([]byte(text), &members) != nil {
		return redrive{}, invalid(text, "RedrivePolicy", "Redrive policy is not a valid JSON map.")
	}
	for _, name := range []string{"deadLetterTargetArn", "maxReceiveCount"} {
		if members[name] == nil {
			return redrive{}, invalid(text, "RedrivePolicy", "Redrive policy does not contain mandatory attribute: "+name+".")
		}
	}
	count := fmt.Sprint(members["maxReceiveCount"])
	most, err := strconv.Atoi(count)
	if err != nil || most < 1 || most > 1000 {
		return redrive{}, invalid(text, "RedrivePolicy", "Invalid value for maxReceiveCount: "+count+", valid values are from 1 to 1000 both inclusive.")
	}
	return redrive{target: fmt.Sprint(members["deadLetterTargetArn"]), most: most}, nil
}

// checkRedrive refuses a policy whose dead-letter queue does not exist or does
// not take its messages. Call with the lock held.
func (s *Service) checkRedrive(source, text string) error {
	if text == "" {
		return nil
	}
	policy, err := parseRedrive(text)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(policy.target, "arn:") {
		return invalid(text, "RedrivePolicy", "Invalid value for deadLetterTargetArn.")
	}
	target, ok := s.queues[nameOf(&policy.target)]
	if !ok || !strings.HasPrefix(policy.target, s.Env.ARN("sqs", "")) {
		return invalid(text, "RedrivePolicy", "Dead letter target does not exist.")
	}
	if !target.takes(s.Env.ARN("sqs", source)) {
		return invalid(text, "RedrivePolicy", "The dead letter target does not allow this queue to use it.")
	}
	return nil
}

// redriveAllow is a RedriveAllowPolicy: which queues may use this one for their
// dead letters.
type redriveAllow struct {
	RedrivePermission string
	SourceQueueArns   []string
}

func parseRedriveAllow(text string) (redriveAllow, error) {
	var policy redriveAllow
	if json.Unmarshal([]byte(text), &policy) != nil {
		return policy, invalid(text, "RedriveAllowPolicy", "Amazon SQS can't create the redrive allow policy, as it's in an unsupported format.")
	}
	if !slices.Contains([]string{"allowAll", "denyAll", "byQueue"}, policy.RedrivePermission) {
		return policy, invalid(text, "RedriveAllowPolicy", "Amazon SQS can't create the redrive allow policy, as it's in an unsupported format.")
	}
	return policy, nil
}

// takes tells whether a dead-letter queue takes messages from a source.
func (q *queue) takes(source string) bool {
	given := q.attributes["RedriveAllowPolicy"]
	if given == "" {
		return true
	}
	policy, err := parseRedriveAllow(given)
	if err != nil {
		return false // checked when set: there is no error
	}
	switch policy.RedrivePermission {
	case "denyAll":
		return false
	case "byQueue":
		return slices.Contains(policy.SourceQueueArns, source)
	}
	return true
}

// bury moves a message that was received too often to the dead-letter queue,
// if there is one. The time it was sent stays, as for standard queues on AWS.
// Call with the lock held.
func (s *Service) bury(q *queue, m *message) bool {
	text := q.attributes["RedrivePolicy"]
	if text == "" {
		return false
	}
	policy, err := parseRedrive(text)
	if err != nil || m.received < policy.most {
		return false // checked when set: there is no error
	}
	target, ok := s.queues[nameOf(&policy.target)]
	source := s.Env.ARN("sqs", q.name)
	if !ok || target == q || !target.takes(source) {
		return false
	}
	if m.source == "" {
		m.source = source
	}
	m.received, m.receipt = 0, ""
	target.messages = append(target.messages, m)
	target.wake()
	return true
}
