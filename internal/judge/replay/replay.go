// Package replay judges counts of the past and draws the evidence against its limit.
// A team can see with it what the judge would have decided.
package replay

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"weir/internal/judge"
)

// longestLine is the largest length of a line of input in bytes. A week of minutes of
// a dozen signals fits.
const longestLine = 64 << 20

// Lines reads one release per line and writes the verdict on each as a line of JSON.
// It skips empty lines. It stops at the first line that is invalid; the error names
// the line, the field, its value and the valid values.
func Lines(in io.Reader, out io.Writer) error {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(nil, longestLine)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for line := 1; scanner.Scan(); line++ {
		if len(bytes.TrimSpace(scanner.Bytes())) == 0 {
			continue
		}
		release, err := Parse(scanner.Bytes())
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		verdict, err := judge.Judge(release)
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		if err := encoder.Encode(verdict); err != nil {
			return fmt.Errorf("write the verdict on line %d: %w", line, err)
		}
	}
	if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("a line is longer than %d MiB; give one release a line", longestLine>>20)
	} else if err != nil {
		return fmt.Errorf("read the releases: %w", err)
	}
	return nil
}

// Parse returns the release in a line of JSON. It returns an error if a field is
// unknown, if judge.Check does, or if anything follows the release.
func Parse(line []byte) (judge.Release, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	var release judge.Release
	if err := decoder.Decode(&release); err != nil {
		return judge.Release{}, explain(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return judge.Release{}, errors.New("more follows the release; give one JSON object a line")
	}
	return release, judge.Check(release)
}

// explain returns a JSON error with the valid values.
func explain(err error) error {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong) && wrong.Field == "":
		return fmt.Errorf(`the line is a %s; it must be a release, such as {"signals": [{"name": "errors", "minutes": []}]}`, wrong.Value)
	case errors.As(err, &wrong):
		return fmt.Errorf("%s is a %s; it must be %s", wrong.Field, wrong.Value, kindOf(wrong.Type.String()))
	case errors.As(err, &syntax):
		return fmt.Errorf("no JSON at byte %d: %w", syntax.Offset, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends too early; a release takes one whole line")
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return fmt.Errorf("%s is no field of a release; it has alpha, power, plannedMinutes, watchShare and signals, and a signal has name, tolerance, smallest, minutes and watch", strings.TrimPrefix(err.Error(), "json: unknown field "))
	}
	return err
}

// kindOf returns a Go type in words.
func kindOf(goType string) string {
	switch goType {
	case "int", "int64":
		return "a whole number"
	case "float64":
		return "a number"
	case "string":
		return "a text in quotes"
	}
	if strings.HasPrefix(goType, "[]") {
		return "a list"
	}
	return "an object"
}
