package cloudwatch

import (
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// Limits of alarms, dimensions and tags.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
const (
	maxDimensions  = 30
	maxActions     = 5
	maxAlarmName   = 255
	maxDescription = 1024
	maxTags        = 50
	maxTagKey      = 128
	maxTagValue    = 256
	maxDeleted     = 100 // alarms of one DeleteAlarms or DescribeAlarms
)

// described is what metric and composite alarms have in common.
type described struct {
	name, description       *string
	alarm, ok, insufficient []string
	tags                    []types.Tag
}

// checkDescribed refuses what is too long, or has too many members.
func checkDescribed(in described) error {
	name := api.Deref(in.name)
	switch {
	case name == "":
		return tooShort("alarmName")
	case len([]rune(name)) > maxAlarmName:
		return tooLong("alarmName", name, maxAlarmName)
	case strings.ContainsFunc(name, func(r rune) bool { return r < unicode.MaxASCII && unicode.IsControl(r) || r == 127 }):
		return invalid("The alarm name %q must not contain ASCII control characters.", name)
	case len([]rune(api.Deref(in.description))) > maxDescription:
		return tooLong("alarmDescription", api.Deref(in.description), maxDescription)
	}
	for member, actions := range map[string][]string{"alarmActions": in.alarm, "oKActions": in.ok, "insufficientDataActions": in.insufficient} {
		if len(actions) > maxActions {
			return tooMany(member, maxActions)
		}
	}
	return checkTags(in.tags, 0)
}

// checkTags refuses tags that a resource with some already cannot have.
func checkTags(tags []types.Tag, already int) error {
	for _, tag := range tags {
		switch key, value := api.Deref(tag.Key), api.Deref(tag.Value); {
		case key == "":
			return tooShort("tags.member.key")
		case len([]rune(key)) > maxTagKey:
			return tooLong("tags.member.key", key, maxTagKey)
		case len([]rune(value)) > maxTagValue:
			return tooLong("tags.member.value", value, maxTagValue)
		}
	}
	if already+len(tags) > maxTags {
		return tooMany("tags", maxTags)
	}
	return nil
}
