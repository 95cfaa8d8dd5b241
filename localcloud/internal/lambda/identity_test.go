package lambda_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// traced adds a trace header to each request.
type traced struct{ header string }

func (t traced) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Amzn-Trace-Id", t.header)
	return http.DefaultTransport.RoundTrip(r)
}

func TestARequestIsKnownByOneID(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	client := c.client(http.DefaultTransport)
	out, err := client.Invoke(context.Background(), &awslambda.InvokeInput{FunctionName: f, Payload: event("about", "")})
	if err != nil {
		t.Fatal(err)
	}
	id, _ := middleware.GetRequestIDMetadata(out.ResultMetadata)
	var about struct{ Request string }
	if err := json.Unmarshal(out.Payload, &about); err != nil || id == "" || about.Request != id {
		t.Errorf("the answer has request id %q, the function %q (%v)", id, about.Request, err)
	}
	c.awaitLines("START RequestId: "+id, 1)

	out, err = client.Invoke(context.Background(), &awslambda.InvokeInput{FunctionName: f, InvocationType: types.InvocationTypeEvent, Payload: event("echo", "")})
	if err != nil {
		t.Fatal(err)
	}
	id, _ = middleware.GetRequestIDMetadata(out.ResultMetadata)
	c.clock.Advance(0)
	c.awaitLines("START RequestId: "+id, 1)
}

func TestTheCallersTraceIsPassedOn(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	const header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
	out, err := c.client(traced{header}).Invoke(context.Background(), &awslambda.InvokeInput{FunctionName: f, Payload: event("about", "")})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out.Payload), `_X_AMZN_TRACE_ID=`+header) {
		t.Errorf("the function saw another trace: %s", out.Payload)
	}
}

func TestTagsAreOfTheFunctionAlone(t *testing.T) {
	c := newCloud(t)
	c.create("f", func(in *awslambda.CreateFunctionInput) { in.Tags, in.Publish = map[string]string{"a": "b"}, true })
	for qualifier, want := range map[string]int{"": 1, "1": 0} {
		in := &awslambda.GetFunctionInput{FunctionName: f}
		if qualifier != "" {
			in.Qualifier = aws.String(qualifier)
		}
		if out := do[awslambda.GetFunctionOutput](c, "GetFunction", in); len(out.Tags) != want {
			t.Errorf("qualifier %q: tags %v", qualifier, out.Tags)
		}
	}
}
