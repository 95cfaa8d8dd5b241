package events

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// world is an EventBridge whose queues note what comes.
type world struct {
	t     *testing.T
	clock *clock.Clock
	bus   *api.Bus
	env   api.Env
	came  []string // queue and message
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, clock: clock.Stepped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), bus: api.NewBus(),
		env: api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}}
	w.bus.Register(New(Options{Env: w.env, Clock: w.clock, Bus: w.bus, Log: slog.New(slog.DiscardHandler),
		Enqueue: func(_ context.Context, _ api.Caller, queue, body string) error {
			w.came = append(w.came, queue[strings.LastIndexByte(queue, ':')+1:]+" "+body)
			return nil
		}}).API())
	return w
}

func (w *world) try(operation string, in any) (any, error) {
	return w.bus.Call(w.t.Context(), api.Operator(w.env), "events", operation, in)
}

func (w *world) do(operation string, in any) any {
	w.t.Helper()
	out, err := w.try(operation, in)
	if err != nil {
		w.t.Fatalf("%s: %v", operation, err)
	}
	return out
}

// ruleTo makes a rule on a bus that sends all of a source to a target.
func (w *world) ruleTo(bus, name, target string) string {
	w.t.Helper()
	out := w.do("PutRule", &eventbridge.PutRuleInput{EventBusName: &bus, Name: &name, EventPattern: aws.String(`{"source":["mine"]}`)})
	w.do("PutTargets", &eventbridge.PutTargetsInput{EventBusName: &bus, Rule: &name, Targets: []types.Target{{Id: aws.String("1"), Arn: &target, InputPath: inputPath(target)}}})
	return *out.(*eventbridge.PutRuleOutput).RuleArn
}

func inputPath(target string) *string {
	if strings.Contains(target, ":event-bus/") {
		return nil
	}
	return aws.String("$.detail")
}

func (w *world) put(bus *string, detail string) *eventbridge.PutEventsOutput {
	w.t.Helper()
	out := w.do("PutEvents", &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		{EventBusName: bus, Source: aws.String("mine"), DetailType: aws.String("d"), Detail: &detail}}})
	w.clock.Advance(time.Second)
	return out.(*eventbridge.PutEventsOutput)
}

func TestEachBusHasItsOwnRules(t *testing.T) {
	w := newWorld(t)
	created := w.do("CreateEventBus", &eventbridge.CreateEventBusInput{Name: aws.String("shop")}).(*eventbridge.CreateEventBusOutput)
	if got, want := w.ruleTo("shop", "r", "arn:aws:sqs:us-east-1:000000000000:shop-queue"), "arn:aws:events:us-east-1:000000000000:rule/shop/r"; got != want {
		t.Errorf("the rule is %s, want %s", got, want)
	}
	if got, want := w.ruleTo("default", "r", "arn:aws:sqs:us-east-1:000000000000:queue"), "arn:aws:events:us-east-1:000000000000:rule/r"; got != want {
		t.Errorf("the rule is %s, want %s", got, want)
	}
	w.ruleTo("shop", "on", "arn:aws:events:us-east-1:000000000000:event-bus/default")
	w.put(nil, `{"n":1}`)
	w.put(aws.String("shop"), `{"n":2}`)
	w.put(created.EventBusArn, `{"n":3}`)
	// recorded: events/test_events.snapshot.json, test_put_events_nonexistent_event_bus
	if out := w.put(aws.String("none"), `{"n":4}`); out.FailedEntryCount != 0 || out.Entries[0].EventId == nil {
		t.Errorf("an event for no bus: %+v", out)
	}
	want := []string{`queue {"n":1}`, `queue {"n":2}`, `queue {"n":3}`, `shop-queue {"n":2}`, `shop-queue {"n":3}`}
	if slices.Sort(w.came); !slices.Equal(w.came, want) {
		t.Errorf("came %q, want %q", w.came, want)
	}
	listed := w.do("ListRules", &eventbridge.ListRulesInput{EventBusName: created.EventBusArn, Limit: aws.Int32(1)}).(*eventbridge.ListRulesOutput)
	if len(listed.Rules) != 1 || *listed.Rules[0].Name != "on" || listed.NextToken == nil {
		t.Errorf("the first page of rules: %+v", listed)
	}
	listed = w.do("ListRules", &eventbridge.ListRulesInput{EventBusName: created.EventBusArn, NextToken: listed.NextToken}).(*eventbridge.ListRulesOutput)
	if len(listed.Rules) != 1 || *listed.Rules[0].Name != "r" || *listed.Rules[0].EventBusName != "shop" || listed.NextToken != nil {
		t.Errorf("the second page of rules: %+v", listed)
	}
	w.do("DeleteEventBus", &eventbridge.DeleteEventBusInput{Name: aws.String("shop")})
	w.do("DeleteEventBus", &eventbridge.DeleteEventBusInput{Name: aws.String("shop")})
	if out := w.do("ListEventBuses", &eventbridge.ListEventBusesInput{}).(*eventbridge.ListEventBusesOutput); len(out.EventBuses) != 1 {
		t.Errorf("buses %+v, want the default one", out.EventBuses)
	}
}

