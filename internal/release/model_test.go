package release_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"weir/internal/release"
)

// This is a model of a release and of all that may happen around it. Every step of it
// is one call of a handler to Lambda, or one thing that somebody else does, and the
// decisions are the product's own: Next, ShiftTraffic, Finish, Return, GiveCommand.
// The test visits every state that any order of those steps can reach, and holds each
// to the promises.
//
// What may happen: a handler is killed before or after any call; the answer to a write
// is lost, and the SDK's second attempt meets it; the execution is stopped while a
// handler still runs and goes on running; the repair runs, is killed and runs again;
// people give commands; somebody else writes to an alias; another release takes a lock
// that is free or dead.

// doing is what an attempt of a handler does.
type doing int

const (
	nothing doing = iota
	locking
	shifting
	promoting
	finishing
	judging
	returning
	repairing
	commanding
)

// seen is one alias, as it is or as an attempt has read it.
type seen struct {
	Route       release.Route
	Description release.Description
	// ByOthers says that somebody else set the route.
	ByOthers bool
}

// attempt is one run of a handler.
type attempt struct {
	Doing doing
	Read  int              // aliases read
	Snap  [maxTargets]ref  // as read
	Stale [maxTargets]bool // written by somebody since
	By    int              // commanding: which command
	Acted ref              // the progress at its start
}

const maxTargets = 2

// ref stands for something that was met before, so that a situation is small.
type ref int32

// store gives what is equal the same ref.
type store[T any, K comparable] struct {
	key  func(T) K
	refs map[K]ref
	all  []T
}

func (s *store[T, K]) ref(value T) ref {
	key := s.key(value)
	found, ok := s.refs[key]
	if !ok {
		found = ref(len(s.all))
		s.refs[key], s.all = found, append(s.all, value)
	}
	return found
}

// situation is one state of the model. It is comparable.
type situation struct {
	Aliases  [maxTargets]ref
	Stage    doing // what the workflow does now; nothing once it has ended
	Progress ref   // of the release
	Main     attempt
	Zombie   attempt // of an execution that was stopped
	Repair   attempt
	Giver    [2]attempt
	Accepted [2]bool // commands that Lambda took
	Failures int     // attempts of this stage that failed
	Outcome  string  // of the execution
	Killed   int     // budgets that are used up
	Stopped  bool
	Foreign  int
	Edited   bool // a foreign write took our description off
	Other    int  // the other release: 0 not yet, 1 holds, 2 gone
}

// limits say what may happen in one exploration.
type limits struct {
	targets  int
	kills    int
	stop     bool
	commands []release.Command
	foreign  bool
	other    bool
	former   string // a rule of an earlier protocol, to show that the model finds its faults
}

type model struct {
	t      *testing.T
	limits limits
	plan   release.Plan
	seen   store[seen, seen]
	past   store[release.Progress, string]
	states map[situation]bool
	queue  []situation
	broken string // the first promise that did not hold
}

var stranger = release.Holder{StateMachine: "weir", Execution: "other"}

func explore(t *testing.T, l limits) *model {
	t.Helper()
	m := &model{t: t, limits: l, states: map[situation]bool{},
		seen: store[seen, seen]{key: func(s seen) seen { return s }, refs: map[seen]ref{}},
		past: store[release.Progress, string]{key: keyOf, refs: map[string]ref{}}, plan: release.Plan{
			Kind: release.KindRelease, Steps: []release.Step{{Weight: 10, BakeSeconds: 60}}, Watch: 60,
			Judge: release.PlannedJudge{IntervalSeconds: 60, HoldSeconds: 3600, Inconclusive: release.PolicyAdvance}}}
	start := situation{Stage: locking, Progress: m.write(release.NotStarted())}
	for i := range l.targets {
		m.plan.Targets = append(m.plan.Targets, release.PlannedTarget{Function: fmt.Sprint("f", i), Alias: "prod", Stable: "6", Candidate: "7"})
		start.Aliases[i] = m.seen.ref(seen{Route: release.Whole("6"), Description: release.Description{Stable: "6", Previous: "5"}})
	}
	m.visit(start)
	for len(m.queue) > 0 && m.broken == "" {
		next := m.queue[len(m.queue)-1]
		m.queue = m.queue[:len(m.queue)-1]
		m.steps(next)
	}
	return m
}

