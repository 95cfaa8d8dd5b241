package release_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"weir/internal/release"
)

var (
	us     = release.Holder{StateMachine: "weir", Execution: "monday"}
	them   = release.Holder{StateMachine: "weir", Execution: "tuesday"}
	orders = release.Target{Function: "orders", Alias: "prod"}
)

func alias(route release.Route, mark release.Description) release.Alias {
	a := release.Alias{Target: orders, Version: route.Version, Description: mark, RevisionID: "r1", Weights: map[string]float64{}}
	if route.Other != "" {
		a.Weights[route.Other] = route.Percent
	}
	return a
}

// planned is the release of version 7, which may have set 10 or 50 percent last.
var planned = []release.PlannedTarget{{Function: "orders", Alias: "prod", Stable: "6", Candidate: "7"}}

// one is the write of one alias, or nil.
func one(writes []release.Write, err error) (*release.Write, error) {
	if len(writes) == 0 {
		return nil, err
	}
	return &writes[0], err
}

func take(a release.Alias, by release.Holder, stable, candidate string) (*release.Write, error) {
	return one(release.TakeLock(by, []release.PlannedTarget{{Function: "orders", Alias: "prod", Stable: stable, Candidate: candidate}})([]release.Alias{a}))
}

func finish(a release.Alias) (*release.Write, error) {
	return one(release.Finish(us, planned, nil)([]release.Alias{a}))
}

// restore returns the write of a rollback and how it finds the alias afterwards.
func restore(t *testing.T, a release.Alias) (*release.Write, release.Found) {
	t.Helper()
	rollback := release.Return{Us: us, Targets: planned, FailedVersion: true, Weights: []int{10, 50}}
	write, err := one(rollback.Writes([]release.Alias{a}))
	if err != nil {
		t.Fatal(err)
	}
	if write != nil {
		if write.Moves() {
			a = alias(write.Route, write.Description)
		}
		a.Description = write.Description
	}
	return write, rollback.Found(a, planned[0].Stable)
}

func TestTransition(t *testing.T) {
	held := release.Description{Stable: "6", Candidate: "7", At: 10, Lock: us}
	next := held
	next.At = 50
	old := release.ParseDescription("weir/1 stable=6 candidate=7 lock=weir/monday")
	at10, at50 := release.Split("6", "7", 10), release.Split("6", "7", 50)
	for _, test := range []struct {
		name  string
		alias release.Alias
		want  *release.Route // nil: no write
		drift bool
	}{
		{"from where we left it", alias(at10, held), &at50, false},
		{"our own write is recognised", alias(at50, next), nil, false},
		{"the next step's weight set by hand", alias(at50, held), nil, true},
		{"a weight set by hand that rounds to ours", alias(release.Route{Version: "6", Other: "7", Percent: 10.4}, held), nil, true},
		{"a weight set by hand", alias(release.Split("6", "7", 30), held), nil, true},
		{"another version", alias(release.Whole("9"), held), nil, true},
		{"another release's lock", alias(at10, release.Description{Stable: "6", Candidate: "7", At: 10, Lock: them}), nil, true},
		{"the lock taken off", alias(at10, release.Description{Note: "mine"}), nil, true},
		{"a mark of an earlier Weir, where it was left", alias(at10, old), &at50, false},
		{"a mark of an earlier Weir, with the write made", alias(at50, old), nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			write, err := release.Transition(test.alias, us, at10, at50, nil)
			if release.IsError(err, release.Drift) != test.drift {
				t.Fatalf("err = %v, want drift %v", err, test.drift)
			}
			switch {
			case (write == nil) != (test.want == nil):
				t.Errorf("write = %v, want %v", write, test.want)
			case write != nil && (write.Route != *test.want || write.RevisionID != "r1" || write.Description != next):
				t.Errorf("write = %+v", write)
			}
		})
	}
}

