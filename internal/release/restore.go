package release

import "slices"

// Return is the rollback of a release.
type Return struct {
	Us Holder
	// Targets are what the release planned, one for each alias. The repair has none:
	// then what the alias itself says is all there is.
	Targets []PlannedTarget
	// FailedVersion says that the candidates are to be remembered as bad.
	FailedVersion bool
	// Weights are those that the release may have set last, in percent. An alias with
	// such a weight whose description somebody edited is still the release's own.
	Weights []int
}

// Writes decides what returns the aliases to their stable versions and gives the
// locks back. A release that is settled (Finish) is finished instead.
//
// Traffic comes first: the locks of several targets are kept until all have returned,
// so that the repair can complete what a crash interrupts. The first alias to return
// is one that does not say it is finishing: it never can from then on, and so a
// finish which still runs somewhere cannot settle.
//
// An alias that somebody else moved stays as they set it; only our lock is taken off.
func (r Return) Writes(aliases []Alias) ([]Write, error) {
	if settled(aliases, r.Us) {
		return finishing(aliases, r.Us), nil
	}
	var returns, ends []Write
	returned, marked := false, false
	for i, alias := range aliases {
		switch {
		case alias.Description.Lock == r.Us:
			marked = marked || alias.Description.Finishing
			returned = returned || isReturned(alias)
			if write, ok := r.goBack(alias); ok {
				returns = append(returns, write)
			}
			ends = append(ends, r.giveBack(alias))
		case r.ownWithoutDescription(i, alias):
			returns = append(returns, r.takeAlong(r.Targets[i], alias))
			ends = append(ends, returns[len(returns)-1])
		}
	}
	switch {
	case len(aliases) == 1:
		return ends, nil
	case len(returns) == 0 && slices.ContainsFunc(aliases, func(a Alias) bool { return a.Unread }):
		return nil, nil // one may still have to return
	case len(returns) == 0:
		return ends, nil
	case marked && !returned:
		return unmarked(aliases, returns), nil
	}
	return returns, nil
}

// isReturned tells whether an alias that the release holds has come back.
func isReturned(alias Alias) bool {
	description := alias.Description
	return description.At == 0 && !description.Finishing && alias.Destination() == Whole(description.Stable)
}

// unmarked are the writes to aliases that do not say they are finishing.
func unmarked(aliases []Alias, writes []Write) []Write {
	return slices.DeleteFunc(slices.Clone(writes), func(w Write) bool {
		return slices.ContainsFunc(aliases, func(a Alias) bool { return a.Target == w.Target && a.Description.Finishing })
	})
}

// goBack returns an alias to its stable version and keeps the lock. There is nothing
// to do for one that is back, and for one that somebody else moved.
func (r Return) goBack(alias Alias) (write Write, ok bool) {
	description := alias.Description
	if isReturned(alias) || !r.ours(alias) {
		return Write{}, false
	}
	back := description
	back.At, back.Finishing, back.Failed = 0, false, r.failed(description)
	return r.write(alias, description.Stable, back), true
}

// giveBack takes the release's lock off an alias, and returns it where it still has to.
func (r Return) giveBack(alias Alias) Write {
	description := alias.Description
	if !r.ours(alias) {
		left := Leave(alias, r.Us)
		left.Description.Failed = r.failed(description)
		return left
	}
	return r.write(alias, description.Stable, Description{Stable: description.Stable, Previous: description.Previous,
		Failed: r.failed(description), Returned: r.Us, Note: description.Note})
}

// write is the write that gives stable all traffic. The route is left out where the
// alias goes there already: then nothing that Lambda is moving is disturbed.
func (r Return) write(alias Alias, stable string, description Description) Write {
	write := Write{Target: alias.Target, Description: description, RevisionID: alias.RevisionID}
	if alias.Destination() != Whole(stable) {
		write.Route = Whole(stable)
	}
	return write
}

// ours tells whether what an alias does with traffic is the release's own doing.
func (r Return) ours(alias Alias) bool {
	return alias.Description.owns(alias.Destination()) || alias.Destination() == Whole(alias.Description.Stable)
}

func (r Return) failed(description Description) Versions {
	if r.FailedVersion {
		return description.Failed.With(description.Candidate)
	}
	return description.Failed
}

// ownWithoutDescription tells whether an alias does what the release planned although
// its description no longer says so: somebody edited that alone.
func (r Return) ownWithoutDescription(i int, alias Alias) bool {
	description := alias.Description
	ended := !description.Released.IsZero() || !description.Returned.IsZero() // a release ended here, ours or a later one
	if i >= len(r.Targets) || !description.Lock.IsZero() || ended {
		return false
	}
	return slices.ContainsFunc(r.Weights, func(weight int) bool {
		return weight > 0 && alias.Destination() == Split(r.Targets[i].Stable, r.Targets[i].Candidate, weight)
	})
}

// takeAlong returns such an alias.
func (r Return) takeAlong(planned PlannedTarget, alias Alias) Write {
	description := alias.Description
	if r.FailedVersion {
		description.Failed = description.Failed.With(planned.Candidate)
	}
	return r.write(alias, planned.Stable, Description{Stable: planned.Stable, Previous: description.Previous,
		Failed: description.Failed, Returned: r.Us, Note: description.Note})
}

// Found tells how the release left an alias once its rollback is over.
type Found string

// What a rollback may have found.
const (
	FoundReturned  Found = "returned"  // all traffic goes, or is going, to the stable version
	FoundFinished  Found = "finished"  // the release had ended well on it
	FoundLeft      Found = "left"      // somebody else moved it, and it is left
	FoundUntouched Found = "untouched" // the release had not moved it
)

// Found tells how an alias was left, as it was read after the last write. stable is
// the version that it was to return to.
func (r Return) Found(alias Alias, stable string) Found {
	description := alias.Description
	switch {
	case description.Lock.IsZero() && description.Released == r.Us:
		return FoundFinished
	case description.Lock.IsZero() && description.Returned == r.Us && alias.Destination() == Whole(stable):
		return FoundReturned
	case alias.Destination() == Whole(stable) && description.Lock.IsZero():
		return FoundUntouched
	}
	return FoundLeft
}
