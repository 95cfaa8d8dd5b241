package release_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"weir/internal/release"
)

func pending(id string, command release.Command) release.PendingCommand {
	return release.PendingCommand{ID: id, Command: command, By: "ada"}
}

// bakingAt is the alias of this release at a weight.
func bakingAt(percent int, commands release.PendingCommands) release.Alias {
	return alias(release.Split("6", "7", percent), release.Description{Stable: "6", Candidate: "7", At: percent, Lock: us, Commands: commands})
}

func TestCommandThatCanHaveNoEffectIsRefused(t *testing.T) {
	watched, baking := bakingAt(100, ""), bakingAt(50, "")
	finishing := bakingAt(100, "")
	finishing.Description.Finishing = true
	for _, test := range []struct {
		alias   release.Alias
		command release.Command
		refused string // part of the refusal
	}{
		{watched, release.CommandPromote, "all traffic"},
		{watched, release.CommandSkip, "nothing to skip"},
		{watched, release.CommandPause, "nothing to pause"},
		{watched, release.CommandAbort, ""},
		{baking, release.CommandPromote, ""},
		{finishing, release.CommandAbort, "too late to abort"},
	} {
		write, err := release.GiveCommand(test.alias, pending("1f3a9c", test.command))
		switch {
		case test.refused == "" && (err != nil || write == nil || write.Moves() || string(write.Description.Commands) != string(test.command)+"/1f3a9c/ada"):
			t.Errorf("%s of %s: %+v, %v; want the description alone", test.command, test.alias.Description, write, err)
		case test.refused != "" && (!release.IsError(err, release.NoEffect) || !strings.Contains(err.Error(), test.refused)):
			t.Errorf("%s of %s: %v, want %s that says %q", test.command, test.alias.Description, err, release.NoEffect, test.refused)
		}
	}
	if _, err := release.GiveCommand(alias(release.Whole("6"), release.Description{Stable: "6"}), pending("1f3a9c", release.CommandPause)); !release.IsError(err, release.NoReleaseRunning) {
		t.Errorf("without a release: %v", err)
	}
}

func TestCommandsWaitInTheirOrder(t *testing.T) {
	held := bakingAt(10, "")
	for _, command := range []release.PendingCommand{pending("a", release.CommandPause), pending("b", release.CommandResume), pending("b", release.CommandResume)} {
		write, err := release.GiveCommand(held, command)
		if err != nil {
			t.Fatal(err)
		}
		if write != nil {
			held.Description = release.ParseDescription(write.Description.String())
		}
	}
	if got := held.Description.Commands; got != "pause/a/ada,resume/b/ada" {
		t.Errorf("commands = %q; each waits once, in its order", got)
	}
	write, err := release.GiveCommand(held, release.PendingCommand{ID: "c", Command: release.CommandAbort, By: "Grace Hopper, on call"})
	if err != nil || write.Description.Commands != "abort/c/Grace_Hopper__on_call" {
		t.Errorf("commands = %+v, %v; an abort takes the place of the others", write, err)
	}
}

func TestAbortAlwaysHasRoom(t *testing.T) {
	held := bakingAt(10, "")
	held.Description.Lock = release.Holder{StateMachine: strings.Repeat("m", 80), Execution: strings.Repeat("e", 80)}
	var err error
	for _, id := range []string{"aaaaaa", "bbbbbb", "cccccc", "dddddd"} {
		var write *release.Write
		if write, err = release.GiveCommand(held, pending(id, release.CommandPause)); err != nil {
			break
		}
		held.Description = release.ParseDescription(write.Description.String())
	}
	if !release.IsError(err, release.NoEffect) || !strings.Contains(err.Error(), "no room") {
		t.Errorf("err = %v; four commands do not fit", err)
	}
	write, err := release.GiveCommand(held, release.PendingCommand{ID: "ffffff", Command: release.CommandAbort, By: strings.Repeat("é", 80)})
	if err != nil {
		t.Fatal(err)
	}
	read := release.ParseDescription(write.Description.String())
	if list := read.Commands.List(); len(list) != 1 || list[0].ID != "ffffff" || list[0].Command != release.CommandAbort || read.Lock != held.Description.Lock {
		t.Errorf("read back %+v", read)
	}
}

