package awsmetrics

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/internal/awserr"
)

// alarmsPerCall is DescribeAlarms' limit for AlarmNames.
const alarmsPerCall = 100

// Firing reads metric alarms and composite alarms by name. The answer holds an
// entry for each alarm that exists: true when it is in ALARM now. A mute rule
// silences an alarm's actions and not its state, so a muted alarm can fire here.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarmmuterule.html
func (c *Client) Firing(ctx context.Context, names []string) (map[string]bool, error) {
	firing := map[string]bool{}
	for len(names) > 0 {
		batch := names[:min(alarmsPerCall, len(names))]
		names = names[len(batch):]
		pages := cloudwatch.NewDescribeAlarmsPaginator(c.api, &cloudwatch.DescribeAlarmsInput{
			AlarmNames: batch, AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, awserr.Wrap(err, "read alarms")
			}
			for _, alarm := range page.MetricAlarms {
				firing[aws.ToString(alarm.AlarmName)] = alarm.StateValue == types.StateValueAlarm
			}
			for _, alarm := range page.CompositeAlarms {
				firing[aws.ToString(alarm.AlarmName)] = alarm.StateValue == types.StateValueAlarm
			}
		}
	}
	return firing, nil
}
