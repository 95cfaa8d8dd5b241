package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	locallambda "weir/local/lambda"
)

// functionRows measures each function: its zip, and its cold start beside a bare
// handler's.
func functionRows(ctx context.Context, functions string) ([]row, error) {
	bare, err := coldStart(ctx, filepath.Join(functions, "bare"))
	if err != nil {
		return nil, err
	}
	pipe, err := barePipe(ctx, filepath.Join(functions, "app"), 2000)
	if err != nil {
		return nil, err
	}
	rows := []row{{"the pipe: the same app over its Runtime API, p50", pipe.Round(time.Microsecond).String(), ""}}
	for _, name := range []string{"app", "shift", "verify", "rollback", "alias"} {
		folder := filepath.Join(functions, name)
		zip, err := locallambda.Package(folder)
		if err != nil {
			return nil, fmt.Errorf("zip %s: %w", name, err)
		}
		cold, err := coldStart(ctx, folder)
		if err != nil {
			return nil, err
		}
		rows = append(rows,
			row{name + ": zip", fmt.Sprintf("%.1f MB", float64(len(zip))/1e6), "target under 8 MB"},
			row{name + ": cold start", cold.Round(100 * time.Microsecond).String(),
				fmt.Sprintf("%.2f times a bare handler's %s; target 1.3", float64(cold)/float64(bare), bare.Round(100*time.Microsecond))})
	}
	return rows, nil
}

// sandbox is one process of a function and the Runtime API it talks to.
type sandbox struct {
	command *exec.Cmd
	server  *http.Server
	asked   chan struct{} // the process asks for an event
	next    chan []byte   // the event it gets
	done    chan struct{} // it has answered
}

func start(ctx context.Context, folder string) (*sandbox, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &sandbox{asked: make(chan struct{}, 1), next: make(chan []byte), done: make(chan struct{}, 1)}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.server.Serve(listener) }() // ends with Close, which is no error
	s.command = exec.CommandContext(ctx, filepath.Join(folder, "bootstrap"))
	s.command.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(), "AWS_REGION=us-east-1", "AWS_LAMBDA_FUNCTION_NAME=bench",
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench", "WEIR_TARGETS=bench:prod", "PATH=" + os.Getenv("PATH")}
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", folder, err)
	}
	return s, nil
}

func (s *sandbox) stop() {
	_ = s.command.Process.Kill() // it may have ended by itself
	_ = s.command.Wait()         // and was killed
	_ = s.server.Close()
}

// ServeHTTP is as much of the Runtime API as one event at a time needs.
func (s *sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/invocation/next") {
		w.WriteHeader(http.StatusAccepted)
		s.done <- struct{}{}
		return
	}
	s.asked <- struct{}{}
	select {
	case event := <-s.next:
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "bench")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
		_, _ = w.Write(event) // a process that has gone shows as a timeout
	case <-r.Context().Done():
	}
}

// coldStart is the median time from the start of the process to its first call
// for an event.
func coldStart(ctx context.Context, folder string) (time.Duration, error) {
	var took []time.Duration
	for range 9 {
		began := time.Now()
		s, err := start(ctx, folder)
		if err != nil {
			return 0, err
		}
		select {
		case <-s.asked:
			took = append(took, time.Since(began))
			s.stop()
		case <-time.After(10 * time.Second):
			s.stop()
			return 0, fmt.Errorf("%s did not start within 10s", folder)
		}
	}
	return median(took), nil
}

// barePipe is the median time of an event in a warm process, without a cloud
// around it.
func barePipe(ctx context.Context, folder string, n int) (time.Duration, error) {
	s, err := start(ctx, folder)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	var took []time.Duration
	for range n {
		<-s.asked
		began := time.Now()
		s.next <- []byte(`{"order": 1}`)
		<-s.done
		took = append(took, time.Since(began))
	}
	return median(took), nil
}