func (m *model) visit(s situation) {
	if !m.states[s] && m.broken == "" {
		m.states[s] = true
		m.queue = append(m.queue, s)
	}
}

func (m *model) fail(s situation, format string, args ...any) {
	if m.broken == "" {
		m.broken = fmt.Sprintf(format, args...) + fmt.Sprintf("\nstage %d, outcome %q, progress %s", s.Stage, s.Outcome, keyOf(m.read(s.Progress)))
		for i := range m.limits.targets {
			m.broken += fmt.Sprintf("\n%s, %q, by others: %v", m.at(s.Aliases[i]).Route, m.at(s.Aliases[i]).Description, m.at(s.Aliases[i]).ByOthers)
		}
	}
}

func (m *model) at(r ref) seen { return m.seen.all[r] }

func (m *model) read(r ref) release.Progress { return m.past.all[r] }

// write drops what decides nothing, so that situations which are alike are one.
func (m *model) write(p release.Progress) ref {
	p.Weights, p.Observations, p.Verdict, p.Wait = nil, 0, "", 0
	return m.past.ref(p)
}

func keyOf(p release.Progress) string { return fmt.Sprintf("%+v %+v", p, p.Ended) }

// later is when everything is due.
var later = noon.Add(1000 * time.Hour)

// steps visits all that one step can lead to.
func (m *model) steps(s situation) {
	m.held(s)
	m.workflow(s)
	m.alone(s, s.Zombie, func(n *situation) *attempt { return &n.Zombie })
	if s.Stage == nothing {
		m.repair(s)
	}
	for i := range m.limits.commands {
		m.give(s, i)
	}
	if m.limits.stop && s.Stage != nothing && !s.Stopped {
		n := s
		n.Stopped, n.Stage, n.Outcome, n.Zombie, n.Main = true, nothing, "stopped", s.Main, attempt{}
		if n.Zombie.Doing == judging {
			n.Zombie = attempt{}
		}
		m.visit(n)
	}
	m.foreign(s)
	m.another(s)
}

// workflow takes the next step of the execution.
func (m *model) workflow(s situation) {
	if s.Stage == nothing {
		return
	}
	if s.Main.Doing == nothing {
		n := s
		n.Main = attempt{Doing: s.Stage, Acted: s.Progress}
		m.visit(n)
		return
	}
	if s.Killed < m.limits.kills {
		n := s
		n.Killed++
		m.visit(m.failed(n))
	}
	n, ended, err := m.advance(s, s.Main, func(n *situation) *attempt { return &n.Main })
	switch {
	case !ended:
		m.visit(n)
	case err != nil:
		m.visit(m.ended(n, err))
	default:
		m.visit(m.succeeded(n))
	}
}

// failed is an attempt that was lost: the workflow tries again once, then catches.
func (m *model) failed(n situation) situation {
	if n.Failures++; n.Failures <= 1 {
		n.Main = attempt{}
		return n
	}
	return m.caught(n)
}

func (m *model) caught(n situation) situation {
	n.Main, n.Failures = attempt{}, 0
	if n.Stage == returning {
		n.Stage, n.Outcome = nothing, "rollback failed"
		return n
	}
	n.Stage = returning
	return n
}

// ended is an attempt that ended with an error.
func (m *model) ended(n situation, err error) situation {
	var interrupted *release.InterruptedError
	if errors.As(err, &interrupted) {
		n.Progress = m.write(m.read(n.Progress).Aborted(interrupted.Abort, later))
		n.Main, n.Failures, n.Stage = attempt{}, 0, returning
		return n
	}
	return m.caught(n)
}

