package cloudformation

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/local/api"
)

// announce puts a stack status change on the default event bus, where one is
// there to take it. A lost event fails no stack.
func (s *Service) announce(st *stack, status types.StackStatus, reason string) {
	if _, ok := s.bus.Service("events"); !ok {
		return
	}
	detail, err := json.Marshal(map[string]any{
		"stack-id":             st.id,
		"status-details":       map[string]string{"status": string(status), "status-reason": reason},
		"client-request-token": aws.ToString(st.clientToken),
	})
	if err != nil {
		s.log.Error("stack event", "stack", st.name, "error", err)
		return
	}
	_, err = s.bus.Call(s.work, api.ServiceCaller("cloudformation.amazonaws.com", st.id), "events", "PutEvents",
		&eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{{
			Source: aws.String("aws.cloudformation"), DetailType: aws.String("CloudFormation Stack Status Change"),
			Detail: aws.String(string(detail)), Resources: []string{st.id}, Time: aws.Time(s.clock.Now()),
		}}})
	if err != nil {
		s.log.Warn("stack event not delivered", "stack", st.name, "status", status, "error", err)
	}
}
