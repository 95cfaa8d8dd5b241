package main

import (
	"context"

	"weir/internal/release"
)

// command gives a command to the release that runs on the target.
func (o onTarget) command(ctx context.Context, command release.Command) error {
	return o.send(ctx, map[string]any{"command": command})
}

type pauseCmd struct{ onTarget }

// Run holds the release where it is.
func (c *pauseCmd) Run(ctx context.Context) error { return c.command(ctx, release.CommandPause) }

type resumeCmd struct{ onTarget }

// Run lets a paused release go on.
func (c *resumeCmd) Run(ctx context.Context) error { return c.command(ctx, release.CommandResume) }

type skipCmd struct{ onTarget }

// Run ends the present bake now.
func (c *skipCmd) Run(ctx context.Context) error { return c.command(ctx, release.CommandSkip) }

type promoteCmd struct{ onTarget }

// Run promotes without the remaining steps or evidence.
func (c *promoteCmd) Run(ctx context.Context) error { return c.command(ctx, release.CommandPromote) }

type abortCmd struct{ onTarget }

// Run ends the release by a rollback.
func (c *abortCmd) Run(ctx context.Context) error { return c.command(ctx, release.CommandAbort) }
