// Command bare is a Lambda function that does nothing: what a cold start costs
// at the least.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context) error { return nil })
}
