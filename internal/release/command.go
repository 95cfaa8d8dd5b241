package release

// Command is what a person asks of a running release. It travels in the alias's
// mark, so that only who may start executions can command, and each is on record.
type Command string

// What a person may ask. Approve, reject and expired answer an approval and
// come by its task token; the others come as a request of their own.
const (
	CommandPause   Command = "pause"
	CommandResume  Command = "resume"
	CommandSkip    Command = "skip"    // end the present bake now
	CommandPromote Command = "promote" // promote without the remaining steps or evidence
	CommandAbort   Command = "abort"
	CommandApprove Command = "approve"
	CommandReject  Command = "reject"
	CommandExpired Command = "expired" // nobody answered in time
	CommandUnclear Command = "unclear" // an answer that is neither yes nor no; By holds it
	// CommandWaiting is nobody's command: the release notes by it that it waits for
	// an approval.
	CommandWaiting Command = "waiting"
)

// GiveCommand decides the write that leaves a person's command, or the answer to an
// approval, on the alias for the running release to find. A command that can
// have no effect now is refused, with what to do instead.
func GiveCommand(alias Alias, command Command, by string) (*Write, error) {
	description := alias.Description
	if description.Lock.IsZero() {
		return nil, Errorf(NoReleaseRunning, "No release runs on %s, so there is nothing to %s.", alias.Target, command)
	}
	if err := alias.refuses(command); err != nil {
		return nil, err
	}
	description.Command, description.By = command, word(by)
	if description == alias.Description {
		return nil, nil
	}
	return &Write{Target: alias.Target, Description: description, RevisionID: alias.RevisionID}, nil
}

// refuses says why a command can have no effect on the release that holds the
// alias: while it waits for an approval only that moves it on, and once it has
// promoted only an abort changes its course.
func (a Alias) refuses(command Command) error {
	m := a.Description
	switch {
	case m.Command == CommandWaiting && (command == CommandPromote || command == CommandSkip):
		execution, err := m.Lock.ExecutionARN(a.ARN)
		if err != nil {
			execution = m.Lock.Execution
		}
		return Errorf(NoEffect, `%s waits for an approval, which %s does not give. Approve the release, for example with: weir approve %s; or end it with {"command": "abort"}.`,
			a.Target, command, execution)
	case m.At == 100 && (command == CommandPromote || command == CommandSkip || command == CommandPause || command == CommandResume):
		return Errorf(NoEffect, `Version %s has all traffic of %s already and is watched, so there is nothing to %s. End the release with {"command": "abort"}, which rolls back, or let the watch end.`,
			m.Candidate, a.Target, command)
	}
	return nil
}
