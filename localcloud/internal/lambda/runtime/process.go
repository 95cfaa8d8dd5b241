// Package runtime runs a Lambda function's code as child processes of the local
// cloud. Each process talks the Lambda Runtime API, as it would on AWS, with a
// listener of its own on loopback; processes stay warm in a pool per function
// and version.
package runtime

import (
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"weir/localcloud/internal/wire/guard"
)

// Spec is what a process is started with.
type Spec struct {
	Runtime   string   // of Lambda, such as provided.al2023
	Scripts   string   // where Unpack put the languages' bootstraps
	Directory string   // the unpacked code
	Env       []string // the whole environment but AWS_LAMBDA_RUNTIME_API
	// JSON writes Lambda's own log lines as JSON.
	JSON bool
	// MemoryMB is the function's memory, for the log.
	MemoryMB int32
	// Print takes what the function prints, line by line without its newline,
	// with the cloud time at which the event began.
	Print func(began time.Time, line []byte)
	// Started is the cloud time of what is printed before the first event.
	Started time.Time
}

// process is one sandbox.
type process struct {
	spec    Spec
	command *exec.Cmd
	server  *http.Server
	output  *output
	next    chan delivery // unbuffered: an event is taken or it is not

	mu     sync.Mutex
	flight *flight // the event that the process works on

	started  time.Time
	ready    chan struct{} // closed at the first call for an event
	readied  sync.Once
	took     time.Duration // to get ready; set before ready is closed
	first    sync.Once     // the first event bears what it took
	looked   time.Time     // when its memory was looked at
	peakMB   int
	initFail chan []byte   // the body of init/error
	exited   chan struct{} // closed at the end, after exit is set
	exit     error
	idled    time.Time // wall; kept by the pool
}

// flight is the event that a process works on.
type flight struct {
	id   string
	done chan Result
}

type delivery struct {
	event    Event
	deadline time.Time // wall
}

// start launches the bootstrap and waits for nothing.
func start(spec Spec) (*process, error) {
	command, err := spec.startCommand()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the Runtime API: %w", err)
	}
	out, childEnd, err := newOutput(spec)
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	p := &process{
		spec: spec, command: command, output: out, next: make(chan delivery), started: time.Now(),
		ready: make(chan struct{}), initFail: make(chan []byte, 1), exited: make(chan struct{}),
	}
	p.command.Dir = spec.Directory
	p.command.Env = append(append([]string{}, spec.Env...), "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String())
	p.command.Stdout, p.command.Stderr = childEnd, childEnd
	p.command.SysProcAttr = childAttributes()
	if err := p.command.Start(); err != nil {
		_ = listener.Close()
		out.close()
		err = spec.notStarted(err)
		if spec.Print != nil {
			spec.Print(spec.Started, []byte("Error Type: Runtime.InvalidEntrypoint "+err.Error()))
		}
		return nil, err
	}
	p.server = &http.Server{Handler: guard.Handler(p), ReadHeaderTimeout: time.Minute}
	go func() { _ = p.server.Serve(listener) }() // ends with Close, which is no error
	go p.wait()
	return p, nil
}

func (p *process) wait() {
	p.exit = p.command.Wait()
	// What the process started ends with it; often there is nothing.
	_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL)
	_ = p.server.Close() // nobody is left to answer
	close(p.exited)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.flight == nil {
		p.output.close()
	}
}

func (p *process) kill() {
	// The whole group: what the function started must not outlive it. That it
	// is gone already is fine.
	_ = syscall.Kill(-p.command.Process.Pid, syscall.SIGKILL)
	<-p.exited
}

// gone tells whether the process has ended.
func (p *process) gone() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// exitResult is how Lambda tells that the process ended in the middle.
func (p *process) exitResult(id string) Result {
	if p.exit != nil {
		return failure("Runtime.ExitError", id, "Runtime exited with error: %v", p.exit)
	}
	return failure("Runtime.ExitError", id, "Runtime exited without providing a reason")
}

// invoke hands the process one event and waits for what comes of it, killing
// the process at the timeout. taken is false when the process ended before it
// took the event.
func (p *process) invoke(event Event, timeout time.Duration) (result Result, taken bool) {
	f := &flight{id: event.ID, done: make(chan Result, 1)}
	p.fly(f)
	defer p.land()
	began := time.Now()
	limit := time.NewTimer(timeout)
	defer limit.Stop()
	select {
	case p.next <- delivery{event: event, deadline: began.Add(timeout)}:
	case <-p.exited:
		return Result{}, false
	case <-limit.C:
		p.kill()
		result = timedOut(event.ID, timeout)
	}
	if result.Payload == nil {
		select {
		case result = <-f.done:
		case <-p.exited:
			result = p.orAnswer(f, event.ID)
		case <-limit.C:
			p.kill()
			result = timedOut(event.ID, timeout)
		}
	}
	result.Duration = time.Since(began)
	result.Log = p.output.end(event, result, p.used())
	return result, true
}

// peakEvery is how often a busy process is asked for its memory, which takes a
// sixth of the time of an event.
const peakEvery = 100 * time.Millisecond

// used is what the report of an event tells of the process.
func (p *process) used() usage {
	if time.Since(p.looked) > peakEvery {
		p.looked, p.peakMB = time.Now(), peakMemoryMB(p.command.Process.Pid)
	}
	u := usage{peakMB: p.peakMB}
	select {
	case <-p.ready:
		p.first.Do(func() { u.init = p.took })
	default: // it never got ready
	}
	return u
}

// orAnswer prefers the answer that a process gave just before it ended.
func (p *process) orAnswer(f *flight, id string) Result {
	select {
	case result := <-f.done:
		return result
	default:
		return p.exitResult(id)
	}
}

// land ends a flight. The output of a process that ended in mid-flight stays
// open until here, for the event's last log lines.
func (p *process) land() {
	p.fly(nil)
	if p.gone() {
		p.output.close()
	}
}

func (p *process) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.flight != nil
}

func (p *process) fly(f *flight) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flight = f
}

// answer gives a result to the event in flight; false when it is not the one.
func (p *process) answer(id string, result Result) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.flight == nil || p.flight.id != id {
		return false
	}
	select {
	case p.flight.done <- result:
		return true
	default: // a second answer to the same event
		return false
	}
}
