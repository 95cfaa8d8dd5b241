package cloudwatch

import (
	"math"
	"testing"
)

// The definitions and most of the names are those of
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
func TestStatisticsOfTheNumbersUpToTen(t *testing.T) {
	s := sample{values: map[float64]float64{}, count: 10}
	for i := 1; i <= 10; i++ {
		s.values[float64(i)] = 1
	}
	for name, want := range map[string]float64{
		"Sum": 55, "SampleCount": 10, "Average": 5.5, "Minimum": 1, "Maximum": 10, "p50": 5.5, "p100": 10,
		"tm90": 5, "tc90": 9, "ts90": 45, "wm90": 5.4, "TM(:90%)": 5, "TS(80%:)": 19, "TM(10%:90%)": 5.5, "WM(10%:90%)": 5.5, "IQM": 5.5, "TM(25%:75%)": 5.5,
		"TM(3:7)": 5.5, "TC(3:7)": 4, "TS(3:7)": 22, "WM(3:7)": 5.2, "TC(11:)": 0, "PR(:3)": 30, "PR(3:7)": 40, "PR(7:)": 30,
	} {
		of := parseStatistic(name)
		if of == nil {
			t.Errorf("%s is not read", name)
			continue
		}
		if got := of(s); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	if got := parseStatistic("TM(11:)")(s); !math.IsNaN(got) {
		t.Errorf("the mean of nothing is %v", got)
	}
}
