// Package statemachine holds the release workflow's definition in the Amazon
// States Language. The same text is deployed by infra, run by the local cloud
// and opened in Workflow Studio.
package statemachine

import _ "embed"

// Definition is release.asl.json. Its substitutions are ${Partition}, such as
// aws or aws-cn, ${ShiftFunctionArn}, ${VerifyFunctionArn} and
// ${RollbackFunctionArn}.
//
//go:embed release.asl.json
var Definition string
