package release

import (
	"fmt"
	"slices"
	"time"
)

// asked is what the commands of one observation come to.
type asked struct {
	abort         *PendingCommand
	skip, promote bool
	answer        PendingCommand // to the approval that is awaited
}

// heed acts on the commands that no observation has acted on, in their order, and
// notes of each what became of it.
func (p Progress) heed(plan Plan, commands []PendingCommand, now time.Time) (Progress, asked) {
	var a asked
	commands = p.unseen(commands)
	for _, command := range commands {
		if command.Command == CommandAbort {
			a.abort = &command
			break
		}
	}
	for _, command := range commands {
		why := ""
		switch {
		case a.abort != nil && command.ID != a.abort.ID:
			why = nameOf(a.abort.By) + " aborted the release."
		case a.abort == nil:
			p, why = p.act(plan, command, &a)
		}
		p = p.given(command, now, why)
	}
	return p, a
}

// act takes in one command. It says why when the command can have no effect.
func (p Progress) act(plan Plan, command PendingCommand, a *asked) (Progress, string) {
	switch command.Command {
	case CommandPause, CommandResume, CommandSkip, CommandPromote:
		return p.actOnCourse(plan, command.Command, a)
	case CommandApprove, CommandReject, CommandExpired, CommandUnclear:
		switch {
		case p.Phase != Awaiting:
			return p, "The release awaits no approval."
		case a.answer.Command != "":
			return p, fmt.Sprintf("The approval was answered with %s before.", a.answer.Command)
		}
		a.answer = command
		return p, ""
	}
	return p, fmt.Sprintf("There is no command %q.", command.Command)
}

func (p Progress) actOnCourse(plan Plan, command Command, a *asked) (Progress, string) {
	switch {
	case p.Phase == Watching:
		return p, "The candidate has all traffic and is watched; only an abort changes that."
	case command == CommandPause && p.Paused:
		return p, "The release is paused already."
	case command == CommandResume && !p.Paused:
		return p, "The release is not paused."
	case command == CommandPause, command == CommandResume:
		p.Paused = command == CommandPause
	case p.Phase == Awaiting:
		return p, fmt.Sprintf("The release waits for an approval. Give it with: weir approve %s", plan.Execution)
	case command == CommandSkip:
		a.skip = true
	case command == CommandPromote:
		a.promote = true
	}
	return p, ""
}

// unseen are the commands that no observation has acted on.
func (p Progress) unseen(commands []PendingCommand) []PendingCommand {
	return slices.DeleteFunc(slices.Clone(commands), func(c PendingCommand) bool { return actedOn(p.Commands, c.ID) })
}

// overruled notes of the commands that the release rolls back in any case.
func (p Progress) overruled(observation Observation, now time.Time) Progress {
	for _, command := range p.unseen(observation.Commands) {
		why := "The release rolls back by its own observation."
		if command.Command == CommandAbort {
			why = "" // what was asked for comes about
		}
		p = p.given(command, now, why)
	}
	return p
}

func (p Progress) given(command PendingCommand, now time.Time, noEffect string) Progress {
	p.Commands = append(slices.Clone(p.Commands),
		GivenCommand{ID: command.ID, Command: command.Command, By: command.By, At: now, NoEffect: noEffect})
	return p
}

// Aborted is the progress of a release that met an abort on the way to a write. The
// other commands that wait have no effect.
func (p Progress) Aborted(abort PendingCommand, now time.Time) Progress {
	return p.given(abort, now, "").abort(abort)
}

func (p Progress) abort(by PendingCommand) Progress {
	return p.end(Aborted, fmt.Sprintf("%s asked to abort at %d %%.", nameOf(by.By), p.Weight), false)
}
