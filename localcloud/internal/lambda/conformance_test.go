package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda"
	"weir/localcloud/internal/wire"
)

// replay plays a recorded case with the real SDK over HTTP.
type replay struct {
	t        *testing.T
	client   *awslambda.Client
	recorded map[string]json.RawMessage
	matcher  matcher
	last     answer // of the client's last call

	passed, total int
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// RoundTrip notes the answer on its way to the SDK.
func (r *replay) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	r.last = answer{status: response.StatusCode, header: response.Header, body: body}
	return response, nil
}

// newReplay opens the case of a recording whose name ends so.
func newReplay(t *testing.T, file, name string) *replay {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "recorded", file))
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct {
		Content map[string]json.RawMessage `json:"recorded-content"`
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	r := &replay{t: t, matcher: matcher{}}
	for full, c := range cases {
		if strings.HasSuffix(full, "::"+name) {
			r.recorded = c.Content
		}
	}
	if r.recorded == nil {
		t.Fatalf("%s holds no case %s", file, name)
	}
	c := newCloud(t, func(o *lambda.Options) { o.Settle = 500 * time.Millisecond })
	r.client = c.client(r)
	t.Cleanup(func() {
		if len(r.recorded) > 0 {
			t.Errorf("%d steps were not replayed: %v", len(r.recorded), keys(r.recorded))
		}
		t.Logf("conformance %s: passed %d of %d", name, r.passed, r.total)
	})
	return r
}

// client is the real SDK, talking to the service over HTTP.
func (c *cloud) client(transport http.RoundTripper) *awslambda.Client {
	operator := func(string) (api.Caller, error) { return api.Operator(env), nil }
	server := httptest.NewServer(wire.New(c.bus, operator, slog.New(slog.DiscardHandler)))
	c.t.Cleanup(server.Close)
	return awslambda.New(awslambda.Options{
		Region: env.Region, BaseEndpoint: &server.URL, HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""), RetryMaxAttempts: 1,
	})
}

func keys(m map[string]json.RawMessage) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	return names
}

// step compares the answer to the client's last call with the recorded step.
func (r *replay) step(name string, err error) {
	r.t.Helper()
	r.total++
	recorded, ok := r.recorded[name]
	delete(r.recorded, name)
	var want map[string]any
	if decodeErr := json.Unmarshal(recorded, &want); !ok || decodeErr != nil {
		r.t.Fatalf("no step %s: %v", name, decodeErr)
	}
	if inner, wrapped := want["CreateFunctionResponse"].(map[string]any); wrapped {
		want = inner
	}
	var found []string
	if metadata, given := want["ResponseMetadata"].(map[string]any); given {
		found = r.matcher.differences("status", metadata["HTTPStatusCode"], r.last.status)
		delete(want, "ResponseMetadata")
	}
	if failure, fails := want["Error"].(map[string]any); fails {
		found = append(found, r.failure(failure, want, err)...)
	} else {
		found = append(found, r.matcher.differences("", want, r.body())...)
		if err != nil {
			found = append(found, "error "+err.Error())
		}
	}
	if len(found) > 0 {
		r.t.Errorf("%s:\n  %s", name, strings.Join(found, "\n  "))
		return
	}
	r.passed++
}

// body is the last answer as the SDKs see it: headers count among an
// invocation's members.
func (r *replay) body() map[string]any {
	members := map[string]any{}
	if version := r.last.header.Get("X-Amz-Executed-Version"); version != "" {
		var payload any
		if err := json.Unmarshal(r.last.body, &payload); err != nil {
			r.t.Errorf("payload %s: %v", r.last.body, err)
		}
		return map[string]any{"ExecutedVersion": version, "FunctionError": r.last.header.Get("X-Amz-Function-Error"), "Payload": payload, "StatusCode": r.last.status}
	}
	if len(r.last.body) > 0 {
		if err := json.Unmarshal(r.last.body, &members); err != nil {
			r.t.Errorf("body %s: %v", r.last.body, err)
		}
	}
	return members
}

// failure compares an error's code and text, and the members the recording has.
func (r *replay) failure(want, members map[string]any, err error) []string {
	var got smithy.APIError
	if !errors.As(err, &got) {
		return []string{fmt.Sprintf("error %v, want %v", err, want)}
	}
	found := r.matcher.differences("Error", want, map[string]any{"Code": got.ErrorCode(), "Message": got.ErrorMessage()})
	body := r.body()
	for _, name := range []string{"Type", "Message", "message"} {
		if value, has := members[name]; has {
			found = append(found, r.matcher.differences(name, value, body[name])...)
		}
	}
	return found
}

// settle waits as the SDK's waiters do, only faster.
func (r *replay) settle(function string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	in := &awslambda.GetFunctionInput{FunctionName: aws.String(function)}
	err := awslambda.NewFunctionActiveV2Waiter(r.client).Wait(ctx, in, time.Minute,
		func(o *awslambda.FunctionActiveV2WaiterOptions) {
			o.MinDelay, o.MaxDelay = 20*time.Millisecond, 20*time.Millisecond
		})
	if err == nil {
		err = awslambda.NewFunctionUpdatedV2Waiter(r.client).Wait(ctx, in, time.Minute,
			func(o *awslambda.FunctionUpdatedV2WaiterOptions) {
				o.MinDelay, o.MaxDelay = 20*time.Millisecond, 20*time.Millisecond
			})
	}
	if err != nil {
		r.t.Fatal(err)
	}
}
