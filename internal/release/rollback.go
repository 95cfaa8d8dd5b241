package release

// FormerVersion finds the version that a requested rollback without one returns
// an alias to. Where somebody split the alias by hand, or a release that has
// ended left it, that is the stable version on record; else the one served
// before. Empty when none is on record.
func FormerVersion(alias Alias) string {
	description, route := alias.Description, alias.Destination()
	if route == Whole(description.Stable) || route.Other == "" && description.Lock.IsZero() {
		return description.Previous
	}
	if !description.Lock.IsZero() || route.Version == description.Stable || route.Other == description.Stable {
		return description.Stable
	}
	return ""
}

// RollBackTo decides the one write of a requested rollback: from the route that
// was found to one version whole. Nil when the alias serves, or destination for, that
// version already. ended says that the execution which holds the lock, if any,
// has ended.
func RollBackTo(alias Alias, found Route, to string, ended bool) (*Write, error) {
	description := alias.Description
	switch {
	case !description.Lock.IsZero() && !ended:
		return nil, Errorf(AliasLocked, `%s is held by release %s; abort that release instead, with {"command": "abort"}: it rolls back by itself.`,
			alias.Target, description.Lock)
	case description.Lock.IsZero() && alias.Destination() == Whole(to):
		return nil, nil
	case alias.Route() != found:
		return nil, Errorf(Drift, "%s was moved between the plan and the rollback: it had %s and now has %s. It is left as found; ask again for what is right now.",
			alias.Target, found, alias.Route())
	}
	failed := description.Failed
	for _, served := range []string{found.Other, found.Version} {
		if served != to {
			failed = failed.With(served)
		}
	}
	write := &Write{Target: alias.Target, RevisionID: alias.RevisionID,
		Description: Description{Stable: to, Failed: failed.Without(to), Note: description.Note}}
	if alias.Destination() != Whole(to) {
		write.Route = Whole(to)
	}
	return write, nil
}
