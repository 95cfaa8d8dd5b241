package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"weir/internal/awslambda"
	"weir/internal/awsmetrics"
	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/judge"
	"weir/internal/release"
)

const execution = "arn:aws:states:eu-west-1:111122223333:execution:weir:monday"

var errOutage = errors.New("an outage")

// scene is what a Verify sees, and what it did.
type scene struct {
	aliases   map[string]string  // the description of each alias, by target
	weights   map[string]float64 // percent on version 2, by target; 10 where none is given
	answers   []awslambda.Answer // of the functions, in order; then an empty object
	counts    func(q awsmetrics.Query, at time.Time) judge.Counts
	p99       map[string]float64 // by version
	alarms    map[string]bool
	freezes   map[string]string
	fails     string // the call that fails
	invoked   []string
	asked     []awsmetrics.Query
	spans     []string // of the readings of metrics
	looked    [][]string
	succeeded []string
	put       []string
	details   []events.Detail
}

func (w *scene) fail(call string) error {
	if w.fails == call {
		return errOutage
	}
	return nil
}

func (w *scene) Invoke(_ context.Context, function, version string, payload []byte) (awslambda.Answer, error) {
	w.invoked = append(w.invoked, fmt.Sprintf("%s %s %s", function, version, payload))
	answer := awslambda.Answer{Payload: []byte(`{}`)}
	if len(w.answers) > 0 {
		answer, w.answers = w.answers[0], w.answers[1:]
	}
	return answer, w.fail("Invoke")
}

func (w *scene) Alias(_ context.Context, target release.Target) (release.Alias, error) {
	description, ok := w.aliases[target.String()]
	if !ok {
		description = "weir/1 stable=1 candidate=2 at=10 lock=weir/monday"
	}
	weight, ok := w.weights[target.String()]
	if !ok {
		weight = 10
	}
	alias := release.Alias{Target: target, Version: "1", Description: release.ParseDescription(description)}
	if weight > 0 {
		alias.Weights = map[string]float64{"2": weight}
	}
	return alias, w.fail("Alias")
}

func span(from, to time.Time) string {
	return from.Format(time.TimeOnly) + "-" + to.Format(time.TimeOnly)
}

func (w *scene) Counts(_ context.Context, queries []awsmetrics.Query, from, to time.Time) ([]awsmetrics.Series, error) {
	w.asked, w.spans = append(w.asked, queries...), append(w.spans, span(from, to))
	if err := w.fail("Counts"); err != nil {
		return nil, err
	}
	all := make([]awsmetrics.Series, len(queries))
	for i, q := range queries {
		all[i] = awsmetrics.Series{}
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			if counts := w.counts(q, at); counts != (judge.Counts{}) {
				all[i][at] = counts
			}
		}
	}
	return all, nil
}

func (w *scene) Percentile(_ context.Context, target release.Target, version, statistic string, from, to time.Time) (float64, bool, error) {
	w.spans = append(w.spans, fmt.Sprintf("%s of %s %s %s", statistic, target, version, span(from, to)))
	milliseconds, ok := w.p99[version]
	return milliseconds, ok, w.fail("Percentile")
}

func (w *scene) Firing(_ context.Context, names []string) (map[string]bool, error) {
	w.looked = append(w.looked, names)
	return w.alarms, w.fail("Firing")
}

func (w *scene) Parameters(_ context.Context, names []string) (map[string]string, error) {
	w.looked = append(w.looked, names)
	return w.freezes, w.fail("Parameters")
}

func (w *scene) Succeed(_ context.Context, token string, output []byte) error {
	w.succeeded = append(w.succeeded, token+" "+string(output))
	return w.fail("Succeed")
}

func (w *scene) Put(_ context.Context, detailType string, detail events.Detail) {
	w.put, w.details = append(w.put, detailType), append(w.details, detail)
}

func (w *scene) handle(t *testing.T, task handler.Task) (handler.Result, error) {
	t.Helper()
	if task.Execution.ARN == "" {
		task.Execution.ARN = execution
	}
	return (&Verify{functions: w, metrics: w, events: w, freezes: w, tasks: w}).Handle(t.Context(), task)
}

// later is a time so many minutes after the start.
func later(minutes float64) time.Time {
	return start.Add(time.Duration(minutes * float64(time.Minute)))
}

// baking is a release of one function, with one step, that got its traffic at the
// start.
func baking() (release.Plan, release.Progress) {
	return release.Plan{
			StartedAt: start.Add(-time.Minute),
			Targets:   []release.PlannedTarget{{Function: "orders", Alias: "prod", Stable: "1", Candidate: "2"}},
			Steps:     []release.Step{{Weight: 10, BakeSeconds: 600}},
			Judge: release.PlannedJudge{Alpha: 0.05, IntervalSeconds: 60, MetricDelaySeconds: 120, HoldSeconds: 3600,
				Signals: []release.Signal{{Name: release.SignalErrors}}},
		}, release.Progress{
			Phase: release.Baking, Weight: 10, Since: start, FirstAt: start, Weights: []release.SetWeight{{Weight: 10, At: start}},
		}
}

// share is a CloudWatch that counts 900 requests a minute of stable and 100 of the
// candidate, of which so many fail.
func share(failures int64) func(awsmetrics.Query, time.Time) judge.Counts {
	return func(q awsmetrics.Query, _ time.Time) judge.Counts {
		if q.Version == "1" {
			return judge.Counts{Requests: 900}
		}
		return judge.Counts{Requests: 100, Events: failures}
	}
}

