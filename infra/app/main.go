// Command app is the CDK app: it reads its configuration from the context and
// synthesises one stack per stage. The CDK CLI runs it from the folder of
// cdk.json; without the CLI, CDK_OUTDIR says where to and CDK_CONTEXT_JSON
// holds the context:
//
//	CDK_OUTDIR=cdk.out CDK_CONTEXT_JSON='{"arch":"x86_64"}' go run ./infra/app
package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"weir/infra"
)

func main() {
	err := synthesise()
	if err != nil {
		fmt.Fprintln(os.Stderr, "infra:", err)
	}
	closeNode()
	if err != nil {
		os.Exit(1)
	}
}

// closeNode ends the CDK's Node process. jsii waits for it twice at once, and
// now and then the one that comes second reports "no child processes" as a
// failure; whatever else it had to say it has said by now.
func closeNode() {
	if quiet, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = quiet
	}
	jsii.Close()
}

// synthesise builds the app. What Weir or the CDK refuses comes back as a sentence.
func synthesise() (err error) {
	defer func() { err = refused(recover(), err) }()
	defaults, err := contextOf("cdk.json")
	if err != nil {
		return err
	}
	app := awscdk.NewApp(&awscdk.AppProps{Context: &defaults, AnalyticsReporting: jsii.Bool(false)})
	stages, err := stagesOf(func(name string) any { return app.Node().TryGetContext(&name) }, os.ReadFile)
	if err != nil {
		return err
	}
	for _, stage := range stages {
		infra.NewStack(app, stage.Stack, stage.props())
	}
	app.Synth(nil)
	return nil
}

// refused is what ended the synthesis: caught, or else err. Constructs panic, the
// CDK's with a text; a fault of this program's own goes on as the panic that it is.
func refused(caught any, err error) error {
	switch caught := caught.(type) {
	case nil:
		return err
	case infra.PropError:
		return caught
	case runtime.Error:
		panic(caught)
	default:
		return fmt.Errorf("the CDK refuses the app: %v", caught)
	}
}
