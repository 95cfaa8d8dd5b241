package runtime

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const runtimePath = "/2018-06-01/runtime/"

// maxResponse is Lambda's limit for a synchronous response, 6 MB and a little.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxResponse = 6291556

// ServeHTTP is the Runtime API.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func (p *process) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, runtimePath)
	parts := strings.Split(path, "/")
	switch {
	case !ok:
		http.NotFound(w, r)
	case path == "invocation/next":
		p.serveNext(w, r)
	case path == "init/error":
		p.serveInitError(w, r)
	case len(parts) == 3 && parts[0] == "invocation" && (parts[2] == "response" || parts[2] == "error"):
		p.serveResult(w, r, parts[1], parts[2] == "error")
	default:
		http.NotFound(w, r)
	}
}

func (p *process) serveNext(w http.ResponseWriter, r *http.Request) {
	p.readied.Do(func() {
		p.took = time.Since(p.started)
		close(p.ready)
	})
	select {
	case d := <-p.next:
		p.output.begin(d.event)
		h := w.Header()
		h["Lambda-Runtime-Aws-Request-Id"] = []string{d.event.ID}
		h["Lambda-Runtime-Deadline-Ms"] = []string{strconv.FormatInt(d.deadline.UnixMilli(), 10)}
		h["Lambda-Runtime-Invoked-Function-Arn"] = []string{d.event.FunctionARN}
		h["Lambda-Runtime-Trace-Id"] = []string{d.event.Trace}
		h["Content-Type"] = []string{"application/json"}
		if d.event.Client != "" {
			h["Lambda-Runtime-Client-Context"] = []string{d.event.Client}
		}
		_, _ = w.Write(d.event.Payload) // a process that went away shows as exited
	case <-r.Context().Done():
	}
}

func (p *process) serveInitError(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxResponse))
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	}
	select {
	case p.initFail <- body:
	default: // told once already
	}
	accept(w)
}

func (p *process) serveResult(w http.ResponseWriter, r *http.Request, id string, failed bool) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxResponse+1))
	if err != nil {
		refuse(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	}
	result := Result{Payload: body, Failed: failed}
	if len(body) > maxResponse {
		result = worded("Function.ResponseSizeTooLarge",
			fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxResponse))
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size")
		p.answer(id, result)
		return
	}
	if !p.answer(id, result) {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return
	}
	accept(w)
}

func accept(w http.ResponseWriter) {
	w.Header()["Content-Type"] = []string{"application/json"}
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`) // the process may be gone by now
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"errorType":%q,"errorMessage":%q}`, kind, message) // the process may be gone by now
}
