package endpoint_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/scheduler"
	"weir/localcloud/internal/sqs"
)

// schedules is a cloud with a queue and a role that may send to it.
type schedules struct {
	t     *testing.T
	cloud *endpoint.Cloud
	clock *clock.Clock
	role  *string
}

var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func newSchedules(t *testing.T) *schedules {
	t.Helper()
	stepped := clock.Stepped(newYear)
	s := &schedules{t: t, clock: stepped, cloud: start(t, endpoint.Options{Clock: stepped})}
	s.role = aws.String(role(t, s.cloud, "caller", allow(`{"Effect":"Allow","Action":["sqs:SendMessage","events:PutEvents","states:StartExecution"],"Resource":"*"}`)))
	trust(t, s.cloud, "caller", "scheduler.amazonaws.com")
	s.do("sqs", "CreateQueue", &sqs.CreateQueueInput{QueueName: aws.String("mail")})
	s.do("sqs", "CreateQueue", &sqs.CreateQueueInput{QueueName: aws.String("lost")})
	return s
}

func (s *schedules) try(service, operation string, in any) (any, error) {
	return s.cloud.Bus().Call(context.WithoutCancel(s.t.Context()), api.Operator(s.cloud.Env()), service, operation, in)
}

func (s *schedules) do(service, operation string, in any) any {
	s.t.Helper()
	out, err := s.try(service, operation, in)
	if err != nil {
		s.t.Fatalf("%s %s: %v", service, operation, err)
	}
	return out
}

func (s *schedules) queue(name string) *string { return aws.String(s.cloud.Env().ARN("sqs", name)) }

// at is a schedule that sends "it is <time>" to the queue.
func (s *schedules) at(expression string) *scheduler.ScheduleInput {
	return &scheduler.ScheduleInput{Name: aws.String("s"), ScheduleExpression: &expression, FlexibleTimeWindow: scheduler.FlexibleTimeWindow{Mode: aws.String("OFF")},
		Target: scheduler.Target{Arn: s.queue("mail"), RoleArn: s.role, Input: aws.String("<aws.scheduler.scheduled-time>")}}
}

// came takes the messages of a queue, without waiting.
func (s *schedules) came(queue string) []sqs.Message {
	s.t.Helper()
	var got []sqs.Message
	for {
		out := s.do("sqs", "ReceiveMessage", &sqs.ReceiveMessageInput{QueueUrl: &queue, MaxNumberOfMessages: aws.Int32(10), WaitTimeSeconds: aws.Int32(0),
			MessageAttributeNames: []string{"All"}}).(*sqs.ReceiveMessageOutput)
		if len(out.Messages) == 0 {
			return got
		}
		for _, message := range out.Messages {
			s.do("sqs", "DeleteMessage", &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: message.ReceiptHandle})
		}
		got = append(got, out.Messages...)
	}
}

