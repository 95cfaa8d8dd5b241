package lambda_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/wire/guard"
)

// urlOf makes a URL of a function or its alias.
func (c *cloud) urlOf(qualifier string, auth types.FunctionUrlAuthType) string {
	c.t.Helper()
	in := &awslambda.CreateFunctionUrlConfigInput{FunctionName: f, AuthType: auth}
	if qualifier != "" {
		in.Qualifier = &qualifier
	}
	return *do[awslambda.CreateFunctionUrlConfigOutput](c, "CreateFunctionUrlConfig", in).FunctionUrl
}

// admit adds the statements that make a URL public, as the CDK does.
func (c *cloud) admit(qualifier string, change ...func(url, function *awslambda.AddPermissionInput)) {
	c.t.Helper()
	url := permit("f", qualifier, "url", "*")
	url.Action, url.FunctionUrlAuthType = aws.String("lambda:InvokeFunctionUrl"), types.FunctionUrlAuthTypeNone
	function := permit("f", qualifier, "function", "*")
	function.InvokedViaFunctionUrl = aws.Bool(true)
	for _, f := range change {
		f(url, function)
	}
	for _, in := range []*awslambda.AddPermissionInput{url, function} {
		if *in.StatementId != "" {
			do[awslambda.AddPermissionOutput](c, "AddPermission", in)
		}
	}
}

// get asks for a URL with IAM that knows the key "may" and no other.
func (c *cloud) get(request *http.Request) *httptest.ResponseRecorder {
	c.t.Helper()
	identify := func(key string) (api.Caller, error) {
		if key == "may" {
			return api.Operator(env), nil
		}
		return api.Caller{}, api.Errorf("UnrecognizedClientException", "no")
	}
	bus := api.NewBus()
	bus.Register(c.URLService())
	if _, _, ok := guard.FunctionURL(request.Host); !ok {
		c.t.Fatalf("%s is no host of a function URL", request.Host)
	}
	recorder := httptest.NewRecorder()
	c.URLs(bus, identify).ServeHTTP(recorder, request)
	return recorder
}

func TestAURLIsServedAtTheEndpointsPort(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	parsed, err := url.Parse(c.urlOf("", types.FunctionUrlAuthTypeNone))
	if err != nil || parsed.Scheme != "http" || parsed.Port() != "4566" || !strings.HasSuffix(parsed.Hostname(), ".lambda-url.us-east-1.localhost") || parsed.Path != "/" {
		t.Errorf("the URL is %v, %v", parsed, err)
	}
}

func TestTheURLOfAnAliasFollowsItsWeights(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0.5)
	address := c.urlOf("prod", types.FunctionUrlAuthTypeNone)
	c.admit("prod")
	for range 40 {
		if got := c.get(httptest.NewRequest(http.MethodGet, address, nil)); got.Code != 200 {
			t.Fatalf("status %d: %s", got.Code, got.Body)
		}
	}
	first, _ := c.sum("Invocations", "ExecutedVersion=1", "FunctionName=f", "Resource=f:prod")
	second, _ := c.sum("Invocations", "ExecutedVersion=2", "FunctionName=f", "Resource=f:prod")
	if first+second != 40 || first < 8 || second < 8 {
		t.Errorf("%v requests on the first version, %v on the second", first, second)
	}
}

