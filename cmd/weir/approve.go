package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/release"
)

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
	decision := release.CommandApprove
	if c.Reject {
		decision = release.CommandReject
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
