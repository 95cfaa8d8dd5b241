package main

import (
	"context"
	"time"
)

type freezeCmd struct {
	For        time.Duration `default:"1h" help:"How long; 0s ends a freeze."`
	Everything bool          `help:"Freeze every target of the pipeline."`
	onTarget
}

// Run freezes or thaws a target.
func (c *freezeCmd) Run(ctx context.Context) error {
	return c.send(ctx, map[string]any{"freeze": map[string]any{"for": c.For.String(), "everything": c.Everything}})
}
