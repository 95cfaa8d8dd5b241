package release

import (
	"fmt"
	"strconv"
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

// Expect adds the traffic to a plan, and a line a target to its checks.
func (p Plan) Expect(traffic []PlannedTraffic) Plan {
	p.Traffic = traffic
	for _, t := range traffic {
		p.Checks = append(p.Checks, t.sentence(p.Judge.Inconclusive))
	}
	return p
}

// sentence says what can be found, and the ways out where the release cannot
// bring the pass that it asks for.
func (t PlannedTraffic) sentence(inconclusive Policy) string {
	found := "not even a version that fails every request is sure to be found"
	if t.SmallestRate > 0 {
		found = fmt.Sprintf("a version that fails %s %% of its requests or more is found in nine releases of ten", strconv.FormatFloat(100*t.SmallestRate, 'g', 3, 64))
	}
	text := fmt.Sprintf("%s served %s requests a minute in the last day: about %d are expected on the candidate before promotion, and %s",
		t.Target, strconv.FormatFloat(t.RequestsPerMinute, 'g', 3, 64), t.CandidateRequests, found)
	if t.Passes {
		return text
	}
	needed := "no such traffic brings a pass"
	if t.RequestsToPass > 0 {
		needed = fmt.Sprintf("a pass takes about %d", t.RequestsToPass)
	}
	text += "; " + needed
	switch inconclusive {
	case PolicyAdvance:
		return text + ", so the release is expected to be promoted without proof, as judge.inconclusive says"
	case PolicyRollBack:
		return text + ", so the release is expected to be rolled back; bake longer, use a higher weight, or set judge.inconclusive to advance"
	}
	return text + ", so the release is expected to be held, and rolled back if judge.holdFor ends first; bake longer, use a higher weight, or set judge.inconclusive to advance"
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
