// The handler that the tests of localcloud/internal/lambda run: it does what its event says.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do      string `json:"do"`
	Text    string `json:"text"`
	RawPath string `json:"rawPath"` // of a request for the function's URL
	// Records are messages of a queue: a body of "fail" is reported, one of
	// "raise" fails the whole batch.
	Records []struct {
		MessageID string `json:"messageId"`
		Body      string `json:"body"`
	}
}

// batch answers for messages.
func (e event) batch() (any, error) {
	failures := []map[string]string{}
	for _, record := range e.Records {
		switch record.Body {
		case "raise":
			return nil, errors.New("a message raised")
		case "fail":
			failures = append(failures, map[string]string{"itemIdentifier": record.MessageID})
		}
	}
	return map[string]any{"batchItemFailures": failures}, nil
}

func main() {
	if os.Getenv("FAIL") == "init" {
		os.Exit(3)
	}
	if do := os.Getenv("RAW"); do != "" {
		raw(do)
	}
	lambda.Start(handle)
}

// raw takes one event from the Runtime API by hand, and ends or tells an error
// in the words of Lambda's Python runtime.
func raw(do string) {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	next, err := http.Get(base + "next")
	if err != nil || do == "exit" {
		os.Exit(0)
	}
	id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
	body := fmt.Sprintf(`{"errorMessage": "Handler fails", "errorType": "Exception", "requestId": %q, "stackTrace": [%q]}`, id,
		"  File \"/var/task/lambda_handler_error.py\", line 2, in handler\n    raise Exception(\"Handler fails\")\n")
	if _, err := http.Post(base+id+"/error", "application/json", strings.NewReader(body)); err != nil {
		os.Exit(1)
	}
	select {}
}

func handle(ctx context.Context, raw json.RawMessage) (any, error) {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, err
	}
	if len(e.Records) > 0 {
		return e.batch()
	}
	switch e.RawPath {
	case "/teapot":
		return map[string]any{"statusCode": 418, "headers": map[string]any{"X-Kind": "pot", "Content-Type": "text/plain"},
			"cookies": []string{"a=b"}, "body": "dGVh", "isBase64Encoded": true}, nil
	case "/fail":
		return nil, errors.New("no")
	}
	call, _ := lambdacontext.FromContext(ctx)
	switch e.Do {
	case "print":
		fmt.Print(e.Text)
		return "printed", nil
	case "large":
		return strings.Repeat("x", 7<<20), nil
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