func TestActionsThatAreNotKnown(t *testing.T) {
	_, err := (&scene{}).handle(t, handler.Task{Action: handler.ActionShift})
	if !release.IsError(err, release.InvalidRequest) || !strings.Contains(err.Error(), `action is "shift"; this function knows probe, judge and hook.`) {
		t.Error(err)
	}
}

func TestEachCandidateIsProbed(t *testing.T) {
	plan, _ := baking()
	plan.Targets = append(plan.Targets, release.PlannedTarget{Function: "carts", Alias: "prod", Stable: "8", Candidate: "9"})
	plan.Probes = []release.Probe{{Payload: json.RawMessage(`{"id":1}`)}, {Name: "again", Times: 3}, {Times: 1}}
	w := &scene{}
	result, err := w.handle(t, handler.Task{Action: handler.ActionProbe, Plan: plan, Progress: release.NotStarted(), Now: start})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`orders 2 {"id":1}`, `orders 2 {}`, `orders 2 {}`, `orders 2 {}`, `orders 2 {}`,
		`carts 9 {"id":1}`, `carts 9 {}`, `carts 9 {}`, `carts 9 {}`, `carts 9 {}`,
	}
	if diff := cmp.Diff(want, w.invoked); diff != "" {
		t.Errorf("invocations (-want +got):\n%s", diff)
	}
	if p := result.Progress; p == nil || p.Next != release.MoveAdvance || !p.Since.Equal(start) || p.SlowAfter != nil || len(w.spans) != 0 {
		t.Errorf("progress is %+v after reading %v", p, w.spans)
	}
}

func TestProbesThatFail(t *testing.T) {
	answer := func(took time.Duration) awslambda.Answer { return awslambda.Answer{Payload: []byte(`{}`), Took: took} }
	quick, slow := answer(time.Millisecond), answer(time.Second)
	soon := release.Probe{Name: "health", WithinMilliseconds: 100}
	often := soon
	often.Times = 2
	for _, test := range []struct {
		name    string
		probes  []release.Probe
		answers []awslambda.Answer
		says    string // empty: it passes
	}{
		{"a cold start may take its time", []release.Probe{soon}, []awslambda.Answer{slow}, ""},
		{"the second answer may not", []release.Probe{often}, []awslambda.Answer{slow, slow}, "Probe health: the candidate took 1000 ms"},
		{"the second probe may not", []release.Probe{{}, soon}, []awslambda.Answer{slow, slow}, "Probe health: the candidate took 1000 ms"},
		{"quick from then on", []release.Probe{often, soon}, []awslambda.Answer{slow, quick, quick}, ""},
		{"an error of the first", []release.Probe{{}}, []awslambda.Answer{{Failed: true, Payload: []byte("boom")}}, "Probe 1: the candidate failed with boom"},
		{"an error of the second", []release.Probe{{}, {}}, []awslambda.Answer{quick, {Failed: true, Payload: []byte("boom")}}, "Probe 2: the candidate failed with boom"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, _ := baking()
			plan.Probes = test.probes
			result, err := (&scene{answers: test.answers}).handle(t, handler.Task{Action: handler.ActionProbe, Plan: plan, Progress: release.NotStarted(), Now: start})
			switch {
			case test.says == "" && (err != nil || result.Progress == nil):
				t.Errorf("%+v, %v", result, err)
			case test.says != "" && (!release.IsError(err, release.ProbeFailed) || !strings.Contains(err.Error(), test.says) || result.Progress != nil):
				t.Errorf("%v; want %q", err, test.says)
			}
		})
	}
}