// succeeded is an attempt that has done its work.
func (m *model) succeeded(n situation) situation {
	p := m.read(n.Progress)
	switch n.Main.Doing {
	case locking:
		p = release.Begin(m.plan, p, noon)
	case shifting:
		p = p.Shifted(m.plan, noon)
	case promoting:
		p = p.PromotedAt(m.plan, noon)
	case judging:
		var observed []release.PendingCommand
		for i := range m.limits.targets {
			observed = append(observed, m.at(n.Main.Snap[i]).Description.Commands.List()...)
		}
		p = release.Next(m.plan, p, release.Observation{Outcome: "pass", Exposed: true, Commands: observed}, later)
	case finishing:
		n.Stage, n.Outcome, n.Main, n.Failures = nothing, "succeeded", attempt{}, 0
		return n
	case returning:
		rollback := m.rollback(n.Main)
		n.Outcome = "rolled back"
		for i := range m.limits.targets {
			if rollback.Found(m.alias(i, m.at(n.Main.Snap[i])), "6") == release.FoundFinished {
				n.Outcome = "succeeded"
			}
		}
		n.Stage, n.Main, n.Failures = nothing, attempt{}, 0
		return n
	}
	n.Progress, n.Main, n.Failures = m.write(p), attempt{}, 0
	n.Stage = map[release.Move]doing{release.MoveAdvance: shifting, release.MovePromote: promoting, release.MoveFinish: finishing,
		release.MoveRollBack: returning, release.MoveBake: judging, release.MoveWatch: judging}[p.Next]
	return n
}

// alone is an attempt whose result nobody waits for.
func (m *model) alone(s situation, a attempt, of func(*situation) *attempt) {
	if a.Doing == nothing {
		return
	}
	n := s
	*of(&n) = attempt{} // killed, or given up
	m.visit(n)
	n, ended, _ := m.advance(s, a, of)
	if ended {
		*of(&n) = attempt{}
	}
	m.visit(n)
}

// repair looks at one alias after the other, and ends a release that has ended.
func (m *model) repair(s situation) {
	if s.Repair.Doing != nothing {
		m.alone(s, s.Repair, func(n *situation) *attempt { return &n.Repair })
		return
	}
	for i := range m.limits.targets {
		if m.at(s.Aliases[i]).Description.Lock == us {
			n := s
			n.Repair = attempt{Doing: repairing}
			m.visit(n)
			return
		}
	}
}

// give lets a person give a command, once.
func (m *model) give(s situation, which int) {
	a := s.Giver[which]
	switch {
	case a.Doing == commanding:
		n, ended, err := m.advance(s, a, func(n *situation) *attempt { return &n.Giver[which] })
		if ended {
			n.Giver[which] = attempt{Doing: nothing, By: 1} // given, or refused
			n.Accepted[which] = err == nil
		}
		m.visit(n)
	case a.By == 0:
		n := s
		n.Giver[which] = attempt{Doing: commanding, By: which + 1}
		m.visit(n)
	}
}

// foreign lets somebody else write to an alias, once.
func (m *model) foreign(s situation) {
	if !m.limits.foreign || s.Foreign > 0 {
		return
	}
	for i := range m.limits.targets {
		alias := m.at(s.Aliases[i])
		for _, write := range []seen{
			{Route: release.Whole("7"), Description: alias.Description, ByOthers: true},
			{Route: release.Split("6", "7", 30), Description: alias.Description, ByOthers: true},
			{Route: release.Split("6", "9", 10), Description: alias.Description, ByOthers: true},
			{Route: release.Whole("9"), Description: release.Description{Note: "moved"}, ByOthers: true},
			{Route: release.Whole("7"), Description: release.Description{Note: "moved"}, ByOthers: true},
			{Route: alias.Route, Description: release.Description{Note: "edited"}, ByOthers: alias.ByOthers},
		} {
			if write.Route == alias.Route && write.Description == alias.Description {
				continue
			}
			if write.Route == alias.Route {
				write.ByOthers = alias.ByOthers
			}
			n := s
			n.Foreign = 1
			n.Edited = write.Description != alias.Description
			m.put(&n, i, write, nil)
			m.visit(n)
		}
	}
}

// another release takes a lock that is free, or whose execution has ended, on an alias
// that has all its traffic on one version, and gives it back.
func (m *model) another(s situation) {
	if !m.limits.other {
		return
	}
	alias := m.at(s.Aliases[0])
	switch {
	case s.Other == 0 && (alias.Description.Lock.IsZero() || alias.Description.Lock == us && s.Stage == nothing):
		read := m.alias(0, alias)
		if alias.Description.Lock == us && alias.Route != release.Whole(alias.Description.Stable) {
			return // the plan refuses: leftByAnEndedRelease
		}
		read.Description.Lock = release.Holder{}
		writes, err := release.TakeLock(stranger, []release.PlannedTarget{{Stable: alias.Route.Version, Candidate: "8"}})([]release.Alias{read})
		if err == nil && alias.Route.Other == "" {
			n := s
			n.Other = 1
			m.put(&n, 0, seen{Route: alias.Route, Description: writes[0].Description, ByOthers: alias.ByOthers}, nil)
			m.visit(n)
		}
	case s.Other == 1:
		n := s
		n.Other = 2
		if alias.Description.Lock == stranger {
			m.put(&n, 0, seen{Route: alias.Route, Description: release.Description{Stable: alias.Route.Version, Returned: stranger}, ByOthers: alias.ByOthers}, nil)
		} else if m.limits.foreign == false {
			m.fail(s, "the lock of another release was taken off")
		}
		m.visit(n)
	}
}

