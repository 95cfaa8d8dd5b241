// Package runtime runs a Lambda function's code as child processes of the local
// cloud. Each process talks the Lambda Runtime API, as it would on AWS, with a
// listener of its own on loopback; processes stay warm in a pool per function
// and version.
package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Spec is what a process is started with.
type Spec struct {
	Directory string   // the unpacked code; holds bootstrap
	Env       []string // the whole environment but AWS_LAMBDA_RUNTIME_API
	Output    io.Writer
}

// Event is one invocation.
type Event struct {
	ID          string
	FunctionARN string // as invoked
	Payload     []byte
	Deadline    time.Time // wall time
	Trace       string
	Client      string // client context, JSON
}

// Result is what the function made of an event.
type Result struct {
	Payload []byte
	// Failed says that the payload describes an error: raised by the handler,
	// a timeout, or the end of the process.
	Failed bool
	// Gone says that the process has ended with this event.
	Gone bool
}

// errNoBootstrap is the operator's mistake, not the function's.
var errNoBootstrap = errors.New("the code has no executable file named bootstrap at its top")

// process is one sandbox.
type process struct {
	command  *exec.Cmd
	server   *http.Server
	next     chan Event
	current  atomic.Pointer[flight]
	ready    chan struct{} // closed at the first call for an event
	readied  sync.Once
	initFail chan []byte // the body of init/error
	exited   chan struct{}
}

// flight is the event that a process works on.
type flight struct {
	event Event
	done  chan Result
}

// start launches bootstrap and waits for nothing.
func start(spec Spec) (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the Runtime API: %w", err)
	}
	p := &process{next: make(chan Event), ready: make(chan struct{}), initFail: make(chan []byte, 1), exited: make(chan struct{})}
	p.server = &http.Server{Handler: p, ReadHeaderTimeout: time.Minute}
	go func() { _ = p.server.Serve(listener) }() // ends with Close, which is no error

	p.command = exec.Command(spec.Directory + "/bootstrap")
	p.command.Dir = spec.Directory
	p.command.Env = append(append([]string{}, spec.Env...), "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String())
	p.command.Stdout, p.command.Stderr = spec.Output, spec.Output
	p.command.SysProcAttr = childAttributes()
	if err := p.command.Start(); err != nil {
		_ = p.server.Close()
		if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.EACCES) {
			return nil, errNoBootstrap
		}
		return nil, fmt.Errorf("start bootstrap: %w", err)
	}
	go func() {
		_ = p.command.Wait() // how it ended is told by exited; the caller reports it
		_ = p.server.Close()
		close(p.exited)
	}()
	return p, nil
}

func (p *process) kill() {
	// The whole group: what the function started must not outlive it.
	_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL) // gone already is fine
	<-p.exited
}

// invoke hands the process one event and waits for what comes of it, killing it
// at the deadline.
func (p *process) invoke(ctx context.Context, event Event, timeout time.Duration) Result {
	f := &flight{event: event, done: make(chan Result, 1)}
	p.current.Store(f)
	defer p.current.Store(nil)
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	select {
	case p.next <- event:
	case <-p.exited:
		return exitResult(event)
	case <-deadline.C:
		p.kill()
		return timeoutResult(event, timeout)
	}
	select {
	case result := <-f.done:
		return result
	case <-p.exited:
		return exitResult(event)
	case <-deadline.C:
		p.kill()
		return timeoutResult(event, timeout)
	case <-ctx.Done():
		// The caller is gone; the function runs on, as on AWS, but nobody
		// waits. The sandbox cannot be reused in the middle of an event.
		p.kill()
		return Result{Failed: true, Gone: true, Payload: []byte(`{"errorMessage":"the caller went away"}`)}
	}
}

func exitResult(event Event) Result {
	return Result{Failed: true, Gone: true, Payload: fmt.Appendf(nil,
		`{"errorType":"Runtime.ExitError","errorMessage":"RequestId: %s Error: Runtime exited without providing a reason"}`, event.ID)}
}

func timeoutResult(event Event, timeout time.Duration) Result {
	return Result{Failed: true, Gone: true, Payload: fmt.Appendf(nil,
		`{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: %s Error: Task timed out after %.2f seconds"}`, event.ID, timeout.Seconds())}
}

const runtimePath = "/2018-06-01/runtime/"

// ServeHTTP is the Runtime API.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func (p *process) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, runtimePath)
	switch {
	case !ok:
		http.NotFound(w, r)
	case path == "invocation/next":
		p.serveNext(w, r)
	case path == "init/error":
		body, err := io.ReadAll(r.Body)
		if err == nil {
			select {
			case p.initFail <- body:
			default:
			}
		}
		w.WriteHeader(http.StatusAccepted)
	default:
		p.serveResult(w, r, strings.Split(path, "/"))
	}
}

func (p *process) serveNext(w http.ResponseWriter, r *http.Request) {
	p.readied.Do(func() { close(p.ready) })
	select {
	case event := <-p.next:
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", event.ID)
		h.Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(event.Deadline.UnixMilli()))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", event.FunctionARN)
		h.Set("Content-Type", "application/json")
		if event.Trace != "" {
			h.Set("Lambda-Runtime-Trace-Id", event.Trace)
		}
		if event.Client != "" {
			h.Set("Lambda-Runtime-Client-Context", event.Client)
		}
		_, _ = w.Write(event.Payload) // a process that went away shows as exited
	case <-r.Context().Done():
	}
}

// maxResponse is Lambda's limit for a synchronous response.
const maxResponse = 6 << 20

func (p *process) serveResult(w http.ResponseWriter, r *http.Request, path []string) {
	f := p.current.Load()
	if len(path) != 3 || path[0] != "invocation" || f == nil || path[1] != f.event.ID {
		http.Error(w, `{"errorType":"InvalidRequestID","errorMessage":"no such invocation"}`, http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxResponse+1))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	result := Result{Payload: body, Failed: path[2] == "error"}
	if len(body) > maxResponse {
		result = Result{Failed: true, Payload: []byte(`{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}`)}
	}
	w.WriteHeader(http.StatusAccepted)
	select {
	case f.done <- result:
	default: // a second answer to the same event
	}
}
