package release

// Decide returns the writes that the aliases of a release need now, in the order in
// which they may be made; none when the aliases are as they shall be. It is asked
// again after each write, with the alias as that write left it.
type Decide func(aliases []Alias) ([]Write, error)

// InterruptedError is the error of a move that met an abort which no observation had seen.
type InterruptedError struct{ Abort PendingCommand }

func (i *InterruptedError) Error() string {
	return Aborted + ": " + nameOf(i.Abort.By) + " asked to abort."
}

// TakeLock takes the lock of every target for a release from stable to candidate.
func TakeLock(us Holder, targets []PlannedTarget) Decide {
	return each(func(i int, alias Alias) (*Write, error) {
		return takeLock(alias, us, targets[i].Stable, targets[i].Candidate)
	})
}

// ShiftTraffic brings every target from one weight to another, in percent of traffic to the
// candidate. acted are the commands that observations have acted on: they are taken
// off the aliases. An abort that no observation has seen is an InterruptedError and nothing
// is written: because it waits in the alias itself, no abort can come between this
// reading and the write.
func ShiftTraffic(us Holder, targets []PlannedTarget, from, to int, acted []GivenCommand) Decide {
	return func(aliases []Alias) ([]Write, error) {
		if abort, ok := pendingAbort(aliases, us, acted); ok && to > from {
			return nil, &InterruptedError{Abort: abort}
		}
		return each(func(i int, alias Alias) (*Write, error) {
			return Transition(alias, us, Split(targets[i].Stable, targets[i].Candidate, from),
				Split(targets[i].Stable, targets[i].Candidate, to), acted)
		})(aliases)
	}
}

// each asks for the write of every alias before the first is made: an alias that must
// not be moved is found while none has been.
func each(decide func(i int, alias Alias) (*Write, error)) Decide {
	return func(aliases []Alias) ([]Write, error) {
		var writes []Write
		for i, alias := range aliases {
			write, err := decide(i, alias)
			if err != nil {
				return nil, err
			}
			if write != nil {
				writes = append(writes, *write)
			}
		}
		return writes, nil
	}
}

// Transition decides the write that brings an alias, held by us, from one route
// to another.
//
//   - Already there, and the description says that Weir wrote it: no write. A retry
//     after a crash that followed a successful write finds its own write and is
//     content.
//   - Where we left it: the write.
//   - Anything else: somebody else moved it, an Error named Drift; nothing of
//     theirs is overwritten.
func Transition(alias Alias, us Holder, from, to Route, acted []GivenCommand) (*Write, error) {
	if alias.Description.Lock != us {
		return nil, drift(alias, us, from)
	}
	destination, description := alias.Destination(), alias.Description
	switch {
	case destination == to && description.wrote(to):
		return nil, nil
	case destination == from && description.wrote(from):
		description.Commands = description.Commands.without(acted)
		description.At = description.share(to)
		return &Write{Target: alias.Target, Route: to, Description: description, RevisionID: alias.RevisionID}, nil
	}
	return nil, drift(alias, us, from)
}

// takeLock decides the write that takes the lock for a release from stable to
// candidate; nil when we hold it already.
func takeLock(alias Alias, us Holder, stable, candidate string) (*Write, error) {
	if alias.Description.Lock == us {
		return nil, nil
	}
	if !alias.Description.Lock.IsZero() {
		return nil, Errorf(AliasLocked, "%s is held by release %s.", alias.Target, alias.Description.Lock)
	}
	if alias.StillMoving() {
		return nil, stillMovingError(alias)
	}
	if alias.Route() != Whole(stable) {
		return nil, drift(alias, us, Whole(stable))
	}
	description := alias.Description
	locked := Description{Stable: stable, Candidate: candidate, Lock: us, Previous: description.Previous, Failed: description.Failed, Note: description.Note}
	return &Write{Target: alias.Target, Route: Whole(stable), Description: locked, RevisionID: alias.RevisionID}, nil
}

func drift(alias Alias, us Holder, from Route) *Error {
	holder := "nobody holds its lock any more"
	switch {
	case alias.Description.Lock == us:
		holder = "the lock is still ours, so it was changed by hand"
	case !alias.Description.Lock.IsZero():
		holder = "execution " + alias.Description.Lock.String() + " holds its lock"
	}
	return Errorf(Drift, "Somebody else moved %s during the release: it should have %s but has %s; %s. "+
		"It is left as found. CloudTrail's UpdateAlias events say who did it and when.",
		alias.Target, from, alias.Route(), holder)
}

// stillMovingError says that an alias is still on its way, as a retryable error.
func stillMovingError(alias Alias) *Error {
	return Errorf(NotYet, "%s has %s. See how far it is with: aws lambda get-provisioned-concurrency-config --function-name %s --qualifier %s. "+
		"If its status is FAILED, return the alias with: aws lambda update-alias --function-name %s --name %s --function-version %s --routing-config AdditionalVersionWeights={}",
		alias.Target, alias.Route(), alias.Target.Function, alias.Target.Alias, alias.Target.Function, alias.Target.Alias, alias.Route().Other)
}
