// Command alias is the Lambda function behind the stack's Custom::FirstAlias
// resource: it creates the production alias when there is none, and never
// moves, changes or deletes one. CloudFormation itself would move the alias
// back to what the template says; see docs/decisions.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	lambdaapi "github.com/aws/aws-sdk-go-v2/service/lambda"
)

func main() {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	first := &FirstAlias{api: lambdaapi.NewFromConfig(cfg)}
	lambda.Start(cfn.LambdaWrap(first.Handle))
}
