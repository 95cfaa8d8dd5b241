// The handler that the tests of local/lambda run: it does what its event says.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do   string `json:"do"`
	Text string `json:"text"`
}

func main() {
	if os.Getenv("FAIL") == "init" {
		os.Exit(3)
	}
	lambda.Start(handle)
}

func handle(ctx context.Context, raw json.RawMessage) (any, error) {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, err
	}
	call, _ := lambdacontext.FromContext(ctx)
	switch e.Do {
	case "print":
		fmt.Print(e.Text)
		return "printed", nil
	case "fail":
		return nil, errors.New(e.Text)
	case "panic":
		panic(e.Text)
	case "exit":
		os.Exit(0)
	case "exit 1":
		os.Exit(1)
	case "hang":
		<-ctx.Done()
		select {}
	case "spawn": // a child that would outlive its parent
		child := exec.Command("sleep", "300")
		if err := child.Start(); err != nil {
			return nil, err
		}
		return child.Process.Pid, nil
	case "wait": // until a file appears
		for {
			if _, err := os.Stat(e.Text); err == nil {
				return os.Getpid(), nil
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	case "pid":
		return os.Getpid(), nil
	case "about":
		return map[string]any{
			"env": strings.Join(os.Environ(), "\n"), "arn": call.InvokedFunctionArn, "request": call.AwsRequestID,
			"client": call.ClientContext.Custom, "version": lambdacontext.FunctionVersion,
		}, nil
	}
	return raw, nil
}
