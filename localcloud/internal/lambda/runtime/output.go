package runtime

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"time"
)

// tailLimit is how much of the log an answer carries.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (LogType)
const tailLimit = 4096

// output reads what a process prints. The local cloud writes its own START and
// END into the same pipe, so that they come in order with the function's lines
// and an answer's log is whole: what was printed before the answer is read
// before END.
type output struct {
	spec  Spec
	read  *os.File
	write *os.File
	began chan time.Time // cloud time of each event, for its START
	ended chan []byte    // the log of each event, at its END
	done  chan struct{}

	mu   sync.Mutex
	shut bool
}

// Marks among the output, of bytes that functions do not print: apart begins a
// line of Lambda's own, also after a line that the function left open; first is
// before the text of the line that begins an event, and last is the line that
// ends it; within is where a line goes on in the next one of the same log event,
// which the languages' bootstraps print.
const (
	apart  = "\x00\x1e\x00"
	first  = "\x00\x1d\x1e\x00"
	last   = "\x00\x1e\x1e\x00"
	within = "\x00\x1f\x00"
)

func newOutput(spec Spec) (out *output, childEnd *os.File, err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, nil, fmt.Errorf("pipe for a function's output: %w", err)
	}
	out = &output{spec: spec, read: read, write: write,
		began: make(chan time.Time, 1), ended: make(chan []byte, 1), done: make(chan struct{})}
	go out.follow()
	return out, write, nil
}

// begin notes the START of an event.
func (o *output) begin(event Event) {
	select {
	case o.began <- event.Began:
	case <-o.done:
	}
	if o.spec.JSON {
		o.tell(first+`{"time":%q,"type":"platform.start","record":{"requestId":%q,"version":%q}}`, stamp(event.Began), event.ID, event.Version)
		return
	}
	o.tell(first+"START RequestId: %s Version: %s", event.ID, event.Version)
}

// usage is what an event has used apart from its time.
type usage struct {
	peakMB int           // of memory, by the process so far; 0 where that is not known
	init   time.Duration // that it took to start the process for the event; 0 if it was warm
}

// end notes the END of an event and returns the end of its log.
func (o *output) end(event Event, result Result, used usage) []byte {
	ms := milliseconds(result.Duration)
	billed := int64(math.Ceil(ms))
	if o.spec.JSON {
		status := "success"
		if result.Failed {
			status = "error"
		}
		o.tell(`{"time":%q,"type":"platform.report","record":{"requestId":%q,"metrics":{"durationMs":%.3f,"billedDurationMs":%d,"memorySizeMB":%d%s},"status":%q}}`,
			stamp(event.Began), event.ID, ms, billed, o.spec.MemoryMB, used.json(), status)
	} else {
		o.tell("END RequestId: %s\n"+apart+"REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: %d MB\t%s",
			event.ID, event.ID, ms, billed, o.spec.MemoryMB, used.text())
	}
	o.tell(last)
	select {
	case tail := <-o.ended:
		return tail
	case <-o.done:
	}
	select {
	case tail := <-o.ended:
		return tail
	default:
		return nil
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (u usage) text() string {
	text := ""
	if u.peakMB > 0 {
		text += fmt.Sprintf("Max Memory Used: %d MB\t", u.peakMB)
	}
	if u.init > 0 {
		text += fmt.Sprintf("Init Duration: %.2f ms\t", milliseconds(u.init))
	}
	return text
}

func (u usage) json() string {
	text := ""
	if u.peakMB > 0 {
		text += fmt.Sprintf(`,"maxMemoryUsedMB":%d`, u.peakMB)
	}
	if u.init > 0 {
		text += fmt.Sprintf(`,"initDurationMs":%.3f`, milliseconds(u.init))
	}
	return text
}

func stamp(at time.Time) string { return at.Format("2006-01-02T15:04:05.000Z") }

// tell writes a line of Lambda's own. A process that has ended leaves a pipe
// that takes nothing more; its last lines are those it printed.
func (o *output) tell(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.shut {
		_, _ = fmt.Fprintf(o.write, apart+format+"\n", args...) // fails only once closed
	}
}

// follow reads lines until every writer has closed the pipe.
func (o *output) follow() {
	defer close(o.done)
	defer func() { _ = o.read.Close() }()
	lines := bufio.NewReaderSize(o.read, 64<<10)
	began := o.spec.Started
	var tail []byte
	for {
		line, err := lines.ReadSlice('\n') // a longer line comes in pieces
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		before, after, own := bytes.Cut(line, []byte(apart))
		if len(before) > 0 || !own {
			tail = o.take(tail, before, began)
		}
		after, starts := bytes.CutPrefix(after, []byte(first))
		if starts {
			began = <-o.began
		}
		switch {
		case string(after) == last:
			o.ended <- tail
			tail = nil
		case own:
			tail = o.take(tail, after, began)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// take passes a line on and adds it to the tail.
func (o *output) take(tail, line []byte, began time.Time) []byte {
	if bytes.Contains(line, []byte(within)) {
		line = bytes.ReplaceAll(line, []byte(within), []byte("\n"))
	}
	if o.spec.Print != nil {
		o.spec.Print(began, line)
	}
	tail = append(append(tail, line...), '\n')
	return tail[max(0, len(tail)-tailLimit):]
}

// close gives up the writing end; follow ends when the process has too.
func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.shut {
		o.shut = true
		_ = o.write.Close() // nothing was buffered
	}
}
