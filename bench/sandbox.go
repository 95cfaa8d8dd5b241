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
)

// sandbox is one process of a function and the Runtime API it talks to.
type sandbox struct {
	command *exec.Cmd
	server  *http.Server
	began   time.Time
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
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench", "WEIR_TARGETS=bench:prod", "WEIR_STATE_MACHINE=bench", "PATH=" + os.Getenv("PATH")}
	s.began = time.Now()
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