func (m *model) alias(i int, a seen) release.Alias {
	alias := release.Alias{Target: release.Target{Function: fmt.Sprint("f", i), Alias: "prod"}, Version: a.Route.Version,
		Weights: map[string]float64{}, Description: a.Description}
	if a.Route.Other != "" {
		alias.Weights[a.Route.Other] = a.Route.Percent
	}
	return alias
}

// put writes an alias. Everybody's reading of it but the writer's is stale from then on.
func (m *model) put(s *situation, i int, write seen, writer *attempt) {
	s.Aliases[i] = m.seen.ref(write)
	for _, a := range []*attempt{&s.Main, &s.Zombie, &s.Repair, &s.Giver[0], &s.Giver[1]} {
		if a != writer && a.Doing != nothing && a.Read > i {
			a.Stale[i] = true
		}
	}
}

// advance makes one call of an attempt: it reads an alias, or writes one.
func (m *model) advance(s situation, a attempt, of func(*situation) *attempt) (n situation, ended bool, err error) {
	n = s
	current := of(&n)
	if a.Doing == commanding {
		ended, err = m.advanceCommand(&n, current)
		return n, ended, err
	}
	if a.Read < m.limits.targets {
		current.Snap[a.Read] = n.Aliases[a.Read]
		current.Read++
		return n, false, nil
	}
	if a.Doing == judging {
		return n, true, m.drifted(a, s)
	}
	var aliases []release.Alias
	for i := range m.limits.targets {
		aliases = append(aliases, m.alias(i, m.at(a.Snap[i])))
	}
	writes, err := m.decide(a, s)(aliases)
	if err != nil || len(writes) == 0 {
		return n, true, err
	}
	m.cas(&n, current, writes[0])
	return n, false, nil
}

// drifted is what verify finds of aliases that are not as the release left them.
func (m *model) drifted(a attempt, s situation) error {
	weight := m.read(s.Progress).Weight
	for i := range m.limits.targets {
		route := release.Split("6", "7", weight)
		if _, err := release.Transition(m.alias(i, m.at(a.Snap[i])), us, route, route, nil); err != nil {
			return err
		}
	}
	return nil
}

// advanceCommand reads the last target's alias, then writes the command there.
func (m *model) advanceCommand(n *situation, current *attempt) (ended bool, err error) {
	on := m.limits.targets - 1
	if current.Read <= on {
		current.Snap[on] = n.Aliases[on]
		current.Read = on + 1
		return false, nil
	}
	command := m.limits.commands[current.By-1]
	write, err := release.GiveCommand(m.alias(on, m.at(current.Snap[on])), release.PendingCommand{ID: fmt.Sprint("c", current.By), Command: command})
	if err != nil || write == nil {
		return true, err
	}
	if m.limits.former == "one command alone" {
		write.Description.Commands = release.PendingCommands(fmt.Sprintf("%s/c%d/", command, current.By))
	}
	m.cas(n, current, *write)
	return false, nil
}

// cas is one compare-and-swap. One that fails reads again.
func (m *model) cas(n *situation, a *attempt, write release.Write) {
	i := int(write.Target.Function[1] - '0')
	if a.Stale[i] && m.limits.former != "no revision" {
		a.Snap[i], a.Stale[i] = n.Aliases[i], false
		return
	}
	before := m.at(n.Aliases[i])
	after := before
	after.Description = write.Description
	if before.Description.Lock == stranger {
		m.fail(*n, "a write to an alias that another release holds")
	}
	if write.Moves() {
		after.Route = write.Route
		// Without its description nobody can tell our promotion from one by hand.
		unclear := n.Edited && before.Route == release.Whole("7") && m.read(n.Progress).Weight == 100
		if before.ByOthers && before.Route != write.Route && !unclear {
			m.fail(*n, "%s overwrites what somebody else set: %s becomes %s", []string{"", "lock", "shift", "promote", "finish", "judge", "rollback", "repair", "command"}[a.Doing], before.Route, write.Route)
		}
		after.ByOthers = before.ByOthers && before.Route == write.Route
	}
	if weight(after.Route) > weight(before.Route) && n.Stage == returning && a == &n.Main && !before.ByOthers {
		m.fail(*n, "the weight grows while the release rolls back")
	}
	m.put(n, i, after, a)
	a.Snap[i] = m.seen.ref(after)
}

