package release

// TakeBack decides the one write of a requested rollback: from the version an
// alias serves whole to a former one. Nil when it serves that already.
func TakeBack(alias Alias, from, to string) (*Write, error) {
	switch {
	case !alias.Mark.Lock.IsZero():
		return nil, Errorf(AliasLocked, `%s is held by release %s; abort that release instead, with {"ask": "abort"}: it rolls back by itself.`,
			alias.Target, alias.Mark.Lock)
	case alias.Route() == Whole(to):
		return nil, nil
	case alias.Route() != Whole(from):
		return nil, drift(alias, Holder{}, Whole(from))
	}
	mark := Mark{Stable: to, Failed: from, Note: alias.Mark.Note}
	return &Write{Target: alias.Target, Route: Whole(to), Mark: mark, RevisionID: alias.RevisionID}, nil
}

// Heed decides the write that leaves a person's command, or the answer to an
// approval, on the alias for the running release to find.
func Heed(alias Alias, ask Ask, by string) (*Write, error) {
	if alias.Mark.Lock.IsZero() {
		return nil, Errorf(NoReleaseRunning, "No release runs on %s, so there is nothing to %s.", alias.Target, ask)
	}
	mark := alias.Mark
	mark.Ask, mark.By = ask, word(by)
	if mark == alias.Mark {
		return nil, nil
	}
	return &Write{Target: alias.Target, Route: alias.Route(), Mark: mark, RevisionID: alias.RevisionID}, nil
}
