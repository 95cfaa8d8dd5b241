package release_test

import (
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

func alias(route release.Route, mark release.Mark) release.Alias {
	a := release.Alias{Target: orders, Version: route.Version, Mark: mark, RevisionID: "r1", Weights: map[string]int{}}
	if route.Other != "" {
		a.Weights[route.Other] = route.Percent
	}
	return a
}

func TestTransition(t *testing.T) {
	held := release.Mark{Stable: "6", Candidate: "7", Lock: us}
	at10, at50 := release.Split("6", "7", 10), release.Split("6", "7", 50)
	for _, test := range []struct {
		name  string
		alias release.Alias
		want  *release.Route // nil: no write
		drift bool
	}{
		{"from where we left it", alias(at10, held), &at50, false},
		{"our own write is recognised", alias(at50, held), nil, false},
		{"a weight set by hand", alias(release.Split("6", "7", 30), held), nil, true},
		{"another version", alias(release.Whole("9"), held), nil, true},
		{"another release's lock", alias(at10, release.Mark{Stable: "6", Candidate: "7", Lock: them}), nil, true},
		{"the lock taken off", alias(at10, release.Mark{Note: "mine"}), nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			write, err := release.Transition(test.alias, us, at10, at50)
			if release.IsError(err, release.Drift) != test.drift {
				t.Fatalf("err = %v, want drift %v", err, test.drift)
			}
			switch {
			case (write == nil) != (test.want == nil):
				t.Errorf("write = %v, want %v", write, test.want)
			case write != nil && (write.Route != *test.want || write.RevisionID != "r1" || write.Mark != held):
				t.Errorf("write = %+v", write)
			}
		})
	}
}

func TestTakeIsACompareAndSwapOnAFreeAlias(t *testing.T) {
	free := release.Mark{Stable: "5", Previous: "4", Failed: "6", Note: "ours"}
	write, err := release.Take(alias(release.Whole("5"), free), us, "5", "7")
	if err != nil {
		t.Fatal(err)
	}
	want := release.Mark{Stable: "5", Candidate: "7", Previous: "4", Failed: "6", Lock: us, Note: "ours"}
	if write.Mark != want || write.Route != release.Whole("5") {
		t.Errorf("write = %+v", write)
	}
	if again, err := release.Take(alias(release.Whole("5"), want), us, "5", "7"); again != nil || err != nil {
		t.Errorf("second take = %v, %v", again, err)
	}
	if _, err := release.Take(alias(release.Whole("5"), want), them, "5", "7"); !release.IsError(err, release.AliasLocked) {
		t.Errorf("another's take: %v", err)
	}
	if _, err := release.Take(alias(release.Whole("6"), free), us, "5", "7"); !release.IsError(err, release.Drift) {
		t.Errorf("take after a move: %v", err)
	}
}

func TestRestore(t *testing.T) {
	held := release.Mark{Stable: "6", Candidate: "7", Previous: "5", Lock: us, Note: "ours"}
	only10 := func(r release.Route) bool { return r.Percent == 10 }
	for _, test := range []struct {
		name  string
		alias release.Alias
		mayBe func(release.Route) bool
		route string // empty: no write
		left  bool
	}{
		{"split", alias(release.Split("6", "7", 10), held), only10, "100 % on version 6", false},
		{"promoted", alias(release.Whole("7"), held), only10, "100 % on version 6", false},
		{"only locked", alias(release.Whole("6"), held), only10, "100 % on version 6", false},
		{"a weight of somebody else's", alias(release.Split("6", "7", 30), held), only10, "70 % on version 6 and 30 % on version 7", true},
		{"repair takes any split of the two", alias(release.Split("6", "7", 30), held), nil, "100 % on version 6", false},
		{"a version of somebody else's", alias(release.Whole("9"), held), nil, "100 % on version 9", true},
		{"another release's", alias(release.Split("6", "7", 10), release.Mark{Lock: them}), nil, "", true},
		{"rolled back already", alias(release.Whole("6"), release.Mark{Stable: "6"}), nil, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			write, left := release.Restore(test.alias, us, "7", test.mayBe)
			if left != test.left {
				t.Errorf("left = %v, want %v", left, test.left)
			}
			if write == nil {
				if test.route != "" {
					t.Error("no write")
				}
				return
			}
			if write.Route.String() != test.route {
				t.Errorf("route = %s, want %s", write.Route, test.route)
			}
			if !write.Mark.Lock.IsZero() || write.Mark.Failed != "7" || write.Mark.Note != "ours" {
				t.Errorf("mark = %+v", write.Mark)
			}
		})
	}
}

func TestMarkSurvivesTheDescription(t *testing.T) {
	for _, mark := range []release.Mark{
		{},
		{Note: "the team's own words"},
		{Stable: "6", Candidate: "7", Previous: "5", Failed: "4", Lock: us, Ask: "pause", By: "alice", Note: "a | b"},
	} {
		text := mark.String()
		if mark.Stable == "" {
			text = mark.Note
		}
		if got := release.ParseMark(text); got != mark {
			t.Errorf("%q reads %+v, want %+v", text, got, mark)
		}
	}
}

func TestLongestMarkKeepsWhatSafetyNeeds(t *testing.T) {
	long := release.Holder{StateMachine: strings.Repeat("m", 80), Execution: strings.Repeat("e", 80)}
	mark := release.Mark{Stable: "1234", Candidate: "1235", Previous: "1233", Failed: "1232", Lock: long, Ask: "promote",
		By: strings.Repeat("é", 50), Note: strings.Repeat("ü", 200)}
	text := mark.String()
	if len(text) > release.MaxDescription || !utf8.ValidString(text) {
		t.Errorf("%d bytes: %q", len(text), text)
	}
	got := release.ParseMark(text)
	if got.Lock != long || got.Stable != "1234" || got.Candidate != "1235" || got.Ask != "promote" {
		t.Errorf("read back %+v", got)
	}
}

func FuzzMark(f *testing.F) {
	f.Add("weir/1 stable=6 lock=m/e | note")
	f.Fuzz(func(t *testing.T, description string) {
		mark := release.ParseMark(description)
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