func weight(r release.Route) float64 {
	if r == release.Whole("7") {
		return 100
	}
	return r.Percent
}

func (m *model) rollback(a attempt) release.Return {
	return release.Return{Us: us, Targets: m.plan.Targets, Weights: m.read(a.Acted).MayHaveSet(m.plan, later)}
}

// decide is the product's decision, or that of a former protocol.
func (m *model) decide(a attempt, s situation) release.Decide {
	if a.Doing == repairing {
		return release.Return{Us: us}.Writes
	}
	p := m.read(a.Acted)
	former := func(decide release.Decide) release.Decide {
		return func(aliases []release.Alias) ([]release.Write, error) {
			writes, err := decide(aliases)
			switch m.limits.former {
			case "a shift takes every command off":
				var interrupted *release.InterruptedError
				if errors.As(err, &interrupted) {
					acted := []release.GivenCommand{{ID: interrupted.Abort.ID}}
					writes, err = release.ShiftTraffic(us, m.plan.Targets, p.Weight, p.Upcoming(m.plan), acted)(aliases)
				}
				for i := range writes {
					writes[i].Description.Commands = ""
				}
			case "each alias finishes by itself":
				if a.Doing == finishing {
					return finishEach(aliases)
				}
				if a.Doing == returning {
					return returnEach(aliases)
				}
			case "a rollback knows the description alone":
				if a.Doing == returning {
					return release.Return{Us: us}.Writes(aliases)
				}
			case "locks are given back one by one":
				if a.Doing == returning {
					return returnEach(aliases)
				}
			}
			return writes, err
		}
	}
	switch a.Doing {
	case locking:
		return release.TakeLock(us, m.plan.Targets)
	case shifting:
		return former(release.ShiftTraffic(us, m.plan.Targets, p.Weight, m.plan.Steps[0].Weight, p.Commands))
	case promoting:
		return former(release.ShiftTraffic(us, m.plan.Targets, p.Weight, 100, p.Commands))
	case finishing:
		return former(release.Finish(us, m.plan.Targets, p.Commands))
	}
	return former(m.rollback(a).Writes)
}

// finishEach and returnEach are the rules of an earlier protocol.
func finishEach(aliases []release.Alias) ([]release.Write, error) {
	for _, alias := range aliases {
		if alias.Description.Lock == us {
			return release.Finish(us, planned, nil)([]release.Alias{alias})
		}
	}
	return nil, nil
}

func returnEach(aliases []release.Alias) ([]release.Write, error) {
	for _, alias := range aliases {
		if alias.Description.Lock == us {
			return release.Return{Us: us}.Writes([]release.Alias{alias})
		}
	}
	return nil, nil
}

// held checks the promises in one situation.
func (m *model) held(s situation) {
	for i := range m.limits.targets {
		route := m.at(s.Aliases[i]).Route
		for _, version := range []string{route.Version, route.Other} {
			if version != "" && version != "6" && version != "7" && !m.at(s.Aliases[i]).ByOthers {
				m.fail(s, "the alias serves version %s", version)
			}
		}
	}
	if s.Stage != nothing || s.Zombie.Doing != nothing || s.Repair.Doing != nothing {
		return
	}
	for i, command := range m.limits.commands {
		if command == release.CommandAbort && s.Accepted[i] && s.Outcome == "succeeded" && !s.Edited && s.Other == 0 {
			m.fail(s, "an abort was accepted and the release succeeded")
		}
		if s.Accepted[i] && !s.Edited && s.Other == 0 && s.Outcome != "stopped" && m.lost(s, i) {
			m.fail(s, "the command %s was accepted and nobody can tell what became of it", command)
		}
	}
	m.clean(s)
}

