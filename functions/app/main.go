// Command app is the sample application that releases are rehearsed on. It
// answers with the version and release it runs, and can be made faulty by
// configuration, so that a bad release shows in behaviour alone.
package main

import (
	"log/slog"
	"math/rand/v2"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

// release is built in by the linker: -ldflags "-X main.release=v2" makes a
// binary that differs, as a change of code does.
var release = "v1"

func main() {
	app, err := newApp(os.Getenv, release, rand.Float64)
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(app.Answer)
}
