package lambda_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html:
// version numbers are not reused, even for a function that is made again.
func TestAFunctionThatIsMadeAgainGoesOnCounting(t *testing.T) {
	c := newCloud(t)
	f := aws.String("f")
	c.released("f", 0) // versions 1 and 2
	do[awslambda.DeleteFunctionOutput](c, "DeleteFunction", &awslambda.DeleteFunctionInput{FunctionName: f})
	c.create("f")
	if got := c.publish("f"); got != "3" {
		t.Errorf("the first version after the second creation is %s, want 3", got)
	}
	do[awslambda.DeleteFunctionOutput](c, "DeleteFunction", &awslambda.DeleteFunctionInput{FunctionName: f})
	if out := c.create("f", func(in *awslambda.CreateFunctionInput) { in.Publish = true }); *out.Version != "4" {
		t.Errorf("published at the third creation: %s, want 4", *out.Version)
	}
	c.create("g")
	if got := c.publish("g"); got != "1" {
		t.Errorf("another function begins at %s, want 1", got)
	}
}

// The variables of a function may have 4,096 bytes as JSON text, in which a
// character of a URL counts as itself.
func TestTheEnvironmentIsMeasuredAsJSON(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	update := func(value string) *awslambda.UpdateFunctionConfigurationInput {
		return &awslambda.UpdateFunctionConfigurationInput{FunctionName: aws.String("f"), Environment: &types.Environment{Variables: map[string]string{"URLS": value}}}
	}
	most := strings.Repeat("&", 4096-len(`{"URLS":""}`))
	do[awslambda.UpdateFunctionConfigurationOutput](c, "UpdateFunctionConfiguration", update(most))
	err := refused(c, "UpdateFunctionConfiguration", update(most+"<"))
	if want := `exceeded the 4KB limit. String measured: {"URLS":"` + most + `<"}`; !strings.HasSuffix(err.Message, want) {
		t.Errorf("refused with %.200s", err.Message)
	}
}
