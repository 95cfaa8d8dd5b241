package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"weir/internal/judge"
	"weir/internal/judge/replay"
)

type judgeCmd struct {
	past `embed:""`

	NDJSON bool   `name:"ndjson" help:"Read one release a line, as JSON, and print one verdict a line."`
	Trace  bool   `help:"Draw the evidence of each minute against its limit, as text, instead of the verdict."`
	SVG    string `name:"svg" type:"path" help:"Draw the same into a file, for a single release."`
	File   string `arg:"" optional:"" type:"existingfile" help:"Where to read from. Default: standard input."`
}

// Run judges counts of the past.
func (c *judgeCmd) Run(ctx context.Context) error {
	if c.FromAWS == c.NDJSON {
		return errors.New(`say what to judge: weir judge --ndjson releases.ndjson, or weir judge --from-aws --function orders --stable 6 --candidate 7 --since 2h`)
	}
	if c.FromAWS {
		told, err := c.read(ctx)
		if err != nil {
			return err
		}
		return c.show(told, os.Stdout)
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
	line, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read the release: %w", err)
	}
	told, err := replay.Parse(line)
	if err != nil {
		return err
	}
	return c.show(told, os.Stdout)
}

// show gives the verdict on a single release, or draws how it came about.
func (c *judgeCmd) show(told judge.Release, out io.Writer) error {
	if !c.Trace && c.SVG == "" {
		verdict, err := judge.Judge(told)
		if err != nil {
			return err
		}
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(verdict); err != nil {
			return fmt.Errorf("write the verdict: %w", err)
		}
		return nil
	}
	verdicts, err := judge.Trace(told)
	if err != nil {
		return err
	}
	if c.Trace {
		if err := replay.Text(verdicts, out); err != nil {
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
