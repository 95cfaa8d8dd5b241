// Command verify is the Lambda function that gathers evidence: it probes the
// candidate before traffic, judges it during the bake, and calls hooks. It never
// writes to an alias.
package main

import (
	"context"

	"weir/internal/awslambda"
	"weir/internal/awsmetrics"
	"weir/internal/awsparameters"
	"weir/internal/awsstates"
	"weir/internal/events"
	"weir/internal/handler"
)

func main() {
	config, err := handler.Config(context.Background())
	if err != nil {
		handler.Fail(err)
	}
	verify := &Verify{
		functions: awslambda.New(config),
		metrics:   awsmetrics.New(config),
		events:    events.New(config),
		freezes:   awsparameters.New(config),
		tasks:     awsstates.New(config),
	}
	handler.Run(verify.Handle)
}
