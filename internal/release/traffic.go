package release

import (
	"encoding/json"
	"fmt"
	"strconv"

	"weir/internal/judge"
)

// PlannedTraffic is what a target served in the day before the plan, and what
// the judge can do with as much during the release.
type PlannedTraffic struct {
	Target            string  `json:"target"`
	Requests          int64   `json:"requestsOfTheLastDay"`
	Errors            int64   `json:"errorsOfTheLastDay"`
	RequestsPerMinute float64 `json:"requestsPerMinute"`
	// CandidateRequests are those expected on the candidate before promotion, and
	// RequestsToPass those that a pass takes; zero where no traffic like this
	// brings one.
	CandidateRequests int64 `json:"candidateRequests"`
	RequestsToPass    int64 `json:"requestsToPass"`
	Passes            bool  `json:"passes"`
	// SmallestRate is the smallest rate of failed requests that is found in nine
	// releases of ten; zero where not even a version that fails always is.
	SmallestRate float64 `json:"smallestRateFound"`
}

// WeightsByMinute is the candidate's weight in each minute of the bakes, in
// percent.
func (p Plan) WeightsByMinute() []int {
	var weights []int
	for _, step := range p.Steps {
		for range max(1, step.BakeSeconds/60) {
			weights = append(weights, step.Weight)
		}
	}
	return weights
}

// DefaultPlan is the plan of a request that names a target and nothing else, as far
// as its traffic is judged: steps, watch and judge.
func DefaultPlan(target Target) (Plan, error) {
	raw, err := json.Marshal(map[string]any{"target": target})
	if err != nil {
		return Plan{}, fmt.Errorf("write a request for %s: %w", target, err)
	}
	request, err := ParseRequest(raw)
	if err != nil {
		return Plan{}, err
	}
	steps, err := request.Strategy.Resolve()
	if err != nil {
		return Plan{}, err
	}
	named := request.Targets[0]
	return Plan{Targets: []PlannedTarget{{Function: named.Function, Alias: named.Alias}}, Steps: steps,
		Watch: request.Watch.Seconds(), Judge: plannedJudge(request.Judge, nil)}, nil
}

// Foresee asks the judge what it can do, in this plan, with the requests that a
// target served in a day and the errors among them. It fails where these are more
// than the judge takes.
func (p Plan) Foresee(target Target, requests, errors int64) (PlannedTraffic, error) {
	perMinute := float64(requests) / (24 * 60)
	// The judge shares alpha out among all signals of all targets. A forecast of one
	// with its share is that of all with the same traffic, and many times as fast. Where
	// the share is less than the judge takes, the forecast is a little too good.
	share := p.Judge.Alpha / float64(len(p.Judge.Signals)*len(p.Targets))
	of := judge.Release{Alpha: max(share, judge.LeastAlpha), WatchShare: p.WatchShare(), Signals: []judge.Signal{{Name: SignalErrors}}}
	rate := 0.0
	if requests > 0 {
		rate = float64(errors) / float64(requests)
	}
	f, err := judge.Foresee(of, judge.Traffic{PerMinute: perMinute, Rate: rate, Weights: p.WeightsByMinute()})
	if err != nil {
		return PlannedTraffic{}, fmt.Errorf("forecast %s: %w", target, err)
	}
	return PlannedTraffic{
		Target: target.String(), Requests: requests, Errors: errors, RequestsPerMinute: perMinute,
		CandidateRequests: f.CandidateRequests, RequestsToPass: f.RequestsToPass, Passes: f.Passes, SmallestRate: f.SmallestRate,
	}, nil
}

// Expect adds the traffic to a plan, and a line a target to its checks.
func (p Plan) Expect(traffic []PlannedTraffic) Plan {
	p.Traffic = traffic
	for _, t := range traffic {
		p.Checks = append(p.Checks, t.sentence(p.Judge.Inconclusive))
	}
	return p
}

// Finds says what the judge can find at this traffic, and what a pass takes.
func (t PlannedTraffic) Finds() string {
	found := "not even a version that fails every request is sure to be found"
	if t.SmallestRate > 0 {
		found = fmt.Sprintf("a version that fails %s %% of its requests or more is found in nine releases of ten", strconv.FormatFloat(100*t.SmallestRate, 'g', 3, 64))
	}
	text := fmt.Sprintf("%s served %s requests a minute in the last day: about %d are expected on the candidate before promotion, and %s",
		t.Target, strconv.FormatFloat(t.RequestsPerMinute, 'g', 3, 64), t.CandidateRequests, found)
	switch {
	case t.Passes:
		return text
	case t.RequestsToPass > 0:
		return text + fmt.Sprintf("; a pass takes about %d", t.RequestsToPass)
	}
	return text + "; no such traffic brings a pass"
}

// sentence is what can be found, and the ways out where the release cannot bring
// the pass that it asks for.
func (t PlannedTraffic) sentence(inconclusive Policy) string {
	text := t.Finds()
	if t.Passes {
		return text
	}
	switch inconclusive {
	case PolicyAdvance:
		return text + ", so the release is expected to be promoted without proof, as judge.inconclusive says"
	case PolicyNoHarm:
		return text + fmt.Sprintf(", so the release is expected to promote a version without a sign of harm and without proof%s; for proof, bake longer, use a higher weight, or set judge.inconclusive to hold", t.noticed())
	case PolicyRollBack:
		return text + ", so the release is expected to be rolled back; bake longer, use a higher weight, or set judge.inconclusive to advance"
	}
	return text + ", so the release is expected to be held, and rolled back if judge.holdFor ends first; bake longer, use a higher weight, or set judge.inconclusive to advance"
}

// noticed says which failure rate will have been noticed by then.
func (t PlannedTraffic) noticed() string {
	if t.CandidateRequests == 0 {
		return ", because nothing is expected to be seen of it"
	}
	rate := judge.Noticed(judge.Counts{Requests: t.CandidateRequests}, judge.DefaultAlpha)
	return fmt.Sprintf(": by then a failure rate above %s %% will have been noticed", strconv.FormatFloat(100*rate, 'g', 2, 64))
}

// CheckMeasured refuses a plan that would judge a custom metric which has no
// datum: a misspelt name, other dimensions, or a version that does not write it.
func CheckMeasured(metric Metric, target Target, version string, measured bool, days int) error {
	if measured {
		return nil
	}
	return Errorf(MetricNotFound, "judge.signals names the metric %s, which has no datum in the last %d days with the dimensions "+
		"FunctionName=%s, Resource=%s, ExecutedVersion=%s. Check its name and dimensions; leave the signal out while version %s does not write it; "+
		"or set metric.onEventsOnly if the function writes it only when an event happens.",
		metric, days, target.Function, target, version, version)
}
