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
	Time       time.Time
}

// Recorder takes data; local/cloudwatch is the one.
type Recorder interface {
	Record(data ...Datum)
}
