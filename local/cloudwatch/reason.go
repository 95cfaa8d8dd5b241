package cloudwatch

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// What an alarm does with missing data: a datum that stands for them is told of
// in the reason, by another name.
const (
	breaching = "breaching"
	ignore    = "ignore"
)

var standsFor = map[string]string{breaching: "Breaching", "notBreaching": "NonBreaching"}

// verdict is the state that the periods mean, and the reason in CloudWatch's
// words. An empty state keeps the present one.
func verdict(m types.MetricAlarm, periods []evaluated) (types.StateValue, string) {
	var over, under []string
	for _, p := range periods {
		switch {
		case p.value == nil:
		case breaches(m, *p.value):
			over = append(over, p.String())
		default:
			under = append(under, p.String())
		}
	}
	n, missing := len(periods), len(periods)-len(over)-len(under)
	treat := deref(m.TreatMissingData)
	if missing == n && treat == ignore {
		return "", ""
	}
	if missing == n && standsFor[treat] == "" {
		return types.StateValueInsufficientData, fmt.Sprintf("Insufficient Data: %s unknown.", were(n, "datapoint"))
	}
	needed := int(cmp.Or(deref(m.DatapointsToAlarm), int32(n)))
	counted := len(over)
	if treat == breaching {
		counted += missing
	}
	t := telling{m: m, n: n, needed: needed, missing: missing, received: len(over) + len(under)}
	if counted >= needed {
		return types.StateValueAlarm, t.say(over, "", fmt.Sprintf("(minimum %s for OK -> ALARM transition)", count(needed, "datapoint")))
	}
	return types.StateValueOk, t.say(under, "not ", fmt.Sprintf("(minimum %s for ALARM -> OK transition)", count(n-needed+1, "datapoint")))
}

// String is a datum as reasons list it.
func (p evaluated) String() string {
	return fmt.Sprintf("%s (%s)", decimal(*p.value), p.start.Format("02/01/06 15:04:05"))
}

// telling puts a verdict in words.
type telling struct {
	m                            types.MetricAlarm
	n, needed, missing, received int
}

// mostListed is how many data a reason lists at most. One that leaves some out,
// and one of just as many, lists them in a sentence of their own.
const mostListed = 5

// say tells of the data that decided. "M out of the last N" and the minimum are
// told of alarms that state M.
func (t telling) say(deciding []string, not, minimum string) string {
	treated := ""
	if as := standsFor[deref(t.m.TreatMissingData)]; t.missing > 0 && as != "" {
		treated = fmt.Sprintf(" and %s treated as [%s]", were(t.missing, "missing datapoint"), as)
	}
	if len(deciding) == 0 {
		received := "no datapoints were"
		if t.received > 0 {
			received = were(t.received, "datapoint")
		}
		return fmt.Sprintf("Threshold Crossed: %s received for %s%s.", received, count(t.n, "period"), treated)
	}
	counted, end := count(len(deciding), "datapoint"), "."
	if t.m.DatapointsToAlarm != nil {
		counted, end = fmt.Sprintf("%d out of the last %d datapoints", len(deciding), t.n), " "+minimum+"."
	}
	verb := "was"
	if len(deciding) > 1 {
		verb = "were"
	}
	listed := strings.Join(deciding[:min(len(deciding), mostListed)], ", ")
	crossed := fmt.Sprintf("%s %s%s the threshold (%s)%s", verb, not, comparison[t.m.ComparisonOperator], decimal(deref(t.m.Threshold)), treated)
	if len(deciding) < mostListed {
		return fmt.Sprintf("Threshold Crossed: %s [%s] %s%s", counted, listed, crossed, end)
	}
	return fmt.Sprintf("Threshold Crossed: %s %s. The most recent datapoints which crossed the threshold: [%s]%s", counted, crossed, listed, end)
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func were(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " was"
	}
	return count(n, noun) + " were"
}

var comparison = map[types.ComparisonOperator]string{
	types.ComparisonOperatorGreaterThanThreshold:          "greater than",
	types.ComparisonOperatorGreaterThanOrEqualToThreshold: "greater than or equal to",
	types.ComparisonOperatorLessThanThreshold:             "less than",
	types.ComparisonOperatorLessThanOrEqualToThreshold:    "less than or equal to",
}

// reasonData is StateReasonData of a metric alarm.
type reasonData struct {
	Version             string          `json:"version"`
	QueryDate           string          `json:"queryDate"`
	StartDate           string          `json:"startDate,omitempty"`
	Unit                string          `json:"unit,omitempty"`
	Statistic           string          `json:"statistic,omitempty"`
	Period              int64           `json:"period"`
	RecentDatapoints    []json.Number   `json:"recentDatapoints"` // oldest first
	Threshold           json.Number     `json:"threshold"`
	EvaluatedDatapoints []evaluatedData `json:"evaluatedDatapoints"` // latest first
}

type evaluatedData struct {
	Timestamp   string      `json:"timestamp"`
	SampleCount json.Number `json:"sampleCount,omitempty"`
	Value       json.Number `json:"value,omitempty"`
}

func reasonOf(m types.MetricAlarm, periods []evaluated, now time.Time) reasonData {
	data := reasonData{Version: "1.0", QueryDate: stamp(now), Unit: string(m.Unit), Statistic: alarmStatistic(m),
		Period: int64(alarmPeriod(m).Seconds()), Threshold: number(deref(m.Threshold)),
		RecentDatapoints: []json.Number{}, EvaluatedDatapoints: make([]evaluatedData, len(periods))}
	for i, p := range periods {
		one := evaluatedData{Timestamp: stamp(p.start)}
		if p.value != nil {
			one.Value = number(*p.value)
			data.RecentDatapoints = append(data.RecentDatapoints, one.Value)
			data.StartDate = one.Timestamp
		}
		if p.samples != nil {
			one.SampleCount = number(*p.samples)
		}
		data.EvaluatedDatapoints[i] = one
	}
	slices.Reverse(data.RecentDatapoints)
	return data
}

func number(n float64) json.Number { return json.Number(decimal(n)) }

// stamp writes a time as alarms do in JSON.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000-0700") }
