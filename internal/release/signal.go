package release

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"weir/internal/judge"
)

// Signal is something counted per version: a built-in one by its name, or one of
// the user's own with a metric.
type Signal struct {
	Name                  string          `json:"name"`
	ThresholdMilliseconds int             `json:"thresholdMilliseconds,omitempty"`
	Tolerance             judge.Tolerance `json:"tolerance"`
	Metric                *Metric         `json:"metric,omitempty"`
}

// Metric is a custom CloudWatch metric that counts events per version.
type Metric struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// OnEventsOnly says that the function writes the metric only when an event
	// happens. A minute without a datum is then a minute without events. Without
	// it such a minute was not measured, and is not judged.
	OnEventsOnly bool `json:"onEventsOnly,omitempty"`
}

func (m Metric) String() string { return m.Namespace + " " + m.Name }

// Names of the built-in signals.
const (
	SignalErrors    = "errors"
	SignalSlow      = "slow"
	SignalThrottles = "throttles"
)

// Counting says from which metric a signal's events are counted, and how. The
// requests beside them are Lambda's Invocations.
type Counting struct {
	Namespace, Metric, Statistic string
	// MeasuredOnly leaves out minutes in which the metric has no datum: what was not
	// measured is not zero events.
	MeasuredOnly bool
	// Counts returns the counts of a minute, given the invocations and the value of
	// the statistic.
	Counts func(invocations, value float64) judge.Counts
}

// lambdaNamespace is where Lambda counts.
const lambdaNamespace = "AWS/Lambda"

// builtIn are the signals that need no metric of the user's. To add one, add a row,
// and its name to the schema's description of judge.signals[].name.
var builtIn = map[string]func(Signal) Counting{
	SignalErrors: func(Signal) Counting {
		return Counting{Namespace: lambdaNamespace, Metric: "Errors", Statistic: "Sum", Counts: amongInvocations}
	},
	// A request is slow that took longer than the threshold. The statistic is the
	// percentile rank of the threshold: the percentage of requests that took no
	// longer. The threshold is in whole milliseconds, because CloudWatch documents at
	// most ten decimals for it.
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
	SignalSlow: func(s Signal) Counting {
		return Counting{Namespace: lambdaNamespace, Metric: "Duration", Statistic: fmt.Sprintf("PR(:%d)", s.ThresholdMilliseconds), MeasuredOnly: true,
			Counts: func(invocations, rank float64) judge.Counts {
				return judge.Counts{Requests: wholeNumber(invocations), Events: wholeNumber(invocations * (100 - rank) / 100)}
			}}
	},
	// A throttled request is no invocation; it was a request all the same.
	SignalThrottles: func(Signal) Counting {
		return Counting{Namespace: lambdaNamespace, Metric: "Throttles", Statistic: "Sum",
			Counts: func(invocations, throttles float64) judge.Counts {
				return judge.Counts{Requests: wholeNumber(invocations + throttles), Events: wholeNumber(throttles)}
			}}
	},
}

// Counting returns how the signal is counted.
func (s Signal) Counting() Counting {
	if s.Metric != nil {
		return Counting{Namespace: s.Metric.Namespace, Metric: s.Metric.Name, Statistic: "Sum", MeasuredOnly: !s.Metric.OnEventsOnly, Counts: amongInvocations}
	}
	return builtIn[s.Name](s)
}

// amongInvocations counts events that are invocations. A custom metric may count
// more events than invocations, which no share can express: each is then an event.
func amongInvocations(invocations, events float64) judge.Counts {
	return judge.Counts{Requests: wholeNumber(invocations), Events: min(wholeNumber(invocations), wholeNumber(events))}
}

func wholeNumber(x float64) int64 { return int64(math.Round(max(0, x))) }

// NeedsThreshold tells whether the signal's threshold is taken from stable's past,
// because the request gives none.
func (s Signal) NeedsThreshold() bool { return s.Name == SignalSlow && s.ThresholdMilliseconds == 0 }

// checkSignals refuses what a schema cannot say of signals.
func checkSignals(signals []Signal) error {
	seen := map[string]bool{}
	for i, signal := range signals {
		field := fmt.Sprintf("judge.signals[%d]", i)
		if seen[signal.Name] {
			return Errorf(InvalidRequest, "%s.name is %q again; name each signal once.", field, signal.Name)
		}
		seen[signal.Name] = true
		if _, known := builtIn[signal.Name]; known == (signal.Metric != nil) {
			return Errorf(InvalidRequest, "%s is %q; a signal is one of %s without a metric, or a name of your own with one.",
				field, signal.Name, strings.Join(slices.Sorted(maps.Keys(builtIn)), ", "))
		}
		if signal.ThresholdMilliseconds != 0 && signal.Name != SignalSlow {
			return Errorf(InvalidRequest, "%s.thresholdMilliseconds is %d; only the signal slow has a threshold.", field, signal.ThresholdMilliseconds)
		}
	}
	return nil
}
