package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/release"
	"weir/internal/requests"
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
	if _, err := requests.Parse(raw); err != nil {
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

type askCmd struct {
	Ask string `arg:"" enum:"pause,resume,skip,promote,abort" help:"pause, resume, skip, promote or abort."`
	onTarget
}

// Run gives a command to the release that runs on the target.
func (c *askCmd) Run(ctx context.Context) error {
	return c.send(ctx, map[string]any{"ask": c.Ask})
}

type rollbackCmd struct {
	To string `help:"The version to return to. Default: the one served before."`
	onTarget
}

// Run returns the target to a former version.
func (c *rollbackCmd) Run(ctx context.Context) error {
	spec := map[string]any{}
	if c.To != "" {
		spec["to"] = c.To
	}
	return c.send(ctx, map[string]any{"rollBack": spec})
}

type freezeCmd struct {
	For        time.Duration `default:"1h" help:"How long; 0s ends a freeze."`
	Everything bool          `help:"Freeze every target of the pipeline."`
	onTarget
}

// Run freezes or thaws a target.
func (c *freezeCmd) Run(ctx context.Context) error {
	return c.send(ctx, map[string]any{"freeze": map[string]any{"for": c.For.String(), "everything": c.Everything}})
}

type approveCmd struct {
	Execution string `arg:"" help:"ARN of the execution that waits."`
	Reject    bool   `help:"Reject instead."`
	By        string `help:"Who answers, for the record. Default: the user of this machine."`
}

// Run answers the approval that a release waits for. The task token is in the
// execution's history, so that who may read that and answer tasks may approve.
func (c *approveCmd) Run(ctx context.Context) error {
	states, err := statesClient(ctx)
	if err != nil {
		return err
	}
	token, err := waitingToken(ctx, states, c.Execution)
	if err != nil {
		return err
	}
	decision := release.AskApprove
	if c.Reject {
		decision = release.AskReject
	}
	output, err := json.Marshal(map[string]string{"decision": string(decision), "by": onTarget{By: c.By}.by()})
	if err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	if _, err := states.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(string(output))}); err != nil {
		return fmt.Errorf("answer the approval: %w", err)
	}
	fmt.Println("answered:", decision)
	return nil
}

// waitingToken finds the token of the latest notice that asks for an approval.
func waitingToken(ctx context.Context, states *sfn.Client, execution string) (string, error) {
	pages := sfn.NewGetExecutionHistoryPaginator(states, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution, ReverseOrder: true})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("read the history of %s: %w", execution, err)
		}
		for _, event := range page.Events {
			scheduled := event.TaskScheduledEventDetails
			if scheduled == nil || aws.ToString(scheduled.ResourceType) != "events" {
				continue
			}
			var parameters struct {
				Entries []struct{ Detail struct{ Token string } }
			}
			if err := json.Unmarshal([]byte(aws.ToString(scheduled.Parameters)), &parameters); err == nil && len(parameters.Entries) > 0 {
				return parameters.Entries[0].Detail.Token, nil
			}
		}
	}
	return "", fmt.Errorf("release %s waits for no approval", execution)
}
