package judge

import (
	"errors"
	"math"
)

// Traffic is the traffic that a release is expected to have.
type Traffic struct {
	// PerMinute is the number of requests per minute of both versions together.
	PerMinute float64
	// Rate is the events per request of stable, from 0 to 1.
	Rate float64
	// Weights are the candidate's shares of the traffic in percent, one per planned
	// minute.
	Weights []int
}

// Forecast is what the judge can do with an expected traffic.
type Forecast struct {
	// CandidateRequests is the number of requests that the candidate is expected to
	// serve in the planned minutes.
	CandidateRequests int64
	// Passes is whether a candidate with stable's rate is expected to pass within the
	// planned minutes.
	Passes bool
	// RequestsToPass is the number of the candidate's requests that such a pass takes
	// if the traffic of the last planned minute goes on. It is 0 if a week of traffic
	// does not bring a pass.
	RequestsToPass int64
	// SmallestRate is the smallest of a few rates, in events per request, that is
	// expected to fail within the planned minutes in nine releases of ten. It is 0 if
	// not even a rate of 1 is.
	SmallestRate float64
}

// forecastRates are the candidate's rates that a forecast tries, in order.
var forecastRates = []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1}

// Foresee returns what the judge can do with an expected traffic. It judges releases
// that have the expected counts. Of release it uses Alpha, Power, WatchShare and the
// names and tolerances of Signals. It returns an error if there is no planned minute,
// and where Judge does.
func Foresee(release Release, traffic Traffic) (Forecast, error) {
	f := Forecast{}
	if len(traffic.Weights) == 0 {
		return f, errors.New("there is no planned minute to forecast")
	}
	expected := expectedCounts{traffic: traffic}
	v, err := Judge(expected.release(release, traffic.Rate, 0, len(traffic.Weights)))
	if err != nil {
		return f, err
	}
	f.CandidateRequests, f.Passes = v.Evidence[0].Candidate.Requests, v.Outcome == Pass
	if f.CandidateRequests == 0 {
		f.CandidateRequests = complete(expected.candidate)
	}
	if f.RequestsToPass, err = expected.toPass(release, v); err != nil {
		return f, err
	}
	for _, rate := range forecastRates {
		if rate <= traffic.Rate {
			continue
		}
		v, err := Judge(expected.release(release, rate, nineOfTen, len(traffic.Weights)))
		if err != nil {
			return f, err
		}
		if v.Outcome == Fail {
			f.SmallestRate = rate
			break
		}
	}
	return f, nil
}

// nineOfTen is the standard score of the 90 % quantile of the normal distribution.
// In nine of ten draws, a count is above its mean less so many standard deviations.
const nineOfTen = 1.2816

// longestForecast is the largest number of minutes that a forecast judges.
const longestForecast = 7 * 24 * 60

// expectedCounts makes minutes with the counts that are expected of a traffic.
type expectedCounts struct {
	traffic   Traffic
	candidate float64 // the candidate's requests in the minutes made last
}

// release returns a copy of r with a number of minutes. The candidate's events have
// a rate, in events per request, less score standard deviations of their sum.
func (e *expectedCounts) release(r Release, rate, score float64, minutes int) Release {
	list := e.minutes(rate, score, minutes)
	signals := make([]Signal, len(r.Signals))
	for i, signal := range r.Signals {
		signals[i] = Signal{Name: signal.Name, Tolerance: signal.Tolerance, Smallest: signal.Smallest, Minutes: list}
	}
	r.Signals, r.PlannedMinutes = signals, len(e.traffic.Weights)
	return r
}

// minutes returns the minutes of release. Each sum from the first minute on is
// rounded down, so that rounding errors do not add up.
func (e *expectedCounts) minutes(rate, score float64, minutes int) []Minute {
	list := make([]Minute, minutes)
	var stable, candidate float64
	var before Minute
	for i := range list {
		weight := float64(e.traffic.Weights[min(i, len(e.traffic.Weights)-1)]) / 100
		stable += e.traffic.PerMinute * (1 - weight)
		candidate += e.traffic.PerMinute * weight
		failed := candidate * rate
		sum := Minute{
			Stable:    Counts{Requests: complete(stable), Events: complete(stable * e.traffic.Rate)},
			Candidate: Counts{Requests: complete(candidate), Events: complete(math.Max(0, failed-score*math.Sqrt(failed*(1-rate))))},
		}
		list[i] = sum.minus(before)
		before = sum
	}
	e.candidate = candidate
	return list
}

// complete returns the whole part of a sum that may be low by a rounding error.
func complete(sum float64) int64 { return int64(sum + 1e-6) }

// minus returns the difference of two sums. Events are not below 0.
func (m Minute) minus(o Minute) Minute {
	return Minute{
		Stable:    Counts{Requests: m.Stable.Requests - o.Stable.Requests, Events: max(0, m.Stable.Events-o.Stable.Events)},
		Candidate: Counts{Requests: m.Candidate.Requests - o.Candidate.Requests, Events: max(0, m.Candidate.Events-o.Candidate.Events)},
	}
}

// toPass returns the number of the candidate's requests that a pass takes, or 0 if
// a week of traffic does not bring one. The argument planned is the verdict on the
// planned minutes.
func (e *expectedCounts) toPass(release Release, planned Verdict) (int64, error) {
	if e.traffic.PerMinute == 0 {
		return 0, nil
	}
	passes := func(minutes int) (bool, error) {
		v, err := Judge(e.release(release, e.traffic.Rate, 0, minutes))
		return v.Outcome == Pass, err
	}
	low, high := 0, len(e.traffic.Weights)
	if planned.Outcome != Pass {
		for found := false; !found; {
			if high >= longestForecast {
				return 0, nil
			}
			low, high = high, min(2*high, longestForecast)
			var err error
			if found, err = passes(high); err != nil {
				return 0, err
			}
		}
	}
	for high-low > 1 {
		middle := (low + high) / 2
		found, err := passes(middle)
		if err != nil {
			return 0, err
		}
		if found {
			high = middle
		} else {
			low = middle
		}
	}
	e.minutes(e.traffic.Rate, 0, high)
	return int64(math.Ceil(e.candidate)), nil
}
