package events

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// target notes each delivery and fails the first so many.
type target struct {
	at   []time.Time
	fail int
	now  func() time.Time
	err  error
}

func (l *target) Call(context.Context, api.Caller, string, string, any) (any, error) {
	l.at = append(l.at, l.now())
	if len(l.at) <= l.fail {
		return nil, l.err
	}
	return nil, nil
}

func TestDelivery(t *testing.T) {
	busy := api.StatusErrorf(500, "ServiceException", "busy")
	refused := api.StatusErrorf(403, "AccessDeniedException", "no")
	for name, c := range map[string]struct {
		twice        bool
		fail         int
		err          error
		calls, lost  int
		atLeastAfter time.Duration
	}{
		"once":                  {calls: 1},
		"twice on request":      {twice: true, calls: 2},
		"again after a failure": {fail: 2, err: busy, calls: 3, atLeastAfter: 2 * time.Second},
		"as often as allowed":   {fail: 9, err: busy, calls: 4, lost: 1},
		"not after a refusal":   {fail: 9, err: refused, calls: 1, lost: 1},
	} {
		t.Run(name, func(t *testing.T) {
			stepped := clock.Stepped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
			to := &target{fail: c.fail, err: c.err, now: stepped.Now}
			lost := 0
			env := api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}
			s := New(Options{Env: env, Clock: stepped, Bus: to, Log: slog.New(slog.DiscardHandler), Twice: c.twice,
				Enqueue: func(context.Context, api.Caller, string, string) error { lost++; return nil }})
			bus := api.NewBus()
			bus.Register(s.API())
			do := func(operation string, in any) any {
				t.Helper()
				out, err := bus.Call(t.Context(), api.Operator(env), "events", operation, in)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			do("PutRule", &eventbridge.PutRuleInput{Name: aws.String("r"), EventPattern: aws.String(`{"source":["mine"]}`)})
			do("PutTargets", &eventbridge.PutTargetsInput{Rule: aws.String("r"), Targets: []types.Target{{Id: aws.String("1"), Arn: aws.String("arn:aws:lambda:f"),
				RetryPolicy: &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(3)}, DeadLetterConfig: &types.DeadLetterConfig{Arn: aws.String("arn:aws:sqs:q")}}}})
			for _, source := range []string{"mine", "other"} {
				do("PutEvents", &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{Source: aws.String(source), DetailType: aws.String("d"), Detail: aws.String("{}")}}})
			}
			refusedSource := do("PutEvents", &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{Source: aws.String("aws.states"), DetailType: aws.String("d"), Detail: aws.String("{}")}}})
			if out := refusedSource.(*eventbridge.PutEventsOutput); out.FailedEntryCount != 1 {
				t.Error("an operator may put events of AWS's own sources")
			}
			stepped.Advance(time.Hour)
			if len(to.at) != c.calls || lost != c.lost {
				t.Fatalf("%d calls and %d lost, want %d and %d", len(to.at), lost, c.calls, c.lost)
			}
			if took := to.at[len(to.at)-1].Sub(to.at[0]); took < c.atLeastAfter {
				t.Errorf("the last came after %v", took)
			}
		})
	}
}
