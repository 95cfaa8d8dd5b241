// Command weir releases new versions of AWS Lambda functions and rehearses such
// releases on a local cloud. Each verb has a file,
// but for the commands to a running release, which share command.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/aws/smithy-go"
)

// cli is the command line; the help texts are its documentation.
type cli struct {
	Release  releaseCmd  `cmd:"" help:"Start a release and follow it to its end."`
	Follow   followCmd   `cmd:"" help:"Follow a release that is running, or show one that has ended."`
	Approve  approveCmd  `cmd:"" help:"Approve the step that a release waits with, or reject it."`
	Pause    pauseCmd    `cmd:"" help:"Hold the release that runs where it is; it is still judged."`
	Resume   resumeCmd   `cmd:"" help:"Let a paused release go on."`
	Skip     skipCmd     `cmd:"" help:"End the present step's bake now."`
	Promote  promoteCmd  `cmd:"" help:"Promote now, without the steps and the evidence that are left."`
	Abort    abortCmd    `cmd:"" help:"End the release that runs by a rollback."`
	Rollback rollbackCmd `cmd:"" help:"Return an alias to a former version."`
	Freeze   freezeCmd   `cmd:"" help:"Stop new shifts for a while; rollbacks go on."`
	Prune    pruneCmd    `cmd:"" help:"Delete the versions of a function that nothing needs; without --yes, only list them."`
	Judge    judgeCmd    `cmd:"" help:"Judge counts of the past, minute by minute."`
	Console  consoleCmd  `cmd:"" help:"Show releases on local web pages; read-only."`
	Demo     demoCmd     `cmd:"" help:"Show a good release and a faulty one on a local cloud."`
	Local    localCmd    `cmd:"" help:"Run the local cloud."`
	Doctor   doctorCmd   `cmd:"" help:"Look whether this account and region can run Weir; moves nothing and leaves nothing behind."`
	Version  versionCmd  `cmd:"" help:"Print which build this is."`
	Verbose  bool        `short:"v" help:"Log what happens inside."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "weir:", said(err))
	if usage := (*kong.ParseError)(nil); errors.As(err, &usage) {
		fmt.Fprintf(os.Stderr, "%s --help tells how it is used\n", strings.TrimSpace("weir "+usage.Context.Command()))
		os.Exit(2)
	}
	os.Exit(1)
}

// said is an error without what the SDK wraps around a service's answer.
func said(err error) string {
	operation, called := errors.AsType[*smithy.OperationError](err)
	answer, answered := errors.AsType[smithy.APIError](err)
	if !called || !answered {
		return err.Error()
	}
	return strings.Replace(err.Error(), operation.Error(), answer.ErrorCode()+": "+answer.ErrorMessage(), 1)
}

func run(ctx context.Context, args []string) error {
	var c cli
	parser, err := kong.New(&c, kong.Name("weir"),
		kong.Description("Canary releases for AWS Lambda: one Step Functions execution per release."),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		return fmt.Errorf("read the command line's own definition: %w", err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return err
	}
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelDebug
	}
	return parsed.Run(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})))
}
