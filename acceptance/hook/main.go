// Command hook is a release hook for the tests. It answers at once with what
// ANSWER says: pass, fail, or an error.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	answer := os.Getenv("ANSWER")
	lambda.Start(func(_ context.Context, event json.RawMessage) (map[string]string, error) {
		if answer == "error" {
			return nil, errors.New("the hook broke")
		}
		var asked struct{ At string }
		if err := json.Unmarshal(event, &asked); err != nil {
			return nil, err
		}
		return map[string]string{"answer": answer, "why": "asked at " + asked.At}, nil
	})
}
