// Package docs_test executes the commands of the runbooks on a local cloud, each
// page in the situation that it is about.
package docs_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// play is a page, or one section of it, in a situation.
type play struct {
	page    string
	section string               // empty: the whole page
	before  func(*scene) string  // makes the situation; the execution that it is about
	after   func(*scene, string) // checks what the commands were to bring about
}

var plays = []play{
	{"deploy.md", "", quiet, prodIs("1")},
	{"release.md", "", busy, prodIs("2")},
	{"watch.md", "", shortRelease, endsWith("SUCCEEDED", "2")},
	{"approve-hold-abort.md", "Approve or reject", waiting, prodIs("1 2=20% locked")},
	{"approve-hold-abort.md", "Pause, resume, skip", watched, prodIs("1 2=20% locked")},
	{"approve-hold-abort.md", "Approve with the AWS CLI alone", waiting, prodIs("1 2=20% locked")},
	{"approve-hold-abort.md", "Abort", running, endsWith("FAILED Release.Aborted", "1")},
	{"approve-hold-abort.md", "Stop", running, endsWith("ABORTED", "1")},
	{"roll-back.md", "With the tool", promoted, prodIs("1")},
	{"roll-back.md", "With the AWS CLI through the workflow", promoted, prodIs("1")},
	{"roll-back.md", "With the AWS CLI alone", promoted, prodIs("1")},
	{"freeze.md", "", quiet, notFrozen},
	{"prune.md", "", promoted, prodIs("2")},
	{"upgrade-weir.md", "", quiet, notFrozen},
	{"remove-weir.md", "", quiet, functionIsGone},
	{"alias-stuck.md", "", abandoned, endsWith("ABORTED", "1")},
	{"release-stuck.md", "", paused, endsWith("FAILED Release.Aborted", "1")},
	{"alarm-events-undelivered.md", "", quiet, prodIs("1")},
	{"alarm-newest-version-errors.md", "", running, endsWith("ABORTED", "1")},
	{"alarm-production-errors.md", "", running, prodIs("1 2=10% locked")},
	{"alarm-production-throttles.md", "", running, prodIs("1 2=10% locked")},
	{"alarm-release-aborted.md", "", abandoned, prodIs("1")},
	{"alarm-release-failed.md", "", rolledBack, prodIs("1")},
	{"alarm-release-held.md", "", paused, endsWith("ABORTED", "1")},
	{"alarm-release-timed-out.md", "", stopped, prodIs("1")},
	{"alarm-repair-acted.md", "", stopped, prodIs("1")},
	{"alarm-rollback-errors.md", "", abandoned, prodIs("1 locked")},
}

func prodIs(want string) func(*scene, string) {
	return func(s *scene, _ string) {
		s.t.Helper()
		s.until("prod was "+want, func() bool { return s.prod() == want })
	}
}

func endsWith(status, prod string) func(*scene, string) {
	return func(s *scene, execution string) {
		s.t.Helper()
		if got := s.ended(execution); got != status {
			s.t.Errorf("the release ended %s, want %s", got, status)
		}
		prodIs(prod)(s, execution)
	}
}

func notFrozen(s *scene, _ string) {
	s.t.Helper()
	prodIs("1")(s, "")
	if status := s.ended(s.start(longReleaseDry)); status != "SUCCEEDED" {
		s.t.Errorf("a plan ended %s", status)
	}
	running(s) // nothing holds a release now
}

const longReleaseDry = `{"target": {"function": "FUNCTION"}, "dryRun": true}`

func functionIsGone(s *scene, _ string) {
	s.t.Helper()
	s.until("the function was deleted", func() bool {
		_, err := s.lambda.GetFunction(s.t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String(s.function)})
		return err != nil
	})
}

var playAll = flag.Bool("runbooks", false, "execute the commands of the runbooks: two minutes")

func TestCommandsOfTheRunbooksRun(t *testing.T) {
	if !*playAll {
		t.Skip("the commands of the runbooks are executed by: make test-runbooks")
	}
	for _, tool := range []string{"bash", "aws", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("the commands of the runbooks need %s, which is not in PATH", tool)
		}
	}
	b, err := build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	variables := script("README.md", blocksOf(t, "README.md"))
	for _, p := range plays {
		t.Run(p.page+" "+p.section, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, b)
			execution := p.before(s)
			if err := bash(t, s, b, variables+script(p.page, p.blocks(t))); err != nil {
				t.Fatal(err)
			}
			p.after(s, execution)
		})
	}
}

// blocks are what a play executes of its page.
func (p play) blocks(t *testing.T) []block {
	t.Helper()
	var chosen []block
	for _, b := range blocksOf(t, p.page) {
		if p.section == "" || b.section == p.section {
			chosen = append(chosen, b)
		}
	}
	if len(chosen) == 0 {
		t.Fatalf("%s has no commands in section %q", p.page, p.section)
	}
	return chosen
}

// endpoint has the AWS CLI say the endpoint on each call: version 1 leaves
// AWS_ENDPOINT_URL aside for SQS, and nothing here may reach an account.
const endpoint = `aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
`

// bash executes a script as a person at a shell would, but stops at the first
// command that fails.
func bash(t *testing.T, s *scene, b built, text string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", endpoint+text)
	command.Dir = t.TempDir()
	command.WaitDelay = time.Second
	command.Env = append(os.Environ(), s.cloud.ToolEnv()...)
	command.Env = append(command.Env, "PATH="+b.bin+string(filepath.ListSeparator)+os.Getenv("PATH"), "USER=ada", "AWS_PAGER=")
	out, err := command.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		return fmt.Errorf("the commands failed: %w\n%s", err, out)
	}
	return nil
}

// Every block of every page is executed by exactly one play.
func TestEveryBlockIsPlayed(t *testing.T) {
	played := map[string]int{}
	for _, p := range plays {
		for _, b := range p.blocks(t) {
			played[fmt.Sprintf("%s:%d", p.page, b.line)]++
		}
	}
	pages, err := filepath.Glob("runbooks/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no runbooks: %v", err)
	}
	for _, page := range pages {
		name := filepath.Base(page)
		if name == "README.md" {
			continue // its variables come first in every play
		}
		for _, b := range blocksOf(t, name) {
			if at := fmt.Sprintf("%s:%d", name, b.line); played[at] != 1 {
				t.Errorf("the commands at %s are executed by %d plays, want 1", at, played[at])
			}
		}
	}
}
