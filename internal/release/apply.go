package release

import (
	"context"
	"errors"
)

// Aliases reads and writes aliases.
type Aliases interface {
	Alias(ctx context.Context, target Target) (Alias, error)
	// Write carries out one compare-and-swap and returns the alias as it left it. It
	// fails with ErrConflict when the alias has changed since it was read.
	Write(ctx context.Context, write Write) (Alias, error)
}

// ErrConflict says that an alias has changed between a reading and a write, so that
// nothing was written. Whoever wrote is to read again and decide anew.
var ErrConflict = errors.New("the alias changed since it was read")

// ErrGone says that an alias does not exist.
var ErrGone = errors.New("the alias does not exist")

// maxConflicts bounds the readings that a task repeats because an alias changed.
const maxConflicts = 20

// Apply reads the targets' aliases and makes the writes that decide asks for, one by
// one, until it asks for none. It returns the aliases as it read or wrote them last.
// The first failure ends it. A conflict is no failure: the alias is read again.
func Apply(ctx context.Context, aliases Aliases, targets []Target, decide Decide) ([]Alias, error) {
	a := applying{aliases: aliases, decide: decide}
	if err := a.read(ctx, targets); err != nil {
		return nil, err
	}
	return a.found, a.run(ctx)
}

// ApplyAll is Apply for what has to be tried on every target: where one cannot be
// read or written the others are written all the same, and the failures come back
// together. An alias that does not exist any more is no failure; it has no version.
func ApplyAll(ctx context.Context, aliases Aliases, targets []Target, decide Decide) ([]Alias, error) {
	a := applying{aliases: aliases, decide: decide, all: true, failed: map[Target]bool{}}
	if err := a.read(ctx, targets); err != nil {
		return nil, err
	}
	if err := a.run(ctx); err != nil {
		return nil, err
	}
	return a.found, errors.Join(a.failures...)
}

type applying struct {
	aliases   Aliases
	decide    Decide
	found     []Alias
	conflicts int

	all      bool // go on with the other targets after a failure
	failed   map[Target]bool
	failures []error
}

func (a *applying) read(ctx context.Context, targets []Target) error {
	for _, target := range targets {
		alias, err := a.aliases.Alias(ctx, target)
		switch {
		case err == nil:
		case a.all && errors.Is(err, ErrGone):
			alias = Alias{Target: target}
		case a.all:
			alias = Alias{Target: target, Unread: true}
			a.fail(target, err)
		default:
			return err
		}
		a.found = append(a.found, alias)
	}
	return nil
}

func (a *applying) run(ctx context.Context) error {
	for {
		writes, err := a.decide(a.found)
		if err != nil {
			return err
		}
		write, ok := a.next(writes)
		if !ok {
			return nil
		}
		if err := a.write(ctx, write); err != nil {
			return err
		}
	}
}

// next is the first write to a target that has not failed.
func (a *applying) next(writes []Write) (Write, bool) {
	for _, write := range writes {
		if !a.failed[write.Target] {
			return write, true
		}
	}
	return Write{}, false
}

func (a *applying) write(ctx context.Context, write Write) error {
	after, err := a.aliases.Write(ctx, write)
	if errors.Is(err, ErrConflict) {
		if a.conflicts++; a.conflicts > maxConflicts {
			err = Errorf(Unavailable, "%s changed %d times while it was written; trying again.", write.Target, a.conflicts)
		} else {
			after, err = a.aliases.Alias(ctx, write.Target)
		}
	}
	switch {
	case err == nil:
		for i := range a.found {
			if a.found[i].Target == write.Target {
				a.found[i] = after
			}
		}
		return nil
	case a.all:
		a.fail(write.Target, err)
		return nil
	}
	return err
}

func (a *applying) fail(target Target, err error) {
	a.failed[target] = true
	a.failures = append(a.failures, err)
}
