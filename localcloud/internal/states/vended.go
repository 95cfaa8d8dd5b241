package states

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/ordered"
)

// vend writes an event into the log group of the machine's logging, where its
// level asks for it. The caller holds the execution's lock.
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
func (x *execution) vend(event types.HistoryEvent) {
	logging := x.revision.logging
	if x.service.Vend == nil || logging == nil || len(logging.Destinations) == 0 || !logged(logging.Level, string(event.Type)) {
		return
	}
	if !logging.IncludeExecutionData {
		event = withoutData(event)
	}
	line, err := json.Marshal(map[string]any{
		"id": strconv.FormatInt(event.Id, 10), "type": string(event.Type), "details": detailsOf(event),
		"previous_event_id": strconv.FormatInt(event.PreviousEventId, 10),
		"event_timestamp":   strconv.FormatInt(event.Timestamp.UnixMilli(), 10),
		"execution_arn":     x.arn, "redrive_count": strconv.Itoa(x.redrives),
	})
	if err != nil {
		x.service.Log.Error("event not logged", "execution", x.arn, "error", err.Error())
		return
	}
	_, group, _ := strings.Cut(aws.ToString(logging.Destinations[0].CloudWatchLogsLogGroup.LogGroupArn), ":log-group:")
	stream := "states/" + x.machine.name + "/" + x.started.UTC().Format("2006-01-02-15-04") + "/" + x.name
	x.service.Vend(strings.TrimSuffix(group, ":*"), stream, *event.Timestamp, line)
}

// logged tells whether a level asks for an event.
// https://docs.aws.amazon.com/step-functions/latest/dg/cloudwatch-log-level.html
func logged(level types.LogLevel, kind string) bool {
	ends := func(of ...string) bool {
		for _, end := range of {
			if strings.HasSuffix(kind, end) {
				return true
			}
		}
		return false
	}
	switch level {
	case types.LogLevelAll:
		return true
	case types.LogLevelError:
		return ends("Failed", "TimedOut", "Aborted")
	case types.LogLevelFatal:
		return strings.HasPrefix(kind, "Execution") && ends("Failed", "TimedOut", "Aborted")
	}
	return false
}

// detailsOf are the details of an event, with the names that the API gives them in
// JSON.
func detailsOf(event types.HistoryEvent) any {
	value := reflect.ValueOf(event)
	for i := range value.NumField() {
		if name := value.Type().Field(i).Name; strings.HasSuffix(name, "Details") && !value.Field(i).IsNil() {
			return lowerCamel(members(value.Field(i).Interface()))
		}
	}
	return map[string]any{}
}

func lowerCamel(tree any) any {
	object, ok := tree.(*ordered.Object)
	if !ok {
		return tree
	}
	lowered := map[string]any{}
	for name, value := range object.All() {
		first := []rune(name)
		first[0] = unicode.ToLower(first[0])
		if name != "AssignedVariables" { // whose names are the definition's own
			value = lowerCamel(value)
		}
		lowered[string(first)] = value
	}
	return lowered
}
