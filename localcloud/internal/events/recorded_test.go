package events

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

const queueARN = "arn:aws:sqs:us-east-1:000000000000:queue"

// received is what a queue gets as a target of a rule on the bus shop for an
// event, with the event's id as ID.
func (w *world) received(target types.Target, source, detail string) string {
	w.t.Helper()
	shop := aws.String("shop")
	if _, err := w.try("CreateEventBus", &eventbridge.CreateEventBusInput{Name: shop}); err != nil && !strings.Contains(err.Error(), "already exists") {
		w.t.Fatal(err)
	}
	target.Id, target.Arn = aws.String("1"), aws.String(queueARN)
	w.do("PutRule", &eventbridge.PutRuleInput{EventBusName: shop, Name: aws.String("r"), EventPattern: aws.String(`{"detail-type":["d"]}`)})
	w.do("PutTargets", &eventbridge.PutTargetsInput{EventBusName: shop, Rule: aws.String("r"), Targets: []types.Target{target}})
	w.came = nil
	out := w.do("PutEvents", &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{EventBusName: shop, Source: &source, DetailType: aws.String("d"),
		Detail: &detail, Time: aws.Time(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))}}}).(*eventbridge.PutEventsOutput)
	w.clock.Advance(time.Second)
	if len(w.came) != 1 {
		w.t.Fatalf("came %q, want one message", w.came)
	}
	return strings.ReplaceAll(strings.TrimPrefix(w.came[0], "queue "), *out.Entries[0].EventId, "ID")
}

