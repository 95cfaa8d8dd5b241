package cloudwatch

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// The rows are those of the tables of
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarms-evaluating-missing-data
// and what is told of premature transitions below them. The latest datum comes
// last: 0 is within the threshold, X breaches it. An empty state is the present one.
func TestMissingDataAreEvaluatedAsDocumented(t *testing.T) {
	const ok, alarm, none = types.StateValueOk, types.StateValueAlarm, types.StateValueInsufficientData
	tests := []struct {
		data   string
		needed int32
		want   [4]types.StateValue // missing, ignore, breaching, notBreaching
	}{
		{"0-X-X", 3, [4]types.StateValue{ok, ok, ok, ok}},
		{"0----", 3, [4]types.StateValue{ok, ok, ok, ok}},
		{"-----", 3, [4]types.StateValue{none, "", alarm, ok}},
		{"0XX-X", 3, [4]types.StateValue{alarm, alarm, alarm, alarm}},
		{"--X--", 3, [4]types.StateValue{alarm, "", alarm, ok}},
		{"----X", 3, [4]types.StateValue{"", "", alarm, ok}},
		{"---X-", 3, [4]types.StateValue{"", "", alarm, ok}},
		{"0-X-X", 2, [4]types.StateValue{alarm, alarm, alarm, alarm}},
		{"00X0X", 2, [4]types.StateValue{alarm, alarm, alarm, alarm}},
		{"0-X--", 2, [4]types.StateValue{ok, ok, alarm, ok}},
		{"----0", 2, [4]types.StateValue{ok, ok, alarm, ok}},
		{"---X-", 2, [4]types.StateValue{alarm, "", alarm, ok}},
	}
	for _, test := range tests {
		for i, treat := range []string{missing, ignore, breaching, notBreaching} {
			m := types.MetricAlarm{DatapointsToAlarm: &test.needed, Threshold: new(1.0), TreatMissingData: &treat,
				ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold}
			periods := make([]evaluated, len(test.data))
			for age := 1; age <= len(test.data); age++ {
				p := evaluated{age: age, start: time.Unix(int64(-60*age), 0)}
				switch test.data[len(test.data)-age] {
				case '0':
					p.value = new(0.0)
				case 'X':
					p.value = new(5.0)
				}
				periods[age-1] = p
			}
			if got, reason := verdict(m, decisive(periods, 3)); got != test.want[i] {
				t.Errorf("%s, %d of 3, %s: %q (%s), want %q", test.data, test.needed, treat, got, reason, test.want[i])
			}
		}
	}
}
