package endpoint_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/sqs"
)

// A service that calls on its own account needs the policy of what it calls.
func TestServicesNeedTheResourcesPolicy(t *testing.T) {
	const (
		rule  = "arn:aws:events:us-east-1:000000000000:rule/ours"
		alarm = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:ours"
		none  = "because no resource-based policy allows the "
	)
	statement := func(effect, service, action, condition string) string {
		return `{"Effect":"` + effect + `","Principal":{"Service":"` + service + `"},"Action":"` + action + `","Resource":"*","Condition":{` + condition + `}}`
	}
	for name, test := range map[string]struct {
		caller   api.Caller
		to       string
		policies []string
		want     string
	}{
		"a rule to a queue without a policy":  {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sqs", want: none + "sqs:sendmessage action"},
		"a rule to a queue that lets it in":   {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sqs", policies: []string{statement("Allow", "events.amazonaws.com", "sqs:SendMessage", `"ArnEquals":{"aws:SourceArn":"`+rule+`"}`)}},
		"a rule to a queue for another rule":  {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sqs", policies: []string{statement("Allow", "events.amazonaws.com", "sqs:SendMessage", `"ArnEquals":{"aws:SourceArn":"`+rule+`x"}`)}, want: none},
		"a rule to a queue for another":       {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sqs", policies: []string{statement("Allow", "sns.amazonaws.com", "SQS:*", "")}, want: none},
		"a rule to a queue that shuts it out": {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sqs", policies: []string{statement("Allow", "events.amazonaws.com", "sqs:*", ""), statement("Deny", "events.amazonaws.com", "sqs:SendMessage", "")}, want: "with an explicit deny in a resource-based policy"},
		"an alarm to a topic as it was made":  {caller: api.ServiceCaller("cloudwatch.amazonaws.com", alarm), to: "sns"},
		"a rule to a topic as it was made":    {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sns", want: none + "SNS:Publish action"},
		"a rule to a topic that lets it in":   {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sns", policies: []string{statement("Allow", "events.amazonaws.com", "sns:Publish", `"StringEquals":{"aws:SourceAccount":"000000000000"}`)}},
		"an alarm to a topic for rules alone": {caller: api.ServiceCaller("cloudwatch.amazonaws.com", alarm), to: "sns", policies: []string{statement("Allow", "events.amazonaws.com", "sns:Publish", "")},
			want: "CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: arn:aws:sns:us-east-1:000000000000:news " + none + "SNS:Publish action"},
		"the operator to a topic for services": {caller: api.Operator(api.Env{Partition: "aws", Account: "000000000000"}), to: "sns", policies: []string{statement("Allow", "events.amazonaws.com", "sns:Publish", "")}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := start(t, endpoint.Options{})
			policy := ""
			if test.policies != nil {
				policy = allow(test.policies...)
			}
			err := send(t, cloud, test.caller, test.to, policy)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("err = %v, want one with %q", err, test.want)
			}
		})
	}
}

// send makes a queue or topic with a policy and sends to it.
func send(t *testing.T, cloud *endpoint.Cloud, caller api.Caller, to, policy string) error {
	t.Helper()
	operator, bus := api.Operator(cloud.Env()), cloud.Bus()
	do := func(service, operation string, in any) {
		t.Helper()
		if _, err := bus.Call(t.Context(), operator, service, operation, in); err != nil {
			t.Fatal(err)
		}
	}
	if to == "sqs" {
		do("sqs", "CreateQueue", &sqs.CreateQueueInput{QueueName: aws.String("mail"), Attributes: map[string]string{"Policy": policy}})
		_, err := bus.Call(t.Context(), caller, "sqs", "SendMessage", &sqs.SendMessageInput{QueueUrl: aws.String("mail"), MessageBody: aws.String("m")})
		return err
	}
	topic := cloud.Env().ARN("sns", "news")
	do("sns", "CreateTopic", &sns.CreateTopicInput{Name: aws.String("news")})
	if policy != "" {
		do("sns", "SetTopicAttributes", &sns.SetTopicAttributesInput{TopicArn: &topic, AttributeName: aws.String("Policy"), AttributeValue: &policy})
	}
	_, err := bus.Call(t.Context(), caller, "sns", "Publish", &sns.PublishInput{TopicArn: &topic, Message: aws.String("m")})
	return err
}

// What the console shows of an alarm whose topic shuts it out, as users of AWS
// quote it.
func TestAnAlarmThatMayNotPublishSaysSo(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	bus, operator := cloud.Bus(), api.Operator(cloud.Env())
	topic := cloud.Env().ARN("sns", "news")
	rules := allow(`{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"*"}`)
	for _, call := range []struct {
		service, operation string
		in                 any
	}{
		{"sns", "CreateTopic", &sns.CreateTopicInput{Name: aws.String("news"), Attributes: map[string]string{"Policy": rules}}},
		{"monitoring", "PutMetricAlarm", &cloudwatch.PutMetricAlarmInput{AlarmName: aws.String("a"), AlarmActions: []string{topic}, Namespace: aws.String("n"), MetricName: aws.String("m"),
			Statistic: types.StatisticSum, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold}},
		{"monitoring", "SetAlarmState", &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("a"), StateValue: types.StateValueAlarm, StateReason: aws.String("test")}},
	} {
		if _, err := bus.Call(t.Context(), operator, call.service, call.operation, call.in); err != nil {
			t.Fatal(err)
		}
	}
	out, err := api.Do[cloudwatch.DescribeAlarmHistoryOutput](t.Context(), bus, operator, "monitoring", "DescribeAlarmHistory",
		&cloudwatch.DescribeAlarmHistoryInput{AlarmName: aws.String("a"), HistoryItemType: types.HistoryItemTypeAction})
	if err != nil || len(out.AlarmHistoryItems) != 1 {
		t.Fatalf("history %+v, error %v", out, err)
	}
	want := "Failed to execute action " + topic + `. Received error: "CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: ` + topic +
		` because no resource-based policy allows the SNS:Publish action"`
	if got := *out.AlarmHistoryItems[0].HistorySummary; got != want {
		t.Errorf("summary %s\nwant %s", got, want)
	}
}

// A session may what its role's policies or the resource's say, unless one of
// them denies it.
func TestResourcesLetSessionsInAndShutThemOut(t *testing.T) {
	for name, test := range map[string]struct {
		role, queue, want string
	}{
		"the role may":                  {role: `"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"`},
		"neither says anything":         {want: "because no identity-based policy allows the sqs:sendmessage action"},
		"the queue lets the role in":    {queue: `"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:role/sender"}`},
		"the queue leaves it to others": {queue: `"Effect":"Allow","Principal":{"AWS":"000000000000"}`, want: "because no identity-based policy allows the sqs:sendmessage action"},
		"the queue shuts it out": {role: `"Effect":"Allow","Action":"*","Resource":"*"`, queue: `"Effect":"Deny","Principal":"*"`,
			want: "with an explicit deny in a resource-based policy"},
		"the role denies it": {role: `"Effect":"Deny","Action":"*","Resource":"*"`, queue: `"Effect":"Allow","Principal":"*"`,
			want: "with an explicit deny in an identity-based policy"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := start(t, endpoint.Options{})
			own, policy := `{"Effect":"Allow","Action":"sqs:ListQueues","Resource":"*"}`, ""
			if test.role != "" {
				own = "{" + test.role + "}"
			}
			if test.queue != "" {
				policy = allow("{" + test.queue + `,"Action":"sqs:SendMessage","Resource":"*"}`)
			}
			caller := api.Caller{ARN: "arn:aws:sts::000000000000:assumed-role/sender/session", RoleARN: role(t, cloud, "sender", allow(own))}
			err := send(t, cloud, caller, "sqs", policy)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasSuffix(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
