package cloudwatch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// noUnit is the unit of data that were put without one.
const noUnit = string(types.StandardUnitNone)

// unitOrder is the order in which CloudWatch goes through units: where a query
// names none, the first that there are data of is answered.
var unitOrder = []types.StandardUnit{
	types.StandardUnitMegabits, types.StandardUnitTerabits, types.StandardUnitGigabits, types.StandardUnitCount, types.StandardUnitBytes,
	types.StandardUnitGigabytes, types.StandardUnitGigabytesSecond, types.StandardUnitKilobytes, types.StandardUnitKilobitsSecond,
	types.StandardUnitTerabytes, types.StandardUnitTerabitsSecond, types.StandardUnitBytesSecond, types.StandardUnitPercent,
	types.StandardUnitMegabytes, types.StandardUnitMegabitsSecond, types.StandardUnitMilliseconds, types.StandardUnitMicroseconds,
	types.StandardUnitKilobytesSecond, types.StandardUnitGigabitsSecond, types.StandardUnitMegabytesSecond, types.StandardUnitBits,
	types.StandardUnitBitsSecond, types.StandardUnitCountSecond, types.StandardUnitSeconds, types.StandardUnitKilobits,
	types.StandardUnitTerabytesSecond, types.StandardUnitNone,
}

// unitRank is a unit's place in unitOrder.
func unitRank(unit string) int { return slices.Index(unitOrder, types.StandardUnit(unit)) }

// unitMessages warn of a result that leaves out data of other units.
func unitMessages(units []string) []types.MessageData {
	if len(units) < 2 {
		return nil
	}
	return []types.MessageData{{Code: new("MultipleUnits"), Value: new(fmt.Sprintf("Multiple units returned: '[%s]'", strings.Join(units, ", ")))}}
}
