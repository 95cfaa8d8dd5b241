package prune_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"weir/internal/prune"
	"weir/internal/release"
)

func TestChoose(t *testing.T) {
	prod := release.Alias{Target: release.Target{Function: "orders", Alias: "prod"}, Version: "3", Weights: map[string]float64{"7": 10},
		Description: release.ParseDescription("weir/1 stable=3 candidate=7 previous=2 lock=weir-release/monday")}
	got := map[string]string{}
	for _, choice := range prune.Choose([]string{"$LATEST", "1", "10", "2", "3", "4", "7", "8", "9"}, []release.Alias{prod}, map[string]string{"1": "it has provisioned concurrency", "3": "no"}, 2) {
		got[choice.Version] = choice.Keep
	}
	want := map[string]string{"10": "one of the newest", "9": "one of the newest", "8": "", "7": "prod serves it", "4": "",
		"3": "prod serves it", "2": "a rollback of prod goes back to it", "1": "it has provisioned concurrency"}
	for version, keep := range want {
		if got[version] != keep {
			t.Errorf("version %s: %q, want %q", version, got[version], keep)
		}
	}
	if len(got) != len(want) {
		t.Errorf("chose %v", got)
	}
}

// What is no number is no version: nothing is to be deleted by it.
func TestOnlyNumbersAreVersions(t *testing.T) {
	if got := prune.Choose([]string{"$LATEST", "a", "", "-1", "0", "5"}, nil, nil, 0); len(got) != 1 || got[0] != (prune.Choice{Version: "5"}) {
		t.Errorf("chose %v", got)
	}
}

// Whatever the aliases say, nothing that one of them names is chosen, and at
// least the newest are kept.
func TestNothingNeededIsEverChosen(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) string { return strconv.Itoa(1 + random.IntN(n)) }
	for range 2000 {
		n, keep := 1+random.IntN(30), random.IntN(5)
		versions := []string{"$LATEST"}
		for v := range n {
			versions = append(versions, strconv.Itoa(v+1))
		}
		needed := map[string]bool{}
		var aliases []release.Alias
		for range random.IntN(4) {
			alias := release.Alias{Target: release.Target{Alias: "a" + draw(9)}, Version: draw(n), Weights: map[string]float64{draw(n): 5},
				Description: release.Description{Stable: draw(n), Candidate: draw(n), Previous: draw(n)}}
			for _, v := range []string{alias.Version, alias.Description.Stable, alias.Description.Candidate, alias.Description.Previous} {
				needed[v] = true
			}
			for v := range alias.Weights {
				needed[v] = true
			}
			aliases = append(aliases, alias)
		}
		random.Shuffle(len(versions), func(i, j int) { versions[i], versions[j] = versions[j], versions[i] })
		choices := prune.Choose(versions, aliases, nil, keep)
		if len(choices) != n {
			t.Fatalf("%d choices on %d versions", len(choices), n)
		}
		for i, choice := range choices {
			if choice.Keep == "" && (needed[choice.Version] || i < keep) {
				t.Fatalf("version %s would be deleted: needed %v, newest but %d, keep %d", choice.Version, needed[choice.Version], i, keep)
			}
		}
	}
}
