package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"weir/localcloud/internal/lambda/runtime"
)

// The test binary is its own bootstrap: with MODE set it speaks the Runtime API.
func TestMain(m *testing.M) {
	if mode := os.Getenv("MODE"); mode != "" {
		serve(mode)
	}
	os.Exit(m.Run())
}

func newPool(t *testing.T, mode string, change func(*runtime.Spec)) *runtime.Pool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "bootstrap")); err != nil {
		t.Fatal(err)
	}
	spec := runtime.Spec{Directory: dir, Env: []string{"MODE=" + mode}}
	if change != nil {
		change(&spec)
	}
	pool := runtime.NewPool(4, func(context.Context) (runtime.Spec, error) { return spec, nil })
	t.Cleanup(pool.Close)
	return pool
}

func invoke(t *testing.T, pool *runtime.Pool) runtime.Result {
	t.Helper()
	result, err := pool.Invoke(t.Context(), runtime.Event{ID: "id", Payload: []byte(`{}`)}, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func pid(t *testing.T, result runtime.Result) (pid int) {
	t.Helper()
	if err := json.Unmarshal(result.Payload, &pid); err != nil {
		t.Fatalf("%v: %s", err, result.Payload)
	}
	return pid
}

// A process that ends after its answer, before it asks for the next event, must
// not cost that event: nobody has seen it yet.
func TestAnEventThatADyingProcessDidNotTakeRunsElsewhere(t *testing.T) {
	pool := newPool(t, "answer and leave", nil)
	first := pid(t, invoke(t, pool))
	if second := pid(t, invoke(t, pool)); second == first {
		t.Errorf("process %d answered twice", first)
	}
}

func TestIdleProcessesAreReaped(t *testing.T) {
	pool := newPool(t, "echo", nil)
	invoke(t, pool)
	pool.Reap(time.Now().Add(-time.Hour))
	if n := pool.Size(); n != 1 {
		t.Errorf("%d processes before their time", n)
	}
	pool.Reap(time.Now().Add(time.Second))
	if n := pool.Size(); n != 0 {
		t.Errorf("%d processes after their time", n)
	}
}

func TestARetiredPoolTakesNoEvents(t *testing.T) {
	pool := newPool(t, "echo", nil)
	invoke(t, pool)
	pool.Retire()
	if _, err := pool.Invoke(t.Context(), runtime.Event{ID: "id"}, time.Second); !errors.Is(err, runtime.ErrClosed) {
		t.Errorf("error = %v", err)
	}
	if n := pool.Size(); n != 0 {
		t.Errorf("%d processes are left", n)
	}
}

func TestTheWrongBootstrapIsTheFunctionsFault(t *testing.T) {
	pool := runtime.NewPool(1, func(context.Context) (runtime.Spec, error) {
		return runtime.Spec{Directory: t.TempDir()}, nil
	})
	defer pool.Close()
	if result := invoke(t, pool); !result.Failed || !strings.Contains(string(result.Payload), `"Runtime.InvalidEntrypoint"`) {
		t.Errorf("result %+v", result)
	}
}

func TestJSONLogLines(t *testing.T) {
	var lines []string
	pool := newPool(t, "echo", func(spec *runtime.Spec) {
		spec.JSON, spec.MemoryMB = true, 128
		spec.Print = func(_ time.Time, line []byte) { lines = append(lines, string(line)) }
	})
	invoke(t, pool)
	if len(lines) != 2 {
		t.Fatalf("lines %q", lines)
	}
	for i, kind := range []string{"platform.start", "platform.report"} {
		var line struct{ Type string }
		if err := json.Unmarshal([]byte(lines[i]), &line); err != nil || line.Type != kind {
			t.Errorf("line %q (%v), want %s", lines[i], err, kind)
		}
	}
}

func TestWhatAProcessPrintsAsItStartsBearsThatTime(t *testing.T) {
	started, began := time.Unix(1000, 0), time.Unix(2000, 0)
	var times []time.Time
	pool := newPool(t, "speak first", func(spec *runtime.Spec) {
		spec.Started = started
		spec.Print = func(at time.Time, _ []byte) { times = append(times, at) }
	})
	if _, err := pool.Invoke(t.Context(), runtime.Event{ID: "id", Began: began}, 10*time.Second); err != nil {
		t.Fatal(err)
	}
	if want := []time.Time{started, began, began, began}; !slices.Equal(times, want) { // loaded, START, END, REPORT
		t.Errorf("lines at %v, want %v", times, want)
	}
}
