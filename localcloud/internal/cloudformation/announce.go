package cloudformation

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/localcloud/internal/api"
)

// announce puts a stack status change on the default event bus.
func (s *Service) announce(st *stack, status types.StackStatus, reason string) {
	s.publish(st, "CloudFormation Stack Status Change", map[string]any{
		"stack-id":       st.id,
		"status-details": map[string]string{"status": string(status), "status-reason": reason},
	})
}

// announceResource puts a resource status change on the default event bus.
func (s *Service) announceResource(st *stack, m *made, status types.ResourceStatus, reason string) {
	s.publish(st, "CloudFormation Resource Status Change", map[string]any{
		"stack-id":             st.id,
		"logical-resource-id":  m.logicalID,
		"physical-resource-id": m.physical,
		"resource-type":        m.kind,
		"status-details":       map[string]string{"status": string(status), "status-reason": reason},
	})
}

// publish puts an event on the bus, where one is there to take it. A lost event
// fails no stack.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-event-detail-schema.html
func (s *Service) publish(st *stack, detailType string, detail map[string]any) {
	if _, ok := s.bus.Service("events"); !ok {
		return
	}
	detail["client-request-token"] = aws.ToString(st.clientToken)
	encoded, err := json.Marshal(detail)
	if err != nil {
		s.log.Error("stack event", "stack", st.name, "error", err)
		return
	}
	_, err = s.bus.Call(s.work, api.ServiceCaller("cloudformation.amazonaws.com", st.id), "events", "PutEvents",
		&eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{{
			Source: aws.String("aws.cloudformation"), DetailType: aws.String(detailType),
			Detail: aws.String(string(encoded)), Resources: []string{st.id}, Time: aws.Time(s.clock.Now()),
		}}})
	if err != nil {
		s.log.Warn("stack event not delivered", "stack", st.name, "type", detailType, "error", err)
	}
}
