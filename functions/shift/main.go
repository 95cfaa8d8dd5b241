// Command shift is the Lambda function that plans a release and moves traffic
// forward: it locks the alias, shifts it step by step, promotes the candidate
// and gives the lock back. It never judges.
package main

import (
	"context"

	"weir/internal/awslambda"
	"weir/internal/awsmetrics"
	"weir/internal/awsstates"
	"weir/internal/handler"
	"weir/internal/ledger"
)

func main() {
	config, err := handler.Config(context.Background())
	if err != nil {
		handler.Fail(err)
	}
	shift := &Shift{
		aliases:    awslambda.New(config),
		versions:   awslambda.New(config),
		executions: awsstates.New(config),
		alarms:     awsmetrics.New(config),
		ledger:     ledger.New(config),
	}
	handler.Run(shift.Handle)
}
