package logs_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/logs"
)

var (
	env   = api.Env{Partition: "aws", Account: "111111111111", Region: "us-east-1"}
	start = time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
)

type recorder struct{ data []api.Datum }

func (r *recorder) Record(data ...api.Datum) { r.data = append(r.data, data...) }

type fixture struct {
	t     *testing.T
	bus   *api.Bus
	clock *clock.Clock
	*logs.Service
	recorder
}

func newFixture(t *testing.T, keep int) *fixture {
	f := &fixture{t: t, bus: api.NewBus(), clock: clock.Stepped(start)}
	f.Service = logs.New(logs.Options{Env: env, Clock: f.clock, Metrics: &f.recorder, Keep: keep})
	f.bus.Register(f.API())
	return f
}

func do[O any](f *fixture, operation string, in any) *O {
	f.t.Helper()
	out, err := api.Do[O](f.t.Context(), f.bus, api.Operator(env), "logs", operation, in)
	if err != nil {
		f.t.Fatalf("%s: %v", operation, err)
	}
	return out
}

func (f *fixture) refused(operation string, in any) string {
	f.t.Helper()
	_, err := f.bus.Call(f.t.Context(), api.Operator(env), "logs", operation, in)
	if err == nil {
		f.t.Fatalf("%s succeeded", operation)
	}
	return api.AsError(err).Code
}

func TestGroupsAreMadeKeptAndDeletedOnce(t *testing.T) {
	f := newFixture(t, 0)
	made := &logs.CreateLogGroupInput{LogGroupName: "/a/b", Tags: map[string]string{"k": "v"}}
	do[logs.Empty](f, "CreateLogGroup", made)
	if code := f.refused("CreateLogGroup", made); code != "ResourceAlreadyExistsException" {
		t.Errorf("second create: %s", code)
	}
	if code := f.refused("PutRetentionPolicy", &logs.PutRetentionPolicyInput{LogGroupName: "/a/b", RetentionInDays: 2}); code != "InvalidParameterException" {
		t.Errorf("retention of 2 days: %s", code)
	}
	do[logs.Empty](f, "PutRetentionPolicy", &logs.PutRetentionPolicyInput{LogGroupName: "/a/b", RetentionInDays: 7})
	arn := "arn:aws:logs:us-east-1:111111111111:log-group:/a/b"
	do[logs.Empty](f, "TagResource", &logs.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"l": "w"}})
	do[logs.Empty](f, "UntagResource", &logs.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"k"}})
	tags := do[logs.ListTagsForResourceOutput](f, "ListTagsForResource", &logs.ResourceInput{ResourceArn: arn}).Tags
	if !reflect.DeepEqual(tags, map[string]string{"l": "w"}) {
		t.Errorf("tags = %v", tags)
	}
	groups := do[logs.DescribeLogGroupsOutput](f, "DescribeLogGroups", &logs.DescribeLogGroupsInput{LogGroupNamePrefix: "/a"}).LogGroups
	if len(groups) != 1 || *groups[0].RetentionInDays != 7 || groups[0].Arn != arn+":*" {
		t.Errorf("groups = %+v", groups)
	}
	do[logs.Empty](f, "DeleteLogGroup", &logs.LogGroupInput{LogGroupName: "/a/b"})
	if code := f.refused("DeleteLogGroup", &logs.LogGroupInput{LogGroupName: "/a/b"}); code != "ResourceNotFoundException" {
		t.Errorf("second delete: %s", code)
	}
}

func (f *fixture) messages(in *logs.FilterLogEventsInput) (messages []string) {
	f.t.Helper()
	for {
		out := do[logs.FilterLogEventsOutput](f, "FilterLogEvents", in)
		for _, e := range out.Events {
			messages = append(messages, e.Message)
		}
		if out.NextToken == "" {
			return messages
		}
		in.NextToken = out.NextToken
	}
}

