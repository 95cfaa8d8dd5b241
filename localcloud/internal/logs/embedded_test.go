package logs

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What must be in a line, and how much may be, is said in
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
func TestLinesInTheEmbeddedMetricFormat(t *testing.T) {
	line := func(timestamp, dimensions, metrics string) string {
		return fmt.Sprintf(`{"_aws":{%s"CloudWatchMetrics":[{"Namespace":"N",%s"Metrics":[%s]}]},"d":"v","m":1,"l":[%s]}`,
			timestamp, dimensions, metrics, strings.TrimSuffix(strings.Repeat("1,", 101), ","))
	}
	const timestamp, byD, m = `"Timestamp":1574109732004,`, `"Dimensions":[["d"]],`, `{"Name":"m"}`
	many := `"Dimensions":[["d"` + strings.Repeat(`,"d"`, 30) + `]],`
	for name, test := range map[string]struct {
		line string
		want int
	}{
		"a metric":            {line(timestamp, byD, m), 1},
		"behind a prefix":     {"2026-01-01 INFO " + line(timestamp, byD, m), 1},
		"without dimensions":  {line(timestamp, `"Dimensions":[[]],`, m), 1},
		"no timestamp":        {line("", byD, m), 0},
		"no dimension sets":   {line(timestamp, "", m), 0},
		"31 dimensions":       {line(timestamp, many, m), 0},
		"101 metrics":         {line(timestamp, byD, m+strings.Repeat(","+m, 100)), 0},
		"101 values":          {line(timestamp, byD, `{"Name":"l"}`), 0},
		"a dimension missing": {line(timestamp, `"Dimensions":[["x"]],`, m), 0},
		"a metric missing":    {line(timestamp, byD, `{"Name":"x"}`), 0},
		"more after it":       {line(timestamp, byD, m) + "x", 0},
	} {
		if got := embedded([]byte(test.line), time.Unix(0, 0)); len(got) != test.want {
			t.Errorf("%s: %d metrics, want %d", name, len(got), test.want)
		}
	}
	high := embedded([]byte(line(timestamp, byD, `{"Name":"m","StorageResolution":1}`)), time.Unix(0, 0))
	if len(high) != 1 || !high[0].High {
		t.Errorf("%+v, want one of high resolution", high)
	}
}