func TestAbortStopsAMoveAndAFinish(t *testing.T) {
	waits := []release.Alias{bakingAt(10, ""), bakingAt(10, "pause/a/ada,abort/b/grace")}
	two := append(slices.Clone(planned), planned...)
	var interrupted *release.InterruptedError
	if _, err := release.ShiftTraffic(us, two, 10, 50, nil)(waits); !errors.As(err, &interrupted) || interrupted.Abort.ID != "b" || interrupted.Abort.By != "grace" {
		t.Errorf("shift: %v", err)
	}
	if writes, err := release.ShiftTraffic(us, two, 10, 50, []release.GivenCommand{{ID: "b"}})(waits); err != nil || len(writes) != 2 || writes[1].Description.Commands != "pause/a/ada" {
		t.Errorf("shift after an observation that acted on it: %+v, %v; the other command still waits", writes, err)
	}
	waits = []release.Alias{bakingAt(100, ""), bakingAt(100, "abort/b/grace")}
	if _, err := release.Finish(us, two, nil)(waits); !errors.As(err, &interrupted) {
		t.Errorf("finish: %v", err)
	}
	if writes, err := release.ShiftTraffic(us, two, 100, 50, nil)(waits); err != nil || len(writes) != 2 {
		t.Errorf("an abort stops no step back: %+v, %v", writes, err)
	}
}

func TestCommandsAreActedOnOnce(t *testing.T) {
	plan := threeSteps()
	first := release.NotStarted().Shifted(plan, noon)
	look := func(p release.Progress, minute int, commands ...release.PendingCommand) release.Progress {
		return release.Next(plan, p, release.Observation{Outcome: "inconclusive", Exposed: true, Commands: commands}, at(minute))
	}
	skip := pending("s", release.CommandSkip)
	skipped := look(first, 1, skip)
	if skipped.Next != release.MoveAdvance {
		t.Fatalf("next = %s", skipped.Next)
	}
	second := skipped.Shifted(plan, at(1))
	if again := look(second, 2, skip); again.Next != release.MoveBake || len(again.Commands) != 1 {
		t.Errorf("seen again: %s, %+v", again.Next, again.Commands)
	}
}

func TestWhatBecameOfCommands(t *testing.T) {
	plan, withApproval := threeSteps(), threeSteps()
	withApproval.Approvals = []release.PlannedApproval{{Step: 1, LimitSeconds: 600}}
	baking := release.NotStarted().Shifted(plan, noon)
	awaiting := release.Next(withApproval, baking, release.Observation{Outcome: "pass", Exposed: true}, at(7))
	watching := baking.Shifted(plan, noon).PromotedAt(plan, noon)
	pause, resume, promote, abort := pending("p", release.CommandPause), pending("r", release.CommandResume), pending("m", release.CommandPromote), pending("x", release.CommandAbort)
	approve := pending("a", release.CommandApprove)
	for _, test := range []struct {
		name     string
		from     release.Progress
		outcome  string
		commands []release.PendingCommand
		next     release.Move
		without  []string // effect, by id
	}{
		{"a pause and its resume", baking, "pass", []release.PendingCommand{pause, resume}, release.MoveAdvance, nil},
		{"a pause", baking, "pass", []release.PendingCommand{pause}, release.MoveBake, nil},
		{"a resume of what is not paused", baking, "pass", []release.PendingCommand{resume}, release.MoveAdvance, []string{"r"}},
		{"an abort before a promotion", baking, "pass", []release.PendingCommand{promote, abort}, release.MoveRollBack, []string{"m"}},
		{"a promotion", baking, "inconclusive", []release.PendingCommand{promote}, release.MovePromote, nil},
		{"a pause of a version that fails", baking, "fail", []release.PendingCommand{pause}, release.MoveRollBack, []string{"p"}},
		{"an abort of a version that fails", baking, "fail", []release.PendingCommand{abort}, release.MoveRollBack, nil},
		{"an answer that nobody waits for", baking, "pass", []release.PendingCommand{approve}, release.MoveAdvance, []string{"a"}},
		{"an answer", awaiting, "inconclusive", []release.PendingCommand{approve}, release.MoveAdvance, nil},
		{"an answer behind a pause", awaiting, "inconclusive", []release.PendingCommand{pause, approve}, release.MoveBake, nil},
		{"a promotion of what waits for an approval", awaiting, "pass", []release.PendingCommand{promote}, release.MoveAwait, []string{"m"}},
		{"a pause of what is watched", watching, "inconclusive", []release.PendingCommand{pause}, release.MoveFinish, []string{"p"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan := plan
			if test.from.Phase == release.Awaiting {
				plan = withApproval
			}
			got := release.Next(plan, test.from, release.Observation{Outcome: test.outcome, Why: "Why.", Exposed: true, Commands: test.commands}, at(8))
			if got.Next != test.next {
				t.Errorf("next = %s, want %s", got.Next, test.next)
			}
			var without []string
			for i, given := range got.Commands {
				if given.NoEffect != "" {
					without = append(without, given.ID)
				}
				if given.By != "ada" || !given.At.Equal(at(8)) {
					t.Errorf("command %d = %+v", i, given)
				}
			}
			if !slices.Equal(without, test.without) || len(got.Commands) != len(test.commands) {
				t.Errorf("commands = %+v, want those without effect %v", got.Commands, test.without)
			}
		})
	}
}

