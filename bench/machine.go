package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud"
)

const (
	machineStates = 20
	together      = 1000 // executions at once
	callers       = 8
)

// machineRows measures how many executions of a machine of 20 states the local
// cloud gets through, and that a thousand at once all end as they should.
func machineRows(ctx context.Context, _ inputs) (rows []row, err error) {
	cloud, err := localcloud.Start(ctx, localcloud.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, cloud.Close()) }()
	cfg, err := cloud.Config(ctx)
	if err != nil {
		return nil, err
	}
	m := &machine{api: sfn.NewFromConfig(cfg)}
	if err := m.create(ctx); err != nil {
		return nil, err
	}
	perSecond, err := m.throughput(ctx, 5*time.Second)
	if err != nil {
		return nil, err
	}
	took, most, err := m.atOnce(ctx, together, 3*time.Second)
	if err != nil {
		return nil, err
	}
	return []row{
		{fmt.Sprintf("executions a second of a machine of %d states, %d callers", machineStates, callers), fmt.Sprintf("%.0f", perSecond), ""},
		{fmt.Sprintf("%d executions at once, each waiting 3s", together),
			fmt.Sprintf("all right after %s", took.Round(10*time.Millisecond)), fmt.Sprintf("%d seen running at one time", most)},
	}, nil
}

// machine is a state machine of 20 JSONata states: a wait as long as the input
// says, then sums, choices and passes in turn.
type machine struct {
	api *sfn.Client
	arn *string
}

// sums is how many of the machine's states add one to n.
func sums() int { return (machineStates - 2 + 2) / 3 }

func definition() ([]byte, error) {
	name := func(i int) string { return fmt.Sprintf("S%02d", i) }
	states := map[string]any{
		name(0):                 map[string]any{"Type": "Wait", "Seconds": "{% $states.input.wait %}", "Next": name(1)},
		name(machineStates - 1): map[string]any{"Type": "Succeed"},
	}
	for i := 1; i < machineStates-1; i++ {
		next := name(i + 1)
		switch i % 3 {
		case 1:
			states[name(i)] = map[string]any{"Type": "Pass", "Output": map[string]any{"n": "{% $states.input.n + 1 %}"}, "Next": next}
		case 2:
			states[name(i)] = map[string]any{"Type": "Choice", "Default": name(machineStates - 1),
				"Choices": []any{map[string]any{"Condition": "{% $states.input.n > 0 %}", "Next": next}}}
		default:
			states[name(i)] = map[string]any{"Type": "Pass", "Next": next}
		}
	}
	return json.Marshal(map[string]any{"QueryLanguage": "JSONata", "StartAt": name(0), "States": states})
}

func (m *machine) create(ctx context.Context) error {
	text, err := definition()
	if err != nil {
		return fmt.Errorf("write a definition: %w", err)
	}
	out, err := m.api.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{Name: aws.String("bench"), Definition: aws.String(string(text)),
		RoleArn: aws.String("arn:aws:iam::000000000000:role/bench")})
	if err != nil {
		return fmt.Errorf("create a state machine: %w", err)
	}
	m.arn = out.StateMachineArn
	return nil
}

func (m *machine) start(ctx context.Context, n int, wait time.Duration) (string, error) {
	out, err := m.api.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: m.arn,
		Input: aws.String(fmt.Sprintf(`{"n": %d, "wait": %d}`, n, int(wait.Seconds())))})
	if err != nil {
		return "", fmt.Errorf("start an execution: %w", err)
	}
	return aws.ToString(out.ExecutionArn), nil
}

// await looks at an execution until it has ended, and checks what came out.
func (m *machine) await(ctx context.Context, execution string, n int) error {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for {
		out, err := m.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		if err != nil {
			return fmt.Errorf("look at an execution: %w", err)
		}
		if out.Status == types.ExecutionStatusRunning {
			<-look.C
			continue
		}
		if want := fmt.Sprintf(`{"n":%d}`, n+sums()); out.Status != types.ExecutionStatusSucceeded || aws.ToString(out.Output) != want {
			return fmt.Errorf("an execution ended %s with %s%s; want %s", out.Status, aws.ToString(out.Output), aws.ToString(out.Cause), want)
		}
		return nil
	}
}

// throughput is how many executions a second end when each caller starts one,
// awaits its end and starts the next.
func (m *machine) throughput(ctx context.Context, span time.Duration) (float64, error) {
	var ended atomic.Int64
	began := time.Now()
	err := each(callers, func(caller int) error {
		for n := 1 + caller; time.Since(began) < span; n += callers {
			execution, err := m.start(ctx, n, 0)
			if err != nil {
				return err
			}
			if err := m.await(ctx, execution, n); err != nil {
				return err
			}
			ended.Add(1)
		}
		return nil
	})
	return float64(ended.Load()) / time.Since(began).Seconds(), err
}

// atOnce starts count executions that all wait, and checks the end of each. most
// is how many were running when the last had been started.
func (m *machine) atOnce(ctx context.Context, count int, wait time.Duration) (took time.Duration, most int, err error) {
	began := time.Now()
	executions := make([]string, count)
	if err := each(callers, func(caller int) error {
		for i := caller; i < count; i += callers {
			execution, err := m.start(ctx, 1+i, wait)
			if err != nil {
				return err
			}
			executions[i] = execution
		}
		return nil
	}); err != nil {
		return 0, 0, err
	}
	running, err := m.api.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: m.arn, StatusFilter: types.ExecutionStatusRunning, MaxResults: together})
	if err != nil {
		return 0, 0, fmt.Errorf("list executions: %w", err)
	}
	for i, execution := range executions {
		if err := m.await(ctx, execution, 1+i); err != nil {
			return 0, 0, err
		}
	}
	return time.Since(began), len(running.Executions), nil
}

// each runs work for n callers at once and returns the first thing that went
// wrong.
func each(n int, work func(caller int) error) error {
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { errs[i] = work(i) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
