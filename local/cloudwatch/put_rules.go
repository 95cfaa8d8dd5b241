package cloudwatch

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/local/api"
)

// largest is the largest value that a metric can have.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
var largest = math.Ldexp(1, 360)

// reserved starts the namespaces that only AWS's own services write to. Those of
// the local cloud do so by Record.
const reserved = "AWS/"

// checkData refuses the data of a request, of which none is kept if one is wrong.
func checkData(namespace string, data []types.MetricDatum) error {
	var wrong []*api.Error
	if strings.HasPrefix(namespace, reserved) {
		wrong = append(wrong, invalidValue("The value %s for parameter Namespace is invalid.", reserved))
	}
	for i, d := range data {
		if err := checkDatum(func(member string) string { return fmt.Sprintf("MetricData.member.%d.%s", i+1, member) }, d); err != nil {
			wrong = append(wrong, err)
		}
	}
	return together(wrong)
}

// checkDatum refuses a datum that says its value twice or not at all, or says
// what cannot be. Values beside StatisticValues are no error. The name of a
// member is its place in the request.
func checkDatum(name func(member string) string, d types.MetricDatum) *api.Error {
	both := func(member string) *api.Error {
		return invalidCombination("The parameters %s and %s are mutually exclusive and you have specified both.", name("Value"), name(member))
	}
	resolution := deref(d.StorageResolution)
	switch {
	case d.StorageResolution != nil && resolution != 1 && resolution != 60:
		return invalidValue("The value %d for parameter %s is invalid; it must be 1 or 60.", resolution, name("StorageResolution"))
	case d.Unit != "" && !slices.Contains(d.Unit.Values(), d.Unit):
		return invalidValue("The parameter %s must be a value in the set [ %s ].", name("Unit"), list(d.Unit.Values()))
	case d.Value != nil && len(d.Values) > 0:
		return both("Values")
	case d.Value != nil && d.StatisticValues != nil:
		return both("StatisticValues")
	case len(d.Counts) > 0 && len(d.Counts) != len(d.Values):
		return invalidValue("The parameters %s and %s must be of the same size.", name("Values"), name("Counts"))
	case d.Value == nil && len(d.Values) == 0 && d.StatisticValues == nil:
		return invalidCombination("At least one of the parameters %s and %s must be specified.", name("Value"), name("StatisticValues"))
	case d.StatisticValues != nil && (deref(d.StatisticValues.SampleCount) <= 0 || deref(d.StatisticValues.Minimum) > deref(d.StatisticValues.Maximum)):
		return invalidValue("The statistic set of metric %s must have a SampleCount above 0 and a Minimum that is not above its Maximum.", deref(d.MetricName))
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
