package sqs

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/wire"
)

const account = "000000000000"

// world is a cloud of SQS alone, reached over HTTP as SDKs do.
type world struct {
	t       *testing.T
	clock   *clock.Clock
	service *Service
	url     string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	env := api.Env{Partition: "aws", Account: account, Region: "us-east-1"}
	w := &world{t: t, clock: clock.Stepped(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))}
	bus := api.NewBus()
	w.service = New(Options{Env: env, Clock: w.clock, Endpoint: func() string { return w.url }})
	bus.Register(w.service.API())
	server := httptest.NewServer(wire.New(bus, func(string) (api.Caller, error) { return api.Operator(env), nil }, slog.New(slog.DiscardHandler)))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

func (w *world) send(request *http.Request) (*http.Response, string) {
	w.t.Helper()
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=x")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // read to its end below
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return response, string(text)
}

func (w *world) request(operation, body string) *http.Request {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "AmazonSQS."+operation)
	return request
}

// do calls an operation in the JSON protocol and wants it to succeed. Q in the
// body stands for the URL of queues.
func (w *world) do(operation, body string) map[string]any {
	w.t.Helper()
	response, text := w.send(w.request(operation, w.fill(body)))
	answer := map[string]any{}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || response.StatusCode != http.StatusOK {
		w.t.Fatalf("%s %s: %d %s (%v)", operation, body, response.StatusCode, text, err)
	}
	return answer
}

// refused calls an operation and returns "code|code of the Query protocol|message".
func (w *world) refused(operation, body string) string {
	w.t.Helper()
	response, text := w.send(w.request(operation, w.fill(body)))
	var answer struct {
		Type    string `json:"__type"`
		Message string
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || response.StatusCode < 400 {
		w.t.Fatalf("%s %s: %d %s (%v)", operation, body, response.StatusCode, text, err)
	}
	older, _, _ := strings.Cut(response.Header.Get("X-Amzn-Query-Error"), ";")
	return answer.Type + "|" + older + "|" + answer.Message
}

func (w *world) fill(body string) string {
	return strings.ReplaceAll(body, "@", w.url+"/"+account+"/")
}

// query calls an operation in the Query protocol.
func (w *world) query(form url.Values) (status int, text string) {
	w.t.Helper()
	for name, values := range form {
		form[name] = []string{w.fill(values[0])}
	}
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	response, text := w.send(request)
	return response.StatusCode, text
}

// receive receives from queue q with further members and returns the messages.
func (w *world) receive(members string) []map[string]any {
	w.t.Helper()
	list, _ := w.do("ReceiveMessage", `{"QueueUrl":"@q"`+members+`}`)["Messages"].([]any)
	messages := make([]map[string]any, len(list))
	for i, one := range list {
		messages[i] = one.(map[string]any)
	}
	return messages
}

// bodies are the messages' bodies, each followed by a space.
func bodies(messages []map[string]any) string {
	var b strings.Builder
	for _, m := range messages {
		b.WriteString(m["Body"].(string) + " ")
	}
	return b.String()
}

// attribute reads one attribute of queue q.
func (w *world) attribute(name string) any {
	w.t.Helper()
	attributes, _ := w.do("GetQueueAttributes", `{"QueueUrl":"@q","AttributeNames":["`+name+`"]}`)["Attributes"].(map[string]any)
	return attributes[name]
}