func TestFilterLogEvents(t *testing.T) {
	f := newFixture(t, 0)
	for i, line := range []string{"GET /a 200", "GET /b 500", "POST /a 500"} {
		f.Write("g", fmt.Sprint("s", i%2), start.Add(time.Duration(i)*time.Second), []byte(line))
	}
	after := start.Add(time.Second).UnixMilli()
	cases := []struct {
		name string
		in   logs.FilterLogEventsInput
		want []string
	}{
		{"everything, page by page", logs.FilterLogEventsInput{Limit: 1}, []string{"GET /a 200\n", "GET /b 500\n", "POST /a 500\n"}},
		{"all terms", logs.FilterLogEventsInput{FilterPattern: "GET 500"}, []string{"GET /b 500\n"}},
		{"one of the terms", logs.FilterLogEventsInput{FilterPattern: "?POST ?200"}, []string{"GET /a 200\n", "POST /a 500\n"}},
		{"without a term", logs.FilterLogEventsInput{FilterPattern: "500 -POST"}, []string{"GET /b 500\n"}},
		{"a phrase", logs.FilterLogEventsInput{FilterPattern: `"/a 500"`}, []string{"POST /a 500\n"}},
		{"from a time on", logs.FilterLogEventsInput{StartTime: &after}, []string{"GET /b 500\n", "POST /a 500\n"}},
		{"of a stream", logs.FilterLogEventsInput{LogStreamNames: []string{"s1"}}, []string{"GET /b 500\n"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			tc.in.LogGroupName = "g"
			if got := f.messages(&tc.in); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	if code := f.refused("FilterLogEvents", &logs.FilterLogEventsInput{LogGroupName: "g", FilterPattern: "{ $.x = 1 }"}); code != "InvalidParameterException" {
		t.Errorf("a JSON pattern: %s", code)
	}
}

func TestGetLogEventsPagesBothWays(t *testing.T) {
	f := newFixture(t, 0)
	for i := range 5 {
		f.Write("g", "s", start, []byte(fmt.Sprint(i)))
		f.Write("g", "other", start, []byte("x"))
	}
	in := &logs.GetLogEventsInput{LogGroupName: "g", LogStreamName: "s", Limit: 2}
	read := func(token string, head bool) (string, *logs.GetLogEventsOutput) {
		in.NextToken, in.StartFromHead = token, head
		out := do[logs.GetLogEventsOutput](f, "GetLogEvents", in)
		text := ""
		for _, e := range out.Events {
			text += e.Message
		}
		return text, out
	}
	newest, out := read("", false)
	before, _ := read(out.NextBackwardToken, false)
	if newest != "3\n4\n" || before != "1\n2\n" {
		t.Errorf("newest %q, before %q", newest, before)
	}
	first, out := read("", true)
	second, out := read(out.NextForwardToken, true)
	third, out := read(out.NextForwardToken, true)
	token := out.NextForwardToken
	end, out := read(token, true)
	if first != "0\n1\n" || second != "2\n3\n" || third != "4\n" || end != "" || out.NextForwardToken != token {
		t.Errorf("forward: %q %q %q %q, %s then %s", first, second, third, end, token, out.NextForwardToken)
	}
}

func TestOldEventsGoWhenAGroupIsFullOrTheirTimeIsUp(t *testing.T) {
	f := newFixture(t, 6)
	for i := range 5 {
		f.Write("g", "s", start, []byte(fmt.Sprint(i))) // two bytes each
	}
	if got := f.messages(&logs.FilterLogEventsInput{LogGroupName: "g"}); !reflect.DeepEqual(got, []string{"2\n", "3\n", "4\n"}) {
		t.Errorf("kept %q", got)
	}
	do[logs.Empty](f, "PutRetentionPolicy", &logs.PutRetentionPolicyInput{LogGroupName: "g", RetentionInDays: 1})
	f.clock.Advance(25 * time.Hour)
	if got := f.messages(&logs.FilterLogEventsInput{LogGroupName: "g"}); len(got) != 0 {
		t.Errorf("after the retention: %q", got)
	}
}

func TestEmbeddedMetricsAreRecordedInCloudTime(t *testing.T) {
	f := newFixture(t, 0)
	f.Write("g", "s", start, []byte(`{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[["b","a"],["missing"]],"Metrics":[{"Name":"m","Unit":"Count"},{"Name":"list"}]}]},"a":"1","b":"2","m":3,"list":[4,5]}`))
	f.Write("g", "s", start, []byte(`not "_aws" { json`))
	dimensions := []api.Dimension{{Name: "a", Value: "1"}, {Name: "b", Value: "2"}}
	want := []api.Datum{
		{Namespace: "N", Name: "m", Dimensions: dimensions, Value: 3, Unit: "Count", Time: start},
		{Namespace: "N", Name: "list", Dimensions: dimensions, Value: 4, Unit: "None", Time: start},
		{Namespace: "N", Name: "list", Dimensions: dimensions, Value: 5, Unit: "None", Time: start},
	}
	if !reflect.DeepEqual(f.data, want) {
		t.Errorf("recorded %+v", f.data)
	}
}
