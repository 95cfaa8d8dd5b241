package cloudwatch

import "weir/local/api"

// What CloudWatch says of the metrics of an alarm.
var (
	errManySeries = api.Errorf("ValidationError", "Metrics expression that return multi time series are only allowed for MetricsInsights expression with an ORDER BY clause")
	errOneReturns = api.Errorf("ValidationError", "Exactly one element of the metrics list should return data.")
)
