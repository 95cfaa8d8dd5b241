// Package prices holds what AWS charges for the calls that a release makes:
// list prices of us-east-1 in USD, without the free tier, as published in
// November 2026. They are for estimates; a bill is the only truth.
package prices

const (
	// Transition of a Standard workflow: each state entered, and each retry.
	// https://aws.amazon.com/step-functions/pricing/
	Transition = 0.025 / 1000
	// LambdaRequest is one invocation.
	// https://aws.amazon.com/lambda/pricing/
	LambdaRequest = 0.20 / 1e6
	// LambdaGBSecond is a GB of memory held for a second, on arm64.
	// https://aws.amazon.com/lambda/pricing/
	LambdaGBSecond = 0.0000133334
	// HandlerCall is a call of one of Weir's handlers, taken to last 300 ms at
	// 256 MB. On a laptop it takes a few milliseconds; on Lambda most of it is
	// waiting for AWS.
	HandlerCall = LambdaRequest + 0.3*0.25*LambdaGBSecond
	// Metric is one metric asked for in GetMetricData.
	// https://aws.amazon.com/cloudwatch/pricing/
	Metric = 0.01 / 1000
	// APIRequest is one of CloudWatch's other calls, such as DescribeAlarms.
	// https://aws.amazon.com/cloudwatch/pricing/
	APIRequest = 0.01 / 1000
	// Event is one custom event on a bus.
	// https://aws.amazon.com/eventbridge/pricing/
	Event = 1.00 / 1e6
)
