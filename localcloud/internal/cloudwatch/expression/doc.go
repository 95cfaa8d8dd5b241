// Package expression reads and evaluates CloudWatch's metric math: arithmetic,
// comparisons and functions over series by their ids, and the searches that find
// series by name.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
package expression