// While Lambda allocates provisioned concurrency to the version that an alias has
// got, it keeps all traffic on the one that was left.
func TestAliasOnItsWay(t *testing.T) {
	promoted := release.Description{Stable: "6", Candidate: "7", At: 100, Lock: us}
	onItsWay := release.Route{Version: "7", Other: "6", Percent: 100}
	whole7 := release.Whole("7")
	if write, err := release.Transition(alias(onItsWay, promoted), us, whole7, whole7, nil); write != nil || err != nil {
		t.Errorf("an observation finds %v, %v; want nothing to write", write, err)
	}
	if _, err := finish(alias(onItsWay, promoted)); !release.IsError(err, release.NotYet) {
		t.Errorf("finish: %v, want %s", err, release.NotYet)
	}
	if write, found := restore(t, alias(onItsWay, promoted)); found == release.FoundLeft || write == nil || write.Route != release.Whole("6") {
		t.Errorf("restore: %+v, %s; want the write back to 6", write, found)
	}
	back := release.Route{Version: "6", Other: "7", Percent: 100}
	if write, found := restore(t, alias(back, release.Description{Stable: "6", Failed: "7", Returned: us})); found != release.FoundReturned || write != nil {
		t.Errorf("restore of what is on its way: %+v, %s; want nothing", write, found)
	}
	if _, err := take(alias(back, release.Description{Stable: "6"}), us, "6", "8"); !release.IsError(err, release.NotYet) {
		t.Errorf("take: %v, want %s", err, release.NotYet)
	}
	if write, err := release.RollBackTo(alias(back, release.Description{Stable: "6"}), whole7, "6", false); write != nil || err != nil {
		t.Errorf("take back: %+v, %v; want nothing", write, err)
	}
	foreign := release.Route{Version: "7", Other: "3", Percent: 100}
	if _, err := release.Transition(alias(foreign, promoted), us, whole7, whole7, nil); !release.IsError(err, release.Drift) {
		t.Errorf("all traffic on a version that the release did not leave: %v, want %s", err, release.Drift)
	}
	if says := alias(onItsWay, promoted).Route().String(); !strings.Contains(says, "100 % on version 6") || !strings.Contains(says, "to version 7") {
		t.Errorf("route reads %q", says)
	}
}

func TestTakeLock(t *testing.T) {
	free := release.Description{Stable: "5", Previous: "4", Failed: "6", Note: "ours"}
	write, err := take(alias(release.Whole("5"), free), us, "5", "7")
	if err != nil {
		t.Fatal(err)
	}
	want := release.Description{Stable: "5", Candidate: "7", Previous: "4", Failed: "6", Lock: us, Note: "ours"}
	if write.Description != want || write.Route != release.Whole("5") {
		t.Errorf("write = %+v", write)
	}
	if again, err := take(alias(release.Whole("5"), want), us, "5", "7"); again != nil || err != nil {
		t.Errorf("second take = %v, %v", again, err)
	}
	if _, err := take(alias(release.Whole("5"), want), them, "5", "7"); !release.IsError(err, release.AliasLocked) {
		t.Errorf("another's take: %v", err)
	}
	if _, err := take(alias(release.Whole("6"), free), us, "5", "7"); !release.IsError(err, release.Drift) {
		t.Errorf("take after a move: %v", err)
	}
}

func TestFinish(t *testing.T) {
	held := release.Description{Stable: "6", Candidate: "7", At: 100, Lock: us, Failed: "7,5", Note: "ours"}
	write, err := finish(alias(release.Whole("7"), held))
	if err != nil {
		t.Fatal(err)
	}
	if want := (release.Description{Stable: "7", Previous: "6", Failed: "5", Released: us, Note: "ours"}); write.Description != want {
		t.Errorf("description = %+v, want %+v", write.Description, want)
	}
	if again, err := finish(alias(release.Whole("7"), write.Description)); again != nil || err != nil {
		t.Errorf("second finish = %v, %v", again, err)
	}
	byHand := held
	byHand.At = 50
	if _, err := finish(alias(release.Whole("7"), byHand)); !release.IsError(err, release.Drift) {
		t.Errorf("moved wholly to the candidate by hand: %v, want %s", err, release.Drift)
	}
}

