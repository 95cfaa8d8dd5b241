package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/user"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/release"
)

// onTarget is what every request but a release says first.
type onTarget struct {
	StateMachine string `required:"" env:"WEIR_STATE_MACHINE" help:"ARN of the release workflow (output StateMachineArn of the stack)."`
	Function     string `required:"" help:"The function."`
	Alias        string `default:"prod" help:"The alias."`
	Reason       string `help:"Why, for the record."`
	By           string `help:"Who asks, for the record. Default: the user of this machine."`
}

func (o onTarget) send(ctx context.Context, fields map[string]any) error {
	fields["target"] = map[string]string{"function": o.Function, "alias": o.Alias}
	fields["by"] = o.by()
	if o.Reason != "" {
		fields["reason"] = o.Reason
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("write the request: %w", err)
	}
	if _, err := release.ParseRequest(raw); err != nil {
		return err
	}
	states, err := statesClient(ctx)
	if err != nil {
		return err
	}
	started, err := states.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &o.StateMachine, Input: aws.String(string(raw))})
	if err != nil {
		return fmt.Errorf("start the request: %w", err)
	}
	return followExecution(ctx, states, aws.ToString(started.ExecutionArn))
}

func (o onTarget) by() string {
	if o.By != "" {
		return o.By
	}
	if me, err := user.Current(); err == nil {
		return me.Username
	}
	return os.Getenv("USER")
}

func statesClient(ctx context.Context) (*sfn.Client, error) {
	cfg, err := awsConfig(ctx)
	if err != nil {
		return nil, err
	}
	return sfn.NewFromConfig(cfg), nil
}
