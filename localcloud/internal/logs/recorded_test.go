package logs_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/logs"
	"weir/localcloud/internal/wire"
)

// recorded: test_logs_groups, test_logs_streams, test_logs_events and
// test_logs_filter_events of tests/aws/services/logs in
// github.com/localstack/localstack
func TestRefusalsAreAsRecorded(t *testing.T) {
	f := newFixture(t, 0)
	f.Write("g", "s", start, []byte("line"))
	const (
		noGroup  = "ResourceNotFoundException: The specified log group does not exist."
		noStream = "ResourceNotFoundException: The specified log stream does not exist."
		twice    = "ValidationException: LogGroup name and LogGroup ARN are mutually exclusive parameters."
		tooMany  = "InvalidParameterException: 1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000"
		token    = "InvalidParameterException: The specified nextToken is invalid."
	)
	tests := []struct {
		operation string
		in        any
		want      string
	}{
		{"CreateLogGroup", &logs.CreateLogGroupInput{LogGroupName: "g"}, "ResourceAlreadyExistsException: The specified log group already exists"},
		{"CreateLogGroup", &logs.CreateLogGroupInput{LogGroupName: strings.Repeat("g", 513)},
			"InvalidParameterException: Invalid LogGroup or LogStream, both must have length less than or equal to 512."},
		{"DescribeLogGroups", &logs.DescribeLogGroupsInput{LogGroupNamePrefix: "g", LogGroupNamePattern: "g"},
			"InvalidParameterException: LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."},
		{"DescribeLogStreams", &logs.DescribeLogStreamsInput{LogGroupName: "g", LogGroupIdentifier: "g"}, twice},
		{"DescribeLogStreams", &logs.DescribeLogStreamsInput{LogGroupName: "none"}, noGroup},
		// AWS's users were told this one.
		{"DescribeLogStreams", &logs.DescribeLogStreamsInput{LogGroupName: "g", OrderBy: "LastEventTime", LogStreamNamePrefix: "s"},
			"InvalidParameterException: Cannot order by LastEventTime with a logStreamNamePrefix."},
		{"GetLogEvents", &logs.GetLogEventsInput{LogGroupName: "none", LogStreamName: "s"}, noGroup},
		{"GetLogEvents", &logs.GetLogEventsInput{LogGroupName: "g", LogStreamName: "none"}, noStream},
		{"GetLogEvents", &logs.GetLogEventsInput{LogGroupName: "g", LogStreamName: "s", NextToken: "invalid"}, token},
		{"GetLogEvents", &logs.GetLogEventsInput{LogGroupName: "g", LogStreamName: "s", Limit: 10001}, tooMany},
		{"FilterLogEvents", &logs.FilterLogEventsInput{LogGroupName: "g", Limit: 10001}, tooMany},
		{"FilterLogEvents", &logs.FilterLogEventsInput{LogGroupName: "g", NextToken: "invalid"}, token},
	}
	for _, test := range tests {
		_, err := f.bus.Call(t.Context(), api.Operator(env), "logs", test.operation, test.in)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s %+v: error %v, recorded %s", test.operation, test.in, err, test.want)
		}
	}
}

// recorded: test_logs_groups and test_logs_streams.
func TestGroupsAndStreamsAreDescribedAsRecorded(t *testing.T) {
	f := newFixture(t, 0)
	f.Write("g", "s", start, []byte("line"))
	members := func(one any) string {
		return strings.Join(slices.Sorted(maps.Keys(wire.Tree(one, true).(map[string]any))), " ")
	}
	group := func(in *logs.DescribeLogGroupsInput) string {
		return members(do[logs.DescribeLogGroupsOutput](f, "DescribeLogGroups", in).LogGroups[0])
	}
	if got, want := group(&logs.DescribeLogGroupsInput{LogGroupNamePrefix: "g"}),
		"arn creationTime deletionProtectionEnabled logGroupArn logGroupClass logGroupName metricFilterCount storedBytes"; got != want {
		t.Errorf("by prefix %s, recorded %s", got, want)
	}
	if got, want := group(&logs.DescribeLogGroupsInput{LogGroupNamePattern: "g"}), "arn creationTime logGroupArn logGroupClass logGroupName metricFilterCount"; got != want {
		t.Errorf("by pattern %s, recorded %s", got, want)
	}
	for _, identifier := range []string{"g", env.ARN("logs", "log-group:g")} {
		streams := do[logs.DescribeLogStreamsOutput](f, "DescribeLogStreams", &logs.DescribeLogStreamsInput{LogGroupIdentifier: identifier}).LogStreams
		if len(streams) != 1 || streams[0].Arn != env.ARN("logs", "log-group:g:log-stream:s") || streams[0].StoredBytes != 0 {
			t.Errorf("streams of %s: %+v", identifier, streams)
		}
	}
}
