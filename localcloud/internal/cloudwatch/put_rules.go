package cloudwatch

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// largest is the largest value that a metric can have.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
var largest = math.Ldexp(1, 360)

// reserved starts the namespaces that only AWS's own services write to. Those of
// the local cloud do so by Record.
const reserved = "AWS/"

// Limits of data.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
const (
	maxData           = 1000
	maxName           = 255
	maxDimensionValue = 1024
	maxValues         = 150
	oldestDatum       = 14 * 24 * time.Hour
	newestDatum       = 2 * time.Hour
)

// checkData refuses the data of a request, of which none is kept if one is wrong.
func checkData(namespace string, data []types.MetricDatum, now time.Time) error {
	if len(data) > maxData {
		return invalidValue("The collection MetricData must not have a size greater than %d.", maxData)
	}
	wrong := checkNamespace(namespace)
	for i, d := range data {
		if err := checkDatum(func(member string) string { return fmt.Sprintf("MetricData.member.%d.%s", i+1, member) }, d, now); err != nil {
			wrong = append(wrong, err)
		}
	}
	return together(wrong)
}

func checkNamespace(namespace string) []*api.Error {
	switch {
	case strings.HasPrefix(namespace, reserved):
		return []*api.Error{invalidValue("The value %s for parameter Namespace is invalid.", reserved)}
	case strings.TrimSpace(namespace) == "", strings.HasPrefix(namespace, ":"), len(namespace) > maxName, !printable(namespace):
		return []*api.Error{invalidValue("The value %s for parameter Namespace is invalid; it must have 1 to %d ASCII characters and not begin with a colon.", namespace, maxName)}
	}
	return nil
}

// printable tells whether a text has ASCII characters only, and none of control.
func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// checkIdentity refuses a name, dimensions and a time that no metric can have.
func checkIdentity(name func(member string) string, d types.MetricDatum, now time.Time) *api.Error {
	switch {
	case api.Deref(d.MetricName) == "" || len(*d.MetricName) > maxName:
		return invalidValue("The value %s for parameter %s is invalid; it must have 1 to %d characters.", api.Deref(d.MetricName), name("MetricName"), maxName)
	case len(d.Dimensions) > maxDimensions:
		return invalidValue("The collection %s must not have a size greater than %d.", name("Dimensions"), maxDimensions)
	case d.Timestamp != nil && d.Timestamp.Before(now.Add(-oldestDatum)):
		return invalidValue("The parameter %s must specify a time no more than two weeks in the past.", name("Timestamp"))
	case d.Timestamp != nil && d.Timestamp.After(now.Add(newestDatum)):
		return invalidValue("The parameter %s must specify a time no more than two hours in the future.", name("Timestamp"))
	}
	for i, dimension := range d.Dimensions {
		key, value := api.Deref(dimension.Name), api.Deref(dimension.Value)
		if strings.TrimSpace(key) == "" || strings.HasPrefix(key, ":") || len(key) > maxName || !printable(key) {
			return invalidValue("The value %s for parameter %s is invalid.", key, name(fmt.Sprintf("Dimensions.member.%d.Name", i+1)))
		}
		if strings.TrimSpace(value) == "" || len(value) > maxDimensionValue || !printable(value) {
			return invalidValue("The value %s for parameter %s is invalid.", value, name(fmt.Sprintf("Dimensions.member.%d.Value", i+1)))
		}
	}
	return nil
}

// checkDatum refuses a datum that says its value twice or not at all, or says
// what cannot be. Values beside StatisticValues are no error. The name of a
// member is its place in the request.
func checkDatum(name func(member string) string, d types.MetricDatum, now time.Time) *api.Error {
	if err := checkIdentity(name, d, now); err != nil {
		return err
	}
	both := func(member string) *api.Error {
		return invalidCombination("The parameters %s and %s are mutually exclusive and you have specified both.", name("Value"), name(member))
	}
	resolution := api.Deref(d.StorageResolution)
	switch {
	case d.StorageResolution != nil && resolution != 1 && resolution != 60:
		return invalidValue("The value %d for parameter %s is invalid; it must be 1 or 60.", resolution, name("StorageResolution"))
	case d.Unit != "" && !slices.Contains(d.Unit.Values(), d.Unit):
		return invalidValue("The parameter %s must be a value in the set [ %s ].", name("Unit"), list(d.Unit.Values()))
	case d.Value != nil && len(d.Values) > 0:
		return both("Values")
	case d.Value != nil && d.StatisticValues != nil:
		return both("StatisticValues")
	case len(d.Values) > maxValues:
		return invalidValue("The collection %s must not have a size greater than %d.", name("Values"), maxValues)
	case len(d.Counts) > 0 && len(d.Counts) != len(d.Values):
		return invalidValue("The parameters %s and %s must be of the same size.", name("Values"), name("Counts"))
	case d.Value == nil && len(d.Values) == 0 && d.StatisticValues == nil:
		return invalidCombination("At least one of the parameters %s and %s must be specified.", name("Value"), name("StatisticValues"))
	case d.StatisticValues != nil && (api.Deref(d.StatisticValues.SampleCount) <= 0 || api.Deref(d.StatisticValues.Minimum) > api.Deref(d.StatisticValues.Maximum)):
		return invalidValue("The statistic set of metric %s must have a SampleCount above 0 and a Minimum that is not above its Maximum.", api.Deref(d.MetricName))
	case d.Value != nil:
		return checkValue(name("Value"), *d.Value)
	}
	for i, value := range d.Values {
		if err := checkValue(name(fmt.Sprintf("Values.member.%d", i+1)), value); err != nil {
			return err
		}
	}
	return nil
}

func checkValue(name string, value float64) *api.Error {
	if math.Abs(value) <= largest {
		return nil
	}
	return invalidValue("The value %s for parameter %s is invalid.", spelt(value), name)
}

// spelt writes a number that cannot be a metric's as CloudWatch does.
func spelt(value float64) string {
	switch {
	case math.IsNaN(value):
		return "NaN"
	case math.IsInf(value, 1):
		return "∞"
	case math.IsInf(value, -1):
		return "-∞"
	}
	return thousands(strconv.FormatFloat(value, 'f', -1, 64))
}
