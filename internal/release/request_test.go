package release_test

import (
	"encoding/json"
	"strings"
	"testing"

	"weir/internal/release"
)

func TestLeastRequestGetsSafeDefaults(t *testing.T) {
	request, err := release.ParseRequest([]byte(`{"target": {"function": "orders"}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := release.Target{Function: "orders", Alias: "prod"}
	if len(request.Targets) != 1 || request.Targets[0] != want {
		t.Errorf("targets = %v, want %v", request.Targets, want)
	}
	if request.Judge.Alpha != 0.05 || request.Judge.Inconclusive != release.PolicyNoHarm || request.Judge.MetricDelay.Seconds() != 120 {
		t.Errorf("judge = %+v", request.Judge)
	}
	steps, err := request.Strategy.Resolve()
	if err != nil || len(steps) != 1 || steps[0] != (release.Step{Weight: 10, BakeSeconds: 600}) {
		t.Errorf("steps = %v, %v", steps, err)
	}
}

// Every refusal names the field, its value, and what would be right.
func TestBadInputIsRefusedByName(t *testing.T) {
	const ok = `"target": {"function": "orders"}`
	for _, test := range []struct {
		name, input string
		says        []string
	}{
		{"not JSON", `{`, []string{"not JSON"}},
		{"not an object", `[]`, []string{"The request", "array", `want "object"`}},
		{"null", `null`, []string{"The request", "null", `want "object"`}},
		{"no target", `{}`, []string{"target is missing"}},
		{"both", `{` + ok + `, "targets": [{"function": "a"}]}`, []string{"target and targets"}},
		{"empty targets", `{"targets": []}`, []string{"targets"}},
		{"target twice", `{"targets": [{"function": "a"}, {"function": "a", "alias": "prod"}]}`, []string{"targets[1]", "a:prod", "once"}},
		{"no function", `{"target": {"alias": "prod"}}`, []string{"target is", "missing", `"function"`}},
		{"extra field", `{` + ok + `, "verison": "7"}`, []string{`"verison"`, "unexpected", "There are", "version"}},
		{"extra nested field", `{"target": {"function": "orders", "name": "x"}}`, []string{"target is", `"name"`, "There are alias, function, version"}},
		{"function mistyped", `{"target": {"function": 7}}`, []string{"target.function is", "7 has", `want "string"`}},
		{"alias all digits", `{"target": {"function": "orders", "alias": "7"}}`, []string{"target.alias is", `"7"`}},
		{"version mistyped", `{` + ok + `, "version": 7}`, []string{"version is", "7 has", `want "string"`}},
		{"version malformed", `{` + ok + `, "version": "$OLDEST"}`, []string{"version is", "$OLDEST", "$LATEST"}},
		{"strategy mistyped", `{` + ok + `, "strategy": 10}`, []string{"strategy is", "10 has"}},
		{"unknown type", `{` + ok + `, "strategy": {"type": "canarry"}}`, []string{"strategy.type", "canarry", "canary"}},
		{"weight above 100", `{` + ok + `, "strategy": {"steps": [{"weight": 101, "bake": "5m"}]}}`, []string{"strategy.steps[0].weight is", "101 is greater than 100."}},
		{"weight of the second step", `{` + ok + `, "strategy": {"steps": [{"weight": 1, "bake": "5m"}, {"weight": 101, "bake": "5m"}]}}`, []string{"strategy.steps[1].weight is", "101 is greater than 100."}},
		{"weight negative", `{` + ok + `, "strategy": {"steps": [{"weight": -1, "bake": "5m"}]}}`, []string{"strategy.steps[0].weight is", "-1 is less than 1."}},
		{"weight a fraction", `{` + ok + `, "strategy": {"steps": [{"weight": 0.5, "bake": "5m"}]}}`, []string{"strategy.steps[0].weight is", "0.5", "integer"}},
		{"no bake", `{` + ok + `, "strategy": {"steps": [{"weight": 5}]}}`, []string{"strategy.steps[0] is", "missing", `"bake"`}},
		{"bake a number", `{` + ok + `, "strategy": {"type": "canary", "bake": 5}}`, []string{"strategy.bake is", "5 has"}},
		{"signal unknown", `{` + ok + `, "judge": {"signals": [{"name": "latency"}]}}`, []string{"judge.signals[0]", "latency"}},
		{"signal twice", `{` + ok + `, "judge": {"signals": [{"name": "errors"}, {"name": "errors"}]}}`, []string{"judge.signals[1].name", "once"}},
		{"threshold on errors", `{` + ok + `, "judge": {"signals": [{"name": "errors", "thresholdMilliseconds": 5}]}}`, []string{"thresholdMilliseconds is 5", "slow"}},
		{"alpha", `{` + ok + `, "judge": {"alpha": 1}}`, []string{"judge.alpha is", "1 is greater than 0.5."}},
		{"reason too long", `{` + ok + `, "reason": "` + strings.Repeat("x", 501) + `"}`, []string{"reason is", "501", "500"}},
		{"watch too long", `{` + ok + `, "watch": "25h"}`, []string{`watch is "25h0m0s"`, "24h"}},
		{"interval too short", `{` + ok + `, "judge": {"interval": "1s"}}`, []string{`judge.interval is "1s"`, "30s"}},
		{"duration", `{` + ok + `, "watch": "5 minutes"}`, []string{"5 minutes", "PT10M"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := release.ParseRequest([]byte(test.input))
			if !release.IsError(err, release.InvalidRequest) {
				t.Fatalf("err = %v, want %s", err, release.InvalidRequest)
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}

func TestStrategies(t *testing.T) {
	for _, test := range []struct{ name, strategy, want string }{
		{"preset", `"Canary10Percent5Minutes"`, "10/300"},
		{"CodeDeploy's full name", `"CodeDeployDefault.LambdaCanary10Percent30Minutes"`, "10/1800"},
		{"linear preset", `"Linear10PercentEvery1Minute"`, "10/60 20/60 30/60 40/60 50/60 60/60 70/60 80/60 90/60"},
		{"all at once", `{"type": "all-at-once"}`, ""},
		{"canary", `{"type": "canary", "weight": 5, "bake": "PT15M"}`, "5/900"},
		{"linear", `{"type": "linear", "increment": 40, "bake": "2m"}`, "40/120 80/120"},
		{"exponential", `{"type": "exponential", "start": 5, "factor": 3, "bake": "1m"}`, "5/60 15/60 45/60"},
		{"slow growth skips repeats", `{"type": "exponential", "start": 1, "factor": 1.5, "bake": "1m"}`, "1/60 2/60 3/60 5/60 8/60 11/60 17/60 26/60 38/60 58/60 86/60"},
		{"free list to 100", `{"steps": [{"weight": 1, "bake": "1m"}, {"weight": 100, "bake": "1h30m"}]}`, "1/60 100/5400"},
	} {
		t.Run(test.name, func(t *testing.T) {
			steps, err := resolve(t, test.strategy)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, step := range steps {
				got = append(got, strings.TrimSpace(jsonOf(t, step.Weight)+"/"+jsonOf(t, step.BakeSeconds)))
			}
			if joined := strings.Join(got, " "); joined != test.want {
				t.Errorf("steps = %s, want %s", joined, test.want)
			}
		})
	}
}

func TestBadStrategies(t *testing.T) {
	for _, test := range []struct{ name, strategy, says string }{
		{"unknown preset", `"Canary20Percent"`, "the presets are AllAtOnce, Canary10Percent"},
		{"not ascending", `{"steps": [{"weight": 20, "bake": "1m"}, {"weight": 10, "bake": "1m"}]}`, "strategy.steps[1].weight is 10 after 20"},
		{"twice the same", `{"steps": [{"weight": 20, "bake": "1m"}, {"weight": 20, "bake": "1m"}]}`, "weights must ascend"},
		{"bake too short", `{"steps": [{"weight": 20, "bake": "1s"}]}`, `strategy.steps[0].bake is "1s"`},
		{"bake negative", `{"steps": [{"weight": 20, "bake": "-5m"}]}`, `strategy.steps[0].bake is "-5m0s"`},
		{"bake absurd", `{"steps": [{"weight": 20, "bake": "P400D"}]}`, "from 1m to 168h"},
		{"number of another type", `{"type": "canary", "factor": 2}`, "strategy.factor does not belong to canary"},
		{"empty", `{}`, "strategy.type is missing"},
		{"number without a type", `{"weight": 5}`, "strategy.type is missing"},
		{"no step below 100", `{"type": "linear", "increment": 100}`, "all-at-once"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := resolve(t, test.strategy)
			if !release.IsError(err, release.InvalidRequest) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("err = %v, want one that says %q", err, test.says)
			}
		})
	}
}

func resolve(t *testing.T, strategy string) ([]release.Step, error) {
	t.Helper()
	var s release.Strategy
	if err := json.Unmarshal([]byte(strategy), &s); err != nil {
		t.Fatal(err)
	}
	return s.Resolve()
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func FuzzParse(f *testing.F) {
	f.Add(`{"target": {"function": "orders"}, "strategy": {"steps": [{"weight": 5, "bake": "PT5M"}]}}`)
	f.Add(`{"targets": [{"function": "a"}], "judge": {"signals": [{"name": "slow", "thresholdMilliseconds": 1e9}]}}`)
	f.Fuzz(func(t *testing.T, input string) {
		request, err := release.ParseRequest([]byte(input))
		if err != nil {
			return
		}
		steps, err := request.Strategy.Resolve()
		if err != nil {
			return
		}
		last := 0
		for _, step := range steps {
			if step.Weight <= last || step.Weight > 100 || step.BakeSeconds < 60 {
				t.Fatalf("steps = %v from %s", steps, input)
			}
			last = step.Weight
		}
	})
}