// The answer to an approval may be lost, or come while nobody looks. The limit ends
// the waiting all the same.
func TestLimitOfAnApprovalEndsTheWaiting(t *testing.T) {
	plan := threeSteps()
	plan.Approvals = []release.PlannedApproval{{Step: 1, LimitSeconds: 600, Otherwise: release.PolicyRollBack}}
	pass := release.Observation{Outcome: "pass", Exposed: true}
	awaiting := release.Next(plan, release.NotStarted().Shifted(plan, noon), pass, at(7))
	if awaiting.Next != release.MoveAwait {
		t.Fatalf("next = %s", awaiting.Next)
	}
	if waits := release.Next(plan, awaiting, pass, at(18)); waits.Next != release.MoveAwait {
		t.Errorf("a minute after the limit: %s; the answer may be on its way", waits.Next)
	}
	if ends := release.Next(plan, awaiting, pass, at(19)); ends.Next != release.MoveRollBack || ends.Ended.Error != release.Rejected {
		t.Errorf("two minutes after the limit: %s, %+v", ends.Next, ends.Ended)
	}
	plan.Approvals[0].Otherwise = release.PolicyAdvance
	if goesOn := release.Next(plan, awaiting, pass, at(19)); goesOn.Next != release.MoveAdvance {
		t.Errorf("with otherwise advance: %s", goesOn.Next)
	}
}

func TestWatchThatCannotReadIsNoSuccess(t *testing.T) {
	plan := threeSteps()
	watching := release.NotStarted().Shifted(plan, noon).Shifted(plan, noon).PromotedAt(plan, noon)
	blind := release.Observation{Outcome: "inconclusive", Blind: true, Why: "The metrics could not be read."}
	for minute, want := range map[int]release.Move{6: release.MoveWatch, 7: release.MoveWatch, 16: release.MoveWatch, 17: release.MoveRollBack} {
		if got := release.Next(plan, watching, blind, at(minute)); got.Next != want {
			t.Errorf("after %d minutes: %s, want %s", minute, got.Next, want)
		}
	}
	if got := release.Next(plan, watching, release.Observation{Outcome: "inconclusive"}, at(12)); got.Next != release.MoveFinish {
		t.Errorf("once it can be read: %s", got.Next)
	}
}

// Before the first step there is no traffic to have evidence of.
func TestResumedBeforeTheFirstStepTheReleaseGoesOn(t *testing.T) {
	plan := threeSteps()
	plan.Approvals = []release.PlannedApproval{{Step: 0, LimitSeconds: 600}}
	waiting := release.Begin(plan, release.NotStarted(), noon)
	none := release.Observation{Outcome: "inconclusive", Why: "No traffic has been shifted yet."}
	none.Commands = []release.PendingCommand{pending("p", release.CommandPause), pending("a", release.CommandApprove)}
	paused := release.Next(plan, waiting, none, at(1))
	if paused.Next != release.MoveBake || paused.Phase != release.Holding {
		t.Fatalf("paused: %s %s", paused.Phase, paused.Next)
	}
	none.Commands = []release.PendingCommand{pending("r", release.CommandResume)}
	if resumed := release.Next(plan, paused, none, at(2)); resumed.Next != release.MoveAdvance {
		t.Errorf("resumed: %s %s", resumed.Phase, resumed.Next)
	}
}

func TestEffect(t *testing.T) {
	given := release.GivenTo{ID: "p", Function: "orders", Alias: "prod"}
	acted := &release.Progress{Commands: []release.GivenCommand{{ID: "p"}}}
	without := &release.Progress{Commands: []release.GivenCommand{{ID: "p", NoEffect: "The release is not paused."}}}
	for _, test := range []struct {
		name           string
		pending, ended bool
		progress       *release.Progress
		done           bool
		says           string // of the error
	}{
		{"it waits", true, false, &release.Progress{}, false, ""},
		{"it waits, before any progress", true, false, nil, false, ""},
		{"acted on, and not taken off yet", true, false, acted, true, ""},
		{"acted on, and the release has ended", false, true, acted, true, ""},
		{"no effect", false, false, without, true, "The release is not paused."},
		{"too late", false, true, &release.Progress{}, true, "came too late"},
		{"an abort took its place", false, false, &release.Progress{}, true, "took its place"},
	} {
		done, err := release.Effect(given, release.CommandPause, test.pending, test.ended, test.progress)
		if done != test.done || (err != nil) != (test.says != "") || err != nil && (!release.IsError(err, release.NoEffect) || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: %v, %v", test.name, done, err)
		}
	}
}