func TestSchedulesRunWhenTheySay(t *testing.T) {
	day := func(hours float64) *time.Time {
		return aws.Time(newYear.Add(time.Duration(hours * float64(time.Hour))))
	}
	for name, test := range map[string]struct {
		expression string
		change     func(*scheduler.ScheduleInput)
		want       []string // in the first two days
		gone       bool
	}{
		"a rate":                 {expression: "rate(20 hours)", want: []string{"01T20:00:00Z", "02T16:00:00Z"}},
		"a rate of one":          {expression: "rate(1 days)", want: []string{"02T00:00:00Z", "03T00:00:00Z"}},
		"a rate from a start":    {expression: "rate(20 hours)", change: func(in *scheduler.ScheduleInput) { in.StartDate = day(1) }, want: []string{"01T01:00:00Z", "01T21:00:00Z", "02T17:00:00Z"}},
		"a rate to an end":       {expression: "rate(20 hours)", change: func(in *scheduler.ScheduleInput) { in.EndDate = day(30) }, want: []string{"01T20:00:00Z"}},
		"cron":                   {expression: "cron(30 6 * * ? *)", want: []string{"01T06:30:00Z", "02T06:30:00Z"}},
		"cron in a zone":         {expression: "cron(30 6 * * ? *)", change: zoned("Asia/Tokyo"), want: []string{"01T21:30:00Z", "02T21:30:00Z"}},
		"cron from a start":      {expression: "cron(30 6 * * ? *)", change: func(in *scheduler.ScheduleInput) { in.StartDate = day(6.5) }, want: []string{"01T06:30:00Z", "02T06:30:00Z"}},
		"once":                   {expression: "at(2026-01-01T13:00:00)", want: []string{"01T13:00:00Z"}},
		"once in a zone":         {expression: "at(2026-01-01T13:00:00)", change: zoned("Europe/Berlin"), want: []string{"01T12:00:00Z"}},
		"once, and is then gone": {expression: "at(2026-01-01T13:00:00)", change: leaving, want: []string{"01T13:00:00Z"}, gone: true},
		"in a window, at its start": {expression: "at(2026-01-01T13:00:00)", change: func(in *scheduler.ScheduleInput) {
			in.FlexibleTimeWindow = scheduler.FlexibleTimeWindow{Mode: aws.String("FLEXIBLE"), MaximumWindowInMinutes: aws.Int32(15)}
		}, want: []string{"01T13:00:00Z"}},
		"to an end, and then gone": {expression: "rate(20 hours)", change: func(in *scheduler.ScheduleInput) { in.EndDate = day(30); leaving(in) }, want: []string{"01T20:00:00Z"}, gone: true},
		"disabled":                 {expression: "rate(20 hours)", change: func(in *scheduler.ScheduleInput) { in.State = aws.String("DISABLED") }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSchedules(t)
			in := s.at(test.expression)
			if test.change != nil {
				test.change(in)
			}
			s.do("scheduler", "CreateSchedule", in)
			s.clock.Advance(48 * time.Hour)
			var got []string
			for _, message := range s.came("mail") {
				got = append(got, strings.TrimPrefix(*message.Body, "2026-01-"))
			}
			if strings.Join(got, " ") != strings.Join(test.want, " ") {
				t.Errorf("it ran at %q, want %q", got, test.want)
			}
			if _, err := s.try("scheduler", "GetSchedule", &scheduler.ScheduleName{Name: in.Name}); api.IsCode(err, "ResourceNotFoundException") != test.gone {
				t.Errorf("afterwards: %v, want it gone: %v", err, test.gone)
			}
		})
	}
}

func zoned(name string) func(*scheduler.ScheduleInput) {
	return func(in *scheduler.ScheduleInput) { in.ScheduleExpressionTimezone = &name }
}

func leaving(in *scheduler.ScheduleInput) { in.ActionAfterCompletion = aws.String("DELETE") }

// A changed schedule runs as it says now; one that is deleted, alone or with its
// group, runs no more.
func TestSchedulesAreChangedAndDeleted(t *testing.T) {
	s := newSchedules(t)
	s.do("scheduler", "CreateScheduleGroup", &scheduler.GroupInput{Name: aws.String("g")})
	grouped := s.at("rate(1 hour)")
	grouped.GroupName, grouped.Target.Input = aws.String("g"), aws.String("grouped")
	s.do("scheduler", "CreateSchedule", grouped)
	s.do("scheduler", "CreateSchedule", s.at("rate(1 hour)"))
	changed := s.at("rate(2 hours)")
	changed.Target.Input = aws.String("changed")
	s.do("scheduler", "UpdateSchedule", changed)
	s.clock.Advance(2 * time.Hour)
	if got := s.came("mail"); len(got) != 3 {
		t.Errorf("%d messages, want two of the group's and one of the changed", len(got))
	}
	s.do("scheduler", "DeleteScheduleGroup", &scheduler.GroupInput{Name: aws.String("g")})
	s.do("scheduler", "DeleteSchedule", &scheduler.ScheduleName{Name: aws.String("s")})
	s.clock.Advance(24 * time.Hour)
	if got := s.came("mail"); len(got) != 0 {
		t.Errorf("%d messages after all were deleted", len(got))
	}
}

