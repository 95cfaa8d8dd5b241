package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"weir/internal/judge"
	"weir/localcloud"
)

// counted is a local cloud on which version 2 of orders has got a tenth of the
// traffic of prod for the last half hour, and fails more often than version 1.
func counted(t *testing.T) (until time.Time) {
	t.Helper()
	cloud, err := localcloud.Start(t.Context(), localcloud.Options{MetricDelay: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	for _, pair := range cloud.ToolEnv() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	until = time.Now().Truncate(time.Minute)
	for minute := range 30 {
		at := until.Add(-time.Duration(minute+1) * time.Minute)
		for version, served := range map[string]struct{ requests, errors int }{"1": {540, 3}, "2": {60, 6}} {
			for i := range served.requests {
				failed := 0.0
				if i < served.errors {
					failed = 1
				}
				for metric, value := range map[string]float64{"Invocations": 1, "Errors": failed, "Duration": 20, "Throttles": 0} {
					cloud.RecordMetric(localcloud.Datum{Namespace: "AWS/Lambda", Name: metric, Value: value, Time: at, Dimensions: []localcloud.Dimension{
						{Name: "FunctionName", Value: "orders"}, {Name: "Resource", Value: "orders:prod"}, {Name: "ExecutedVersion", Value: version}}})
				}
			}
		}
	}
	return until
}

func TestJudgeReadsThePastFromCloudWatch(t *testing.T) {
	until := counted(t)
	asked := past{FromAWS: true, Function: "orders", Alias: "prod", Stable: "1", Candidate: "2", Since: time.Hour, To: until, Alpha: 0.05, SlowAfter: 100}
	told, err := asked.read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(told.Signals) != 2 || len(told.Signals[0].Minutes) != 60 {
		t.Fatalf("%d signals, %d minutes; want errors and slow over an hour", len(told.Signals), len(told.Signals[0].Minutes))
	}
	want := judge.Minute{Stable: judge.Counts{Requests: 540, Events: 3}, Candidate: judge.Counts{Requests: 60, Events: 6}}
	if got := told.Signals[0].Minutes[59]; got != want {
		t.Errorf("the last minute is %+v, want %+v", got, want)
	}
	if got := told.Signals[0].Minutes[0]; got != (judge.Minute{}) {
		t.Errorf("the first minute is %+v, want nothing", got)
	}
	var out bytes.Buffer
	if err := (&judgeCmd{past: asked}).show(told, &out); err != nil {
		t.Fatal(err)
	}
	var verdict judge.Verdict
	if err := json.Unmarshal(out.Bytes(), &verdict); err != nil || verdict.Outcome != judge.Fail || verdict.Minute < 31 {
		t.Errorf("verdict %s, %v; want a failure in the second half hour", out.Bytes(), err)
	}
	out.Reset()
	if err := (&judgeCmd{past: asked, Trace: true}).show(told, &out); err != nil || !strings.Contains(out.String(), "minute  evidence     limit") {
		t.Errorf("drawn: %s, %v", out.Bytes(), err)
	}

	asked.Candidate = "9"
	if _, err := asked.read(t.Context()); err == nil || !strings.Contains(err.Error(), "no request of version 9 through orders:prod") {
		t.Errorf("of a version without requests it says %v", err)
	}
}

func TestJudgeRefusesWhatItCannotRead(t *testing.T) {
	now := time.Now()
	ok := past{FromAWS: true, Function: "orders", Alias: "prod", Stable: "1", Candidate: "2", Since: time.Hour}
	for _, test := range []struct {
		name   string
		change func(*past)
		says   []string
	}{
		{"no function", func(p *past) { p.Function = "" }, []string{"--function is missing"}},
		{"one version", func(p *past) { p.Candidate = "1" }, []string{"both 1"}},
		{"no time", func(p *past) { p.Since = 0 }, []string{"--from and --since"}},
		{"two times", func(p *past) { p.From = now.Add(-time.Hour) }, []string{"--from and --since"}},
		{"reversed", func(p *past) { p.Since, p.From = 0, now.Add(time.Hour) }, []string{"--from is", "a whole minute"}},
		{"in the future", func(p *past) { p.Since = -time.Hour }, []string{"--since is -1h"}},
		{"long ago", func(p *past) { p.Since = 400 * time.Hour }, []string{"15 days"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			asked := ok
			test.change(&asked)
			_, err := asked.read(t.Context())
			if err == nil {
				t.Fatal("it is read")
			}
			for _, part := range test.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
		})
	}
}
