// Command verify is the Lambda function that looks and tells: it probes the
// candidate before traffic and judges it during the bake. It only reads; it
// never moves an alias.
package main

import (
	"context"

	"weir/internal/awslambda"
	"weir/internal/awsmetrics"
	"weir/internal/awsparameters"
	"weir/internal/handler"
	"weir/internal/ledger"
)

func main() {
	config, err := handler.Config(context.Background())
	if err != nil {
		handler.Fail(err)
	}
	verify := &Verify{
		functions: awslambda.New(config),
		metrics:   awsmetrics.New(config),
		ledger:    ledger.New(config),
		freezes:   awsparameters.New(config),
	}
	handler.Run(verify.Handle)
}
