package release

// FormerVersion finds the version that a requested rollback without one returns
// an alias to. Where somebody split the alias by hand, or a release that has
// ended left it, that is the stable version on record; else the one served
// before. Empty when none is on record.
func FormerVersion(alias Alias) string {
	mark, route := alias.Mark, alias.Heads()
	if route == Whole(mark.Stable) || route.Other == "" && mark.Lock.IsZero() {
		return mark.Previous
	}
	if !mark.Lock.IsZero() || route.Version == mark.Stable || route.Other == mark.Stable {
		return mark.Stable
	}
	return ""
}

// TakeBack decides the one write of a requested rollback: from the route that
// was found to one version whole. Nil when the alias serves, or heads for, that
// version already. ended says that the execution which holds the lock, if any,
// has ended.
func TakeBack(alias Alias, found Route, to string, ended bool) (*Write, error) {
	mark := alias.Mark
	switch {
	case !mark.Lock.IsZero() && !ended:
		return nil, Errorf(AliasLocked, `%s is held by release %s; abort that release instead, with {"ask": "abort"}: it rolls back by itself.`,
			alias.Target, mark.Lock)
	case mark.Lock.IsZero() && alias.Heads() == Whole(to):
		return nil, nil
	case alias.Route() != found:
		return nil, Errorf(Drift, "%s was moved between the plan and the rollback: it had %s and now has %s. It is left as found; ask again for what is right now.",
			alias.Target, found, alias.Route())
	}
	failed := mark.Failed
	for _, served := range []string{found.Other, found.Version} {
		if served != to {
			failed = failed.With(served)
		}
	}
	write := &Write{Target: alias.Target, RevisionID: alias.RevisionID,
		Mark: Mark{Stable: to, Failed: failed.Without(to), Note: mark.Note}}
	if alias.Heads() != Whole(to) {
		write.Route = Whole(to)
	}
	return write, nil
}

// Heed decides the write that leaves a person's command, or the answer to an
// approval, on the alias for the running release to find. A command that can
// have no effect now is refused, with what to do instead.
func Heed(alias Alias, ask Ask, by string) (*Write, error) {
	mark := alias.Mark
	if mark.Lock.IsZero() {
		return nil, Errorf(NoReleaseRunning, "No release runs on %s, so there is nothing to %s.", alias.Target, ask)
	}
	if err := alias.refuses(ask); err != nil {
		return nil, err
	}
	mark.Ask, mark.By = ask, word(by)
	if mark == alias.Mark {
		return nil, nil
	}
	return &Write{Target: alias.Target, Mark: mark, RevisionID: alias.RevisionID}, nil
}

// refuses says why a command can have no effect on the release that holds the
// alias: while it waits for an approval only that moves it on, and once it has
// promoted only an abort changes its course.
func (a Alias) refuses(ask Ask) error {
	m := a.Mark
	switch {
	case m.Ask == AskWaiting && (ask == AskPromote || ask == AskSkip):
		execution, err := m.Lock.ExecutionARN(a.ARN)
		if err != nil {
			execution = m.Lock.Execution
		}
		return Errorf(NoEffect, `%s waits for an approval, which %s does not give. Approve the release, for example with: weir approve %s; or end it with {"ask": "abort"}.`,
			a.Target, ask, execution)
	case m.At == 100 && (ask == AskPromote || ask == AskSkip || ask == AskPause || ask == AskResume):
		return Errorf(NoEffect, `Version %s has all traffic of %s already and is watched, so there is nothing to %s. End the release with {"ask": "abort"}, which rolls back, or let the watch end.`,
			m.Candidate, a.Target, ask)
	}
	return nil
}
