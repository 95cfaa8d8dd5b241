// Command shift is the Lambda function that writes to aliases on the way forward:
// it locks them, shifts traffic step by step, promotes the candidate, gives the lock
// back, and leaves people's commands and answers there. It never judges.
package main

import (
	"context"

	"weir/internal/awslambda"
	"weir/internal/awsstates"
	"weir/internal/events"
	"weir/internal/handler"
)

func main() {
	config, err := handler.Config(context.Background())
	if err != nil {
		handler.Fail(err)
	}
	shift := &Shift{aliases: awslambda.New(config), executions: awsstates.New(config), events: events.New(config)}
	handler.Run(shift.Handle)
}
