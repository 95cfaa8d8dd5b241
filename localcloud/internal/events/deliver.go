package events

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"weir/localcloud/internal/api"
)

// fire delivers an event to a rule's targets, apart from whoever put it.
func (s *Service) fire(r *rule, e event) {
	s.mu.Lock()
	ids := slices.Sorted(maps.Keys(r.targets))
	targets := make([]types.Target, len(ids))
	for i, id := range ids {
		targets[i] = r.targets[id]
	}
	s.mu.Unlock()
	for _, target := range targets {
		s.Clock.AfterFunc(0, func() { s.attempt(api.Deref(r.described.Arn), target, e, 0) })
	}
}

// EventBridge tries again for 24 hours and up to 185 times, with growing
// pauses, unless the target's policy says otherwise.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
const (
	standardRetries = 185
	standardAge     = 24 * time.Hour
	maxPause        = 10 * time.Minute
)

func (s *Service) attempt(ruleARN string, target types.Target, e event, retries int) {
	err := s.send(ruleARN, target, e)
	if err == nil {
		return
	}
	most, age := standardRetries, standardAge
	if policy := target.RetryPolicy; policy != nil {
		if policy.MaximumRetryAttempts != nil {
			most = int(*policy.MaximumRetryAttempts)
		}
		if policy.MaximumEventAgeInSeconds != nil {
			age = time.Duration(*policy.MaximumEventAgeInSeconds) * time.Second
		}
	}
	pause := min(maxPause, time.Second<<min(retries, 20))
	happened, parseErr := time.Parse(time.RFC3339, e.Time)
	expired := parseErr == nil && s.Clock.Now().Add(pause).Sub(happened) > age
	permanent := api.AsError(err).HTTPStatus() < 500 && !api.IsCode(err, "TooManyRequestsException") && !api.IsCode(err, "ThrottlingException")
	if permanent || retries >= most || expired {
		s.Log.Warn("event not delivered", "rule", ruleARN, "target", api.Deref(target.Arn), "attempts", retries+1, "error", err.Error())
		s.bury(ruleARN, target, e)
		return
	}
	s.Clock.AfterFunc(pause, func() { s.attempt(ruleARN, target, e, retries+1) })
}

func (s *Service) send(ruleARN string, target types.Target, e event) error {
	payload := input(target, e, ruleARN)
	ctx := context.Background()
	arn := api.Deref(target.Arn)
	caller := api.ServiceCaller(principal, ruleARN)
	if target.RoleArn != nil {
		caller.RoleARN = *target.RoleArn
		caller.ARN = session(*target.RoleArn)
	}
	var err error
	switch {
	case strings.Contains(arn, ":lambda:"):
		_, err = s.Bus.Call(ctx, caller, "lambda", "Invoke", &lambda.InvokeInput{FunctionName: &arn, InvocationType: lambdatypes.InvocationTypeEvent, Payload: []byte(payload)})
	case strings.Contains(arn, ":states:"):
		// EventBridge names an execution after the event and the rule, so that a
		// repeated delivery of one event starts nothing twice by chance only.
		name := e.ID + "_" + api.NewID()
		_, err = s.Bus.Call(ctx, caller, "states", "StartExecution", &sfn.StartExecutionInput{StateMachineArn: &arn, Input: &payload, Name: &name})
	case strings.Contains(arn, ":sns:"):
		_, err = s.Bus.Call(ctx, caller, "sns", "Publish", &sns.PublishInput{TopicArn: &arn, Message: &payload})
	case strings.Contains(arn, ":sqs:"):
		err = s.Enqueue(ctx, caller, arn, payload)
	case strings.Contains(arn, ":event-bus/"):
		return s.pass(ctx, caller, arn, e)
	}
	return err
}

// maxHops is how many rules may pass an event from bus to bus. A rule whose target
// is its own bus would otherwise pass one event on for ever. AWS warns of such loops
// and names no bound.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules-best-practices.html
const maxHops = 10

type hopsKey struct{}

// hopsOf is how many rules have passed the event that is being put.
func hopsOf(ctx context.Context) int {
	hops, _ := ctx.Value(hopsKey{}).(int)
	return hops
}

// pass puts an event on another bus, as it is.
func (s *Service) pass(ctx context.Context, caller api.Caller, busARN string, e event) error {
	if e.hops >= maxHops {
		return api.Errorf("ValidationException", "the local cloud passes an event from bus to bus %d times at most; does a rule on %s send to its own bus?", maxHops, busARN)
	}
	ctx = context.WithValue(ctx, hopsKey{}, e.hops+1)
	entry := types.PutEventsRequestEntry{EventBusName: &busARN, Source: &e.Source, DetailType: &e.DetailType,
		Detail: new(string(e.Detail)), Resources: e.Resources}
	if at, err := time.Parse(time.RFC3339, e.Time); err == nil {
		entry.Time = &at
	}
	out, err := api.Do[eventbridge.PutEventsOutput](ctx, s.Bus, caller, "events", "PutEvents", &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry}})
	if err == nil && out.FailedEntryCount > 0 {
		return api.Errorf(api.Deref(out.Entries[0].ErrorCode), "%s", api.Deref(out.Entries[0].ErrorMessage))
	}
	return err
}

// bury puts an event that could not be delivered into its dead-letter queue.
func (s *Service) bury(ruleARN string, target types.Target, e event) {
	if target.DeadLetterConfig == nil || target.DeadLetterConfig.Arn == nil {
		return
	}
	if err := s.Enqueue(context.Background(), api.ServiceCaller(principal, ruleARN), *target.DeadLetterConfig.Arn, string(e.text)); err != nil {
		s.Log.Error("event lost: the dead-letter queue refused it", "queue", *target.DeadLetterConfig.Arn, "error", err.Error())
	}
}
