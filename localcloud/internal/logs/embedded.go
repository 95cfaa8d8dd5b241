package logs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"sort"
	"time"

	"weir/localcloud/internal/api"
)

// metadata is the member _aws of a line in the embedded metric format.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type metadata struct {
	Timestamp         *float64
	CloudWatchMetrics []directive
}

// directive says which members of the line are metrics, under which dimensions.
type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []struct {
		Name, Unit        string
		StorageResolution int
	}
}

// Limits of the embedded metric format.
const (
	mostMetrics    = 100
	mostDimensions = 30
	mostValues     = 100
)

// valid tells whether the format allows a directive. What it does not allow makes
// no metrics.
func (d directive) valid() bool {
	return d.Namespace != "" && d.Dimensions != nil && len(d.Metrics) <= mostMetrics &&
		!slices.ContainsFunc(d.Dimensions, func(set []string) bool { return len(set) > mostDimensions })
}

// embedded reads the metrics in a line; none when it is not in the format. They
// are dated by the cloud's clock: the process that wrote the line has only the
// wall's, so its own timestamp must be there and is left aside.
func embedded(line []byte, at time.Time) []api.Datum {
	if !bytes.Contains(line, []byte(`"_aws"`)) {
		return nil
	}
	var head struct {
		AWS metadata `json:"_aws"`
	}
	members := map[string]json.RawMessage{}
	// A line that only looks like the format is an ordinary log line.
	start := bytes.IndexByte(line, '{')
	if start < 0 || json.Unmarshal(line[start:], &head) != nil || json.Unmarshal(line[start:], &members) != nil || head.AWS.Timestamp == nil {
		return nil
	}
	var data []api.Datum
	for _, d := range head.AWS.CloudWatchMetrics {
		if d.valid() {
			data = append(data, d.data(members, at)...)
		}
	}
	return data
}

// data are the metrics of a directive.
func (d directive) data(members map[string]json.RawMessage, at time.Time) []api.Datum {
	var data []api.Datum
	for _, set := range dimensionSets(d.Dimensions, members) {
		for _, metric := range d.Metrics {
			for _, value := range values(members[metric.Name]) {
				data = append(data, api.Datum{Namespace: d.Namespace, Name: metric.Name, Dimensions: set, Value: value,
					Unit: cmp.Or(metric.Unit, "None"), High: metric.StorageResolution == 1, Time: at})
			}
		}
	}
	return data
}

// dimensionSets finds the values of each set's dimensions; a set with a value
// missing is left out. No sets at all means one without dimensions.
func dimensionSets(sets [][]string, members map[string]json.RawMessage) [][]api.Dimension {
	if len(sets) == 0 {
		return [][]api.Dimension{nil}
	}
	var found [][]api.Dimension
next:
	for _, names := range sets {
		var set []api.Dimension
		for _, name := range names {
			var value string
			if json.Unmarshal(members[name], &value) != nil {
				continue next
			}
			set = append(set, api.Dimension{Name: name, Value: value})
		}
		sort.Slice(set, func(i, j int) bool { return set[i].Name < set[j].Name })
		found = append(found, set)
	}
	return found
}

// values reads a number or a list of at most a hundred; nothing else is a metric.
func values(member json.RawMessage) []float64 {
	var one float64
	if json.Unmarshal(member, &one) == nil {
		return []float64{one}
	}
	var many []float64
	if json.Unmarshal(member, &many) == nil && len(many) <= mostValues {
		return many
	}
	return nil
}
