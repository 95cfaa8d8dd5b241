package main

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"weir/internal/awslambda"
	"weir/internal/awsmetrics"
	"weir/internal/events"
	"weir/internal/handler"
	"weir/internal/release"
)

// world is the traffic of one function, request by request, and what CloudWatch tells
// of it: each request counts in the minute in which it began, and is told some tens of
// seconds after it ended.
type world struct {
	random *rand.Rand
	rpm    float64 // requests a minute, of both versions
	rate   [2]float64
	outage func(at time.Time) float64 // added to both rates
	stream [2]time.Duration           // how late a version's counts come; zero for each request its own delay
	now    time.Time
	until  time.Time // requests were made up to here
	weight int
	told   [2][]request
}

type request struct {
	at, told time.Time
	event    bool
}

const (
	executionARN = "arn:aws:states:eu-west-1:111122223333:execution:weir:monday"
	aliasARN     = "arn:aws:lambda:eu-west-1:111122223333:function:orders:prod"
)

// lag is how long after a request its counts come: 15 to 60 seconds.
func (w *world) lag() time.Duration {
	return 15*time.Second + time.Duration(w.random.Float64()*float64(45*time.Second))
}

func newWorld(seed uint64, rpm, stable, candidate float64) *world {
	return &world{random: rand.New(rand.NewPCG(seed, seed)), rpm: rpm, rate: [2]float64{stable, candidate},
		now: start, until: start.Add(-time.Hour)}
}

// pass lets requests come until a time.
func (w *world) pass(to time.Time) {
	for {
		gap := time.Duration(w.random.ExpFloat64() / w.rpm * float64(time.Minute))
		at := w.until.Add(gap)
		if at.After(to) {
			w.until, w.now = to, to // the next gap is drawn anew, as it has no memory
			return
		}
		w.until = at
		side := 0
		if w.random.Float64()*100 < float64(w.weight) {
			side = 1
		}
		rate := w.rate[side]
		if w.outage != nil {
			rate += w.outage(at)
		}
		told := at.Add(w.lag())
		if w.stream[side] > 0 {
			told = at.Add(w.stream[side])
		}
		w.told[side] = append(w.told[side], request{at: at, told: told, event: w.random.Float64() < rate})
	}
}

func (w *world) Counts(_ context.Context, queries []awsmetrics.Query, from, to time.Time) ([]awsmetrics.Series, error) {
	series := make([]awsmetrics.Series, len(queries))
	for i, q := range queries {
		side := 0
		if q.Version == "7" {
			side = 1
		}
		series[i] = awsmetrics.Series{}
		for _, r := range w.told[side] {
			if r.told.After(w.now) || r.at.Before(from) || !r.at.Before(to) {
				continue
			}
			count := series[i][r.at.Truncate(time.Minute)]
			count.Requests++
			if r.event {
				count.Events++
			}
			series[i][r.at.Truncate(time.Minute)] = count
		}
	}
	return series, nil
}

func (w *world) Percentile(context.Context, release.Target, string, string, time.Time, time.Time) (float64, bool, error) {
	return 0, false, nil
}
func (w *world) Firing(context.Context, []string) (map[string]bool, error) { return nil, nil }
func (w *world) Put(context.Context, string, events.Detail)                {}
func (w *world) Parameters(context.Context, []string) (map[string]string, error) {
	return nil, nil
}
func (w *world) Invoke(context.Context, string, string, []byte) (awslambda.Answer, error) {
	return awslambda.Answer{}, nil
}

func (w *world) Alias(context.Context, release.Target) (release.Alias, error) {
	route := release.Split("6", "7", w.weight)
	alias := release.Alias{ARN: aliasARN, Version: route.Version, Weights: map[string]float64{},
		Description: release.Description{Stable: "6", Candidate: "7", At: w.weight, Lock: release.Holder{StateMachine: "weir", Execution: "monday"}}}
	if route.Other != "" {
		alias.Weights[route.Other] = route.Percent
	}
	return alias, nil
}