// The threshold of slow is stable's 99th percentile in the hour before, whole
// milliseconds up; or the alias's, where nothing is counted by version.
func TestThresholds(t *testing.T) {
	unset, set := release.Signal{Name: release.SignalSlow}, release.Signal{Name: release.SignalSlow, ThresholdMilliseconds: 300}
	stable, alias := "p99 of orders:prod 1 10:59:00-11:59:00", "p99 of orders:prod  10:59:00-11:59:00"
	for _, test := range []struct {
		name    string
		signals []release.Signal
		p99     map[string]float64
		want    map[string]int
		asked   []string
	}{
		{"not needed", []release.Signal{set, {Name: release.SignalErrors}}, nil, nil, nil},
		{"needed among others", []release.Signal{unset, {Name: release.SignalErrors}}, map[string]float64{"1": 188}, map[string]int{"orders:prod": 188}, []string{stable}},
		{"rounded up", []release.Signal{unset}, map[string]float64{"1": 188.01, "": 5}, map[string]int{"orders:prod": 189}, []string{stable}},
		{"of the alias", []release.Signal{unset}, map[string]float64{"": 5}, map[string]int{"orders:prod": 5}, []string{stable, alias}},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, _ := baking()
			plan.Judge.Signals, plan.StartedAt = test.signals, later(-0.5)
			w := &scene{p99: test.p99}
			result, err := w.handle(t, handler.Task{Action: handler.ActionProbe, Plan: plan, Progress: release.NotStarted(), Now: start})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, result.Progress.SlowAfter); diff != "" {
				t.Errorf("thresholds (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.asked, w.spans); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProbeCannotGoOn(t *testing.T) {
	plan, _ := baking()
	plan.Probes, plan.Judge.Signals = []release.Probe{{}}, []release.Signal{{Name: release.SignalSlow}}
	for _, fails := range []string{"Invoke", "Percentile"} {
		if result, err := (&scene{fails: fails}).handle(t, handler.Task{Action: handler.ActionProbe, Plan: plan}); !errors.Is(err, errOutage) || result.Progress != nil {
			t.Errorf("%s: %+v, %v", fails, result, err)
		}
	}
	_, err := (&scene{}).handle(t, handler.Task{Action: handler.ActionProbe, Plan: plan})
	if !release.IsError(err, release.InvalidRequest) || !strings.Contains(err.Error(), "orders:prod served nothing in the last hour") {
		t.Errorf("without a past: %v", err)
	}
}

func TestHooks(t *testing.T) {
	for _, test := range []struct {
		name    string
		answer  awslambda.Answer
		says    string // empty: the hook does not fail
		answers []string
	}{
		{"a pass is passed on", awslambda.Answer{Payload: []byte(`{"answer":"pass","why":"fine"}`)}, "", []string{`token {"answer":"pass","why":"fine"}`}},
		{"a refusal", awslambda.Answer{Payload: []byte(`{"answer":"fail","why":"not on Fridays"}`)}, "Hook gate refused at beforeTraffic: not on Fridays", nil},
		{"an error", awslambda.Answer{Failed: true, Payload: []byte(`{"answer":"pass"}`)}, `Hook gate failed at beforeTraffic: {"answer":"pass"}`, nil},
		{"another answer comes by the token", awslambda.Answer{Payload: []byte(`{"answer":"later"}`)}, "", nil},
		{"no answer comes by the token", awslambda.Answer{Payload: []byte(`null`)}, "", nil},
		{"half an answer comes by the token", awslambda.Answer{Payload: []byte(`{"answer":"pass","why":3}`)}, "", nil},
		{"what is no JSON comes by the token", awslambda.Answer{Payload: []byte(`pass`)}, "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, progress := baking()
			w := &scene{answers: []awslambda.Answer{test.answer}}
			result, err := w.handle(t, handler.Task{Action: handler.ActionHook, Plan: plan, Progress: progress, Token: "token",
				Hook: release.PlannedHook{At: release.BeforeTraffic, Function: "gate"}})
			switch {
			case test.says == "" && err != nil:
				t.Error(err)
			case test.says != "" && (!release.IsError(err, release.HookFailed) || !strings.HasSuffix(err.Error(), test.says)):
				t.Errorf("%v; want %q", err, test.says)
			}
			if diff := cmp.Diff(test.answers, w.succeeded); diff != "" || result != (handler.Result{}) {
				t.Errorf("%+v; answers (-want +got):\n%s", result, diff)
			}
			name, event, _ := strings.Cut(w.invoked[0], "  ")
			var got hookEvent
			if err := json.Unmarshal([]byte(event), &got); err != nil {
				t.Fatal(err)
			}
			if name != "gate" || got.Token != "token" || got.At != release.BeforeTraffic || got.Execution != execution || len(got.Plan.Targets) != 1 || got.Progress.Weight != 10 {
				t.Errorf("%s is called with %s", name, event)
			}
		})
	}
}

func TestHooksThatCannotBeCalledOrAnswered(t *testing.T) {
	for _, fails := range []string{"Invoke", "Succeed"} {
		w := &scene{fails: fails, answers: []awslambda.Answer{{Payload: []byte(`{"answer":"pass"}`)}}}
		if _, err := w.handle(t, handler.Task{Action: handler.ActionHook}); !errors.Is(err, errOutage) {
			t.Errorf("%s: %v", fails, err)
		}
	}
}

// quietly takes what is written to the standard output: the metrics.
func quietly(t *testing.T, f func()) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "stdout")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = file
	f()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// look judges once, and returns the metrics that it wrote too.
