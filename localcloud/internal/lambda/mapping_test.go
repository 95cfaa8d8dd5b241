package lambda_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda"
)

const jobs = "arn:aws:sqs:us-east-1:111111111111:jobs"

// queue is one queue, whose messages are hidden for good once received.
type queue struct {
	check lambda.QueueCheck

	mu       sync.Mutex
	sent     int
	messages []lambda.Message
	deleted  []string // the bodies, in any order
	bodies   map[string]string
	callers  []api.Caller
}

func (q *queue) Check(_ context.Context, caller api.Caller, _ string) (lambda.QueueCheck, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.callers = append(q.callers, caller)
	return q.check, nil
}

func (q *queue) Receive(_ context.Context, caller api.Caller, _ string, most int32) ([]lambda.Message, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.callers = append(q.callers, caller)
	n := min(int(most), 10, len(q.messages))
	taken := q.messages[:n:n]
	q.messages = q.messages[n:]
	return taken, nil
}

func (q *queue) Delete(_ context.Context, _ api.Caller, _ string, receipts []string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, receipt := range receipts {
		q.deleted = append(q.deleted, q.bodies[receipt])
	}
	return nil
}

func (q *queue) send(bodies ...string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, body := range bodies {
		q.sent++
		id := fmt.Sprint(q.sent)
		q.bodies["r"+id] = body
		q.messages = append(q.messages, lambda.Message{MessageID: id, Receipt: "r" + id, Body: body})
	}
}

func (q *queue) done() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	slices.Sort(q.deleted)
	return strings.Join(q.deleted, " ")
}

// queued is a cloud with a queue that hides messages for five minutes.
func queued(t *testing.T, options ...func(*lambda.Options)) (*cloud, *queue) {
	t.Helper()
	q := &queue{check: lambda.QueueCheck{VisibilityTimeout: 5 * time.Minute}, bodies: map[string]string{}}
	return newCloud(t, append(options, func(o *lambda.Options) { o.Queues = q })...), q
}

func (c *cloud) mapQueue(function string, change ...func(*awslambda.CreateEventSourceMappingInput)) *awslambda.CreateEventSourceMappingOutput {
	c.t.Helper()
	in := &awslambda.CreateEventSourceMappingInput{FunctionName: &function, EventSourceArn: aws.String(jobs)}
	for _, f := range change {
		f(in)
	}
	return do[awslambda.CreateEventSourceMappingOutput](c, "CreateEventSourceMapping", in)
}

func TestAQueueBehindAnAliasFollowsItsWeights(t *testing.T) {
	c, q := queued(t)
	c.released("f", 0.5)
	one := func(in *awslambda.CreateEventSourceMappingInput) { in.BatchSize = aws.Int32(1) }
	made := c.mapQueue("arn:aws:lambda:us-east-1:111111111111:function:f:prod", one)
	if !strings.HasSuffix(*made.FunctionArn, ":function:f:prod") {
		t.Errorf("the mapping is for %s", *made.FunctionArn)
	}
	for range 40 {
		q.send("x")
	}
	c.clock.Advance(time.Second)
	first, _ := c.sum("Invocations", "ExecutedVersion=1", "FunctionName=f", "Resource=f:prod")
	second, _ := c.sum("Invocations", "ExecutedVersion=2", "FunctionName=f", "Resource=f:prod")
	if first+second != 40 || first < 8 || second < 8 {
		t.Errorf("%v messages on the first version, %v on the second", first, second)
	}
	if q.done() != strings.TrimSpace(strings.Repeat("x ", 40)) {
		t.Error("messages were left")
	}
	for _, caller := range q.callers {
		if caller.RoleARN != "arn:aws:iam::111111111111:role/r" || caller.Service != "lambda.amazonaws.com" {
			t.Fatalf("the queue was polled as %+v", caller)
		}
	}
}

func TestAMappingWithoutAQualifierPollsForLatest(t *testing.T) {
	c, q := queued(t)
	c.released("f", 0)
	c.mapQueue("f")
	q.send("x")
	c.clock.Advance(time.Second)
	if n, _ := c.sum("Invocations", "FunctionName=f", "Resource=f"); n != 1 {
		t.Errorf("%v invocations of the bare function, want 1", n)
	}
	if n, _ := c.sum("Invocations", "FunctionName=f", "Resource=f:prod"); n != 0 {
		t.Errorf("%v invocations of the alias, want none", n)
	}
}

