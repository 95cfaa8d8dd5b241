// Package console shows releases to people who watch them: a few read-only
// pages, rendered on the server, of what Step Functions and Lambda say. It keeps
// nothing but a cache, so that it can be started and ended at any time.
package console

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/release"
)

// States is the part of Step Functions that the console reads.
type States interface {
	ListExecutions(context.Context, *sfn.ListExecutionsInput, ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error)
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
	DescribeStateMachineForExecution(context.Context, *sfn.DescribeStateMachineForExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeStateMachineForExecutionOutput, error)
	GetExecutionHistory(context.Context, *sfn.GetExecutionHistoryInput, ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error)
}

// Aliases reads where an alias sends its traffic now.
type Aliases interface {
	Alias(ctx context.Context, target release.Target) (release.Alias, error)
}
