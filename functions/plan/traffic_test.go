package main

import (
	"errors"
	"strings"
	"testing"

	"weir/internal/judge"
	"weir/internal/release"
)

// The plan says what the judge can find at the traffic of the last day, and the
// ways out where that is too little.
func TestThePlanSaysWhatTheTrafficAllows(t *testing.T) {
	tests := []struct {
		name    string
		day     judge.Counts
		request string
		passes  bool
		says    []string
	}{
		{"traffic enough", judge.Counts{Requests: 600 * 24 * 60}, `{"target": {"function": "orders"}}`, true,
			[]string{"served 600 requests a minute", "about 600 are expected", "found in nine releases of ten"}},
		{"little traffic, by default", judge.Counts{Requests: 20 * 24 * 60}, `{"target": {"function": "orders"}}`, false,
			[]string{"promote a version without a sign of harm", "a failure rate above 14 % will have been noticed"}},
		{"little traffic, held", judge.Counts{Requests: 20 * 24 * 60}, `{"target": {"function": "orders"}, "judge": {"inconclusive": "hold"}}`, false,
			[]string{"served 20 requests a minute", "a pass takes about 36", "expected to be held", "bake longer"}},
		{"little traffic, rolled back", judge.Counts{Requests: 20 * 24 * 60}, `{"target": {"function": "orders"}, "judge": {"inconclusive": "rollBack"}}`, false,
			[]string{"expected to be rolled back"}},
		{"little traffic, promoted without proof", judge.Counts{Requests: 20 * 24 * 60}, `{"target": {"function": "orders"}, "judge": {"inconclusive": "advance"}}`, false,
			[]string{"promoted without proof"}},
		{"none at all", judge.Counts{}, `{"target": {"function": "orders"}}`, false,
			[]string{"served 0 requests a minute", "not even a version that fails every request"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := account()
			f.day = test.day
			result, err := f.plan(t, test.request)
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Plan.Traffic) != 1 || result.Plan.Traffic[0].Passes != test.passes {
				t.Fatalf("the traffic is %+v", result.Plan.Traffic)
			}
			checks := strings.Join(result.Plan.Checks, "\n")
			for _, want := range test.says {
				if !strings.Contains(checks, want) {
					t.Errorf("the checks do not say %q:\n%s", want, checks)
				}
			}
		})
	}
}

func TestTrafficThatCannotBeReadStopsNothing(t *testing.T) {
	f := account()
	f.outage = errors.New("throttled")
	result, err := f.plan(t, `{"target": {"function": "orders"}}`)
	if err != nil || !strings.Contains(strings.Join(result.Plan.Checks, "\n"), "could not be read: throttled") {
		t.Errorf("the plan is %+v (%v)", result.Plan, err)
	}
}

func TestTrafficThatCannotBeJudgedStopsNothing(t *testing.T) {
	f := account()
	f.day = judge.Counts{Requests: 1 << 60}
	result, err := f.plan(t, `{"target": {"function": "orders"}}`)
	if err != nil || !strings.Contains(strings.Join(result.Plan.Checks, "\n"), "what the judge can find is not known") {
		t.Errorf("the plan is %+v (%v)", result.Plan, err)
	}
}

// A metric that nobody writes refuses the plan, unless it is said to be written
// for events alone.
func TestAMetricWithoutADatumRefusesThePlan(t *testing.T) {
	const request = `{"target": {"function": "orders"}, "judge": {"signals": [{"name": "declined", "metric": {"namespace": "Shop", "name": "Declinde"MORE}}]}}`
	f := account()
	f.unmeasured = true
	if _, err := f.plan(t, strings.Replace(request, "MORE", "", 1)); !release.IsError(err, release.MetricNotFound) || !strings.Contains(err.Error(), "Shop Declinde") {
		t.Errorf("a misspelt metric gives %v", err)
	}
	if _, err := f.plan(t, strings.Replace(request, "MORE", `, "onEventsOnly": true`, 1)); err != nil {
		t.Errorf("a metric of events alone gives %v", err)
	}
	f.unmeasured = false
	if _, err := f.plan(t, strings.Replace(request, "MORE", "", 1)); err != nil {
		t.Errorf("a metric with a datum gives %v", err)
	}
}
