package resource

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"

	"weir/localcloud/internal/clock"
)

// maxResponse is the largest answer of a custom resource, in bytes.
const maxResponse = 4096

// Responses receives what custom resources answer: each request's ResponseURL
// leads here, as on AWS it leads to a presigned S3 object.
type Responses struct {
	base    string
	mu      sync.Mutex
	waiting map[string]expected
}

type expected struct {
	answer chan<- response
	hold   *clock.Hold
}

type response struct {
	Status             string
	Reason             string
	PhysicalResourceId string
	StackId            string
	RequestId          string
	LogicalResourceId  string
	Data               map[string]any

	malformed error
}

// NewResponses returns a receiver reached at the URL base.
func NewResponses(base string) *Responses {
	return &Responses{base: strings.TrimSuffix(base, "/"), waiting: map[string]expected{}}
}

// expect announces an answer and tells the URL to put it to. The hold is taken
// again as the answer arrives, so that cloud time does not slip past it.
func (r *Responses) expect(hold *clock.Hold) (token, url string, answer <-chan response) {
	token = Suffix(32)
	arrived := make(chan response, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting[token] = expected{answer: arrived, hold: hold}
	return token, r.base + "/" + token, arrived
}

// forget drops an answer that did not come, and tells whether it indeed did
// not.
func (r *Responses) forget(token string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, waiting := r.waiting[token]
	delete(r.waiting, token)
	return waiting
}

// ServeHTTP takes an answer: PUT {base}/{token}.
func (r *Responses) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodPut {
		http.Error(w, "a custom resource's answer is PUT here", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(io.LimitReader(request.Body, maxResponse+1))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !r.deliver(path.Base(request.URL.Path), parseResponse(body)) {
		http.Error(w, "no custom resource awaits this answer", http.StatusForbidden)
	}
}

func (r *Responses) deliver(token string, answer response) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	waiting, ok := r.waiting[token]
	if !ok {
		return false
	}
	delete(r.waiting, token)
	if waiting.hold != nil {
		waiting.hold.Retake()
	}
	waiting.answer <- answer
	return true
}

func parseResponse(body []byte) response {
	if len(body) > maxResponse {
		return response{malformed: errors.New("Response object is too long.")}
	}
	var parsed response
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	if err := decoder.Decode(&parsed); err != nil {
		return response{malformed: fmt.Errorf("Invalid Response object: %w", err)}
	}
	switch {
	case parsed.Status != "SUCCESS" && parsed.Status != "FAILED":
		parsed.malformed = errors.New("Invalid Response object: Value of property Status must be SUCCESS or FAILED")
	case parsed.Status == "SUCCESS" && parsed.PhysicalResourceId == "":
		parsed.malformed = errors.New("Invalid PhysicalResourceId")
	}
	return parsed
}
