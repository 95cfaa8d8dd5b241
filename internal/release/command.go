package release

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Command is what a person asks of a running release, or answers to it. It travels in
// the alias's description, so that only who may start executions can command, and
// each command is on record.
type Command string

// What a person may ask. Approve, reject, expired and unclear answer an approval and
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
)

// PendingCommand is a command that waits on an alias until the release observes it.
type PendingCommand struct {
	// ID names the giving, so that a write which is repeated gives no second command.
	ID      string
	Command Command
	By      string
}

// CommandID is the id of the command that an execution gives. what tells several
// commands of one execution apart.
func CommandID(execution, what string) string {
	const letters = 6
	sum := sha256.Sum256([]byte(execution + "\n" + what))
	return hex.EncodeToString(sum[:])[:letters]
}

// PendingCommands is a list of commands in the order in which they were given, as an
// alias's description holds it: "pause/1f3a9c/ada,abort/90be12/grace".
type PendingCommands string

// List returns the commands. What is not a command is left out.
func (p PendingCommands) List() []PendingCommand {
	var list []PendingCommand
	for text := range strings.SplitSeq(string(p), ",") {
		command, rest, _ := strings.Cut(text, "/")
		id, by, _ := strings.Cut(rest, "/")
		if command != "" && id != "" {
			list = append(list, PendingCommand{ID: id, Command: Command(command), By: by})
		}
	}
	return list
}

func pendingCommands(list []PendingCommand) PendingCommands {
	texts := make([]string, 0, len(list))
	for _, p := range list {
		texts = append(texts, string(p.Command)+"/"+p.ID+"/"+strings.ReplaceAll(word(p.By), ",", "_"))
	}
	return PendingCommands(strings.Join(texts, ","))
}

// Has tells whether the command of that id waits.
func (p PendingCommands) Has(id string) bool {
	return slices.ContainsFunc(p.List(), func(c PendingCommand) bool { return c.ID == id })
}

// without returns the commands that no observation has acted on.
func (p PendingCommands) without(acted []GivenCommand) PendingCommands {
	list := p.List()
	return pendingCommands(slices.DeleteFunc(list, func(c PendingCommand) bool { return actedOn(acted, c.ID) }))
}

// actedOn tells whether the command of that id is among those acted on.
func actedOn(acted []GivenCommand, id string) bool {
	return slices.ContainsFunc(acted, func(g GivenCommand) bool { return g.ID == id })
}

// GiveCommand decides the write that leaves a person's command, or the answer to an
// approval, on the alias for the running release to observe. Commands wait in the
// order in which they come; an abort takes the place of all that wait, because the
// release ends by it. Nil when the command waits there already. A command that can
// have no effect, or for which there is no room, is refused with what to do instead.
func GiveCommand(alias Alias, command PendingCommand) (*Write, error) {
	description := alias.Description
	if description.Lock.IsZero() {
		return nil, Errorf(NoReleaseRunning, "No release runs on %s, so there is nothing to %s.", alias.Target, command.Command)
	}
	if description.Commands.Has(command.ID) {
		return nil, nil
	}
	if err := alias.refuses(command.Command); err != nil {
		return nil, err
	}
	waiting := description.Commands.List()
	if command.Command == CommandAbort {
		waiting = nil
	}
	for by := command.By; ; by = cut(by, len(by)-1) {
		command.By = by
		description.Commands = pendingCommands(append(slices.Clone(waiting), command))
		if description.fits() {
			return &Write{Target: alias.Target, Description: description, RevisionID: alias.RevisionID}, nil
		}
		if by == "" {
			return nil, Errorf(NoEffect, "%d commands to the release on %s wait for its next observation and there is no room for another. Give it again in a minute; an abort always has room.", len(waiting), alias.Target)
		}
	}
}

// refuses says why a command can have no effect on the release that holds the
// alias: once it has promoted only an abort changes its course, and once it has
// begun to finish nothing does.
func (a Alias) refuses(command Command) error {
	m := a.Description
	switch {
	case m.Finishing:
		return Errorf(NoEffect, "The release of version %s on %s is finishing, so it is too late to %s. Return to the former version with: weir rollback --function %s --alias %s.",
			m.Candidate, a.Target, command, a.Target.Function, a.Target.Alias)
	case m.At == 100 && (command == CommandPromote || command == CommandSkip || command == CommandPause || command == CommandResume):
		return Errorf(NoEffect, `Version %s has all traffic of %s already and is watched, so there is nothing to %s. End the release with {"command": "abort"}, which rolls back, or let the watch end.`,
			m.Candidate, a.Target, command)
	}
	return nil
}

// pendingAbort returns the abort that waits on one of the aliases which the release
// holds and that no observation has acted on.
func pendingAbort(aliases []Alias, us Holder, acted []GivenCommand) (PendingCommand, bool) {
	for _, alias := range aliases {
		if alias.Description.Lock != us {
			continue
		}
		for _, command := range alias.Description.Commands.List() {
			if command.Command == CommandAbort && !actedOn(acted, command.ID) {
				return command, true
			}
		}
	}
	return PendingCommand{}, false
}
