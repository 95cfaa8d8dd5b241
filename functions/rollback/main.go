// Command rollback is the Lambda function that returns aliases whole to their
// stable version: as a task of the workflow, and as the repair of a release
// that ended without its workflow's own rollback (StopExecution, a machine
// timeout, a crash). It never judges and never advances.
//
// Repair is called with {"action": "repair"} by the rule on execution status
// changes and by the schedule. It sweeps the aliases named in WEIR_TARGETS
// ("orders:prod,stock:prod") and looks after releases of the state machine whose name
// is WEIR_STATE_MACHINE.
package main

import (
	"context"
	"errors"
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
	machine := os.Getenv("WEIR_STATE_MACHINE")
	if machine == "" {
		handler.Fail(errors.New("WEIR_STATE_MACHINE is empty; it must be the name of the pipeline's state machine"))
	}
	rollback := &Rollback{
		aliases:    awslambda.New(config),
		executions: awsstates.New(config),
		events:     events.New(config),
		targets:    targets,
		machine:    machine,
	}
	handler.Run(rollback.Handle)
}
