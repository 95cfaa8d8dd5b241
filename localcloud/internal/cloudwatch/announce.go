package cloudwatch

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"weir/localcloud/internal/api"
)

// announce puts what became of an alarm on the event bus.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
func (s *Service) announce(ctx context.Context, arn *string, what string, detail any) {
	_, err := s.Bus.Call(ctx, api.ServiceCaller("monitoring.amazonaws.com", api.Deref(arn)), "events", "PutEvents", &eventbridge.PutEventsInput{
		Entries: []eventtypes.PutEventsRequestEntry{{Source: new("aws.cloudwatch"), DetailType: &what, Detail: new(marshal(detail)), Resources: []string{api.Deref(arn)}}}})
	if err != nil {
		s.Log.Warn("alarm event not announced", "alarm", api.Deref(arn), "event", what, "error", err.Error())
	}
}

// act carries out the actions of an alarm's new state, and notes in its history
// how that went.
func (s *Service) act(ctx context.Context, a *alarm, n notice) {
	m := n.alarm.metric
	actions := map[types.StateValue][]string{types.StateValueAlarm: m.AlarmActions, types.StateValueOk: m.OKActions,
		types.StateValueInsufficientData: m.InsufficientDataActions}[m.StateValue]
	for _, action := range actions {
		message, err := s.carryOut(ctx, action, n)
		summary, outcome, failure := "Successfully executed action "+action, "Succeeded", (*string)(nil)
		if err != nil {
			why := api.AsError(err).Message
			summary, outcome, failure = "Failed to execute action "+action+`. Received error: "`+why+`"`, "Failed", &why
			s.Log.Warn("alarm action failed", "alarm", api.Deref(m.AlarmName), "action", action, "error", err.Error())
		}
		s.mu.Lock()
		s.note(a, types.HistoryItemTypeAction, summary, map[string]any{"actionState": outcome, "notificationResource": action,
			"stateUpdateTimestamp": m.StateUpdatedTimestamp.UnixMilli(), "publishedMessage": message, "error": failure})
		s.mu.Unlock()
	}
}

// carryOut tells an SNS topic or a Lambda function, each in its own form.
func (s *Service) carryOut(ctx context.Context, action string, n notice) (message string, err error) {
	m := n.alarm.metric
	switch {
	case strings.Contains(action, ":sns:"):
		message = marshal(n.message())
		subject := fmt.Sprintf("%s: %q in %s", m.StateValue, api.Deref(m.AlarmName), s.Env.Region)
		if len(subject) > 100 {
			subject = subject[:97] + "..."
		}
		_, err = s.Bus.Call(ctx, api.ServiceCaller("cloudwatch.amazonaws.com", api.Deref(m.AlarmArn)), "sns", "Publish",
			&sns.PublishInput{TopicArn: &action, Message: &message, Subject: &subject})
	case strings.Contains(action, ":lambda:"):
		message = marshal(n.event())
		_, err = s.Bus.Call(ctx, api.ServiceCaller("lambda.alarms.cloudwatch.amazonaws.com", api.Deref(m.AlarmArn)), "lambda", "Invoke",
			&lambda.InvokeInput{FunctionName: &action, InvocationType: lambdatypes.InvocationTypeEvent, Payload: []byte(message)})
	default:
		err = api.Errorf("NotImplemented", "the local cloud has no alarm action %s", action)
	}
	return message, err
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "{}" // plain structs and maps always marshal
	}
	return string(text)
}
