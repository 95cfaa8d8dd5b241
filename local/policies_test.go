package local_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"weir/local"
	"weir/local/api"
	"weir/local/sqs"
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
		"a rule to a queue without a policy":   {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sqs", want: none + "sqs:sendmessage action"},
		"a rule to a queue that lets it in":    {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sqs", policies: []string{statement("Allow", "events.amazonaws.com", "sqs:SendMessage", `"ArnEquals":{"aws:SourceArn":"`+rule+`"}`)}},
		"a rule to a queue for another rule":   {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sqs", policies: []string{statement("Allow", "events.amazonaws.com", "sqs:SendMessage", `"ArnEquals":{"aws:SourceArn":"`+rule+`x"}`)}, want: none},
		"a rule to a queue for another":        {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sqs", policies: []string{statement("Allow", "sns.amazonaws.com", "SQS:*", "")}, want: none},
		"a rule to a queue that shuts it out":  {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sqs", policies: []string{statement("Allow", "events.amazonaws.com", "sqs:*", ""), statement("Deny", "events.amazonaws.com", "sqs:SendMessage", "")}, want: "with an explicit deny in a resource-based policy"},
		"an alarm to a topic as it was made":   {caller: api.ServiceCaller("cloudwatch.amazonaws.com", alarm), to: "sns"},
		"a rule to a topic as it was made":     {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sns", want: none + "SNS:Publish action"},
		"a rule to a topic that lets it in":    {caller: api.ServiceCaller("events.amazonaws.com", rule), to: "sns", policies: []string{statement("Allow", "events.amazonaws.com", "sns:Publish", `"StringEquals":{"aws:SourceAccount":"000000000000"}`)}},
		"an alarm to a topic for rules alone":  {caller: api.ServiceCaller("cloudwatch.amazonaws.com", alarm), to: "sns", policies: []string{statement("Allow", "events.amazonaws.com", "sns:Publish", "")}, want: none},
		"the operator to a topic for services": {caller: api.Operator(api.Env{Partition: "aws", Account: "000000000000"}), to: "sns", policies: []string{statement("Allow", "events.amazonaws.com", "sns:Publish", "")}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := start(t, local.Options{})
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
func send(t *testing.T, cloud *local.Cloud, caller api.Caller, to, policy string) error {
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
