package main

import (
	"context"
	"fmt"
	"time"

	"weir/internal/follow"
)

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

// lookEvery is the pace of following: one cheap call each.
const lookEvery = 2 * time.Second

func followExecution(ctx context.Context, states follow.API, execution string) error {
	outcome, err := follow.Follow(ctx, states, execution, lookEvery, func(event follow.Event) {
		line := event.State
		switch {
		case event.Retry != "":
			line += ": failed with " + event.Retry
		case event.Progress != nil && event.Progress.Observations > 0:
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
	said, err := ending(outcome)
	if err != nil {
		return err
	}
	fmt.Println(said)
	return nil
}
