package wire_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// BenchmarkInvoke measures an invocation's way through client and front alone:
// the function is a fake.
func BenchmarkInvoke(b *testing.B) {
	r := &record{out: &lambda.InvokeOutput{StatusCode: 200, ExecutedVersion: aws.String("1"), Payload: []byte(`{"ok":true}`)}}
	client := lambda.NewFromConfig(serve(b, lambdaService(r)))
	in := &lambda.InvokeInput{FunctionName: aws.String("f"), Qualifier: aws.String("prod"), Payload: []byte(`{"x":1}`)}
	for b.Loop() {
		if _, err := client.Invoke(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}