// A target is called in its role, again where it fails for a while, and what
// cannot be delivered goes to the dead-letter queue.
func TestSchedulesCallTheirTargets(t *testing.T) {
	s := newSchedules(t)
	universal := s.at("at(2026-01-01T01:00:00)")
	universal.Name, universal.Target.Arn = aws.String("universal"), aws.String("arn:aws:scheduler:::aws-sdk:sqs:sendMessage")
	universal.Target.Input = aws.String(`{"QueueUrl": "mail", "MessageBody": "by name, try <aws.scheduler.attempt-number>"}`)
	s.do("scheduler", "CreateSchedule", universal)
	s.clock.Advance(2 * time.Hour)
	if got := s.came("mail"); len(got) != 1 || *got[0].Body != "by name, try 1" {
		t.Errorf("a universal target sent %v", got)
	}
	denied := s.at("at(2026-01-01T03:00:00)")
	denied.Name, denied.Target.Arn = aws.String("denied"), aws.String("arn:aws:sns:us-east-1:000000000000:news")
	denied.Target.DeadLetterConfig = &scheduler.DeadLetterConfig{Arn: s.queue("lost")}
	s.do("scheduler", "CreateSchedule", denied)
	s.clock.Advance(24 * time.Hour)
	lost := s.came("lost")
	if len(lost) != 1 {
		t.Fatalf("%d messages in the dead-letter queue, want 1", len(lost))
	}
	why := aws.ToString(lost[0].MessageAttributes["ERROR_MESSAGE"].StringValue)
	if !strings.Contains(why, "assumed-role/caller/") || !strings.Contains(why, "not authorized to perform: SNS:Publish") {
		t.Errorf("lost because %q", why)
	}
}

// recorded: scheduler/test_scheduler.snapshot.json of github.com/localstack/localstack
func TestSchedulesAreRefused(t *testing.T) {
	s := newSchedules(t)
	for _, expression := range []string{"cron(0 1 * * * *)", "cron(7 20 * * NOT *)", "cron(INVALID)", "cron(0 dummy ? * MON-FRI *)", "cron(71 8 1 * ? *)", "cron()",
		"rate(10 seconds)", "rate(10 years)", "rate()", "rate(10)", "rate(10 minutess)", "rate(foo minutes)", "rate(-10 minutes)", "rate( 10 minutes )",
		" rate(10 minutes)", "at(2021-12-31T23:59:59Z)", "at(2021-12-31)"} {
		if _, err := s.try("scheduler", "CreateSchedule", s.at(expression)); err == nil || err.Error() != "ValidationException: Invalid Schedule Expression "+expression+"." {
			t.Errorf("%s: %v", expression, err)
		}
	}
	closed := role(t, s.cloud, "closed", allow(topics))
	for name, test := range map[string]struct {
		change func(*scheduler.ScheduleInput)
		want   string
	}{
		"a role that does not trust it": {func(in *scheduler.ScheduleInput) { in.Target.RoleArn = &closed }, "ValidationException: The execution role you provide must allow AWS EventBridge Scheduler to assume the role."},
		"a group that is not there":     {func(in *scheduler.ScheduleInput) { in.GroupName = aws.String("none") }, "ResourceNotFoundException: Schedule group none does not exist."},
		"a target it does not call": {func(in *scheduler.ScheduleInput) {
			in.Target.Arn = aws.String("arn:aws:ecs:us-east-1:000000000000:cluster/c")
		}, "does not call arn:aws:ecs"},
		"no ARN":                {func(in *scheduler.ScheduleInput) { in.Target.Arn = aws.String("mail") }, "ValidationException: Provided Arn is not in correct format."},
		"a zone that is not":    {zoned("Moon/Sea"), "Moon/Sea"},
		"this machine's zone":   {zoned("Local"), "Local"},
		"a window of no length": {func(in *scheduler.ScheduleInput) { in.FlexibleTimeWindow.Mode = aws.String("FLEXIBLE") }, "MaximumWindowInMinutes"},
		"a state that is not":   {func(in *scheduler.ScheduleInput) { in.State = aws.String("ON") }, "enum value set: [ENABLED, DISABLED]"},
	} {
		in := s.at("rate(1 hour)")
		test.change(in)
		if _, err := s.try("scheduler", "CreateSchedule", in); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want one with %q", name, err, test.want)
		}
	}
	s.do("scheduler", "CreateSchedule", s.at("rate(1 hour)"))
	if _, err := s.try("scheduler", "CreateSchedule", s.at("rate(1 hour)")); !api.IsCode(err, "ConflictException") {
		t.Errorf("a second schedule of that name: %v", err)
	}
}