func (w *scene) look(t *testing.T, plan release.Plan, progress release.Progress, now time.Time) (got release.Progress, metrics string) {
	t.Helper()
	metrics = quietly(t, func() {
		result, err := w.handle(t, handler.Task{Action: handler.ActionJudge, Plan: plan, Progress: progress, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		got = *result.Progress
	})
	return got, metrics
}

func TestAHealthyBakePasses(t *testing.T) {
	plan, progress := baking()
	w := &scene{counts: share(0)}
	got, metrics := w.look(t, plan, progress, later(12.5))
	if got.Next != release.MovePromote || metrics != "" {
		t.Errorf("next is %s; metrics %q", got.Next, metrics)
	}
	step := got.Weights[0]
	if step.Stable != (judge.Counts{Requests: 9000}) || step.Candidate != (judge.Counts{Requests: 1000}) || len(step.Evidence) != 1 {
		t.Errorf("on record is %+v", step)
	}
	if e := step.Evidence[0]; e.Signal != "errors" || e.Phase != "bake" || e.Verdict != "pass" || e.Limit <= 1 || e.Stable != step.Stable || e.Candidate != step.Candidate {
		t.Errorf("the evidence is %+v", e)
	}
	if diff := cmp.Diff([]string{"12:00:00-12:13:00"}, w.spans); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{events.Judged}, w.put); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	detail := w.details[0]
	if detail.Execution != execution || detail.Weight != 10 || detail.Outcome != "pass" || detail.Phase != release.Baking || !strings.Contains(detail.Why, "No regression") || len(detail.Targets) != 1 {
		t.Errorf("the event is %+v", detail)
	}
}

func TestAFailureRollsBack(t *testing.T) {
	plan, progress := baking()
	w := &scene{counts: share(50)}
	got, _ := w.look(t, plan, progress, later(5))
	if got.Next != release.MoveRollBack || got.Ended == nil || got.Ended.Error != release.VerdictFailed || !got.Ended.FailedVersion {
		t.Errorf("next is %s, ended %+v", got.Next, got.Ended)
	}
	e := got.Weights[0].Evidence[0]
	if e.Verdict != "fail" || e.Value < e.Limit || e.RatioLow == nil || *e.RatioLow <= 1 {
		t.Errorf("the evidence is %+v", e)
	}
}

// Counts by alarms and by outages: what decides, what is read, and what stays on
// record of the look before.
func TestLooksWithoutCounts(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*scene, *release.Plan, *release.Progress)
		now    time.Time
		why    string
		error  string // of the end
		reads  bool
		kept   bool // the record of the look before
	}{
		{"an alarm fires", func(w *scene, p *release.Plan, _ *release.Progress) {
			p.Alarms, w.alarms = []release.PlannedAlarm{{Name: "red"}, {Name: "green"}, {Name: "dark"}}, map[string]bool{"red": true, "green": false, "dark": true}
		}, later(5), "Alarm dark, red fires.", release.AlarmFired, false, true},
		{"the one alarm fires", func(w *scene, p *release.Plan, _ *release.Progress) {
			p.Alarms, w.alarms = []release.PlannedAlarm{{Name: "red"}}, map[string]bool{"red": true}
		}, later(5), "Alarm red fires.", release.AlarmFired, false, true},
		{"an alarm has gone", func(w *scene, p *release.Plan, _ *release.Progress) {
			p.Alarms, w.alarms = []release.PlannedAlarm{{Name: "red"}}, map[string]bool{}
		}, later(5), "The metrics could not be read: Release.AlarmNotFound: alarm red has been deleted during the release", "", false, true},
		{"alarms cannot be read", func(w *scene, p *release.Plan, _ *release.Progress) {
			p.Alarms, w.fails = []release.PlannedAlarm{{Name: "red"}}, "Firing"
		}, later(5), "The metrics could not be read: an outage", "", false, true},
		{"metrics cannot be read", func(w *scene, _ *release.Plan, _ *release.Progress) { w.fails = "Counts" },
			later(5), "The metrics could not be read: an outage", "", true, true},
		{"there was no traffic", func(_ *scene, _ *release.Plan, p *release.Progress) { p.FirstAt = time.Time{} },
			later(5), "No traffic has been shifted yet.", "", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, progress := baking()
			progress.Weights[0].Stable.Requests = 7
			w := &scene{counts: share(0)}
			test.change(w, &plan, &progress)
			got, _ := w.look(t, plan, progress, test.now)
			ended := ""
			if got.Ended != nil {
				ended = got.Ended.Error
			}
			if got.Verdict != test.why || ended != test.error || w.details[0].Outcome != "inconclusive" {
				t.Errorf("it says %q and ends with %q after %s; want %q and %q", got.Verdict, ended, w.details[0].Outcome, test.why, test.error)
			}
			if kept := got.Weights[0].Stable.Requests == 7; kept != test.kept || (len(w.asked) > 0) != test.reads {
				t.Errorf("on record is %+v after %d queries", got.Weights[0], len(w.asked))
			}
		})
	}
}

// One minute is enough to be read.
func TestTheFirstMinuteIsRead(t *testing.T) {
	plan, progress := baking()
	progress.FirstAt = later(0.5)
	w := &scene{counts: share(0)}
	got, _ := w.look(t, plan, progress, later(4))
	if diff := cmp.Diff([]string{"12:01:00-12:05:00"}, w.spans); diff != "" || got.Next != release.MoveBake {
		t.Errorf("next is %s; read (-want +got):\n%s", got.Next, diff)
	}
}

// An alarm that fired before the release is not asked for; each other is once.
func TestAlarmsThatAreHeeded(t *testing.T) {
	plan, progress := baking()
	plan.Alarms = []release.PlannedAlarm{{Name: "old", FiredBefore: true}}
	w := &scene{counts: share(0), alarms: map[string]bool{"old": true}}
	if got, _ := w.look(t, plan, progress, later(5)); got.Ended != nil || len(w.looked) != 0 {
		t.Errorf("ended %+v after asking for %v", got.Ended, w.looked)
	}
	plan.Alarms = append(plan.Alarms, release.PlannedAlarm{Name: "b"}, release.PlannedAlarm{Name: "a"}, release.PlannedAlarm{Name: "b"})
	w = &scene{counts: share(0), alarms: map[string]bool{"a": false, "b": false, "old": true}}
	if got, _ := w.look(t, plan, progress, later(5)); got.Ended != nil || !cmp.Equal(w.looked, [][]string{{"a", "b"}}) {
		t.Errorf("ended %+v after asking for %v", got.Ended, w.looked)
	}
}

