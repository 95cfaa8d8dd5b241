package api

import "time"

// Dimension is a CloudWatch metric dimension.
type Dimension struct{ Name, Value string }

// Datum is one observed value of a metric. Services record data directly, not
// through PutMetricData: Lambda records several for every invocation.
type Datum struct {
	Namespace  string
	Name       string
	Dimensions []Dimension
	Value      float64
	Unit       string
	// High says that the metric is kept by the second, not by the minute.
	High bool
	// Time is when it was: for a request, when that began. It comes to CloudWatch
	// when it is recorded.
	Time time.Time
}

// Recorder takes data; localcloud/internal/cloudwatch is the one.
type Recorder interface {
	Record(data ...Datum)
}
