// Command plan is the Lambda function that plans a release: it reads the request and
// what AWS says, checks everything that can be checked before traffic moves, and
// decides. It also sets and ends freezes. It cannot move an alias.
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
)

func main() {
	config, err := handler.Config(context.Background())
	if err != nil {
		handler.Fail(err)
	}
	alarms, err := parseAlarms(os.Getenv("WEIR_ALARMS"))
	if err != nil {
		handler.Fail(err)
	}
	functions, metrics := awslambda.New(config), awsmetrics.New(config)
	planner := &Planner{
		aliases:        functions,
		versions:       functions,
		hooks:          functions,
		executions:     awsstates.New(config),
		parameters:     awsparameters.New(config),
		alarms:         metrics,
		traffic:        metrics,
		pipelineAlarms: alarms,
		version:        cmp.Or(os.Getenv("WEIR_VERSION"), "staging"),
	}
	handler.Run(planner.Handle)
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