func TestJudgeCannotGoOn(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*scene, *handler.Task)
		want   func(error) bool
	}{
		{"no execution", func(_ *scene, task *handler.Task) { task.Execution.ARN, task.Now = "monday", later(5) },
			func(err error) bool {
				return err != nil && strings.Contains(err.Error(), "is not the ARN of a Standard execution")
			}},
		{"the alias cannot be read", func(w *scene, _ *handler.Task) { w.fails = "Alias" }, func(err error) bool { return errors.Is(err, errOutage) }},
		{"another holds the alias", func(w *scene, _ *handler.Task) {
			w.aliases = map[string]string{"orders:prod": "weir/1 stable=1 candidate=2 at=10 lock=weir/tuesday"}
		}, func(err error) bool { return release.IsError(err, release.Drift) }},
		{"another moved the alias", func(w *scene, _ *handler.Task) { w.weights = map[string]float64{"orders:prod": 20} },
			func(err error) bool { return release.IsError(err, release.Drift) }},
		{"the judge is asked for nonsense", func(_ *scene, task *handler.Task) { task.Plan.Judge.Alpha = 2 },
			func(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "judge: ") }},
		{"freezes cannot be read", func(w *scene, _ *handler.Task) { w.fails = "Parameters" }, func(err error) bool { return errors.Is(err, errOutage) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, progress := baking()
			w := &scene{counts: share(0)}
			task := handler.Task{Action: handler.ActionJudge, Plan: plan, Progress: progress, Now: later(12), Execution: release.Execution{ARN: execution}}
			test.change(w, &task)
			result, err := w.handle(t, task)
			if !test.want(err) || result != (handler.Result{}) || len(w.put) != 0 {
				t.Errorf("%+v, %v after the events %v", result, err, w.put)
			}
		})
	}
}

// A freeze holds a step that is due, and is not looked up before.
func TestFreezes(t *testing.T) {
	const all, own = "/weir/weir/freeze", "/weir/weir/freeze/orders"
	until := func(minutes float64) string { return release.FreezeValue(later(minutes), "ann", "the fair") }
	for _, test := range []struct {
		name   string
		values map[string]string
		now    time.Time
		why    string // empty: it goes on
		asked  [][]string
	}{
		{"nothing is due", map[string]string{all: until(60)}, later(5), "", nil},
		{"no freeze", nil, later(12), "", [][]string{{all, own}}},
		{"one that is over", map[string]string{all: until(3), own: until(12)}, later(12), "", [][]string{{all, own}}},
		{"one of everything", map[string]string{all: until(60)}, later(12), "because releases are frozen: until 2026-01-01T13:00:00Z by ann: the fair.", [][]string{{all, own}}},
		{"one of the function", map[string]string{all: until(3), own: until(60)}, later(12), "because releases are frozen: until 2026-01-01T13:00:00Z by ann: the fair.", [][]string{{all, own}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, progress := baking()
			w := &scene{counts: share(0), freezes: test.values}
			got, metrics := w.look(t, plan, progress, test.now)
			if diff := cmp.Diff(test.asked, w.looked); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			held := test.why != ""
			if (got.Phase == release.Holding) != held || !strings.HasSuffix(got.Verdict, test.why) || strings.Contains(metrics, `"Held":1`) != held {
				t.Errorf("%s: %q with %q", got.Phase, got.Verdict, metrics)
			}
			if held != (len(w.put) == 2 && w.put[1] == events.Held) {
				t.Errorf("events are %v", w.put)
			}
		})
	}
}

// Every look of a hold or of a wait for approval is counted; its event is put at
// the first.
func TestHeldIsToldOnceAndCounted(t *testing.T) {
	plan, progress := baking()
	progress.Phase, progress.HeldSince = release.Holding, later(-2)
	silent := &scene{counts: func(awsmetrics.Query, time.Time) judge.Counts { return judge.Counts{} }}
	got, metrics := silent.look(t, plan, progress, later(12))
	if got.Phase != release.Holding || !cmp.Equal(silent.put, []string{events.Judged}) || strings.Count(metrics, `"Held":1`) != 1 {
		t.Errorf("%s: events %v, metrics %q", got.Phase, silent.put, metrics)
	}
	if !strings.Contains(metrics, fmt.Sprintf(`"Timestamp":%d`, later(12).UnixMilli())) {
		t.Errorf("the count is of another time: %s", metrics)
	}
	progress.Phase = release.Awaiting
	progress.AwaitUntil = later(60)
	plan.Approvals = []release.PlannedApproval{{Step: 1, LimitSeconds: 3600}}
	w := &scene{counts: share(0)}
	got, metrics = w.look(t, plan, progress, later(12))
	if got.Phase != release.Awaiting || !cmp.Equal(w.put, []string{events.Judged}) || strings.Count(metrics, `"Held":1`) != 1 {
		t.Errorf("%s: events %v, metrics %q", got.Phase, w.put, metrics)
	}
}