func TestRestore(t *testing.T) {
	at := func(percent int) release.Description {
		return release.Description{Stable: "6", Candidate: "7", At: percent, Previous: "5", Failed: "3", Lock: us, Note: "ours"}
	}
	old := release.ParseDescription("weir/1 stable=6 candidate=7 previous=5 failed=3 lock=weir/monday | ours")
	edited := release.Description{Failed: "3", Note: "ours"} // by somebody, who took the lock off
	for _, test := range []struct {
		name  string
		alias release.Alias
		route string // what is written; empty: no write
		found release.Found
	}{
		{"split", alias(release.Split("6", "7", 10), at(10)), "100 % on version 6", release.FoundReturned},
		{"promoted", alias(release.Whole("7"), at(100)), "100 % on version 6", release.FoundReturned},
		{"only locked", alias(release.Whole("6"), at(0)), "description alone", release.FoundReturned},
		{"returned by hand", alias(release.Whole("6"), at(10)), "description alone", release.FoundReturned},
		{"moved wholly to the candidate by hand", alias(release.Whole("7"), at(10)), "description alone", release.FoundLeft},
		{"a weight of somebody else's", alias(release.Split("6", "7", 30), at(10)), "description alone", release.FoundLeft},
		{"a weight of somebody else's that rounds to ours", alias(release.Route{Version: "6", Other: "7", Percent: 10.4}, at(10)), "description alone", release.FoundLeft},
		{"a version of somebody else's", alias(release.Whole("9"), at(10)), "description alone", release.FoundLeft},
		{"an earlier Weir's description, any split of the two", alias(release.Split("6", "7", 30), old), "100 % on version 6", release.FoundReturned},
		{"an earlier Weir's description, promoted", alias(release.Whole("7"), old), "100 % on version 6", release.FoundReturned},
		{"another release's", alias(release.Split("6", "7", 10), release.Description{Lock: them}), "", release.FoundLeft},
		{"rolled back already", alias(release.Whole("6"), release.Description{Stable: "6", Returned: us}), "", release.FoundReturned},
		{"finished already", alias(release.Whole("7"), release.Description{Stable: "7", Released: us}), "", release.FoundFinished},
		{"our split, its description edited", alias(release.Split("6", "7", 10), edited), "100 % on version 6", release.FoundReturned},
		{"our next split, its description edited", alias(release.Split("6", "7", 50), edited), "100 % on version 6", release.FoundReturned},
		{"another split, its description edited", alias(release.Split("6", "7", 30), edited), "", release.FoundLeft},
		{"never locked", alias(release.Whole("6"), edited), "", release.FoundUntouched},
	} {
		t.Run(test.name, func(t *testing.T) {
			write, found := restore(t, test.alias)
			if found != test.found {
				t.Errorf("found = %v, want %v", found, test.found)
			}
			if write == nil {
				if test.route != "" {
					t.Error("no write")
				}
				return
			}
			route := "description alone"
			if write.Moves() {
				route = write.Route.String()
			}
			if route != test.route {
				t.Errorf("route = %s, want %s", route, test.route)
			}
			if !write.Description.Lock.IsZero() || write.Description.Failed != "7,3" || write.Description.Note != "ours" {
				t.Errorf("description = %+v", write.Description)
			}
		})
	}
}

func TestRequestedRollback(t *testing.T) {
	split := release.Split("6", "7", 20)
	for _, test := range []struct {
		name   string
		alias  release.Alias
		former string
		failed release.Versions // in the mark that is written
	}{
		{"a promoted version", alias(release.Whole("7"), release.Description{Stable: "7", Previous: "6", Failed: "5"}), "6", "7,5"},
		{"a split made by hand", alias(split, release.Description{Stable: "6", Previous: "5"}), "6", "7"},
		{"a split left by a release that has ended", alias(split, release.Description{Stable: "6", Candidate: "7", At: 20, Lock: them, Previous: "5"}), "6", "7"},
		{"a promotion whose release has ended", alias(release.Whole("7"), release.Description{Stable: "6", Candidate: "7", At: 100, Lock: them}), "6", "7"},
	} {
		t.Run(test.name, func(t *testing.T) {
			former := release.FormerVersion(test.alias)
			if former != test.former {
				t.Fatalf("former version = %q, want %q", former, test.former)
			}
			write, err := release.RollBackTo(test.alias, test.alias.Route(), former, true)
			if err != nil || write == nil {
				t.Fatalf("write = %v, %v", write, err)
			}
			if want := (release.Description{Stable: former, Failed: test.failed}); write.Route != release.Whole(former) || write.Description != want {
				t.Errorf("write = %+v, want mark %+v", write, want)
			}
		})
	}
	if former := release.FormerVersion(alias(split, release.Description{})); former != "" {
		t.Errorf("former version of an alias that no release has touched = %q", former)
	}
	running := alias(split, release.Description{Stable: "6", Candidate: "7", At: 20, Lock: them})
	if _, err := release.RollBackTo(running, split, "6", false); !release.IsError(err, release.AliasLocked) {
		t.Errorf("while a release runs: %v", err)
	}
	_, err := release.RollBackTo(alias(release.Whole("9"), release.Description{}), split, "6", true)
	if !release.IsError(err, release.Drift) || strings.Contains(err.Error(), "lock") {
		t.Errorf("moved since the plan: %v; no lock was held", err)
	}
}

