package release

// Finish ends a release well: each alias gives the lock back and names the candidate
// as the stable version from now on.
//
// Several targets finish together or not at all. Each alias first says that it is
// finishing; while one of those that the release holds does not say so, the release
// may still roll back, and an abort is still heard (InterruptedError). Once all say so it
// is settled: whoever goes on, a retry, the rollback or the repair, finishes each of
// them. One target alone is settled by the write that gives its lock back.
//
// An alias that Lambda is still moving is NotYet ready to finish.
func Finish(us Holder, targets []PlannedTarget, acted []GivenCommand) Decide {
	return func(aliases []Alias) ([]Write, error) {
		if settled(aliases, us) {
			return finishing(aliases, us), nil
		}
		if abort, ok := pendingAbort(aliases, us, acted); ok {
			return nil, &InterruptedError{Abort: abort}
		}
		for i, alias := range aliases {
			if err := finishable(alias, us, targets[i].Candidate); err != nil {
				return nil, err
			}
		}
		if len(aliases) == 1 {
			return []Write{finished(aliases[0], us)}, nil
		}
		var marks []Write
		for _, alias := range aliases {
			if !alias.Description.Finishing {
				description := alias.Description
				description.Finishing = true
				marks = append(marks, Write{Target: alias.Target, Description: description, RevisionID: alias.RevisionID})
			}
		}
		return marks, nil
	}
}

// settled tells whether a release has decided to end well and can no longer go back:
// it has given a lock back as the end of a success, or every alias that it still
// holds says that it is finishing.
func settled(aliases []Alias, us Holder) bool {
	held, marked := 0, 0
	for _, alias := range aliases {
		description := alias.Description
		switch {
		case alias.Unread:
			held++ // it may be held, and need not say so
		case description.Lock.IsZero() && description.Released == us:
			return true
		case description.Lock == us:
			held++
			if description.Finishing {
				marked++
			}
		}
	}
	return held > 0 && held == marked
}

func finishable(alias Alias, us Holder, candidate string) error {
	description := alias.Description
	if description.Lock != us || alias.Destination() != Whole(candidate) || !description.wrote(Whole(candidate)) {
		return drift(alias, us, Whole(candidate))
	}
	if alias.StillMoving() {
		return stillMovingError(alias)
	}
	return nil
}

// finishing are the writes that give the locks back of a release that is settled. An
// alias that somebody else moved meanwhile keeps what they set.
func finishing(aliases []Alias, us Holder) []Write {
	var writes []Write
	for _, alias := range aliases {
		switch {
		case alias.Description.Lock != us:
		case alias.Destination() == Whole(alias.Description.Candidate):
			writes = append(writes, finished(alias, us))
		default:
			writes = append(writes, Leave(alias, us))
		}
	}
	return writes
}

// finished gives the lock of an alias back. The route is not sent while Lambda is
// still moving the alias, because that would disturb it.
func finished(alias Alias, us Holder) Write {
	description := alias.Description
	write := Write{Target: alias.Target, RevisionID: alias.RevisionID, Description: Description{
		Stable: description.Candidate, Previous: description.Stable, Failed: description.Failed.Without(description.Candidate),
		Released: us, Note: description.Note}}
	if !alias.StillMoving() {
		write.Route = Whole(description.Candidate)
	}
	return write
}

// Leave takes our lock off an alias that somebody else moved: traffic stays as they
// set it, and no version is on record as the stable one. That the release ended here
// is on record, so that it does not take what they set for its own later on.
func Leave(alias Alias, us Holder) Write {
	description := alias.Description
	return Write{Target: alias.Target, RevisionID: alias.RevisionID,
		Description: Description{Previous: description.Previous, Failed: description.Failed, Returned: us, Note: description.Note}}
}