// planOf is the plan of a request, as the plan handler makes it.
func planOf(t testing.TB, request string) release.Plan {
	t.Helper()
	parsed, err := release.ParseRequest([]byte(request))
	if err != nil {
		t.Fatal(err)
	}
	version := func(number string) release.Version {
		return release.Version{Number: number, State: "Active", LastUpdateStatus: "Successful", TimeoutSeconds: 10}
	}
	plan, err := release.NewPlan(parsed, release.Execution{ARN: executionARN, StartedAt: start}, start,
		[]release.Facts{{Alias: release.Alias{Target: release.Target{Function: "orders", Alias: "prod"}, ARN: aliasARN, Version: "6"}, Stable: version("6"), Candidate: version("7")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

const byDefault = `{"target": {"function": "orders"}, "watch": "0m"}`

// run releases in the world until the promotion or the rollback. It returns the last
// progress, the minutes that had been read by then, and when that was.
func (w *world) run(t testing.TB, plan release.Plan) (progress release.Progress, read int, at time.Time) {
	t.Helper()
	v := &Verify{functions: w, metrics: w, events: w, freezes: w}
	w.pass(start.Add(time.Duration(w.random.Float64() * float64(time.Minute)))) // a release begins at any second
	progress = release.Begin(plan, release.NotStarted(), w.now)
	if progress.Next == release.MoveBake {
		w.pass(w.now.Add(time.Duration(progress.Wait)*time.Second + 500*time.Millisecond))
	}
	shift := func() {
		w.pass(w.now.Add(2 * time.Second))
		progress = progress.Shifted(plan, w.now)
		w.weight = progress.Weight
	}
	for shift(); ; {
		w.pass(w.now.Add(time.Duration(progress.Wait)*time.Second + 500*time.Millisecond))
		result, err := v.judge(t.Context(), handler.Task{Execution: release.Execution{ARN: executionARN}, Plan: plan, Progress: progress, Now: w.now})
		if err != nil {
			t.Fatal(err)
		}
		progress = *result.Progress
		switch progress.Next {
		case release.MoveAdvance:
			shift()
		case release.MovePromote, release.MoveRollBack:
			from, to := window(plan, progress, w.now)
			return progress, int(to.Sub(from) / time.Minute), w.now
		}
	}
}

// The judge is told a horizon. At the look that promotes it must have read that many
// minutes, or the last of alpha is never spent.
func TestHorizonIsWhatIsRead(t *testing.T) {
	for _, strategy := range []string{`"Canary10Percent10Minutes"`, `"Canary10Percent5Minutes"`,
		`{"steps": [{"weight": 10, "bake": "5m"}, {"weight": 50, "bake": "5m"}]}`,
		`{"steps": [{"weight": 10, "bake": "5m"}, {"weight": 30, "bake": "90s"}, {"weight": 50, "bake": "5m"}]}`} {
		for _, delay := range []string{"1m", "90s", "2m"} {
			plan := planOf(t, `{"target": {"function": "orders"}, "watch": "0m", "strategy": `+strategy+`, "judge": {"inconclusive": "advance", "metricDelay": "`+delay+`"}}`)
			for seed := range uint64(20) {
				progress, read, _ := newWorld(seed, 20, 0, 0).run(t, plan)
				if progress.Next != release.MovePromote || read != plan.BakeMinutes() {
					t.Errorf("%s, delay %s: %s with %d minutes read, planned %d", strategy, delay, progress.Next, read, plan.BakeMinutes())
					break
				}
			}
		}
	}
}

// The smallest alpha that a request may have is judged too, without an early test.
func TestSmallestAlphaIsJudged(t *testing.T) {
	plan := planOf(t, `{"target": {"function": "orders"}, "watch": "0m", "judge": {"alpha": 0.0001}}`)
	if progress, _, _ := newWorld(1, 600, 0.005, 0.005).run(t, plan); progress.Next != release.MovePromote {
		t.Errorf("a good version: %s, %+v", progress.Next, progress.Ended)
	}
	for _, alpha := range []float64{0.0001, 0.0005, 0.05, 0.5} {
		if complete, early := shares(alpha); complete+early > alpha*(1+1e-12) || complete < 0.0001 {
			t.Errorf("alpha %v is shared as %v and %v", alpha, complete, early)
		}
	}
}

// Requests from before a shift do not let expect any at the weight after it.
func TestCandidateWithoutRequestsIsStarvedOnlyByItsOwnWeight(t *testing.T) {
	plan := planOf(t, byDefault)
	progress := release.NotStarted().Shifted(plan, start)
	progress.Weight = 60
	progress.Weights = []release.SetWeight{{Weight: 10, At: start}, {Weight: 60, At: start.Add(10 * time.Minute)}}
	for minute, want := range map[int]bool{5: false, 12: true} {
		w := newWorld(1, 0, 0, 0)
		for range 20 {
			w.told[0] = append(w.told[0], request{at: start.Add(time.Duration(minute) * time.Minute), told: start})
		}
		w.now = start.Add(20 * time.Minute)
		v := &Verify{metrics: w}
		seen, err := v.gather(t.Context(), plan, progress, w.now)
		if err != nil || seen.starved != want {
			t.Errorf("20 requests of stable in minute %d: starved %v (%v), want %v", minute, seen.starved, err, want)
		}
	}
}

// The default promotes good versions whatever the traffic is, and says what was seen.
func TestQuietFunctionsAreReleased(t *testing.T) {
	const releases = 40
	plan := planOf(t, byDefault)
	for _, rpm := range []float64{1, 10, 60} {
		for _, base := range []float64{0, 0.001, 0.01, 0.05} {
			rolledBack := 0
			for seed := range uint64(releases) {
				progress, _, _ := newWorld(seed, rpm, base, base).run(t, plan)
				if progress.Next == release.MoveRollBack {
					rolledBack++
				}
			}
			t.Logf("%g requests a minute, %g %% errors: %d of %d good versions rolled back", rpm, 100*base, rolledBack, releases)
			// At most alpha, and two standard deviations of what chance adds.
			if limit := 0.05*releases + 2*math.Sqrt(0.05*0.95*releases); float64(rolledBack) > limit {
				t.Errorf("%g requests a minute, %g %% errors: %d of %d good versions are rolled back", rpm, 100*base, rolledBack, releases)
			}
		}
	}
}

// detect returns how many of the releases roll back, and the seconds from the shift at
// a quantile of them.
func detect(t testing.TB, plan release.Plan, quantile float64, of func(seed uint64) *world, releases int) (found int, seconds float64) {
	t.Helper()
	var times []float64
	for seed := range uint64(releases) {
		progress, _, at := of(seed).run(t, plan)
		if progress.Next == release.MoveRollBack {
			times = append(times, at.Sub(progress.FirstAt).Seconds())
		}
	}
	slices.Sort(times)
	if len(times) == 0 {
		return 0, 0
	}
	return len(times), times[min(len(times)-1, int(quantile*float64(len(times))))]
}

func TestVersionThatFailsEverythingIsFoundEarly(t *testing.T) {
	plan := planOf(t, byDefault)
	found, seconds := detect(t, plan, 0.9, func(seed uint64) *world { return newWorld(seed, 600, 0.005, 1) }, 100)
	t.Logf("everything fails: %d of 100 found, nine of ten within %.0f s", found, seconds)
	if found < 100 || seconds > 65 {
		t.Errorf("everything fails: %d of 100 found, nine of ten within %.0f s, want 60", found, seconds)
	}
	found, seconds = detect(t, plan, 0.5, func(seed uint64) *world { return newWorld(seed, 600, 0.005, 0.05) }, 100)
	t.Logf("ten times the failures: %d of 100 found, half of them within %.0f s", found, seconds)
	if found < 90 {
		t.Errorf("ten times the failures: %d of 100 found", found)
	}
}

// What has arrived must not blame the candidate for an outage of both versions, however
// late the counts of each come.
func TestGoodVersionsStayThroughOutages(t *testing.T) {
	const releases = 40
	plan := planOf(t, byDefault)
	for name, change := range map[string]func(*world){
		"no outage": func(*world) {},
		"an outage": func(w *world) { w.breaks(0.2) },
		"an outage, each version's counts late by a time of their own": func(w *world) {
			w.stream = [2]time.Duration{w.lag(), w.lag()}
			w.breaks(0.2)
		},
		"a deep outage, each version's counts late by a time of their own": func(w *world) {
			w.stream = [2]time.Duration{w.lag(), w.lag()}
			w.breaks(0.6)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rolledBack, _ := detect(t, plan, 0.5, func(seed uint64) *world {
				w := newWorld(1000+seed, 600, 0.005, 0.005)
				change(w)
				return w
			}, releases)
			t.Logf("%d of %d good versions rolled back", rolledBack, releases)
			if limit := 0.05*releases + 2*math.Sqrt(0.05*0.95*releases); float64(rolledBack) > limit {
				t.Errorf("%d of %d good versions are rolled back", rolledBack, releases)
			}
		})
	}
}

// breaks adds an outage of both versions, of three minutes, at some time of the bake.
func (w *world) breaks(rate float64) {
	from := start.Add(time.Duration(w.random.Float64() * float64(10*time.Minute)))
	w.outage = func(at time.Time) float64 {
		if at.Before(from) || at.After(from.Add(3*time.Minute)) {
			return 0
		}
		return rate
	}
}
