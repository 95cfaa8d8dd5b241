package release

import "time"

// AwaitEffect is the progress of an execution that gave a command and waits for the
// release to observe it: it asks often at first, then more rarely.
func AwaitEffect(since, now time.Time) *Progress {
	const least, most = 5, 300 // seconds
	progress := NotStarted()
	progress.Next, progress.Wait = MoveAwait, min(max(int(now.Sub(since)/time.Second)/4, least), most)
	return &progress
}

// Effect says what became of a command that was given to a release: done, once the
// release has acted on it, or an error, NoEffect, with the reason why it changed
// nothing. pending tells whether the command still waits on the alias, which must
// have been read before progress, the release's last; ended says that the release is
// over.
func Effect(given GivenTo, command Command, pending, ended bool, progress *Progress) (done bool, err error) {
	target := Target{Function: given.Function, Alias: given.Alias}
	if progress != nil {
		for _, acted := range progress.Commands {
			if acted.ID != given.ID {
				continue
			}
			if acted.NoEffect != "" {
				return true, Errorf(NoEffect, "%s had no effect on the release on %s. %s", command, target, acted.NoEffect)
			}
			return true, nil
		}
	}
	switch {
	case ended:
		return true, Errorf(NoEffect, "%s came too late: the release on %s had ended before it observed the command. What the alias serves is told by: aws lambda get-alias --function-name %s --name %s",
			command, target, given.Function, given.Alias)
	case !pending:
		return true, Errorf(NoEffect, "%s had no effect on the release on %s: an abort took its place, or somebody edited the alias's description.", command, target)
	}
	return false, nil
}
