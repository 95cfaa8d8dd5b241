package cloudwatch

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// What an alarm does with missing data: a datum that stands for them is told of
// in the reason, by another name.
const (
	breaching    = "breaching"
	notBreaching = "notBreaching"
	ignore       = "ignore"
	missing      = "missing"
)

var standsFor = map[string]string{breaching: "Breaching", notBreaching: "NonBreaching"}

// verdict is the state that the periods mean, and the reason in CloudWatch's
// words. An empty state keeps the present one.
func verdict(m types.MetricAlarm, periods []evaluated) (types.StateValue, string) {
	var over, under []string
	oldest := 0 // how many periods ago the oldest datum is, if it breaches
	for _, p := range periods {
		switch {
		case p.value == nil:
		case breaches(m, *p.value):
			over, oldest = append(over, p.String()), p.age
		default:
			under = append(under, p.String())
		}
	}
	n, lacking := len(periods), len(periods)-len(over)-len(under)
	needed := int(cmp.Or(api.Deref(m.DatapointsToAlarm), int32(n)))
	t := telling{m: m, n: n, needed: needed, missing: lacking, received: len(over) + len(under)}
	switch stateOf(tally{over: len(over), under: len(under), missing: lacking, needed: needed, oldest: oldest}, api.Deref(m.TreatMissingData)) {
	case types.StateValueAlarm:
		return types.StateValueAlarm, t.say(over, "", fmt.Sprintf("(minimum %s for OK -> ALARM transition)", count(needed, "datapoint")))
	case types.StateValueOk:
		return types.StateValueOk, t.say(under, "not ", fmt.Sprintf("(minimum %s for ALARM -> OK transition)", count(n-needed+1, "datapoint")))
	case types.StateValueInsufficientData:
		return types.StateValueInsufficientData, fmt.Sprintf("Insufficient Data: %s unknown.", were(n, "datapoint"))
	}
	return "", ""
}

// tally counts the data that an alarm looks at: those that breach, those that do
// not, the missing ones, and how many must breach. Oldest is how many periods
// ago the oldest breaching one is.
type tally struct{ over, under, missing, needed, oldest int }

// stateOf is the state that data mean; an empty one keeps the present one. Few
// data that all breach are no alarm until they are old.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-evaluating-missing-data
func stateOf(t tally, treat string) types.StateValue {
	switch {
	case t.over >= t.needed, treat == breaching && t.over+t.missing >= t.needed:
		return types.StateValueAlarm
	case t.under > 0 || standsFor[treat] != "":
		return types.StateValueOk
	case treat == ignore:
		return ""
	case t.over == 0:
		return types.StateValueInsufficientData
	case t.oldest >= t.needed:
		return types.StateValueAlarm
	}
	return ""
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
	if as := standsFor[api.Deref(t.m.TreatMissingData)]; t.missing > 0 && as != "" {
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
	crossed := fmt.Sprintf("%s %s%s the threshold (%s)%s", verb, not, comparison[t.m.ComparisonOperator], decimal(api.Deref(t.m.Threshold)), treated)
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
		Period: int64(alarmPeriod(m).Seconds()), Threshold: number(api.Deref(m.Threshold)),
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
