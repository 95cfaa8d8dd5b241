package endpoint_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/lambda"
)

// handlerPackage builds the handler of Lambda's tests.
func handlerPackage(t *testing.T) []byte {
	t.Helper()
	folder := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(folder, "bootstrap"), "../lambda/testdata/handler")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	body, err := lambda.Package(folder)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// A function's process has credentials that no SDK in it sees to expire. They
// hold for as long as the process does, however fast the cloud's clock goes.
func TestAProcessStaysWarmAndAuthorised(t *testing.T) {
	cloud := start(t, endpoint.Options{Clock: clock.Stepped(time.Now())})
	arn := role(t, cloud, "runs", allow(topics))
	trust(t, cloud, "runs", "lambda.amazonaws.com")
	functions := awslambda.NewFromConfig(as(cloud, "weir"))
	if _, err := functions.CreateFunction(t.Context(), &awslambda.CreateFunctionInput{
		FunctionName: aws.String("warm"), Role: aws.String(arn), Runtime: lambdatypes.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
		Code: &lambdatypes.FunctionCode{ZipFile: handlerPackage(t)},
	}); err != nil {
		t.Fatal(err)
	}
	cloud.Clock().Advance(time.Minute)
	invoke := func(do string, answer any) {
		t.Helper()
		out, err := functions.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String("warm"), Payload: []byte(`{"do":"` + do + `"}`)})
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out.Payload, answer); err != nil || out.FunctionError != nil {
			t.Fatalf("answer %s, error %v", out.Payload, err)
		}
	}
	var first, later int
	invoke("pid", &first)
	for range 3 {
		cloud.Clock().Advance(2 * time.Hour)
		if invoke("pid", &later); later != first {
			t.Fatalf("process %d at first, %d two cloud hours later: a cold start", first, later)
		}
	}
	var about struct{ Env string }
	invoke("about", &about)
	key := regexp.MustCompile(`(?m)^AWS_ACCESS_KEY_ID=(ASIA\w+)$`).FindStringSubmatch(about.Env)
	if key == nil {
		t.Fatalf("no session among %s", about.Env)
	}
	if _, err := sns.NewFromConfig(as(cloud, key[1])).CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("t")}); err != nil {
		t.Errorf("a call of the warm process: %v", err)
	}
}