// lost tells whether who gave a command is told a falsehood: that an abort took the
// place of a command when there was none.
func (m *model) lost(s situation, which int) bool {
	p := m.read(s.Progress)
	acted := slices.ContainsFunc(p.Commands, func(g release.GivenCommand) bool { return g.ID == fmt.Sprint("c", which+1) })
	on := m.at(s.Aliases[m.limits.targets-1]).Description.Commands
	return !acted && !on.Has(fmt.Sprint("c", which+1)) && s.Outcome == "" && !slices.Contains(m.limits.commands, release.CommandAbort)
}

// clean checks the end: once the repair has had its time, every alias that nobody else
// moved has all traffic on one version, the same of all targets, as the outcome says.
func (m *model) clean(s situation) {
	var aliases []release.Alias
	held := false
	for i := range m.limits.targets {
		aliases = append(aliases, m.alias(i, m.at(s.Aliases[i])))
		held = held || m.at(s.Aliases[i]).Description.Lock == us
	}
	if held {
		return // the repair is still to come, and every way that it may go is visited
	}
	versions := map[string]bool{}
	for i, alias := range aliases {
		if m.at(s.Aliases[i]).ByOthers || s.Edited && s.Outcome == "stopped" || s.Edited && s.Outcome == "rollback failed" {
			continue // moved by others, or its description was taken off and no plan is known
		}
		route := alias.Route()
		if s.Other != 0 && s.Outcome == "rolled back" {
			continue // it ended between our finish, whose answer was lost, and our rollback
		}
		if s.Edited && route == release.Whole("7") && m.read(s.Progress).Weight < 100 {
			continue // nobody can tell our promotion from one by hand
		}
		if route.Other != "" {
			m.fail(s, "the alias is left with %s", route)
		}
		versions[route.Version] = true
		if s.Outcome == "succeeded" && route.Version != "7" || s.Outcome == "rolled back" && route.Version != "6" {
			m.fail(s, "the release %s and the alias has %s", s.Outcome, route)
		}
	}
	if len(versions) > 1 && s.Foreign == 0 {
		m.fail(s, "the targets serve different versions")
	}
}

func TestEveryOrderOfEventsKeepsThePromises(t *testing.T) {
	abort, pause := release.CommandAbort, release.CommandPause
	for name, l := range map[string]limits{
		"one target, kills, a stop, commands":    {targets: 1, kills: 2, stop: true, commands: []release.Command{pause, abort}},
		"one target, a stop, a foreign write":    {targets: 1, kills: 1, stop: true, commands: []release.Command{abort}, foreign: true},
		"one target, a stop, another release":    {targets: 1, kills: 1, stop: true, other: true},
		"two targets, kills, a stop":             {targets: 2, kills: 4, stop: true},
		"two targets, kills, an abort":           {targets: 2, kills: 2, commands: []release.Command{abort}},
		"two targets, a stop, an abort":          {targets: 2, stop: true, commands: []release.Command{abort}},
		"two targets, a stop, a foreign write":   {targets: 2, stop: true, foreign: true},
		"two targets, a stop, another release":   {targets: 2, stop: true, other: true},
		"two targets, kills and a foreign write": {targets: 2, kills: 2, foreign: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := explore(t, l)
			if m.broken != "" {
				t.Fatal(m.broken)
			}
			t.Logf("%d states", len(m.states))
		})
	}
}

// The model finds the faults of the protocol that Weir had before.
func TestFormerProtocolsBreakThePromises(t *testing.T) {
	abort := release.CommandAbort
	for rule, l := range map[string]limits{
		"a shift takes every command off":        {targets: 1, commands: []release.Command{abort}},
		"one command alone":                      {targets: 1, commands: []release.Command{abort, release.CommandPause}},
		"each alias finishes by itself":          {targets: 2, kills: 2},
		"a rollback knows the description alone": {targets: 1, foreign: true},
		"locks are given back one by one":        {targets: 2, kills: 4, stop: true},
		"no revision":                            {targets: 1, foreign: true},
	} {
		t.Run(rule, func(t *testing.T) {
			l.former = rule
			m := explore(t, l)
			if m.broken == "" {
				t.Errorf("no promise is broken in %d states", len(m.states))

			}
		})
	}
}