// What targets get is in EventBridge's order and as it was put.
// recorded: events/test_events_targets.snapshot.json, test_put_events_with_target_sns;
// events/test_events_inputs.snapshot.json, TestInputPath, TestInputTransformer
func TestRecordedInputs(t *testing.T) {
	const detail = ` {"command": "update-account", "payload": {"sf_id": "baz", "acc_id": 12345678901234567890, "a": "<&>"}} `
	transformer := func(template string, paths map[string]string) types.Target {
		return types.Target{InputTransformer: &types.InputTransformer{InputTemplate: &template, InputPathsMap: paths}}
	}
	paths := map[string]string{"detail-type": "$.detail-type", "timestamp": "$.time", "command": "$.detail.command"}
	missing := map[string]string{"detail-type": "$.detail-type", "timestamp": "$.time", "command": "$.detail.notinmessage"}
	const text = `"Event of <detail-type> type, at time <timestamp>, info extracted from detail <command>"`
	const object = `{"detailType": <detail-type>,  "time": <timestamp>, "command": <command>}`
	const compact = `{"command":"update-account","payload":{"sf_id":"baz","acc_id":12345678901234567890,"a":"<&>"}}`
	const whole = `{"version":"0","id":"ID","detail-type":"d","source":"mine","account":"000000000000","time":"2026-01-02T03:04:05Z",` +
		`"region":"us-east-1","resources":[],"detail":` + compact + `}`
	w := newWorld(t)
	for _, test := range []struct {
		name   string
		target types.Target
		want   string
	}{
		{"whole", types.Target{}, whole},
		{"path", types.Target{InputPath: aws.String("$.detail")}, compact},
		{"nested path", types.Target{InputPath: aws.String("$.detail.payload")}, `{"sf_id":"baz","acc_id":12345678901234567890,"a":"<&>"}`},
		{"deepest path", types.Target{InputPath: aws.String("$.detail.payload.sf_id")}, `"baz"`},
		{"text", transformer(text, paths), `"Event of d type, at time 2026-01-02T03:04:05Z, info extracted from detail update-account"`},
		{"text that lacks a value", transformer(text, missing), `"Event of d type, at time 2026-01-02T03:04:05Z, info extracted from detail "`},
		{"special characters", transformer(`"{[/Check with special starting characters for event of <detail-type> type"`, paths),
			`"{[/Check with special starting characters for event of d type"`},
		{"object", transformer(object, paths), `{"detailType": "d",  "time": "2026-01-02T03:04:05Z", "command": "update-account"}`},
		{"object that lacks a value", transformer(object, missing), `{"detailType": "d",  "time": "2026-01-02T03:04:05Z", "command": ""}`},
		{"predefined", transformer(`"all <aws.events.rule-arn> <aws.events.rule-name> <aws.events.event.ingestion-time>"`, nil),
			`"all arn:aws:events:us-east-1:000000000000:rule/shop/r r 2026-01-02T03:04:05Z"`},
		{"predefined events", transformer(`{"originalEvent": <aws.events.event>, "originalEventJson": <aws.events.event.json>}`, nil),
			`{"originalEvent": {"id":"ID","account":"000000000000","detailType":"d","time":"2026-01-02T03:04:05Z","source":"mine","region":"us-east-1",` +
				`"resources":[],"version":"0"}, "originalEventJson": ` + whole + `}`},
	} {
		if got := w.received(test.target, "mine", detail); got != test.want {
			t.Errorf("%s: came\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

// recorded: events/test_events_schedule.snapshot.json, tests_schedule_rate_target_sqs
func TestRecordedScheduledEvent(t *testing.T) {
	w := newWorld(t)
	rule := aws.String("tick")
	w.do("PutRule", &eventbridge.PutRuleInput{Name: rule, ScheduleExpression: aws.String("rate(1 minute)")})
	w.do("PutTargets", &eventbridge.PutTargetsInput{Rule: rule, Targets: []types.Target{{Id: aws.String("1"), Arn: aws.String(queueARN)}}})
	w.clock.Advance(time.Minute)
	const after = `,"detail-type":"Scheduled Event","source":"aws.events","account":"000000000000","time":"2026-01-01T00:01:00Z","region":"us-east-1",` +
		`"resources":["arn:aws:events:us-east-1:000000000000:rule/tick"],"detail":{}}`
	if len(w.came) != 1 || !strings.HasPrefix(w.came[0], `queue {"version":"0","id":"`) || !strings.HasSuffix(w.came[0], after) {
		t.Errorf("came %s", w.came)
	}
	w.do("DisableRule", &eventbridge.DisableRuleInput{Name: rule})
	for _, expression := range []string{"cron(0 10 * * ? *)", "cron(15 12 * * ? *)", "cron(0 18 ? * MON-FRI *)", "cron(0 8 1 * ? *)", "cron(0/15 * * * ? *)",
		"cron(0/10 * ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)", "cron(0/30 20-23 ? * MON-FRI *)", "cron(0/30 0-2 ? * MON-FRI *)"} {
		w.do("PutRule", &eventbridge.PutRuleInput{Name: rule, ScheduleExpression: &expression})
		listed := w.do("ListRules", &eventbridge.ListRulesInput{}).(*eventbridge.ListRulesOutput).Rules
		if len(listed) != 1 || *listed[0].ScheduleExpression != expression || listed[0].State != types.RuleStateEnabled || *listed[0].EventBusName != "default" ||
			listed[0].EventPattern != nil || listed[0].Description != nil {
			t.Errorf("%s: listed %+v", expression, listed)
		}
	}
}

// recorded: events/test_events.snapshot.json, TestEventTarget;
// events/test_events_inputs.snapshot.json, test_put_events_with_input_transformer_missing_keys,
// test_put_event_input_path_and_input_transformer
func TestRecordedTargets(t *testing.T) {
	w := newWorld(t)
	rule := aws.String("r")
	w.do("PutRule", &eventbridge.PutRuleInput{Name: rule, EventPattern: aws.String(`{"source":["mine"]}`)})
	targets := func(ids ...string) (list []types.Target) {
		for _, id := range ids {
			list = append(list, types.Target{Id: &id, Arn: aws.String(queueARN)})
		}
		return list
	}
	const invalid = "ValidationException: 1 validation error detected: Value '"
	template := &types.InputTransformer{InputTemplate: aws.String(`"a <detail-type> and <notdefinedkey>"`), InputPathsMap: map[string]string{"detail-type": "$.detail-type"}}
	long := strings.Repeat("x", 65)
	for name, test := range map[string]struct {
		targets []types.Target
		want    string
	}{
		"id":         {targets("!@#$@!#$"), invalid + `!@#$@!#$' at 'targets.1.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\.\-_A-Za-z0-9]{1,64}$`},
		"long id":    {targets(long), invalid + long + `' at 'targets.1.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\.\-_A-Za-z0-9]{1,64}$`},
		"six":        {targets("1", "2", "3", "4", "5", "6"), "LimitExceededException: The requested resource exceeds the maximum number allowed."},
		"two inputs": {[]types.Target{{Id: rule, Arn: aws.String(queueARN), InputPath: aws.String("$.detail"), InputTransformer: template}}, "ValidationException: Only one of Input, InputPath, or InputTransformer must be provided for target r."},
		"variable":   {[]types.Target{{Id: rule, Arn: aws.String(queueARN), InputTransformer: template}}, "ValidationException: InputTemplate for target r contains invalid placeholder notdefinedkey."},
	} {
		if _, err := w.try("PutTargets", &eventbridge.PutTargetsInput{Rule: rule, Targets: test.targets}); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v\nwant %s", name, err, test.want)
		}
	}
	put := w.do("PutTargets", &eventbridge.PutTargetsInput{Rule: rule, Targets: targets("0", "1", "2", "3", "4")}).(*eventbridge.PutTargetsOutput)
	if put.FailedEntries == nil || put.FailedEntryCount != 0 {
		t.Errorf("put: %+v", put)
	}
	if _, err := w.try("DeleteRule", &eventbridge.DeleteRuleInput{Name: rule}); err == nil || err.Error() != "ValidationException: Rule can't be deleted since it has targets." {
		t.Errorf("a rule with targets: %v", err)
	}
	w.do("PutRule", &eventbridge.PutRuleInput{Name: rule, EventPattern: aws.String(`{"source":["other"]}`)})
	ids := func(token *string) (ids []string, next *string) {
		out := w.do("ListTargetsByRule", &eventbridge.ListTargetsByRuleInput{Rule: rule, Limit: aws.Int32(3), NextToken: token}).(*eventbridge.ListTargetsByRuleOutput)
		for _, target := range out.Targets {
			ids = append(ids, *target.Id)
		}
		return ids, out.NextToken
	}
	first, token := ids(nil)
	second, none := ids(token)
	if !slices.Equal(first, []string{"0", "1", "2"}) || !slices.Equal(second, []string{"3", "4"}) || none != nil {
		t.Errorf("pages %v and %v, then %v", first, second, none)
	}
}

// recorded: events/test_events_tags.snapshot.json; events/test_events.snapshot.json,
// test_disable_re_enable_rule
func TestRecordedTags(t *testing.T) {
	w := newWorld(t)
	given := []types.Tag{{Key: aws.String("tag1"), Value: aws.String("value1")}, {Key: aws.String("tag2"), Value: aws.String("value2")}}
	bus, rule := aws.String("shop"), aws.String("r")
	w.do("CreateEventBus", &eventbridge.CreateEventBusInput{Name: bus, Tags: given})
	ruleARN := w.do("PutRule", &eventbridge.PutRuleInput{Name: rule, EventBusName: bus, EventPattern: aws.String(`{"source":["mine"]}`), Tags: given}).(*eventbridge.PutRuleOutput).RuleArn
	tags := func(arn *string) (text string) {
		for _, tag := range w.do("ListTagsForResource", &eventbridge.ListTagsForResourceInput{ResourceARN: arn}).(*eventbridge.ListTagsForResourceOutput).Tags {
			text += *tag.Key + "=" + *tag.Value + " "
		}
		return text
	}
	busARN := aws.String("arn:aws:events:us-east-1:000000000000:event-bus/shop")
	for _, arn := range []*string{busARN, ruleARN} {
		created := tags(arn)
		w.do("UntagResource", &eventbridge.UntagResourceInput{ResourceARN: arn, TagKeys: []string{"tag2", "none"}})
		if untagged := tags(arn); created != "tag1=value1 tag2=value2 " || untagged != "tag1=value1 " {
			t.Errorf("%s: tags %q, then %q", *arn, created, untagged)
		}
	}
	for _, state := range []types.RuleState{types.RuleStateDisabled, types.RuleStateEnabled} {
		if state == types.RuleStateDisabled {
			w.do("DisableRule", &eventbridge.DisableRuleInput{Name: rule, EventBusName: bus})
		} else {
			w.do("EnableRule", &eventbridge.EnableRuleInput{Name: rule, EventBusName: bus})
		}
		got := w.do("DescribeRule", &eventbridge.DescribeRuleInput{Name: rule, EventBusName: bus}).(*eventbridge.DescribeRuleOutput)
		if got.State != state || *got.CreatedBy != "000000000000" || *got.Arn != *ruleARN || *got.EventBusName != "shop" || got.ScheduleExpression != nil {
			t.Errorf("described %+v, want %s", got, state)
		}
	}
	w.do("DeleteRule", &eventbridge.DeleteRuleInput{Name: rule, EventBusName: bus})
	gone := "ResourceNotFoundException: Rule r does not exist on EventBus shop."
	for arn, want := range map[string]string{*ruleARN: gone,
		"arn:aws:events:us-east-1:000000000000:rule/none":      "ResourceNotFoundException: Rule none does not exist on EventBus default.",
		"arn:aws:events:us-east-1:000000000000:event-bus/none": "ResourceNotFoundException: Event bus none does not exist."} {
		for operation, in := range map[string]any{"ListTagsForResource": &eventbridge.ListTagsForResourceInput{ResourceARN: &arn},
			"TagResource": &eventbridge.TagResourceInput{ResourceARN: &arn, Tags: given}, "UntagResource": &eventbridge.UntagResourceInput{ResourceARN: &arn, TagKeys: []string{"tag1"}}} {
			if _, err := w.try(operation, in); err == nil || err.Error() != want {
				t.Errorf("%s %s: %v\nwant %s", operation, arn, err, want)
			}
		}
	}
	again := w.do("PutRule", &eventbridge.PutRuleInput{Name: rule, EventBusName: bus, EventPattern: aws.String(`{"source":["mine"]}`)}).(*eventbridge.PutRuleOutput).RuleArn
	if text := tags(again); text != "" {
		t.Errorf("a rule made again has the tags %q", text)
	}
}
