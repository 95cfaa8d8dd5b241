// Command shift is the Lambda function that plans a release and moves traffic
// forward: it locks the alias, shifts it step by step, promotes the candidate
// and gives the lock back. It passes on what people and hooks say. It never
// judges.
package main

import (
	"context"
	"os"

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
	functions, executions := awslambda.New(config), awsstates.New(config)
	shift := &Shift{
		aliases:    functions,
		versions:   functions,
		hooks:      functions,
		tags:       functions,
		executions: executions,
		tasks:      executions,
		self:       os.Getenv("AWS_LAMBDA_FUNCTION_NAME"),
		alarms:     awsmetrics.New(config),
		ledger:     ledger.New(config),
	}
	handler.Run(shift.Handle)
}