func TestCommandsAreFound(t *testing.T) {
	const mark = "weir/1 stable=1 candidate=2 at=10 lock=weir/monday"
	for _, test := range []struct {
		name  string
		marks map[string]string
		want  []release.GivenCommand
		error string
	}{
		{"none", map[string]string{"orders:prod": mark}, nil, ""},
		{"on the first alias", map[string]string{"orders:prod": mark + " commands=abort/x/ann"}, []release.GivenCommand{{ID: "x", Command: "abort", By: "ann", At: later(5)}}, release.Aborted},
		{"on the second", map[string]string{"carts:prod": mark + " commands=pause/y/ben"}, []release.GivenCommand{{ID: "y", Command: "pause", By: "ben", At: later(5)}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, progress := baking()
			plan.Targets = append(plan.Targets, release.PlannedTarget{Function: "carts", Alias: "prod", Stable: "1", Candidate: "2"})
			w := &scene{counts: share(0), aliases: test.marks}
			got, _ := w.look(t, plan, progress, later(5))
			ended := ""
			if got.Ended != nil {
				ended = got.Ended.Error
			}
			if diff := cmp.Diff(test.want, got.Commands); diff != "" || ended != test.error {
				t.Errorf("ended with %q; commands (-want +got):\n%s", ended, diff)
			}
		})
	}
}

// watching is baking, promoted at minute 12 and a half with a watch of ten minutes.
func watching() (release.Plan, release.Progress) {
	plan, progress := baking()
	plan.Watch = 600
	progress.Phase, progress.Step, progress.Weight = release.Watching, 1, 100
	progress.Since, progress.Promoted = later(12.5), later(12.5)
	progress.Weights = append(progress.Weights, release.SetWeight{Weight: 100, At: later(12.5)})
	return plan, progress
}

// An alias that Lambda is still moving begins its watch anew.
func TestAnAliasOnItsWay(t *testing.T) {
	plan, progress := watching()
	// Lambda keeps the version that was left: version 2 is the main one by now.
	moving := movingWorld{&scene{counts: share(0)}}
	verify := &Verify{functions: moving, metrics: moving, events: moving, freezes: moving, tasks: moving}
	result, err := verify.Handle(t.Context(), handler.Task{Action: handler.ActionJudge, Plan: plan, Progress: progress, Now: later(15), Execution: release.Execution{ARN: execution}})
	if err != nil {
		t.Fatal(err)
	}
	if p := result.Progress; !p.Promoted.Equal(later(15)) || p.Next != release.MoveWatch ||
		p.Verdict != "orders:prod has 100 % on version 1, which Lambda moves to version 2 once that has its provisioned concurrency." {
		t.Errorf("promoted at %s, next %s: %s", p.Promoted, p.Next, p.Verdict)
	}
}

// movingWorld has aliases on their way from version 1 to version 2.
type movingWorld struct{ *scene }

func (m movingWorld) Alias(_ context.Context, target release.Target) (release.Alias, error) {
	return release.Alias{Target: target, Version: "2", Weights: map[string]float64{"1": 100},
		Description: release.ParseDescription("weir/1 stable=1 candidate=2 at=100 lock=weir/monday")}, nil
}

func gatherer(counts func(awsmetrics.Query, time.Time) judge.Counts) (*Verify, *scene) {
	w := &scene{counts: counts}
	return &Verify{metrics: w}, w
}

// Each target has its own signals, and its own thresholds.
func TestSignalsOfManyTargets(t *testing.T) {
	plan, progress := baking()
	plan.Targets = append(plan.Targets, release.PlannedTarget{Function: "carts", Alias: "live", Stable: "8", Candidate: "9"})
	plan.Judge.Signals = []release.Signal{
		{Name: release.SignalErrors, Tolerance: judge.Tolerance{Ratio: 1.5}}, {Name: release.SignalSlow}, {Name: release.SignalThrottles},
	}
	progress.SlowAfter = map[string]int{"orders:prod": 188, "carts:live": 20}
	v, w := gatherer(func(q awsmetrics.Query, _ time.Time) judge.Counts {
		counts := map[string]int64{"1": 90, "2": 10, "8": 70, "9": 30}[q.Version]
		return judge.Counts{Requests: counts, Events: counts / 10}
	})
	seen, err := v.gather(t.Context(), plan, progress, later(5))
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	for _, q := range w.asked {
		asked = append(asked, fmt.Sprintf("%s %s %s %d", q.Target, q.Version, q.Signal.Name, q.Signal.ThresholdMilliseconds))
	}
	want := []string{
		"orders:prod 1 errors 0", "orders:prod 2 errors 0", "orders:prod 1 errors 0", "orders:prod 2 errors 0",
		"orders:prod 1 slow 188", "orders:prod 2 slow 188", "orders:prod 1 throttles 0", "orders:prod 2 throttles 0",
		"carts:live 8 errors 0", "carts:live 9 errors 0", "carts:live 8 errors 0", "carts:live 9 errors 0",
		"carts:live 8 slow 20", "carts:live 9 slow 20", "carts:live 8 throttles 0", "carts:live 9 throttles 0",
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("queries (-want +got):\n%s", diff)
	}
	var names []string
	for _, s := range seen.signals {
		names = append(names, s.Name)
		stable := int64(90)
		if strings.Contains(s.Name, "carts") {
			stable = 70
		}
		if len(s.Minutes) != 3 || s.Minutes[0].Stable.Requests != stable || s.Watch != nil {
			t.Errorf("%s is %+v", s.Name, s)
		}
	}
	if diff := cmp.Diff([]string{"errors of orders:prod", "slow of orders:prod", "throttles of orders:prod", "errors of carts:live", "slow of carts:live", "throttles of carts:live"}, names); diff != "" {
		t.Errorf("signals (-want +got):\n%s", diff)
	}
	if seen.signals[0].Tolerance.Ratio != 1.5 || seen.signals[1].Tolerance.Ratio != 0 {
		t.Errorf("tolerances are %+v and %+v", seen.signals[0].Tolerance, seen.signals[1].Tolerance)
	}
	// Requests are those of the errors alone, once for each target.
	if seen.stable != (judge.Counts{Requests: 3 * 160, Events: 3 * 16}) || seen.candidate != (judge.Counts{Requests: 3 * 40, Events: 3 * 4}) || !seen.exposed || len(seen.unmeasured) != 0 {
		t.Errorf("seen %+v and %+v, exposed %v, unmeasured %v", seen.stable, seen.candidate, seen.exposed, seen.unmeasured)
	}
}

