package endpoint_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/endpoint"
)

// python is a deployment package with one handler.
func python(t *testing.T, source string) []byte {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no Python on this machine")
	}
	var body bytes.Buffer
	archive := zip.NewWriter(&body)
	file, err := archive.Create("index.py")
	if err == nil {
		_, err = io.WriteString(file, source)
	}
	if err = errors.Join(err, archive.Close()); err != nil {
		t.Fatal(err)
	}
	return body.Bytes()
}

// function makes a function whose role has a policy.
func function(t *testing.T, cloud *endpoint.Cloud, name, source, policy string) *lambda.Client {
	t.Helper()
	arn := role(t, cloud, "works", policy)
	trust(t, cloud, "works", "lambda.amazonaws.com")
	client := lambda.NewFromConfig(as(cloud, "weir"))
	if _, err := client.CreateFunction(t.Context(), &lambda.CreateFunctionInput{FunctionName: &name, Role: &arn, Runtime: types.RuntimePython313,
		Handler: aws.String("index.handler"), Code: &types.FunctionCode{ZipFile: python(t, source)}}); err != nil {
		t.Fatal(err)
	}
	return client
}

// quickly looks often: what the waiter waits for takes milliseconds.
func quickly(o *lambda.FunctionActiveV2WaiterOptions) {
	o.MinDelay, o.MaxDelay = 10*time.Millisecond, 50*time.Millisecond
}

func TestAFunctionWithANameOfOneCharacterRuns(t *testing.T) {
	cloud := start(t, endpoint.Options{Speed: 100})
	client := function(t, cloud, "f", "def handler(event, context): return 'done'", allow(polls))
	if err := lambda.NewFunctionActiveV2Waiter(client).Wait(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("f")}, time.Minute, quickly); err != nil {
		t.Fatal(err)
	}
	out, err := client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("f")})
	if err != nil || string(out.Payload) != `"done"` {
		t.Errorf("answered %+v, %v", out, err)
	}
}

func TestTheCodeOfAFunctionCanBeFetched(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	const source = "def handler(event, context): pass"
	client := function(t, cloud, "worker", source, allow(polls))
	out, err := client.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("worker")})
	if err != nil {
		t.Fatal(err)
	}
	location := aws.ToString(out.Code.Location)
	if !strings.HasPrefix(location, cloud.URL()+"/") {
		t.Fatalf("the code is at %s", location)
	}
	status, body := fetch(t, location)
	if status != http.StatusOK || !bytes.Equal(body, python(t, source)) {
		t.Errorf("status %d and %d bytes for the code", status, len(body))
	}
	secret := location[:strings.LastIndex(location, "/")]
	if status, _ := fetch(t, strings.Replace(location, secret[len(secret)-8:], "00000000", 1)); status != http.StatusNotFound {
		t.Errorf("status %d for a URL that was made up", status)
	}
}

func fetch(t *testing.T, url string) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}

const publicURL = `{"Resources": {
  "Function": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "worker", "Runtime": "python3.13", "Handler": "index.handler",
    "RuntimeManagementConfig": {"UpdateRuntimeOn": "FunctionUpdate"},
    "Role": "arn:aws:iam::000000000000:role/works", "Code": {"ZipFile": "def handler(event, context): return {'statusCode': 201, 'body': event['rawPath']}"}}},
  "URL": {"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "NONE", "TargetFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]}}},
  "ThroughURL": {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunctionUrl", "FunctionName": {"Ref": "Function"}, "Principal": "*", "FunctionUrlAuthType": "NONE"}},
  "Invoked": {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "Function"}, "Principal": "*", "InvokedViaFunctionUrl": true}}
}}`

// The template is what the CDK makes of a public function URL.
func TestAStackServesAPublicURL(t *testing.T) {
	python(t, "")
	cloud := start(t, endpoint.Options{Speed: 100})
	role(t, cloud, "works", allow(polls))
	trust(t, cloud, "works", "lambda.amazonaws.com")
	stacks := cloudformation.NewFromConfig(as(cloud, "weir"))
	if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("stack"), TemplateBody: aws.String(publicURL)}); err != nil {
		t.Fatal(err)
	}
	if status, reason := settled(t, stacks); reason != "" {
		t.Fatalf("%s: %s", status, reason)
	}
	made, err := lambda.NewFromConfig(as(cloud, "weir")).GetFunctionUrlConfig(t.Context(), &lambda.GetFunctionUrlConfigInput{FunctionName: aws.String("worker")})
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(aws.ToString(made.FunctionUrl))
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, cloud.URL()+"/jobs", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = address.Host // not every machine resolves names below localhost
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil || response.StatusCode != http.StatusCreated || string(body) != "/jobs" {
		t.Errorf("status %d: %s (%v)", response.StatusCode, body, err)
	}
}

// A role that is granted one of the two actions may not use a URL.
func TestASignedRequestForAURLNeedsBothActions(t *testing.T) {
	cloud := start(t, endpoint.Options{Speed: 100})
	client := function(t, cloud, "worker", "def handler(event, context): return 'done'", allow(polls))
	if err := lambda.NewFunctionActiveV2Waiter(client).Wait(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("worker")}, time.Minute, quickly); err != nil {
		t.Fatal(err)
	}
	made, err := client.CreateFunctionUrlConfig(t.Context(), &lambda.CreateFunctionUrlConfigInput{FunctionName: aws.String("worker"), AuthType: types.FunctionUrlAuthTypeAwsIam})
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(aws.ToString(made.FunctionUrl))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		actions string
		status  int
	}{
		"both":         {`"lambda:InvokeFunctionUrl","lambda:InvokeFunction"`, http.StatusOK},
		"the URL's":    {`"lambda:InvokeFunctionUrl"`, http.StatusForbidden},
		"the function": {`"lambda:InvokeFunction"`, http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			config := assume(t, cloud, role(t, cloud, "caller", allow(`{"Effect":"Allow","Action":[`+test.actions+`],"Resource":"*"}`)))
			defer unrole(t, cloud, "caller")
			keys, err := config.Credentials.Retrieve(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, cloud.URL(), nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Host = address.Host
			request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+keys.AccessKeyID+"/20260102/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0")
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			if err := response.Body.Close(); err != nil || response.StatusCode != test.status {
				t.Errorf("status %d, want %d (%v)", response.StatusCode, test.status, err)
			}
		})
	}
}
