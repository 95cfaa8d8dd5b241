// Package awstest is an AWS service for tests: a server on the loopback interface
// that keeps the requests of the SDK's clients and gives answers from a list. It
// knows no service; a test writes the answers as the service's API documents them.
package awstest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Request is a request as the service gets it.
type Request struct {
	Method, Path string
	Query        url.Values
	Header       http.Header
	Raw          []byte
	Body         map[string]any // of a JSON object; nil for any other body
}

// Operation is the operation that a request of the JSON protocols names, such as
// DescribeExecution.
func (r Request) Operation() string {
	_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return name
}

// Answer is an answer of the service. The zero Answer is none: the connection
// breaks.
type Answer struct {
	Status int
	Error  string // the error's type
	Header map[string]string
	Body   string
}

// OK is an answer that holds what was asked for.
func OK(body string) Answer { return Answer{Status: http.StatusOK, Body: body} }

// Fault is an answer that is an error.
func Fault(status int, kind, message string) Answer {
	text, err := json.Marshal(map[string]string{"message": message})
	if err != nil {
		panic(err) // a text always is JSON
	}
	return Answer{Status: status, Error: kind, Body: string(text)}
}

// Throttled is the answer to one request too many.
func Throttled() Answer {
	return Fault(http.StatusTooManyRequests, "TooManyRequestsException", "Rate exceeded")
}

// Denied is the answer to a caller without the permission.
func Denied() Answer {
	return Fault(http.StatusForbidden, "AccessDeniedException", "not authorized")
}

// Server is the service.
type Server struct {
	// Config leads a client to the service. The client does not try twice.
	Config aws.Config

	mutex    sync.Mutex
	requests []Request
	answers  []Answer
}

// New returns a service that gives these answers, each once and in order. The test
// fails if it asks for more of them, or for fewer.
func New(t testing.TB, answers ...Answer) *Server {
	t.Helper()
	s := &Server{answers: slices.Clone(answers)}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := s.next(t, r)
		switch {
		case !ok:
			http.Error(w, "no answer is left", http.StatusTeapot)
		case answer.Status == 0:
			panic(http.ErrAbortHandler)
		default:
			answer.write(w)
		}
	}))
	// Go's transport sends a request again when a connection that was used before breaks.
	server.Config.SetKeepAlivesEnabled(false)
	server.Start()
	t.Cleanup(func() {
		server.Close()
		if left := len(s.answers); left > 0 {
			t.Errorf("%d answers were not asked for", left)
		}
	})
	s.Config = aws.Config{Region: "eu-west-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")}
	return s
}

// next keeps a request and takes its answer.
func (s *Server) next(t testing.TB, r *http.Request) (Answer, bool) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Errorf("read a request: %v", err)
		return Answer{}, false
	}
	request := Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header, Raw: raw}
	if json.Unmarshal(raw, &request.Body) != nil {
		request.Body = nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.requests = append(s.requests, request)
	if len(s.answers) == 0 {
		t.Errorf("one request too many: %s %s %s", r.Method, r.URL, raw)
		return Answer{}, false
	}
	answer := s.answers[0]
	s.answers = s.answers[1:]
	return answer, true
}

func (a Answer) write(w http.ResponseWriter) {
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	if a.Error != "" {
		w.Header().Set("X-Amzn-Errortype", a.Error)
	}
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, a.Body)
}

// Requests are those that the service has got, in order.
func (s *Server) Requests() []Request {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.requests)
}

// Operations are the operations of the requests, in order.
func (s *Server) Operations() []string {
	var names []string
	for _, request := range s.Requests() {
		names = append(names, request.Operation())
	}
	return names
}
