package sns

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

func TestDeliversWhatTheFilterPasses(t *testing.T) {
	env := api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}
	c := clock.Stepped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	bodies := make(chan string, 9)
	s := New(Options{Env: env, Clock: c, Log: slog.New(slog.DiscardHandler),
		Enqueue: func(_ context.Context, _ api.Caller, queue string, mail Mail) error {
			bodies <- queue[len(queue)-1:] + mail.Body
			return nil
		}})
	bus := api.NewBus()
	bus.Register(s.API())
	do := func(operation string, in any) any {
		t.Helper()
		out, err := bus.Call(t.Context(), api.Operator(env), "sns", operation, in)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	topic := do("CreateTopic", &sns.CreateTopicInput{Name: aws.String("t")}).(*sns.CreateTopicOutput).TopicArn
	do("Subscribe", &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:000000000000:a")})
	raw := do("Subscribe", &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:000000000000:b"),
		Attributes: map[string]string{"FilterPolicy": `{"kind":["bad"]}`}}).(*sns.SubscribeOutput).SubscriptionArn
	do("SetSubscriptionAttributes", &sns.SetSubscriptionAttributesInput{SubscriptionArn: raw, AttributeName: aws.String("RawMessageDelivery"), AttributeValue: aws.String("true")})
	publish := func(kind string) []string {
		do("Publish", &sns.PublishInput{TopicArn: topic, Message: aws.String("hello"), MessageAttributes: map[string]types.MessageAttributeValue{
			"kind": {DataType: aws.String("String"), StringValue: &kind}}})
		c.Advance(time.Second)
		var got []string
		for len(bodies) > 0 {
			got = append(got, <-bodies)
		}
		slices.Sort(got)
		return got
	}
	if got := publish("good"); len(got) != 1 || got[0][0] != 'a' {
		t.Errorf("delivered %v", got)
	}
	got := publish("bad")
	if len(got) != 2 || got[1] != "bhello" {
		t.Fatalf("delivered %v", got)
	}
	var notification struct{ Type, Message, TopicArn string }
	if err := json.Unmarshal([]byte(got[0][1:]), &notification); err != nil || notification.Type != "Notification" || notification.Message != "hello" || notification.TopicArn != *topic {
		t.Errorf("notification %+v, %v", notification, err)
	}
	do("Publish", &sns.PublishInput{TopicArn: topic, Message: aws.String(`{"default":"d","sqs":"q"}`), MessageStructure: aws.String("json"),
		MessageAttributes: map[string]types.MessageAttributeValue{"kind": {DataType: aws.String("String"), StringValue: aws.String("bad")}}})
	c.Advance(time.Second)
	if one, other := <-bodies, <-bodies; one != "bq" && other != "bq" {
		t.Errorf("delivered %s and %s", one, other)
	}
	if messages := s.Messages(*topic); len(messages) != 3 || messages[2].Message != "d" {
		t.Errorf("kept %v", messages)
	}
}

func TestFilterPolicies(t *testing.T) {
	text := func(value string) map[string]types.MessageAttributeValue {
		return map[string]types.MessageAttributeValue{"k": {DataType: aws.String("String"), StringValue: &value}}
	}
	number := func(value string) map[string]types.MessageAttributeValue {
		return map[string]types.MessageAttributeValue{"k": {DataType: aws.String("Number"), StringValue: &value}}
	}
	for _, c := range []struct {
		policy string
		given  map[string]types.MessageAttributeValue
		want   bool
	}{
		{`{"k":["a","b"]}`, text("b"), true}, {`{"k":["a"]}`, text("b"), false}, {`{"k":["a"]}`, nil, false},
		{`{"k":[{"prefix":"ab"}]}`, text("abc"), true}, {`{"k":[{"exists":false}]}`, nil, true}, {`{"k":[{"exists":true}]}`, nil, false},
		{`{"k":[{"anything-but":["a"]}]}`, text("a"), false}, {`{"k":[{"anything-but":"a"}]}`, text("b"), true},
		{`{"k":[{"suffix":"bc"}]}`, text("abc"), true}, {`{"k":[{"suffix":"ab"}]}`, text("abc"), false},
		{`{"k":[{"equals-ignore-case":"ABC"}]}`, text("abc"), true}, {`{"k":[{"equals-ignore-case":"AB"}]}`, text("abc"), false},
		{`{"k":[{"cidr":"10.0.0.0/8"}]}`, text("10.1.2.3"), true},
		{`{"k":[{"anything-but":{"prefix":"ab"}}]}`, text("abc"), false}, {`{"k":[{"anything-but":{"prefix":"x"}}]}`, text("abc"), true},
		{`{"k":[{"numeric":[">",0,"<=",100]}]}`, number("99.12"), true}, {`{"k":[{"numeric":[">",0,"<=",100]}]}`, number("100.5"), false},
		{`{"k":[{"numeric":["=",5]}]}`, text("5"), false},
		{`{"k":[5]}`, number("5.0"), true},
	} {
		parsed, err := parseFilter(c.policy, byAttributes)
		if err != nil || parsed.passes("m", c.given) != c.want {
			t.Errorf("%s of %v: %v, want %v", c.policy, c.given, err, c.want)
		}
	}
	for _, policy := range []string{"x", `{"k":"a"}`, `{"k":[{"numeric":[">","1"]}]}`, `{"k":[{"numeric":[">"]}]}`, `{"k":[[1]]}`, `{"k":[{"anything-but":[[1]]}]}`,
		`{"k":[{"wildcard":"a*"}]}`, `{"k":[{"prefix":{"equals-ignore-case":"a"}}]}`} {
		if _, err := parseFilter(policy, byBody); err == nil {
			t.Errorf("%s was accepted", policy)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add(`{"k":["a",{"numeric":[">",0,"<=",100]},{"anything-but":{"prefix":"x"}}]}`, "Number", "5")
	f.Add(`{"k":[[1],{"anything-but":[[1]]}]}`, "String.Array", `[[1]]`)
	f.Add(`{"k":[{"exists":false}]}`, "String.Array", `["a",1]`)
	f.Fuzz(func(_ *testing.T, policy, kind, value string) {
		if parsed, err := parseFilter(policy, kind); err == nil {
			parsed.passes(value, map[string]types.MessageAttributeValue{"k": {DataType: &kind, StringValue: &value}})
		}
	})
}