// A candidate is exposed when that of each target served something; only then does
// a signal without counts tell that it is not written.
func TestExposure(t *testing.T) {
	plan, progress := baking()
	plan.Targets = append(plan.Targets, release.PlannedTarget{Function: "carts", Alias: "live", Stable: "8", Candidate: "9"})
	plan.Judge.Signals = []release.Signal{{Name: "declined", Metric: &release.Metric{Namespace: "Shop", Name: "Declined"}}}
	for _, test := range []struct {
		name       string
		served     map[string]int64 // by version
		exposed    bool
		unmeasured []string
	}{
		{"nothing", map[string]int64{"1": 5, "8": 5}, false, nil},
		{"the first alone", map[string]int64{"2": 1}, false, []string{"declined of orders:prod"}},
		{"the second alone", map[string]int64{"9": 1}, false, []string{"declined of carts:live"}},
		{"both", map[string]int64{"2": 1, "9": 1}, true, []string{"declined of orders:prod", "declined of carts:live"}},
	} {
		v, _ := gatherer(func(q awsmetrics.Query, _ time.Time) judge.Counts {
			if q.Signal.Metric != nil {
				return judge.Counts{}
			}
			return judge.Counts{Requests: test.served[q.Version]}
		})
		seen, err := v.gather(t.Context(), plan, progress, later(3))
		if err != nil || seen.exposed != test.exposed || !cmp.Equal(seen.unmeasured, test.unmeasured) {
			t.Errorf("%s: exposed %v, unmeasured %q, %v", test.name, seen.exposed, seen.unmeasured, err)
		}
	}
}

// What is on record of a weight is what was served since it was set.
func TestCountsSinceTheWeightInForce(t *testing.T) {
	plan, progress := baking()
	progress.Weights = append(progress.Weights, release.SetWeight{Weight: 50, At: later(6)})
	v, _ := gatherer(share(1))
	seen, err := v.gather(t.Context(), plan, progress, later(12))
	if err != nil {
		t.Fatal(err)
	}
	if seen.stable != (judge.Counts{Requests: 4 * 900}) || seen.candidate != (judge.Counts{Requests: 4 * 100, Events: 4}) {
		t.Errorf("seen %+v and %+v", seen.stable, seen.candidate)
	}
	// A promotion without steps is moved to when Lambda has moved the alias.
	progress.Weights = []release.SetWeight{{Weight: 100, At: later(7)}}
	if seen, err = v.gather(t.Context(), plan, progress, later(12)); err != nil || seen.stable.Requests != 3*900 {
		t.Errorf("with one weight %+v, %v", seen.stable, err)
	}
	progress.Weights, progress.FirstAt = nil, later(8)
	if seen, err = v.gather(t.Context(), plan, progress, later(12)); err != nil || seen.stable.Requests != 2*900 {
		t.Errorf("without a weight %+v, %v", seen.stable, err)
	}
}

// A minute that a warm-up touches is blank, of both sides.
func TestWarmUpIsBlank(t *testing.T) {
	for _, test := range []struct {
		name    string
		seconds int
		want    string // x for a blank minute
	}{
		{"none", 0, "......"},
		{"shorter than a minute", 30, ".x...."}, // set at 1:00
		{"a minute", 60, ".x...."},
		{"longer than a minute", 61, ".xx..."},
	} {
		plan, progress := baking()
		plan.Judge.WarmUpSeconds = test.seconds
		progress.FirstAt = later(0)
		progress.Weights = []release.SetWeight{{Weight: 10, At: later(-5)}, {Weight: 20, At: later(1)}}
		v, _ := gatherer(share(0))
		seen, err := v.gather(t.Context(), plan, progress, later(8))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, m := range seen.signals[0].Minutes {
			switch {
			case m == (judge.Minute{}):
				got += "x"
			case m.Stable.Requests == 900 && m.Candidate.Requests == 100:
				got += "."
			}
		}
		if got != test.want {
			t.Errorf("%s: minutes are %s, want %s", test.name, got, test.want)
		}
	}
}

// The minute in which a weight is set is left out, and those of the warm-up.
func TestWarmUpWithinAMinute(t *testing.T) {
	for seconds, blank := range map[int][]bool{0: {false, true, false, false}, 40: {false, true, true, false}} {
		plan, progress := baking()
		plan.Judge.WarmUpSeconds = seconds
		progress.Weights = []release.SetWeight{{Weight: 10, At: later(1.5)}}
		v, _ := gatherer(share(0))
		seen, err := v.gather(t.Context(), plan, progress, later(6))
		if err != nil {
			t.Fatal(err)
		}
		for i, minute := range seen.signals[0].Minutes {
			if got := minute == (judge.Minute{}); got != blank[i] {
				t.Errorf("after %d s minute %d is %+v", seconds, i, minute)
			}
		}
	}
}

