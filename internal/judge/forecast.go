package judge

import (
	"errors"
	"math"
)

// Traffic is what a release is expected to meet: the requests of both versions
// in a minute, the share of them that fails today, and the candidate's weight
// minute by minute.
type Traffic struct {
	PerMinute float64
	Rate      float64 // of failed requests, from 0 to 1
	Weights   []int   // percent to the candidate, one entry a planned minute
}

// Forecast is what the judge can do with such traffic.
type Forecast struct {
	// CandidateRequests are those expected on the candidate in the planned minutes.
	CandidateRequests int64
	// Passes tells whether a candidate that fails no more often than stable is
	// expected to pass within the planned minutes.
	Passes bool
	// RequestsToPass are the candidate requests that such a pass takes, as far as
	// the planned traffic goes on; zero where no amount of a week's does.
	RequestsToPass int64
	// SmallestRate is the smallest of a few rates of failure that is expected to
	// be found within the planned minutes, in nine releases of ten. Zero: none is,
	// not even a candidate that fails every request.
	SmallestRate float64
}

// forecastRates are the rates of failure that a forecast tries, in order.
var forecastRates = []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1}

// Foresee returns what the judge can do with traffic in a release like the one
// given, of which Alpha, Power, WatchShare and the tolerances of Signals count. It
// plays the release with the expected counts. It fails without a planned minute, and
// where Judge fails.
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

// nineOfTen is the standard score below which a tenth of a normal distribution
// lies: a count of events stays above its mean less so many standard deviations
// in nine of ten draws.
const nineOfTen = 1.2816

// longestForecast bounds how far a forecast looks beyond the plan, in minutes.
const longestForecast = 7 * 24 * 60

// expectedCounts makes minutes of the counts that are expected of a traffic.
type expectedCounts struct {
	traffic   Traffic
	candidate float64 // requests of the candidate in the minutes made last
}

// release is a copy of r with so many minutes in which the candidate fails at
// rate, less score standard deviations.
func (e *expectedCounts) release(r Release, rate, score float64, minutes int) Release {
	list := e.minutes(rate, score, minutes)
	signals := make([]Signal, len(r.Signals))
	for i, signal := range r.Signals {
		signals[i] = Signal{Name: signal.Name, Tolerance: signal.Tolerance, Smallest: signal.Smallest, Minutes: list}
	}
	r.Signals, r.PlannedMinutes = signals, len(e.traffic.Weights)
	return r
}

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

// complete is the number of whole requests in a sum that was rounded on its way.
func complete(sum float64) int64 { return int64(sum + 1e-6) }

func (m Minute) minus(o Minute) Minute {
	return Minute{
		Stable:    Counts{Requests: m.Stable.Requests - o.Stable.Requests, Events: max(0, m.Stable.Events-o.Stable.Events)},
		Candidate: Counts{Requests: m.Candidate.Requests - o.Candidate.Requests, Events: max(0, m.Candidate.Events-o.Candidate.Events)},
	}
}

// toPass finds how many candidate requests a pass takes at this traffic.
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
