package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"weir/internal/judge"
	"weir/internal/judge/replay"
)

type judgeCmd struct {
	NDJSON bool   `name:"ndjson" help:"Read one release a line, as JSON, and print one verdict a line."`
	Trace  bool   `help:"Draw the evidence of each minute against its limit, as text, instead of the verdict."`
	SVG    string `name:"svg" type:"path" help:"Draw the same into a file, for a single release."`
	File   string `arg:"" optional:"" type:"existingfile" help:"Where to read from. Default: standard input."`
}

// Run judges counts of the past.
func (c *judgeCmd) Run() error {
	if !c.NDJSON {
		return errors.New(`say what to judge, such as: weir judge --ndjson releases.ndjson`)
	}
	in := io.Reader(os.Stdin)
	if c.File != "" {
		file, err := os.Open(c.File)
		if err != nil {
			return fmt.Errorf("open the releases: %w", err)
		}
		defer file.Close() //nolint:errcheck // only read
		in = file
	}
	if !c.Trace && c.SVG == "" {
		return replay.Lines(in, os.Stdout)
	}
	return c.draw(in)
}

// draw pictures a single release.
func (c *judgeCmd) draw(in io.Reader) error {
	line, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read the release: %w", err)
	}
	given, err := replay.Parse(line)
	if err != nil {
		return err
	}
	verdicts, err := judge.Trace(given)
	if err != nil {
		return err
	}
	if c.Trace {
		if err := replay.Text(verdicts, os.Stdout); err != nil {
			return err
		}
	}
	if c.SVG == "" {
		return nil
	}
	var picture bytes.Buffer
	if err := replay.SVG(verdicts, &picture); err != nil {
		return err
	}
	if err := os.WriteFile(c.SVG, picture.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}