// awsdocs/aws-lambda-developer-guide#494, TerraConstructs/base#98
func TestAPublicURLNeedsBothPermissions(t *testing.T) {
	const forbidden = `{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}`
	for name, test := range map[string]struct {
		change func(url, function *awslambda.AddPermissionInput)
		status int
	}{
		"both":                                 {func(_, _ *awslambda.AddPermissionInput) {}, 200},
		"both, the second without a condition": {func(_, function *awslambda.AddPermissionInput) { function.InvokedViaFunctionUrl = nil }, 200},
		"the URL's alone":                      {func(_, function *awslambda.AddPermissionInput) { function.StatementId = aws.String("") }, 403},
		"the function's alone":                 {func(url, _ *awslambda.AddPermissionInput) { url.StatementId = aws.String("") }, 403},
		"for signed requests":                  {func(url, _ *awslambda.AddPermissionInput) { url.FunctionUrlAuthType = types.FunctionUrlAuthTypeAwsIam }, 403},
		"for another account":                  {func(_, function *awslambda.AddPermissionInput) { function.Principal = aws.String("222222222222") }, 403},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.create("f")
			address := c.urlOf("", types.FunctionUrlAuthTypeNone)
			c.admit("", test.change)
			got := c.get(httptest.NewRequest(http.MethodGet, address, nil))
			if got.Code != test.status || got.Code == 403 && (got.Body.String() != forbidden || got.Header().Get("X-Amzn-Errortype") != "AccessDeniedException") {
				t.Errorf("status %d: %s", got.Code, got.Body)
			}
		})
	}
}

func TestAnUnsignedRequestIsRefusedWhereIAMDecides(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	address := c.urlOf("", types.FunctionUrlAuthTypeAwsIam)
	for key, want := range map[string]int{"": 403, "maynot": 403, "may": 200} {
		request := httptest.NewRequest(http.MethodGet, address, nil)
		if key != "" {
			request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20260102/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0")
		}
		if got := c.get(request); got.Code != want {
			t.Errorf("key %q: status %d: %s", key, got.Code, got.Body)
		}
	}
}

func TestARequestForAURLIsPayloadFormatTwo(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	address := c.urlOf("", types.FunctionUrlAuthTypeNone)
	c.admit("")
	request := httptest.NewRequest(http.MethodPost, address+"a%20b?x=1&x=2&y=", strings.NewReader(`{"text": 1}`))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Cookie", "k=v")
	answer := c.get(request)
	var event struct {
		Version, RawPath, RawQueryString, Body string
		IsBase64Encoded                        bool
		Cookies                                []string
		Headers, QueryStringParameters         map[string]string
		RequestContext                         struct {
			RequestID string
			HTTP      struct{ Method, Path string }
		}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &event); err != nil || answer.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%v in %s", err, answer.Body)
	}
	if event.Version != "2.0" || event.RawPath != "/a%20b" || event.RawQueryString != "x=1&x=2&y=" || event.Body != `{"text": 1}` || event.IsBase64Encoded ||
		len(event.Cookies) != 1 || event.Cookies[0] != "k=v" || event.Headers["content-type"] != "application/json" || event.QueryStringParameters["x"] != "1,2" ||
		event.RequestContext.HTTP.Method != http.MethodPost {
		t.Errorf("the event is %s", answer.Body)
	}
	if id := api.RequestID(answer.Header()); id == "" || event.RequestContext.RequestID != id {
		t.Errorf("request id %q in the answer, %q in the event", id, event.RequestContext.RequestID)
	}
}

func TestAnswersOfAURL(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	address := c.urlOf("", types.FunctionUrlAuthTypeNone)
	c.admit("")
	got := c.get(httptest.NewRequest(http.MethodGet, address+"teapot", nil))
	if got.Code != 418 || got.Body.String() != "tea" || got.Header().Get("X-Kind") != "pot" || got.Header().Get("Set-Cookie") != "a=b" || got.Header().Get("Content-Type") != "text/plain" {
		t.Errorf("status %d, headers %v: %s", got.Code, got.Header(), got.Body)
	}
	if got = c.get(httptest.NewRequest(http.MethodGet, address+"fail", nil)); got.Code != 502 || strings.TrimSpace(got.Body.String()) != "Internal Server Error" {
		t.Errorf("a function that fails: status %d: %s", got.Code, got.Body)
	}
	none := httptest.NewRequest(http.MethodGet, "http://abc.lambda-url.us-east-1.localhost:4566/", nil)
	if got = c.get(none); got.Code != 403 || got.Body.String() != `{"Message":null}` {
		t.Errorf("no such URL: status %d: %s", got.Code, got.Body)
	}
}
