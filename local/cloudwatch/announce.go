package cloudwatch

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"weir/local/api"
)

// announce puts the state change on the event bus.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
func (s *Service) announce(ctx context.Context, before, after types.MetricAlarm) {
	detail := marshal(map[string]any{"alarmName": deref(after.AlarmName), "state": s.stateJSON(after), "previousState": s.stateJSON(before),
		"configuration": map[string]any{"description": deref(after.AlarmDescription)}})
	_, err := s.Bus.Call(ctx, api.ServiceCaller("monitoring.amazonaws.com", deref(after.AlarmArn)), "events", "PutEvents", &eventbridge.PutEventsInput{
		Entries: []eventtypes.PutEventsRequestEntry{{Source: ptr("aws.cloudwatch"), DetailType: ptr("CloudWatch Alarm State Change"),
			Detail: &detail, Resources: []string{deref(after.AlarmArn)}}}})
	if err != nil {
		s.Log.Warn("alarm state change not announced", "alarm", deref(after.AlarmName), "error", err.Error())
	}
}

// act carries out one alarm action: an SNS topic or a Lambda function.
func (s *Service) act(ctx context.Context, action string, before, after types.MetricAlarm) {
	message := marshal(map[string]any{"AlarmName": deref(after.AlarmName), "AlarmDescription": deref(after.AlarmDescription), "AWSAccountId": s.Env.Account,
		"NewStateValue": after.StateValue, "OldStateValue": before.StateValue, "NewStateReason": deref(after.StateReason), "AlarmArn": deref(after.AlarmArn),
		"StateChangeTime": deref(after.StateUpdatedTimestamp).Format("2006-01-02T15:04:05.000-0700"), "Region": s.Env.Region})
	var err error
	switch {
	case strings.Contains(action, ":sns:"):
		subject := string(after.StateValue) + `: "` + deref(after.AlarmName) + `" in ` + s.Env.Region
		if len(subject) > 100 {
			subject = subject[:97] + "..."
		}
		_, err = s.Bus.Call(ctx, api.ServiceCaller("cloudwatch.amazonaws.com", deref(after.AlarmArn)), "sns", "Publish",
			&sns.PublishInput{TopicArn: &action, Message: &message, Subject: &subject})
	case strings.Contains(action, ":lambda:"):
		_, err = s.Bus.Call(ctx, api.ServiceCaller("lambda.alarms.cloudwatch.amazonaws.com", deref(after.AlarmArn)), "lambda", "Invoke",
			&lambda.InvokeInput{FunctionName: &action, InvocationType: lambdatypes.InvocationTypeEvent, Payload: []byte(message)})
	default:
		err = api.Errorf("NotImplemented", "the local cloud has no alarm action %s", action)
	}
	if err != nil {
		s.Log.Warn("alarm action failed", "alarm", deref(after.AlarmName), "action", action, "error", err.Error())
	}
}