func TestWhatIsDeletedOfABatch(t *testing.T) {
	report := []types.FunctionResponseType{types.FunctionResponseTypeReportBatchItemFailures}
	for name, test := range map[string]struct {
		reports []types.FunctionResponseType
		bodies  []string
		want    string
	}{
		"a success deletes all":                            {nil, []string{"a", "b"}, "a b"},
		"an error deletes nothing":                         {nil, []string{"a", "raise"}, ""},
		"a report without the setting is no report":        {nil, []string{"a", "fail"}, "a fail"},
		"reported messages stay":                           {report, []string{"a", "fail", "b"}, "a b"},
		"an empty report deletes all":                      {report, []string{"a"}, "a"},
		"an error deletes nothing, with the setting on":    {report, []string{"a", "raise"}, ""},
		"everything reported deletes nothing of the batch": {report, []string{"fail", "fail"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, q := queued(t)
			c.create("f")
			c.mapQueue("f", func(in *awslambda.CreateEventSourceMappingInput) { in.FunctionResponseTypes = test.reports })
			q.send(test.bodies...)
			c.clock.Advance(time.Second)
			if got := q.done(); got != test.want || c.invocations() == 0 {
				t.Errorf("deleted %q in %d invocations, want %q", got, c.invocations(), test.want)
			}
		})
	}
}

func TestABatchWaitsForItsWindow(t *testing.T) {
	c, q := queued(t)
	c.create("f")
	c.mapQueue("f", func(in *awslambda.CreateEventSourceMappingInput) {
		in.BatchSize, in.MaximumBatchingWindowInSeconds = aws.Int32(15), aws.Int32(60)
	})
	for i, step := range []struct {
		send, invocations int
		after             time.Duration
	}{{3, 0, 30 * time.Second}, {2, 0, 30 * time.Second}, {0, 1, time.Second}, {15, 2, time.Second}} {
		for range step.send {
			q.send("x")
		}
		c.clock.Advance(step.after)
		if got := c.invocations(); got != step.invocations {
			t.Errorf("step %d: %d invocations, want %d", i, got, step.invocations)
		}
	}
}

func TestRefusalsOfMappings(t *testing.T) {
	for name, test := range map[string]struct {
		check  lambda.QueueCheck
		change func(*awslambda.CreateEventSourceMappingInput)
		want   string
	}{
		// hashicorp/terraform-provider-aws#14042, aws/aws-cdk#6770
		"a role without a permission": {check: lambda.QueueCheck{Denied: "ReceiveMessage"},
			want: "InvalidParameterValueException: The provided execution role does not have permissions to call ReceiveMessage on SQS"},
		// github-aws-runners/terraform-aws-github-runner#465
		"a queue that shows messages too early": {check: lambda.QueueCheck{VisibilityTimeout: 2 * time.Second},
			want: "InvalidParameterValueException: Queue visibility timeout: 2 seconds is less than Function timeout: 3 seconds"},
		// ansible-collections/amazon.aws#1995
		"a large batch without a window": {change: func(in *awslambda.CreateEventSourceMappingInput) { in.BatchSize = aws.Int32(11) },
			want: "InvalidParameterValueException: Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"},
		"a function that does not exist": {change: func(in *awslambda.CreateEventSourceMappingInput) { in.FunctionName = aws.String("g") },
			want: "InvalidParameterValueException: Function does not exist"},
		"another source": {change: func(in *awslambda.CreateEventSourceMappingInput) {
			in.EventSourceArn = aws.String("arn:aws:kinesis:us-east-1:111111111111:stream/s")
		}, want: "InvalidParameterValueException: The local cloud does not support the event source arn:aws:kinesis:us-east-1:111111111111:stream/s: of event sources it has SQS queues only."},
		"a filter": {change: func(in *awslambda.CreateEventSourceMappingInput) {
			in.FilterCriteria = &types.FilterCriteria{Filters: []types.Filter{{Pattern: aws.String("{}")}}}
		}, want: "NotImplemented: CreateEventSourceMapping: the local cloud does not support FilterCriteria"},
	} {
		t.Run(name, func(t *testing.T) {
			c, q := queued(t)
			c.create("f")
			if test.check != (lambda.QueueCheck{}) {
				q.check = test.check
			}
			in := &awslambda.CreateEventSourceMappingInput{FunctionName: aws.String("f"), EventSourceArn: aws.String(jobs)}
			if test.change != nil {
				test.change(in)
			}
			if err := refused(c, "CreateEventSourceMapping", in); err.Error() != test.want {
				t.Errorf("%v\nwant %s", err, test.want)
			}
		})
	}
}