func TestVersionsThatFailed(t *testing.T) {
	mark := release.Description{Stable: "1"}
	for _, failed := range []string{"3", "5", "3"} {
		held := mark
		held.Candidate, held.At, held.Lock = failed, 10, us
		write, _ := restore(t, alias(release.Split("1", failed, 10), held))
		mark = release.ParseDescription(write.Description.String())
	}
	if mark.Failed != "3,5" || !mark.Failed.Has("5") || mark.Failed.Has("") || mark.Failed.Has("4") {
		t.Errorf("failed = %q", mark.Failed)
	}
	var many release.Versions
	for i := range 200 {
		many = many.With(strconv.Itoa(1000 + i))
	}
	full := release.Description{Stable: "1", Candidate: "2", At: 10, Lock: us, Failed: many, Commands: "pause/1f3a9c/ada", Note: "ours"}
	read := release.ParseDescription(full.String())
	if !read.Failed.Has("1199") || read.Failed.Has("1000") || read.Commands != "pause/1f3a9c/ada" || read.Lock != us {
		t.Errorf("a full mark reads %+v; the oldest failed versions give way, and nothing else", read)
	}
}

func TestDescriptionIsReadAsItWasWritten(t *testing.T) {
	for _, mark := range []release.Description{
		{},
		{Note: "the team's own words"},
		{Stable: "6", Candidate: "7", At: 10, Previous: "5", Failed: "4,2", Lock: us, Finishing: true, Commands: "pause/1f3a9c/alice,abort/90be12/bob", Note: "a | b"},
		{Stable: "7", Previous: "6", Released: us, Failed: "4,2"},
		{Stable: "6", Previous: "5", Returned: us, Failed: "7"},
		release.ParseDescription("weir/1 stable=6 candidate=7 previous=5 failed=4 lock=weir/monday"), // an earlier Weir's
	} {
		text := mark.String()
		if mark.Stable == "" {
			text = mark.Note
		}
		if got := release.ParseDescription(text); got != mark {
			t.Errorf("%q reads %+v, want %+v", text, got, mark)
		}
	}
}

func TestLongestDescriptionKeepsWhatSafetyNeeds(t *testing.T) {
	long := release.Holder{StateMachine: strings.Repeat("m", 80), Execution: strings.Repeat("e", 80)}
	mark := release.Description{Stable: "1234", Candidate: "1235", Previous: "1233", Failed: "1232", At: 100, Lock: long, Finishing: true, Commands: "abort/90be12/",
		Note: strings.Repeat("ü", 200)}
	text := mark.String()
	if len(text) > release.MaxDescription || !utf8.ValidString(text) {
		t.Errorf("%d bytes: %q", len(text), text)
	}
	got := release.ParseDescription(text)
	if got.Lock != long || got.Stable != "1234" || got.Candidate != "1235" || got.Commands != "abort/90be12/" || !got.Finishing {
		t.Errorf("read back %+v", got)
	}
}

func FuzzDescription(f *testing.F) {
	f.Add("weir/1 stable=6 lock=m/e | note")
	f.Add("weir/1 lock=" + strings.Repeat("m", 244))
	f.Fuzz(func(t *testing.T, description string) {
		mark := release.ParseDescription(description)
		if text := mark.String(); len(text) > release.MaxDescription && len(description) <= release.MaxDescription {
			t.Fatalf("%q became %d bytes", description, len(text))
		}
	})
}

func TestHolderAndItsARN(t *testing.T) {
	const arn = "arn:aws:states:eu-west-1:111122223333:execution:weir:monday"
	holder, err := release.HolderOf(arn)
	if err != nil || holder != us {
		t.Fatalf("holder = %v, %v", holder, err)
	}
	back, err := holder.ExecutionARN("arn:aws:lambda:eu-west-1:111122223333:function:orders:prod")
	if err != nil || back != arn {
		t.Errorf("arn = %s, %v", back, err)
	}
	for _, bad := range []string{"", "arn:aws:states:eu-west-1:1:stateMachine:weir", "arn:aws:states:eu-west-1:1:express:weir:a:b"} {
		if _, err := release.HolderOf(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