// recorded: scheduler/test_scheduler.snapshot.json of github.com/localstack/localstack,
// test_get_schedule, test_update_schedule, test_delete_schedule_not_found and
// test_untag_resource, over HTTP: it is the members that count.
func TestSchedulesAreToldAsRecorded(t *testing.T) {
	s := newSchedules(t)
	call := func(method, path, body string) (int, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, s.cloud.URL()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/scheduler/aws4_request, SignedHeaders=host, Signature=0")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(text)
	}
	told := func(method, path, body, want string) {
		t.Helper()
		_, got := call(method, path, body)
		var g, w any
		if json.Unmarshal([]byte(got), &g) != nil || json.Unmarshal([]byte(want), &w) != nil || !reflect.DeepEqual(g, w) {
			t.Errorf("%s %s answers\n%s\nrecorded\n%s", method, path, got, want)
		}
	}
	target := func(more string) string {
		return fmt.Sprintf(`"Target":{"Arn":%q,"RoleArn":%q,"Input":"{\"key\":\"value\"}"%s}`, *s.queue("mail"), *s.role, more)
	}
	const arn, dates = `arn:aws:scheduler:us-east-1:000000000000:schedule/default/n`, `"CreationDate":1767225600,"LastModificationDate":1767225600`
	policy := `,"RetryPolicy":{"MaximumEventAgeInSeconds":86400,"MaximumRetryAttempts":185}`
	told("POST", "/schedules/n", `{"Description":"Test description","ScheduleExpression":"rate(1 minute)","FlexibleTimeWindow":{"Mode":"FLEXIBLE","MaximumWindowInMinutes":60},`+target("")+`}`,
		`{"ScheduleArn":"`+arn+`"}`)
	told("GET", "/schedules/n", "", `{"ActionAfterCompletion":"NONE","Arn":"`+arn+`",`+dates+`,"Description":"Test description",
		"FlexibleTimeWindow":{"MaximumWindowInMinutes":60,"Mode":"FLEXIBLE"},"GroupName":"default","Name":"n","ScheduleExpression":"rate(1 minute)",
		"ScheduleExpressionTimezone":"UTC","State":"ENABLED",`+target(policy)+`}`)
	told("PUT", "/schedules/n", `{"State":"DISABLED","ActionAfterCompletion":"DELETE","ScheduleExpression":"rate(2 minute)","FlexibleTimeWindow":{"Mode":"OFF"},`+
		target(`,"RetryPolicy":{"MaximumRetryAttempts":3}`)+`}`, `{"ScheduleArn":"`+arn+`"}`)
	told("GET", "/schedules/n", "", `{"ActionAfterCompletion":"DELETE","Arn":"`+arn+`",`+dates+`,"FlexibleTimeWindow":{"Mode":"OFF"},"GroupName":"default","Name":"n",
		"ScheduleExpression":"rate(2 minute)","ScheduleExpressionTimezone":"UTC","State":"DISABLED",`+target(strings.Replace(policy, "185", "3", 1))+`}`)
	told("DELETE", "/schedules/n", "", `{}`)
	told("GET", "/schedules?NamePrefix=n", "", `{"Schedules":[]}`)
	if status, got := call("DELETE", "/schedules/not-existing-schedule-name", ""); status != 404 || !strings.Contains(got, `"Schedule not-existing-schedule-name does not exist."`) {
		t.Errorf("deleting what is not there: %d %s", status, got)
	}
	group := "arn:aws:scheduler:us-east-1:000000000000:schedule-group/g"
	told("POST", "/schedule-groups/g", `{"Tags":[{"Key":"TagKey","Value":"TagValue"}]}`, `{"ScheduleGroupArn":"`+group+`"}`)
	told("GET", "/tags/"+url.PathEscape(group), "", `{"Tags":[{"Key":"TagKey","Value":"TagValue"}]}`)
	told("DELETE", "/tags/"+url.PathEscape(group)+"?TagKeys=TagKey", "", `{}`)
	told("GET", "/tags/"+url.PathEscape(group), "", `{"Tags":[]}`)
	told("GET", "/schedule-groups/g", "", `{"Arn":"`+group+`",`+dates+`,"Name":"g","State":"ACTIVE"}`)
}