func TestTheLifeOfAMapping(t *testing.T) {
	c, q := queued(t, func(o *lambda.Options) { o.Settle = time.Minute })
	c.create("f")
	c.clock.Advance(time.Minute)
	made := c.mapQueue("f")
	id := made.UUID
	if *made.State != "Creating" || *made.StateTransitionReason != "USER_INITIATED" || *made.BatchSize != 10 || *made.MaximumBatchingWindowInSeconds != 0 {
		t.Errorf("answered %+v", made)
	}
	update := &awslambda.UpdateEventSourceMappingInput{UUID: id, Enabled: aws.Bool(false)}
	remove := &awslambda.DeleteEventSourceMappingInput{UUID: id}
	if err := refused(c, "UpdateEventSourceMapping", update); err.Error() != "ResourceInUseException: Cannot update the event source mapping because it is in use." {
		t.Errorf("an update of a mapping that is being created: %v", err)
	}
	state := func(want string) {
		t.Helper()
		if got := do[awslambda.GetEventSourceMappingOutput](c, "GetEventSourceMapping", &awslambda.GetEventSourceMappingInput{UUID: id}); *got.State != want {
			t.Errorf("state %s, want %s", *got.State, want)
		}
	}
	twice := &awslambda.CreateEventSourceMappingInput{FunctionName: aws.String("f"), EventSourceArn: aws.String(jobs)}
	want := `ResourceConflictException: An event source mapping with SQS arn (" ` + jobs + ` ") and function (" f ") already exists. Please update or delete the existing mapping with UUID ` + *id
	if err := refused(c, "CreateEventSourceMapping", twice); err.Error() != want { // aws/chalice#2146
		t.Errorf("a second mapping: %v\nwant %s", err, want)
	}
	c.clock.Advance(time.Minute)
	state("Enabled")
	if out := do[awslambda.UpdateEventSourceMappingOutput](c, "UpdateEventSourceMapping", update); *out.State != "Disabling" {
		t.Errorf("state %s, want Disabling", *out.State)
	}
	c.clock.Advance(time.Minute)
	state("Disabled")
	q.send("x")
	c.clock.Advance(time.Hour)
	if c.invocations() != 0 {
		t.Error("a disabled mapping polled")
	}
	update.Enabled, update.BatchSize = aws.Bool(true), aws.Int32(1)
	do[awslambda.UpdateEventSourceMappingOutput](c, "UpdateEventSourceMapping", update)
	c.clock.Advance(2 * time.Minute)
	if c.invocations() != 1 {
		t.Errorf("%d invocations after it was enabled, want 1", c.invocations())
	}
	list := &awslambda.ListEventSourceMappingsInput{FunctionName: aws.String("f"), EventSourceArn: aws.String(jobs)}
	if out := do[awslambda.ListEventSourceMappingsOutput](c, "ListEventSourceMappings", list); len(out.EventSourceMappings) != 1 || *out.EventSourceMappings[0].BatchSize != 1 {
		t.Errorf("listed %+v", out.EventSourceMappings)
	}
	if out := do[awslambda.DeleteEventSourceMappingOutput](c, "DeleteEventSourceMapping", remove); *out.State != "Deleting" {
		t.Errorf("state %s, want Deleting", *out.State)
	}
	c.clock.Advance(time.Minute)
	if err := refused(c, "GetEventSourceMapping", &awslambda.GetEventSourceMappingInput{UUID: id}); err.Code != "ResourceNotFoundException" {
		t.Errorf("a mapping that was deleted: %v", err)
	}
}
