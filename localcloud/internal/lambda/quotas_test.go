package lambda_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda"
)

// Each version keeps its own package: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
func TestTheCodeOfAllVersionsHasALimit(t *testing.T) {
	size := int64(len(handlerZip))
	c := newCloud(t, func(o *lambda.Options) { o.Storage = 2*size + size/2 })
	c.create("f")
	c.publish("f")
	if again := c.publish("f"); again != "1" {
		t.Errorf("published %s though nothing changed", again)
	}
	c.configure("f", map[string]string{"NUMBER": "2"})
	const want = "CodeStorageExceededException: Code storage limit exceeded."
	if err := refused(c, "PublishVersion", &awslambda.PublishVersionInput{FunctionName: f}); err.Error() != want {
		t.Errorf("a second version: %v", err)
	}
	do[awslambda.UpdateFunctionCodeOutput](c, "UpdateFunctionCode", &awslambda.UpdateFunctionCodeInput{FunctionName: f, ZipFile: otherZip(t)})
	do[awslambda.DeleteFunctionOutput](c, "DeleteFunction", &awslambda.DeleteFunctionInput{FunctionName: f, Qualifier: one})
	c.create("g")
	c.create("h")
	if err := refused(c, "UpdateFunctionCode", &awslambda.UpdateFunctionCodeInput{FunctionName: f, ZipFile: handlerZip}); err.Error() != want {
		t.Errorf("larger code: %v", err)
	}
}

func TestAPolicyHasALimit(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	arn := "arn:aws:sns:us-east-1:111111111111:" + strings.Repeat("t", 200)
	for i := range 200 {
		in := permit("f", "", fmt.Sprint("s", i), "sns.amazonaws.com")
		in.SourceArn = aws.String(arn)
		out, err := c.bus.Call(t.Context(), api.Operator(env), "lambda", "AddPermission", in)
		if err == nil {
			continue
		}
		if out != nil || !strings.HasPrefix(err.Error(), "PolicyLengthExceededException: The final policy size (") || i < 20 {
			t.Errorf("statement %d: %v", i, err)
		}
		return
	}
	t.Error("a policy of 200 statements was taken")
}
