package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Target is a function whose alias releases may move.
type Target struct {
	// Function is any function of this account and region. Required.
	Function awslambda.IFunction
	// Alias is the production alias; it must exist when a release starts, as it
	// does on a VersionedFunction. Default: prod.
	Alias string

	name string // of a function given by name
}

// ExistingTarget is a function of this account and region that another stack
// deploys, by name, and its alias; an empty alias means prod.
func ExistingTarget(scope constructs.Construct, function, alias string) Target {
	imported := awslambda.Function_FromFunctionName(scope, jsii.String("Target-"+function+"-"+alias), &function)
	return Target{Function: imported, Alias: alias, name: function}
}

// functionName is the function's name or a token for it. For an imported
// function the CDK would take the name out of the ARN again wherever it is used:
// a template with fifty of them outgrows CloudFormation's megabyte.
func (t Target) functionName() string {
	return orElse(t.name, *t.Function.FunctionName())
}

// key tells targets apart: by name, where synthesis knows it.
func (t Target) key() string {
	if name := t.functionName(); !*awscdk.Token_IsUnresolved(name) {
		return name + ":" + t.Alias
	}
	return *t.Function.Node().Path() + ":" + t.Alias
}

// nameLength is the length of the function's name, or the longest that a name
// may have where CloudFormation chooses it.
func (t Target) nameLength() int {
	if name := t.functionName(); !*awscdk.Token_IsUnresolved(name) {
		return len(name)
	}
	return 64
}
