// Command shift is the Lambda function that plans a release and moves traffic
// forward: it locks the alias, shifts it step by step, promotes the candidate
// and gives the lock back. It passes on what people and hooks say. It never
// judges.
//
// WEIR_ALARMS holds the names of the alarms that guard every release of the
// pipeline, as a JSON array, and WEIR_VERSION what a release takes that names no
// version: an alias (staging when it is not set) or $LATEST.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"weir/internal/awslambda"
	"weir/internal/awsmetrics"
	"weir/internal/awsparameters"
	"weir/internal/awsstates"
	"weir/internal/handler"
	"weir/internal/ledger"
)

func main() {
	config, err := handler.Config(context.Background())
	if err != nil {
		handler.Fail(err)
	}
	standing, err := parseAlarms(os.Getenv("WEIR_ALARMS"))
	if err != nil {
		handler.Fail(err)
	}
	functions, executions := awslambda.New(config), awsstates.New(config)
	metrics := awsmetrics.New(config)
	shift := &Shift{
		aliases:    functions,
		versions:   functions,
		hooks:      functions,
		parameters: awsparameters.New(config),
		executions: executions,
		tasks:      executions,
		standing:   standing,
		version:    cmp.Or(os.Getenv("WEIR_VERSION"), "staging"),
		alarms:     metrics,
		traffic:    metrics,
		ledger:     ledger.New(config),
	}
	handler.Run(shift.Handle)
}

// parseAlarms reads a JSON array of names; nothing is none.
func parseAlarms(list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	var names []string
	if err := json.Unmarshal([]byte(list), &names); err != nil {
		return nil, fmt.Errorf("WEIR_ALARMS is %q; it must be a JSON array of names: %w", list, err)
	}
	return names, nil
}
