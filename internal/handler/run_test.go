package handler_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"weir/internal/handler"
	"weir/internal/release"
)

// As a function, this program runs in a process of its own.
const asFunction = "WEIR_TEST_AS_FUNCTION"

func TestMain(m *testing.M) {
	switch os.Getenv(asFunction) {
	case "run":
		handler.Run(func(_ context.Context, in struct{ Name string }) (string, error) {
			if in.Name == "" {
				return "", fmt.Errorf("greet: %w", release.Errorf(release.InvalidRequest, "there is no name"))
			}
			return "hello " + in.Name, nil
		})
	case "fail":
		handler.Fail(errors.New("no region"))
	}
	os.Exit(m.Run())
}

// function starts this program as a function and waits for its end.
func function(t *testing.T, how string, env ...string) (output string, code int) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program, "-test.run=^$")
	command.Env = append(os.Environ(), append(env, asFunction+"="+how)...)
	text, err := command.CombinedOutput()
	ended, failed := errors.AsType[*exec.ExitError](err)
	switch {
	case failed:
		return string(text), ended.ExitCode()
	case err != nil:
		t.Fatal(err)
	}
	return string(text), 0
}

// service is a Lambda runtime API with one invocation.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type service struct {
	input  string
	served bool
	path   string // to which the function answers
	answer string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const invocation = "/2018-06-01/runtime/invocation/"
	switch {
	case strings.HasPrefix(r.URL.Path, invocation) && r.Method == http.MethodPost:
		body, _ := io.ReadAll(r.Body)
		s.path, s.answer = strings.TrimPrefix(r.URL.Path, invocation), string(body)
		w.WriteHeader(http.StatusAccepted)
	case r.URL.Path == invocation+"next" && !s.served:
		s.served = true
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "one")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", "4102444800000")
		_, _ = io.WriteString(w, s.input)
	default:
		w.WriteHeader(http.StatusInternalServerError) // the sandbox ends
	}
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name, input  string
		path, answer string
		logged       bool
	}{
		{"an answer", `{"Name": "weir"}`, "one/response", `"hello weir"`, false},
		{"an error by its name", `{}`, "one/error", `{"errorMessage":"there is no name","errorType":"Release.InvalidRequest"}`, true},
		{"a field that nobody knows", `{"Name": "weir", "Nmae": "typo"}`, "one/error", `unknown field \"Nmae\"`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &service{input: test.input}
			server := httptest.NewServer(s)
			defer server.Close()
			output, _ := function(t, "run", "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(server.URL, "http://"))
			if s.path != test.path || !strings.Contains(s.answer, test.answer) {
				t.Errorf("it answers %s to %s; want %s. It writes %s", s.answer, s.path, test.answer, output)
			}
			if logged := strings.Contains(output, "there is no name") && strings.Contains(output, "failed"); logged != test.logged {
				t.Errorf("it logs %s", output)
			}
		})
	}
}

func TestFailEndsTheFunction(t *testing.T) {
	if output, code := function(t, "fail"); code != 1 || !strings.Contains(output, "cannot start") || !strings.Contains(output, "no region") {
		t.Errorf("it ends with %d and says %s", code, output)
	}
}

func TestNamed(t *testing.T) {
	if err := handler.Named(nil); err != nil {
		t.Errorf("no error becomes %v", err)
	}
	for _, test := range []struct {
		err  error
		want messages.InvokeResponse_Error
	}{
		{release.Errorf(release.Drift, "moved"), messages.InvokeResponse_Error{Type: release.Drift, Message: "moved"}},
		{fmt.Errorf("shift: %w", release.Errorf(release.Drift, "moved")), messages.InvokeResponse_Error{Type: release.Drift, Message: "moved"}},
		{errors.New("disk full"), messages.InvokeResponse_Error{Type: release.Internal, Message: "disk full"}},
	} {
		got, ok := errors.AsType[messages.InvokeResponse_Error](handler.Named(test.err))
		if !ok || got.Type != test.want.Type || got.Message != test.want.Message {
			t.Errorf("%v becomes %+v", test.err, got)
		}
	}
}

func TestMessageOfAFailure(t *testing.T) {
	for cause, want := range map[string]string{
		`{"errorMessage": "moved", "errorType": "Release.Drift"}`: "moved",
		`{"errorMessage": ""}`:                      `{"errorMessage": ""}`,
		`{"cause": "other"}`:                        `{"cause": "other"}`,
		"a plain sentence":                          "a plain sentence",
		`{"errorMessage": "cut off`:                 `{"errorMessage": "cut off`,
		`{"errorMessage": "odd", "errorMessage":3}`: `{"errorMessage": "odd", "errorMessage":3}`,
		"": "",
	} {
		if got := (handler.Failure{Cause: cause}).Message(); got != want {
			t.Errorf("%s gives %q, want %q", cause, got, want)
		}
	}
}
