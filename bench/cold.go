package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"weir/localcloud"
)

const (
	// bare is the function that does nothing, which the others are compared with.
	bare = "bare"
	// coldRounds is how many cold starts of each function are measured.
	coldRounds = 101
)

// handlers are the functions that Weir deploys.
var handlers = []string{"app", "plan", "shift", "verify", "rollback", "alias"}

// functionRows measures each function: its zip, and its cold start beside a bare
// handler's. As on Lambda, what runs has come out of the zip; it starts a tenth
// of a millisecond sooner than a file that the linker has just written.
func functionRows(ctx context.Context, in inputs) (rows []row, err error) {
	folder, err := os.MkdirTemp("", "weir-bench-")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	names := append([]string{bare}, handlers...)
	sizes := map[string]int{}
	for _, name := range names {
		if sizes[name], err = unpack(filepath.Join(in.functions, name), filepath.Join(folder, name)); err != nil {
			return nil, err
		}
	}
	took, err := coldStarts(ctx, folder, names)
	if err != nil {
		return nil, err
	}
	pipe, err := barePipe(ctx, filepath.Join(folder, "app"), 2000)
	if err != nil {
		return nil, err
	}
	rows = []row{{"the pipe: the same app over its Runtime API, p50", pipe.Round(time.Microsecond).String(), ""}}
	floor := median(took[bare])
	for _, name := range handlers {
		cold := median(took[name])
		rows = append(rows,
			row{name + ": zip", fmt.Sprintf("%.1f MB", float64(sizes[name])/1e6), "target under 8 MB"},
			row{name + ": cold start", cold.Round(10 * time.Microsecond).String(),
				fmt.Sprintf("%.2f times a bare handler's %s; at most 2", float64(cold)/float64(floor), floor.Round(10*time.Microsecond))})
	}
	return rows, nil
}

// unpack zips a function's folder as a deploy does, lays the zip out in another
// and returns its size in bytes.
func unpack(from, to string) (int, error) {
	body, err := localcloud.Package(from)
	if err != nil {
		return 0, fmt.Errorf("zip %s: %w", from, err)
	}
	files, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return 0, fmt.Errorf("unzip %s: %w", from, err)
	}
	if err := os.CopyFS(to, files); err != nil {
		return 0, fmt.Errorf("unzip %s: %w", from, err)
	}
	return len(body), nil
}

// coldStarts starts the functions in turn, round by round, so that whatever else
// the machine does falls on all of them alike. Each round has an order of its
// own: a start also meets what is left of the process before it.
func coldStarts(ctx context.Context, functions string, names []string) (map[string][]time.Duration, error) {
	took := map[string][]time.Duration{}
	for round := range coldRounds + 1 {
		rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		for _, name := range names {
			one, err := coldStart(ctx, filepath.Join(functions, name))
			if err != nil {
				return nil, err
			}
			if round > 0 { // the first reads the binaries from disk
				took[name] = append(took[name], one)
			}
		}
	}
	return took, nil
}

// coldStart is the time from the start of a process to its first call for an
// event.
func coldStart(ctx context.Context, folder string) (time.Duration, error) {
	s, err := start(ctx, folder)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	select {
	case <-s.asked:
		return time.Since(s.began), nil
	case <-time.After(10 * time.Second):
		return 0, fmt.Errorf("%s did not start within 10s", folder)
	}
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
