package main

import (
	"context"
	"fmt"

	"weir/internal/release"
)

// freeing reads aliases with a free lock where the execution that holds it has ended:
// such a lock protects nothing.
type freeing struct {
	release.Aliases
	executions executions
}

func (s *Shift) free() freeing { return freeing{Aliases: s.aliases, executions: s.executions} }

// Alias reads an alias.
func (f freeing) Alias(ctx context.Context, target release.Target) (release.Alias, error) {
	alias, err := f.Aliases.Alias(ctx, target)
	if err != nil || alias.Description.Lock.IsZero() {
		return alias, err
	}
	holder, err := alias.Description.Lock.ExecutionARN(alias.ARN)
	if err != nil {
		return release.Alias{}, fmt.Errorf("find the holder of %s: %w", alias.Target, err)
	}
	ended, err := f.executions.Ended(ctx, holder)
	if ended {
		alias.Description.Lock = release.Holder{}
	}
	return alias, err
}
