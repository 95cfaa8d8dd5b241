// Package demo tells the main story of Weir on a local cloud: a good version is
// released step by step, a faulty one is caught and rolled back. Template,
// handlers, definition and requests are the real ones; only the cloud is local.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/follow"
	"weir/internal/release"
	"weir/localcloud"
)

// Options are what the demo can be told.
type Options struct {
	Assemblies []string // cloud assemblies of version 1, 2 and 3, in order
	Report     string   // where report.json goes
	Speed      float64  // cloud seconds per second of the wall
	PerMinute  float64  // requests per cloud minute
	Out        io.Writer
	Log        *slog.Logger
}

// story is a demo under way.
type story struct {
	Options
	cloud   *localcloud.Cloud
	lambda  *lambda.Client
	states  *sfn.Client
	traffic *traffic
	outputs map[string]string
	began   time.Time
}

// Run tells the story and returns an error when it did not go as it should.
func Run(ctx context.Context, options Options) error {
	s := &story{Options: options, began: time.Now()}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := s.start(ctx); err != nil {
		return err
	}
	report, err := s.tell(ctx)
	err = errors.Join(err, s.cloud.Close())
	if err != nil {
		return err
	}
	if err := report.write(s.Report); err != nil {
		return err
	}
	s.summarise(report)
	if faults := report.faults(); len(faults) > 0 {
		return errors.New("the demo did not go as it should: " + strings.Join(faults, "; "))
	}
	return nil
}

// start brings up an empty local cloud with version 1 on it.
func (s *story) start(ctx context.Context) error {
	cloud, err := localcloud.Start(ctx, localcloud.Options{Speed: s.Speed, Log: s.Log})
	if err != nil {
		return fmt.Errorf("start the local cloud: %w", err)
	}
	s.cloud = cloud
	cfg, err := cloud.Config(ctx)
	if err != nil {
		return fmt.Errorf("configure the SDK: %w", err)
	}
	s.lambda, s.states = lambda.NewFromConfig(cfg), sfn.NewFromConfig(cfg)
	s.say("local cloud at %s, its clock %g times as fast as the wall", cloud.URL(), s.Speed)
	return s.deploy(ctx, 1)
}

// deploy puts one version's cloud assembly on the cloud.
func (s *story) deploy(ctx context.Context, version int) error {
	began := time.Now()
	outputs, err := s.cloud.Deploy(ctx, s.Assemblies[version-1])
	if err != nil {
		return fmt.Errorf("deploy version %d: %w", version, err)
	}
	s.outputs = outputs
	s.say("deployed version %d (staging %s, prod %s) in %s", version,
		s.serves(ctx, "staging"), s.serves(ctx, "prod"), time.Since(began).Round(time.Millisecond))
	return nil
}

// serves says what an alias serves, or why that is unknown.
func (s *story) serves(ctx context.Context, alias string) string {
	after, err := s.alias(ctx, alias)
	if err != nil {
		return err.Error()
	}
	return "on " + after.Version
}

func (s *story) tell(ctx context.Context) (Report, error) {
	s.traffic = &traffic{api: s.lambda, now: s.cloud.Clock().Now, function: s.outputs["FunctionName"], alias: "prod"}
	trafficContext, stop := context.WithCancel(ctx)
	defer stop()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.traffic.run(trafficContext, s.PerMinute/60*s.Speed)
	}()
	s.say("sending %g requests a minute to prod", s.PerMinute)

	var report Report
	for version := 2; version <= len(s.Assemblies); version++ {
		if err := s.deploy(ctx, version); err != nil {
			return Report{}, err
		}
		released, err := s.release(ctx, version)
		if err != nil {
			return Report{}, err
		}
		report.Releases = append(report.Releases, released)
	}
	stop()
	<-stopped
	for _, released := range report.Releases {
		for _, n := range released.Errors {
			report.ClientErrors += n
		}
	}
	unserved, reason := s.traffic.trouble()
	if reason != nil {
		s.say("%d requests were not served: %v", unserved, reason)
	}
	report.UnservedRequests = unserved
	report.WallSeconds = time.Since(s.began).Seconds()
	return report, nil
}

// request is what a release engineer would send: three steps, five minutes of
// watching.
const request = `{
  "target": {"function": %q, "alias": "prod"},
  "strategy": {"steps": [{"weight": 10, "bake": "3m"}, {"weight": 30, "bake": "3m"}, {"weight": 60, "bake": "3m"}]},
  "watch": "3m"
}`

func (s *story) release(ctx context.Context, version int) (ReleaseReport, error) {
	began := time.Now()
	started, err := s.states.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: aws.String(s.outputs["StateMachineArn"]),
		Name:            aws.String(fmt.Sprintf("release-%d", version)),
		Input:           aws.String(fmt.Sprintf(request, s.traffic.function)),
	})
	if err != nil {
		return ReleaseReport{}, fmt.Errorf("start release %d: %w", version, err)
	}
	s.say("")
	s.say("release %d started: %s", version, aws.ToString(started.ExecutionArn))
	n := &narrator{story: s}
	outcome, err := follow.Follow(ctx, s.states, aws.ToString(started.ExecutionArn), 50*time.Millisecond, n.on)
	if err != nil {
		return ReleaseReport{}, err
	}
	return s.reportOf(ctx, n, outcome, time.Since(began))
}

func (s *story) reportOf(ctx context.Context, n *narrator, outcome follow.Outcome, wall time.Duration) (ReleaseReport, error) {
	if n.plan == nil {
		return ReleaseReport{}, fmt.Errorf("the release was not planned: %s: %s", outcome.Error, outcome.Cause)
	}
	after, err := s.alias(ctx, "prod")
	if err != nil {
		return ReleaseReport{}, err
	}
	total := s.traffic.between(outcome.StartedAt, outcome.EndedAt)
	report := ReleaseReport{
		From: n.plan.Targets[0].Stable, To: n.plan.Targets[0].Candidate, Outcome: release.Succeeded,
		CloudSeconds: outcome.EndedAt.Sub(outcome.StartedAt).Seconds(), WallSeconds: wall.Seconds(),
		Requests: total.Requests, Errors: total.Errors, StateTransitions: outcome.Transitions,
		AliasAfter: after, Splits: n.splits(outcome.EndedAt),
	}
	for _, shift := range n.shifts {
		report.Weights = append(report.Weights, shift.weight)
	}
	if outcome.Status != "SUCCEEDED" {
		report.Outcome, report.Error = release.RolledBack, outcome.Error
		report.Cause, _, _ = strings.Cut(outcome.Cause, "\n\n")
	}
	n.end(report)
	return report, nil
}

func (s *story) alias(ctx context.Context, name string) (AliasAfter, error) {
	out, err := s.lambda.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: aws.String(s.outputs["FunctionName"]), Name: &name})
	if err != nil {
		return AliasAfter{}, fmt.Errorf("read alias %s: %w", name, err)
	}
	after := AliasAfter{Version: aws.ToString(out.FunctionVersion), Weights: map[string]int{}}
	if out.RoutingConfig != nil {
		for version, weight := range out.RoutingConfig.AdditionalVersionWeights {
			after.Weights[version] = int(weight*100 + 0.5)
		}
	}
	return after, nil
}

func (s *story) say(format string, args ...any) {
	fmt.Fprintf(s.Out, format+"\n", args...)
}
