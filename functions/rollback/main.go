// Command rollback is the Lambda function that returns aliases whole to their
// stable version: as a task of the workflow, and as the repair of a release
// that ended without its workflow's own rollback (StopExecution, a machine
// timeout, a crash). It never judges and never advances.
//
// Repair is called with {"action": "repair"} by the rule on execution status
// changes and by the schedule. It sweeps the aliases named in WEIR_TARGETS
// ("orders:prod,stock:prod").
package main

import (
	"context"
	"fmt"
	"os"

	"weir/internal/awslambda"
	"weir/internal/awsstates"
	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

func main() {
	config, err := handler.Config(context.Background())
	if err != nil {
		handler.Fail(err)
	}
	targets, err := release.ParseTargets(os.Getenv("WEIR_TARGETS"))
	if err != nil {
		handler.Fail(fmt.Errorf("WEIR_TARGETS: %w", err))
	}
	rollback := &Rollback{
		aliases:    awslambda.New(config),
		executions: awsstates.New(config),
		events:     events.New(config),
		targets:    targets,
	}
	handler.Run(rollback.Handle)
}
