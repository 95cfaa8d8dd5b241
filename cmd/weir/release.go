package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/follow"
	"weir/internal/requests"
)

type releaseCmd struct {
	StateMachine string `required:"" env:"WEIR_STATE_MACHINE" help:"ARN of the release workflow (output StateMachineArn of the stack)."`
	Function     string `help:"The function to release."`
	Alias        string `default:"prod" help:"The alias to move."`
	Version      string `help:"Version number, alias to promote from, or $$LATEST. Default: what staging serves."`
	Strategy     string `help:"Name of a strategy preset, or its JSON."`
	Request      string `type:"existingfile" help:"A file with the whole request instead, as JSON."`
	DryRun       bool   `help:"Plan only; move nothing."`
	Force        bool   `help:"Release a version again that was rolled back before."`
	Reason       string `help:"Why, for the record."`
	Name         string `help:"Name of the execution: the same name never starts twice."`
	NoWait       bool   `help:"Do not follow the release."`
}

// Run starts a release and follows it; it fails when the release does.
func (c *releaseCmd) Run(ctx context.Context) error {
	request, err := c.request()
	if err != nil {
		return err
	}
	states, err := statesClient(ctx)
	if err != nil {
		return err
	}
	input := &sfn.StartExecutionInput{StateMachineArn: &c.StateMachine, Input: aws.String(string(request))}
	if c.Name != "" {
		input.Name = &c.Name
	}
	started, err := states.StartExecution(ctx, input)
	if err != nil {
		return fmt.Errorf("start the release: %w", err)
	}
	fmt.Println(aws.ToString(started.ExecutionArn))
	if c.NoWait {
		return nil
	}
	return followExecution(ctx, states, aws.ToString(started.ExecutionArn))
}

// request is the execution's input: the file, or what the flags say. It is
// validated here too, so that a slip is found before anything is started.
func (c *releaseCmd) request() ([]byte, error) {
	raw, err := c.rawRequest()
	if err != nil {
		return nil, err
	}
	parsed, err := requests.Parse(raw)
	if err != nil {
		return nil, err
	}
	_, err = parsed.Strategy.Resolve()
	return raw, err
}

func (c *releaseCmd) rawRequest() ([]byte, error) {
	if c.Request != "" {
		raw, err := os.ReadFile(c.Request)
		if err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
		return raw, nil
	}
	fields := map[string]any{"target": map[string]string{"function": c.Function, "alias": c.Alias}}
	set := func(name, value string) {
		if value != "" {
			fields[name] = value
		}
	}
	set("version", c.Version)
	set("reason", c.Reason)
	set("strategy", c.Strategy)
	if strings.HasPrefix(c.Strategy, "{") {
		fields["strategy"] = json.RawMessage(c.Strategy)
	}
	if c.DryRun {
		fields["dryRun"] = true
	}
	if c.Force {
		fields["force"] = true
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("write the request from the flags: %w", err)
	}
	return raw, nil
}

type followCmd struct {
	Execution string `arg:"" help:"ARN of the execution."`
}

// Run follows an execution; it fails when the release does.
func (c *followCmd) Run(ctx context.Context) error {
	states, err := statesClient(ctx)
	if err != nil {
		return err
	}
	return followExecution(ctx, states, c.Execution)
}

func statesClient(ctx context.Context) (*sfn.Client, error) {
	cfg, err := awsConfig(ctx)
	if err != nil {
		return nil, err
	}
	return sfn.NewFromConfig(cfg), nil
}

// lookEvery is the pace of following: one cheap call each.
const lookEvery = 2 * time.Second

func followExecution(ctx context.Context, states follow.API, execution string) error {
	outcome, err := follow.Follow(ctx, states, execution, lookEvery, func(event follow.Event) {
		line := event.State
		switch {
		case event.Retry != "":
			line += ": failed with " + event.Retry
		case event.Progress != nil && event.Progress.Looks > 0:
			line += fmt.Sprintf(": %d %%. %s", event.Progress.Weight, event.Progress.Verdict)
		case event.Progress != nil && event.Progress.Weight > 0:
			line += fmt.Sprintf(": %d %%", event.Progress.Weight)
		case event.Plan != nil || event.Progress != nil:
			return
		}
		fmt.Printf("%s  %s\n", event.At.Format(time.TimeOnly), line)
	})
	if err != nil {
		return err
	}
	if outcome.Status != "SUCCEEDED" {
		cause, _, _ := strings.Cut(outcome.Cause, "\n\n")
		return fmt.Errorf("the release ended %s: %s: %s", outcome.Status, outcome.Error, cause)
	}
	fmt.Println("the release succeeded")
	return nil
}
