package main

import (
	"context"
)

type rollbackCmd struct {
	To string `help:"The version to return to. Default: the one served before."`
	onTarget
}

// Run returns the target to a former version.
func (c *rollbackCmd) Run(ctx context.Context) error {
	spec := map[string]any{}
	if c.To != "" {
		spec["to"] = c.To
	}
	return c.send(ctx, map[string]any{"rollBack": spec})
}
