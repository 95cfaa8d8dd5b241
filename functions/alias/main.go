// Command alias is the Lambda function behind the stack's Custom::FirstAlias
// resource: it creates the production alias when there is none, and never
// moves, changes or deletes one. CloudFormation itself would move the alias
// back to what the template says; see docs/contribute/decisions.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-lambda-go/lambda"
	lambdaapi "github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/internal/handler"
)

func main() {
	config, err := handler.Config(context.Background())
	if err != nil {
		handler.Fail(err)
	}
	first := &FirstAlias{api: lambdaapi.NewFromConfig(config)}
	lambda.Start(cfn.LambdaWrap(first.Handle))
}