// recorded: events/test_events.snapshot.json of github.com/localstack/localstack
func TestBusesAreRefusedAsRecorded(t *testing.T) {
	w := newWorld(t)
	shop, none := aws.String("shop"), aws.String("none")
	w.do("CreateEventBus", &eventbridge.CreateEventBusInput{Name: shop})
	for _, test := range []struct {
		operation string
		in        any
		want      string
	}{
		{"CreateEventBus", &eventbridge.CreateEventBusInput{Name: shop}, "ResourceAlreadyExistsException: Event bus shop already exists."},
		{"DescribeEventBus", &eventbridge.DescribeEventBusInput{Name: none}, "ResourceNotFoundException: Event bus none does not exist."},
		{"DeleteEventBus", &eventbridge.DeleteEventBusInput{Name: aws.String("default")}, "ValidationException: Cannot delete event bus default."},
		{"DescribeRule", &eventbridge.DescribeRuleInput{Name: none}, "ResourceNotFoundException: Rule none does not exist on EventBus default."},
		{"PutRule", &eventbridge.PutRuleInput{Name: shop, EventBusName: shop, ScheduleExpression: aws.String("rate(1 minute)")}, "ValidationException: ScheduleExpression is supported only on the default event bus."},
		{"PutRule", &eventbridge.PutRuleInput{Name: shop, ScheduleExpression: aws.String("rate(1 minutes)")}, "ValidationException: Parameter ScheduleExpression is not valid."},
		{"PutEvents", &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{Detail: aws.String(strings.Repeat("x", 256<<10+1))}}}, "ValidationException: Total size of the entries in the request is over the limit."},
	} {
		if _, err := w.try(test.operation, test.in); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v\nwant %s", test.operation, err, test.want)
		}
	}
	entry := types.PutEventsRequestEntry{Source: aws.String("s"), DetailType: aws.String("t"), Detail: aws.String(`{"a": 1}`)}
	const want = "ValidationException: 1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length from 1 to 10"
	if _, err := w.try("PutEvents", &eventbridge.PutEventsInput{Entries: slices.Repeat([]types.PutEventsRequestEntry{entry}, 11)}); err == nil || err.Error() != want {
		t.Errorf("eleven entries: %v", err)
	}
	for field, change := range map[string]func(*types.PutEventsRequestEntry){
		"Source": func(e *types.PutEventsRequestEntry) { e.Source = nil }, "DetailType": func(e *types.PutEventsRequestEntry) { e.DetailType = nil },
		"Detail": func(e *types.PutEventsRequestEntry) { e.Detail = nil },
	} {
		lacking := entry
		change(&lacking)
		out := w.do("PutEvents", &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{lacking}}).(*eventbridge.PutEventsOutput)
		if why := "Parameter " + field + " is not valid. Reason: " + field + " is a required argument."; *out.Entries[0].ErrorCode != "InvalidArgument" || *out.Entries[0].ErrorMessage != why {
			t.Errorf("without %s: %s, %s", field, *out.Entries[0].ErrorCode, *out.Entries[0].ErrorMessage)
		}
	}
	for _, detail := range []string{`"text"`, `[1]`, `{`, `"{}"`, `null`} {
		if out := w.put(nil, detail); out.FailedEntryCount != 1 || *out.Entries[0].ErrorCode != "MalformedDetail" || *out.Entries[0].ErrorMessage != "Detail is malformed." {
			t.Errorf("detail %s: %+v", detail, out.Entries)
		}
	}
}

// A pattern counts as it is written, and a rule may say that it has no schedule.
func TestRulesTakeWhatTheQuotaAllows(t *testing.T) {
	w := newWorld(t)
	pattern := func(length int) *string {
		const around = `{"source":[""]}`
		return aws.String(`{"source":["` + strings.Repeat("s", length-len(around)) + `"]}`)
	}
	w.do("PutRule", &eventbridge.PutRuleInput{Name: aws.String("long"), EventPattern: pattern(2048), ScheduleExpression: aws.String("")})
	if _, err := w.try("PutRule", &eventbridge.PutRuleInput{Name: aws.String("longer"), EventPattern: pattern(2049)}); !api.IsCode(err, "LimitExceededException") {
		t.Errorf("a pattern of 2,049 characters: %v", err)
	}
	if _, err := w.try("PutRule", &eventbridge.PutRuleInput{Name: aws.String("none"), ScheduleExpression: aws.String("")}); !api.IsCode(err, "ValidationException") {
		t.Errorf("a rule without anything: %v", err)
	}
}

// A policy may bind who puts events to a source and a detail-type.
func TestPuttingEventsIsAskedByEntry(t *testing.T) {
	s := New(Options{Env: api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}, Clock: clock.Stepped(time.Unix(0, 0)), Log: slog.New(slog.DiscardHandler)})
	asked := s.putPermissions(&eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		{Source: aws.String("weir"), DetailType: aws.String("Release Judged")}, {Source: aws.String("other"), DetailType: aws.String("x")}}})
	if len(asked) != 2 || asked[0].Context["events:source"][0] != "weir" || asked[0].Context["events:detail-type"][0] != "Release Judged" || asked[1].Context["events:source"][0] != "other" {
		t.Errorf("asked for %+v", asked)
	}
}
