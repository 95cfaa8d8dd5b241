package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud"
)

// stage is a local cloud with a pipeline on it, and time that passes only when
// it is let.
type stage struct {
	cloud    *localcloud.Cloud
	clock    *localcloud.Clock
	lambda   *lambda.Client
	states   *sfn.Client
	function string // the sample app
	machine  string // the ARN of the release workflow
}

// newStage deploys an assembly to a cloud of its own, whose calls pass gate.
func newStage(ctx context.Context, assembly string, gate localcloud.Gate) (*stage, error) {
	s := &stage{clock: localcloud.SteppedClock(time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC))}
	cloud, err := localcloud.Start(ctx, localcloud.Options{Clock: s.clock, Gates: []localcloud.Gate{gate}})
	if err != nil {
		return nil, err
	}
	s.cloud = cloud
	cfg, err := cloud.Config(ctx)
	if err != nil {
		return nil, errors.Join(err, cloud.Close())
	}
	s.lambda, s.states = lambda.NewFromConfig(cfg), sfn.NewFromConfig(cfg)
	outputs, err := cloud.Deploy(ctx, assembly)
	if err != nil {
		return nil, errors.Join(err, cloud.Close())
	}
	s.function, s.machine = outputs["FunctionName"], outputs["StateMachineArn"]
	return s, nil
}

// traffic sends requests to the functions' prod in every cloud minute from now
// on; failed gets the first error.
func (s *stage) traffic(ctx context.Context, functions []string, perMinute int, failed chan<- error) {
	var minute func()
	minute = func() {
		for range perMinute {
			for _, function := range functions {
				if _, err := s.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Qualifier: aws.String("prod"), Payload: []byte(`{}`)}); err != nil {
					select {
					case failed <- fmt.Errorf("invoke %s: %w", function, err):
					default: // one is enough
					}
					return
				}
			}
		}
		s.clock.AfterFunc(time.Minute, minute)
	}
	s.clock.AfterFunc(time.Second, minute)
}

// release runs a release to its good end and counts its state transitions: each
// state entered, each retry, and one for the start.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-transitions.html
func (s *stage) release(ctx context.Context, request string) (transitions int, err error) {
	started, err := s.states.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &s.machine, Input: &request})
	if err != nil {
		return 0, fmt.Errorf("start a release: %w", err)
	}
	var out *sfn.DescribeExecutionOutput
	ended := s.clock.AdvanceUntil(ctx, 24*time.Hour, func() bool {
		out, err = s.states.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		return err != nil || out.Status != types.ExecutionStatusRunning
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("look at a release: %w", err)
	case !ended:
		return 0, errors.New("the release did not end")
	case out.Status != types.ExecutionStatusSucceeded:
		return 0, fmt.Errorf("the release ended %s: %s: %s", out.Status, aws.ToString(out.Error), aws.ToString(out.Cause))
	}
	return s.transitions(ctx, started.ExecutionArn)
}

func (s *stage) transitions(ctx context.Context, execution *string) (int, error) {
	entered, tries, tasks := 1, 0, 0
	pages := sfn.NewGetExecutionHistoryPaginator(s.states, &sfn.GetExecutionHistoryInput{ExecutionArn: execution, MaxResults: 1000})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, fmt.Errorf("read a release's history: %w", err)
		}
		for _, event := range page.Events {
			switch event.Type {
			case types.HistoryEventTypeTaskStateEntered:
				entered++
				tasks++
			case types.HistoryEventTypeTaskScheduled, types.HistoryEventTypeLambdaFunctionScheduled:
				tries++
			default:
				if event.StateEnteredEventDetails != nil {
					entered++
				}
			}
		}
	}
	return entered + max(tries-tasks, 0), nil
}