// Once promoted the hour before is the baseline, the minute of the promotion
// counts for neither side, and the alias is read as a whole.
func TestWatch(t *testing.T) {
	plan, progress := watching()
	v, w := gatherer(func(q awsmetrics.Query, at time.Time) judge.Counts {
		switch {
		case q.Alone:
			return judge.Counts{Requests: 1000, Events: 2}
		case q.Version == "1" && at.Before(later(12)):
			return judge.Counts{Requests: 10, Events: 1}
		case q.Version == "1":
			return judge.Counts{Requests: 7}
		}
		return judge.Counts{Requests: 100}
	})
	seen, err := v.gather(t.Context(), plan, progress, later(17))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"10:59:00-12:18:00"}, w.spans); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	var alone []string
	for _, q := range w.asked[4:] {
		if !q.Alone || q.Version != "2" {
			t.Errorf("asked %+v", q)
		}
		alone = append(alone, q.Signal.Name)
	}
	if !cmp.Equal(alone, []string{"errors", "errors"}) {
		t.Errorf("asked for the whole alias: %v", alone)
	}
	s := seen.signals[0]
	if len(s.Minutes) != 12 || s.Minutes[0].Stable.Requests != 10 || s.Minutes[0].Candidate.Requests != 100 {
		t.Errorf("%d minutes, first %+v", len(s.Minutes), s.Minutes[0])
	}
	if s.Watch.Baseline != (judge.Counts{Requests: 73 * 10, Events: 73}) {
		t.Errorf("the baseline is %+v", s.Watch.Baseline)
	}
	if diff := cmp.Diff([]judge.Counts{{Requests: 1000, Events: 2}, {Requests: 1000, Events: 2}}, s.Watch.Minutes); diff != "" {
		t.Errorf("the watch (-want +got):\n%s", diff)
	}
	plan.Judge.WarmUpSeconds = 60 // to 12:13:30
	if seen, err = v.gather(t.Context(), plan, progress, later(17)); err != nil || !cmp.Equal(seen.signals[0].Watch.Minutes, []judge.Counts{{}, {Requests: 1000, Events: 2}}) {
		t.Errorf("after a warm-up %+v, %v", seen.signals[0].Watch.Minutes, err)
	}
}

// A promotion on the minute leaves no minute out.
func TestWatchFromAWholeMinute(t *testing.T) {
	plan, progress := watching()
	progress.Promoted = later(12)
	v, _ := gatherer(func(q awsmetrics.Query, _ time.Time) judge.Counts { return judge.Counts{Requests: 1} })
	seen, err := v.gather(t.Context(), plan, progress, later(15))
	if err != nil || len(seen.signals[0].Minutes) != 12 || len(seen.signals[0].Watch.Minutes) != 1 || seen.signals[0].Watch.Baseline.Requests != 73 {
		t.Errorf("%+v, %v", seen.signals, err)
	}
}

// A pass rests on the minutes whose counts are complete, of the bake and of the watch.
func TestBeforeKeepsCompleteMinutes(t *testing.T) {
	watch := &judge.Watch{Baseline: judge.Counts{Requests: 5}, Minutes: make([]judge.Counts, 4)}
	signals := []judge.Signal{{Name: "errors", Minutes: make([]judge.Minute, 10), Watch: watch}}
	for _, test := range []struct{ until, bake, watch int }{{-3, 0, 0}, {0, 0, 0}, {4, 4, 0}, {10, 10, 0}, {12, 10, 0}, {13, 10, 0}, {14, 10, 1}, {17, 10, 4}, {30, 10, 4}} {
		kept := before(signals, start, later(12.5), later(float64(test.until)))
		if len(kept) != 1 || len(kept[0].Minutes) != test.bake || len(kept[0].Watch.Minutes) != test.watch || kept[0].Watch.Baseline.Requests != 5 {
			t.Errorf("before minute %d: %+v", test.until, kept)
		}
	}
	if len(signals[0].Minutes) != 10 || len(watch.Minutes) != 4 {
		t.Error("what was seen is cut itself")
	}
}

func TestJudgedSaysWhatItIsAsked(t *testing.T) {
	plan, progress := baking()
	plan.Judge.Alpha = 2
	if verdict, err := judged(plan, progress, healthy(5), later(12)); err == nil || verdict.Outcome != "" {
		t.Errorf("%+v, %v", verdict, err)
	}
}

func TestUnmeasuredIsSaid(t *testing.T) {
	plan, progress := baking()
	plan.Judge.Signals = append(plan.Judge.Signals, release.Signal{Name: "declined", Metric: &release.Metric{Namespace: "Shop", Name: "Declined"}})
	w := &scene{counts: func(q awsmetrics.Query, at time.Time) judge.Counts {
		if q.Signal.Metric != nil {
			return judge.Counts{}
		}
		return share(0)(q, at)
	}}
	if got, _ := w.look(t, plan, progress, later(5)); !strings.HasSuffix(got.Verdict, " declined was not measured: its metric has no datum for the candidate.") {
		t.Errorf("it says %q", got.Verdict)
	}
}
