// Command orders is the function that is released.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(context.Context) (map[string]string, error) {
		return map[string]string{"order": "taken"}, nil
	})
}
