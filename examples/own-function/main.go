// Command own-function is a CDK app outside of Weir's module that attaches a
// release pipeline to a function of its own.
package main

import (
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"weir/infra"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("shop"), nil)
	orders := awslambda.NewFunction(stack, jsii.String("Orders"), &awslambda.FunctionProps{
		FunctionName: jsii.String("orders"),
		Runtime:      awslambda.Runtime_PROVIDED_AL2023(), Architecture: awslambda.Architecture_ARM_64(),
		Handler: jsii.String("bootstrap"), Code: awslambda.Code_FromAsset(folder("ORDERS", "build/orders"), nil),
	})

	// What attaches Weir.
	handlers := *folder("HANDLERS", "../../build/functions/arm64")
	versioned := infra.NewVersionedFunction(stack, "Versioned", infra.VersionedFunctionProps{Function: orders, Handlers: handlers})
	infra.NewReleasePipeline(stack, "Release", infra.ReleasePipelineProps{
		Targets:  []infra.Target{{Function: versioned.Function, Alias: versioned.ProductionAlias}},
		Handlers: handlers,
	})

	app.Synth(nil)
}

// folder is a folder of built code, which the environment may name.
func folder(variable, standard string) *string {
	if given := os.Getenv(variable); given != "" {
		return &given
	}
	return &standard
}
