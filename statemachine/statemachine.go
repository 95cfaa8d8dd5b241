// Package statemachine holds the release workflow's definition in the Amazon
// States Language. The same text is deployed by infra, run by the local cloud
// and opened in Workflow Studio.
package statemachine

import _ "embed"

// Definition is release.asl.json. Its substitutions are ${Partition}, such as
// aws or aws-cn, ${PlanFunctionArn}, ${ShiftFunctionArn}, ${VerifyFunctionArn} and
// ${RollbackFunctionArn}.
//
//go:embed release.asl.json
var Definition string

// Start is start.asl.json, the small workflow between an event and a release. A rule
// cannot give an execution a name, and without one a duplicated event would start a
// second release. Its substitutions are ${Partition} and ${WorkflowArn}.
//
//go:embed start.asl.json
var Start string
