package docs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud"
)

// speed is how many cloud seconds pass in one of the wall.
const speed = 90

// requestsPerMinute is of the cloud's time; with fewer, a canary of 10 % is held
// for want of evidence.
const requestsPerMinute = 400

// scene is a local cloud in the situation that a page is about: version 1 in
// production and version 2 deployed.
type scene struct {
	t        *testing.T
	cloud    *localcloud.Cloud
	config   aws.Config
	lambda   *lambda.Client
	states   *sfn.Client
	function string
	machine  string
}

func newScene(t *testing.T, b built) *scene {
	t.Helper()
	cloud, err := localcloud.Start(t.Context(), localcloud.Options{Speed: speed})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	cfg, err := cloud.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, cloud: cloud, config: cfg, lambda: lambda.NewFromConfig(cfg), states: sfn.NewFromConfig(cfg)}
	for _, assembly := range []string{b.first, b.second} {
		outputs, err := cloud.Deploy(t.Context(), assembly)
		if err != nil {
			t.Fatal(err)
		}
		s.function, s.machine = outputs["FunctionName"], outputs["StateMachineArn"]
	}
	return s
}

// traffic sends requests to prod until the test ends. What they answer is for
// the release to judge.
func (s *scene) traffic() {
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		pace := time.NewTicker(time.Minute / requestsPerMinute / speed)
		defer pace.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-pace.C:
				_, _ = s.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &s.function, Qualifier: aws.String("prod")})
			}
		}
	}()
	s.t.Cleanup(func() { cancel(); <-done })
}

// start starts an execution; FUNCTION in the request stands for the function.
func (s *scene) start(request string) string {
	s.t.Helper()
	out, err := s.states.StartExecution(s.t.Context(), &sfn.StartExecutionInput{
		StateMachineArn: &s.machine, Input: aws.String(strings.ReplaceAll(request, "FUNCTION", s.function))})
	if err != nil {
		s.t.Fatal(err)
	}
	return aws.ToString(out.ExecutionArn)
}

// until waits for a condition, for at most two minutes of the wall.
func (s *scene) until(what string, holds func() bool) {
	s.t.Helper()
	limit := time.After(2 * time.Minute)
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-limit:
			s.t.Fatalf("it never came about that %s; prod is %s", what, s.prod())
		case <-look.C:
		}
	}
}

// prod says what the production alias serves, such as "1" or
// "1 2=10% locked".
func (s *scene) prod() string {
	s.t.Helper()
	out, err := s.lambda.GetAlias(s.t.Context(), &lambda.GetAliasInput{FunctionName: &s.function, Name: aws.String("prod")})
	if err != nil {
		s.t.Fatal(err)
	}
	text := aws.ToString(out.FunctionVersion)
	if out.RoutingConfig != nil && len(out.RoutingConfig.AdditionalVersionWeights) > 0 {
		for version, weight := range out.RoutingConfig.AdditionalVersionWeights {
			text += fmt.Sprintf(" %s=%.0f%%", version, weight*100)
		}
	}
	if strings.Contains(aws.ToString(out.Description), "lock=") {
		text += " locked"
	}
	return text
}

// status is how an execution stands, and its error.
func (s *scene) status(execution string) string {
	s.t.Helper()
	out, err := s.states.DescribeExecution(s.t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSpace(string(out.Status) + " " + aws.ToString(out.Error))
}

// ended waits for an execution's end.
func (s *scene) ended(execution string) string {
	s.t.Helper()
	s.until("the execution ended", func() bool { return s.status(execution) != string(sfntypes.ExecutionStatusRunning) })
	return s.status(execution)
}

// The situations.

const longRelease = `{"target": {"function": "FUNCTION"}, "strategy": {"steps": [{"weight": 10, "bake": "2h"}, {"weight": 20, "bake": "2h"}]}, "reason": "new prices"}`

func quiet(*scene) string { return "" }

// busy is quiet with requests coming in, which a release needs to be promoted.
func busy(s *scene) string {
	s.traffic()
	return ""
}

func shortRelease(s *scene) string {
	s.traffic()
	return s.start(`{"target": {"function": "FUNCTION"}, "strategy": {"steps": [{"weight": 50, "bake": "5m"}]}, "watch": "0m"}`)
}

// running is a release that bakes for hours: longer than any page takes.
func running(s *scene) string {
	execution := s.start(longRelease)
	s.until("traffic was split", func() bool { return s.prod() == "1 2=10% locked" })
	return execution
}

// watched is one with requests coming in, so that it can advance.
func watched(s *scene) string {
	s.traffic()
	return running(s)
}

// paused is one that somebody holds.
func paused(s *scene) string {
	execution := running(s)
	asking := s.start(`{"target": {"function": "FUNCTION"}, "command": "pause", "by": "ada"}`)
	if status := s.ended(asking); status != "SUCCEEDED" {
		s.t.Fatalf("pause ended %s", status)
	}
	return execution
}

// waiting is one that waits for a person.
func waiting(s *scene) string {
	s.traffic()
	execution := s.start(`{"target": {"function": "FUNCTION"}, "approvals": [{"before": 20, "limit": "2h"}],
	  "strategy": {"steps": [{"weight": 10, "bake": "1m"}, {"weight": 20, "bake": "2h"}]}}`)
	s.until("approval was asked for", func() bool {
		out, err := s.states.GetExecutionHistory(s.t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &execution, ReverseOrder: true})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, event := range out.Events {
			if d := event.TaskScheduledEventDetails; d != nil && aws.ToString(d.ResourceType) == "events" {
				return true
			}
		}
		return false
	})
	return execution
}

// promoted is version 2 in full service, and no release.
func promoted(s *scene) string {
	execution := shortRelease(s)
	if status := s.ended(execution); status != "SUCCEEDED" {
		s.t.Fatalf("the release ended %s", status)
	}
	return execution
}

// rolledBack is a release that failed.
func rolledBack(s *scene) string {
	execution := running(s)
	s.start(`{"target": {"function": "FUNCTION"}, "command": "abort", "by": "ada"}`)
	s.ended(execution)
	return execution
}

// stopped is a release that somebody ended from outside.
func stopped(s *scene) string {
	execution := running(s)
	if _, err := s.states.StopExecution(s.t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
		s.t.Fatal(err)
	}
	return execution
}

// abandoned is an alias that a release has left split and locked. The rules
// are off, so that only a person can repair it.
func abandoned(s *scene) string {
	rules := eventbridge.NewFromConfig(s.config)
	listed, err := rules.ListRules(s.t.Context(), &eventbridge.ListRulesInput{})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, rule := range listed.Rules {
		if _, err := rules.DisableRule(s.t.Context(), &eventbridge.DisableRuleInput{Name: rule.Name}); err != nil {
			s.t.Fatal(err)
		}
	}
	return stopped(s)
}
