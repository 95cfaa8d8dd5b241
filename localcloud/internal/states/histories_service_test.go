package states_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/s3"
	topics "weir/localcloud/internal/sns"
)

// refusing is a service whose one operation fails.
func refusing[I, O any](service, operation string, why error) *api.Service {
	return &api.Service{Name: service, Operations: api.Table(api.Op(operation, func(context.Context, api.Caller, *I) (*O, error) { return nil, why }))}
}

// recorded: tests/aws/services/stepfunctions/v2/error_handling/{test_aws_sdk,test_task_service_sqs,test_task_service_sfn}.snapshot.json and
// tests/aws/services/stepfunctions/v2/services/test_aws_sdk_task_service.snapshot.json, test_sfn_send_task_outcome_with_no_such_token, and
// tests/aws/services/stepfunctions/v2/services/test_sns_task_service.snapshot.json, test_publish_base_error_topic_arn;
// the general exceptions of other services follow test_aws_sdk's test_invalid_secret_name.
func TestRecordedServiceErrors(t *testing.T) {
	const machineARN = "arn:aws:states:us-east-1:000000000000:stateMachine:none"
	for _, tt := range []struct {
		resource, parameters string
		service              *api.Service
		want                 string
	}{
		{"sqs:sendMessage", `{"MessageBody":null,"QueueUrl":"http://queue"}`,
			refusing[struct{ QueueUrl, MessageBody string }, struct{}]("sqs", "SendMessage", &api.Error{Code: "MissingRequiredParameterException", QueryCode: "MissingParameter", Message: "The request must contain the parameter MessageBody."}),
			"SQS.AmazonSQSException The request must contain the parameter MessageBody. (Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter; Request ID: <request_id>; Proxy: null)"},
		{"sns:publish", `{"Message":{"Message":"HelloWorld!"},"TopicArn":"arn:aws:sns:us-east-1:000000000000:none"}`,
			topics.New(topics.Options{Env: env}).API(),
			"SNS.NotFoundException Topic does not exist (Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: <request_id>; Proxy: null)"},
		{"states:startExecution", `{"Input":null,"Name":"TestStartTarget","StateMachineArn":"` + machineARN + `"}`, nil,
			"StepFunctions.StateMachineDoesNotExistException State Machine Does Not Exist: '" + machineARN + "' (Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist; Request ID: <request_id>; Proxy: null)"},
		{"aws-sdk:sfn:sendTaskSuccess", `{"Output":"ParameterOutput","TaskToken":"NoSuchTaskToken"}`, nil,
			"Sfn.InvalidTokenException Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400, Request ID: <request_id>)"},
		{"aws-sdk:s3:getObject", `{"Bucket":"someNonexistentBucketName"}`,
			s3.New(s3.Options{}).API(),
			"S3.NoSuchBucketException The specified bucket does not exist (Service: S3, Status Code: 404, Request ID: <request_id>, Extended Request ID: <extended_request_id>)"},
		{"aws-sdk:cloudwatch:putMetricData", `{}`,
			refusing[cloudwatch.PutMetricDataInput, cloudwatch.PutMetricDataOutput]("monitoring", "PutMetricData", api.Errorf("ValidationError", "no")),
			"CloudWatch.CloudWatchException no (Service: CloudWatch, Status Code: 400, Request ID: <request_id>)"},
	} {
		t.Run(tt.resource, func(t *testing.T) {
			c := newCloud(t)
			if tt.service != nil {
				c.bus.Register(tt.service)
			}
			out := c.run(one(`"Type":"Task","Resource":"arn:aws:states:::`+tt.resource+`","Parameters":`+tt.parameters), `{"some":"input"}`)
			i := strings.LastIndex(tt.resource, ":")
			task := tt.resource[:i] + " " + tt.resource[i+1:]
			compareHistory(t, c.history(*out.ExecutionArn), `
				TaskStateEntered S =
				TaskScheduled `+task+` `+tt.parameters+`
				TaskStarted `+task+`
				TaskFailed `+task+` `+tt.want+`
				ExecutionFailed `+tt.want)
		})
	}
}

// recorded: tests/aws/services/stepfunctions/v2/services/test_events_task_service.snapshot.json, test_put_events_base and
// test_put_events_malformed_detail
func TestRecordedPutEvents(t *testing.T) {
	c := newCloud(t)
	c.bus.Register(&api.Service{Name: "events", Operations: api.Table(api.Op("PutEvents", func(_ context.Context, caller api.Caller, in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
		if aws.ToString(in.Entries[0].Source) != "some.source" {
			return c.put(t.Context(), caller, in)
		}
		c.puts = append(c.puts, in)
		if aws.ToString(in.Entries[0].Detail) == `"jsonstring"` {
			return &eventbridge.PutEventsOutput{FailedEntryCount: 1, Entries: []ebtypes.PutEventsResultEntry{{ErrorCode: new("MalformedDetail"), ErrorMessage: new("Detail is malformed.")}}}, nil
		}
		return &eventbridge.PutEventsOutput{Entries: []ebtypes.PutEventsResultEntry{{EventId: new("1")}, {EventId: new("2")}}}, nil
	}))})
	machine := c.create("machine", one(`"Type":"Task","Resource":"arn:aws:states:::events:putEvents","Parameters":{"Entries.$":"$.Entries"}`))
	out := c.end(c.begin(machine, `{"Entries":[{"Detail":"{\"Message\": \"HelloWorld0\"}","Source":"some.source"},{"Detail":{"Message":"HelloWorld2"},"Resources":["queue"],"Source":"some.source"}]}`))
	compareHistory(t, c.history(*out.ExecutionArn), `
		TaskStateEntered S =
		TaskScheduled events putEvents =
		TaskStarted events putEvents
		TaskSucceeded events putEvents {"Entries":[{"EventId":"1"},{"EventId":"2"}],"FailedEntryCount":0}
		TaskStateExited S =
		ExecutionSucceeded =`)
	first, second := c.puts[0].Entries[0], c.puts[0].Entries[1]
	if got, want := fmt.Sprint(*first.Detail, *second.Detail, first.Resources, second.Resources),
		fmt.Sprint(`{"Message": "HelloWorld0"}`, `{"Message":"HelloWorld2"}`, []string{machine, *out.ExecutionArn}, []string{"queue", machine, *out.ExecutionArn}); got != want {
		t.Errorf("put %s\nwant %s", got, want)
	}
	out = c.end(c.begin(machine, `{"Entries":[{"Detail":"\"jsonstring\"","Source":"some.source"}]}`))
	const cause = `{"Entries":[{"ErrorCode":"MalformedDetail","ErrorMessage":"Detail is malformed."}],"FailedEntryCount":1}`
	compareHistory(t, c.history(*out.ExecutionArn), `
		TaskStateEntered S =
		TaskScheduled events putEvents =
		TaskStarted events putEvents
		TaskFailed events putEvents EventBridge.FailedEntry `+cause+`
		ExecutionFailed EventBridge.FailedEntry `+cause)
}

// recorded: tests/aws/services/stepfunctions/v2/services/test_sns_task_service.snapshot.json, test_fifo_message_attribute
func TestRecordedPublish(t *testing.T) {
	c := newCloud(t)
	c.bus.Register(&api.Service{Name: "sns", Operations: api.Table(api.Op("Publish", func(_ context.Context, _ api.Caller, in *sns.PublishInput) (*sns.PublishOutput, error) {
		if *in.Message != `{"Message":"HelloWorld!"}` {
			t.Errorf("published %s", *in.Message)
		}
		return &sns.PublishOutput{MessageId: new("1f2d3c4b-0000-1111-2222-333344445555"), SequenceNumber: new("10000000000000001000")}, nil
	}))})
	out := c.run(one(`"Type":"Task","Resource":"arn:aws:states:::sns:publish","Parameters":{"TopicArn.$":"$.TopicArn","Message.$":"$.Message","MessageGroupId.$":"$.MessageGroupId"}`), `{"TopicArn":"topic","Message":{"Message":"HelloWorld!"},"MessageGroupId":"a-group"}`)
	compareHistory(t, c.history(*out.ExecutionArn), `
		TaskStateEntered S =
		TaskScheduled sns publish =
		TaskStarted sns publish
		TaskSucceeded sns publish {"MessageId":"<id>","SdkHttpMetadata":{"AllHttpHeaders":{"connection":["keep-alive"],"Content-Length":["92"],"Content-Type":["text/xml"],"Date":["<date>"],"x-amzn-RequestId":["<id>"]},"HttpHeaders":{"connection":"keep-alive","Content-Length":"92","Content-Type":"text/xml","Date":"<date>","x-amzn-RequestId":"<id>"},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"<id>"},"SequenceNumber":"10000000000000001000"}
		TaskStateExited S =
		ExecutionSucceeded =`)
}

// recorded: tests/aws/services/stepfunctions/v2/services/test_sfn_task_service.snapshot.json, test_start_execution_input_json;
// the length is that of an answer with an ARN of 70 bytes and a whole second, {"executionArn":"<arn>","startDate":1.767323045E9}.
func TestRecordedStart(t *testing.T) {
	c := newCloud(t)
	target := c.create("target", one(`"Type":"Pass"`))
	out := c.run(one(`"Type":"Task","Resource":"arn:aws:states:::states:startExecution","Parameters":{"Input":{"Hello":"World"},"Name":"TestStartTarget","StateMachineArn":"`+target+`"}`), `{}`)
	compareHistory(t, c.history(*out.ExecutionArn), `
		TaskStateEntered S =
		TaskScheduled states startExecution {"Input":{"Hello":"World"},"Name":"TestStartTarget","StateMachineArn":"`+target+`"}
		TaskStarted states startExecution
		TaskSucceeded states startExecution {"ExecutionArn":"<arn>:TestStartTarget","SdkHttpMetadata":{"AllHttpHeaders":{"connection":["keep-alive"],"Content-Length":["128"],"Content-Type":["application/x-amz-json-1.0"],"Date":["<date>"],"x-amzn-RequestId":["<id>"]},"HttpHeaders":{<members>},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"<id>"},"StartDate":"<date>"}
		TaskStateExited S =
		ExecutionSucceeded =`)
}

// recorded: tests/aws/services/stepfunctions/v2/callback/test_callback.snapshot.json, test_start_execution_sync_delegate_failure and
// _timeout; with the redrive members of tests/aws/services/stepfunctions/v2/mocking/test_base_callbacks.snapshot.json
func TestRecordedChildren(t *testing.T) {
	const (
		started  = `{"ExecutionArn":"<arn>","SdkHttpMetadata":{<members>},"SdkResponseMetadata":{"RequestId":"<id>"},"StartDate":"<date>"}`
		redriven = `"RedriveCount":0,"RedriveStatus":"REDRIVABLE",`
		about    = `"ExecutionArn":"<arn>","Input":"{}","InputDetails":{"Included":true},"Name":"<name>",`
		finished = `"RedriveCount":0,"RedriveStatus":"NOT_REDRIVABLE","RedriveStatusReason":"Execution is SUCCEEDED and cannot be redriven",`
		dates    = `"StartDate":<date>,"StateMachineArn":"<arn>","Status":"%s","StopDate":<date>`
	)
	for _, tt := range []struct{ name, mode, target, want string }{
		{"sync2", "sync:2", `"Type":"Pass","Result":{"Arg1":"argument1"},"End":true`, `
			TaskSucceeded states startExecution.sync:2 {"ExecutionArn":"<arn>","Input":{},"InputDetails":{"Included":true},"Name":"<name>","Output":{"Arg1":"argument1"},"OutputDetails":{"Included":true},` + finished + fmt.Sprintf(dates, "SUCCEEDED") + `}
			TaskStateExited S =
			ExecutionSucceeded =`},
		{"failure", "sync", `"Type":"Fail","Error":"SomeFailure","Cause":"It fails."`, `
			TaskFailed states startExecution.sync States.TaskFailed {"Cause":"It fails.","Error":"SomeFailure",` + about + redriven + fmt.Sprintf(dates, "FAILED") + `}
			ExecutionFailed States.TaskFailed {"Cause":"It fails.","Error":"SomeFailure",` + about + redriven + fmt.Sprintf(dates, "FAILED") + `}`},
		{"timeout", "sync", `"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","TimeoutSeconds":5,"Parameters":{"FunctionName":"f","Payload":{"t.$":"$$.Task.Token"}},"End":true`, `
			TaskFailed states startExecution.sync States.TaskFailed {"Error":"States.Timeout",` + about + redriven + fmt.Sprintf(dates, "FAILED") + `}
			ExecutionFailed States.TaskFailed {"Error":"States.Timeout",` + about + redriven + fmt.Sprintf(dates, "FAILED") + `}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t)
			target := c.create("target", `{"StartAt":"T","States":{"T":{`+tt.target+`}}}`)
			out := c.run(one(`"Type":"Task","Resource":"arn:aws:states:::states:startExecution.`+tt.mode+`","Parameters":{"StateMachineArn.$":"$.StateMachineArn","Input.$":"$.Input"}`), `{"StateMachineArn":"`+target+`","Input":null}`)
			task := "states startExecution." + tt.mode
			compareHistory(t, c.history(*out.ExecutionArn), `
				TaskStateEntered S =
				TaskScheduled `+task+` =
				TaskStarted `+task+`
				TaskSubmitted `+task+` `+started+tt.want)
		})
	}
}

// recorded: tests/aws/services/stepfunctions/v2/services/test_aws_sdk_task_service.snapshot.json, test_s3_put_object and
// test_s3_get_object
func TestRecordedObjects(t *testing.T) {
	c := newCloud(t)
	objects := s3.New(s3.Options{Env: env, Clock: c.clock, Bus: c.bus, Dir: t.TempDir()})
	c.bus.Register(objects.API())
	if _, err := api.Do[s3.Answer](t.Context(), c.bus, api.Operator(env), "s3", "CreateBucket", &s3.Request{Bucket: "bucket-name"}); err != nil {
		t.Fatal(err)
	}
	put := c.create("put", one(`"Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:putObject","Parameters":{"Bucket.$":"$.Bucket","Key.$":"$.Key","Body.$":"$.Body"}`))
	get := c.create("get", one(`"Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:getObject","Parameters":{"Bucket":"bucket-name","Key":"file-key"}`))
	for body, etag := range map[string]string{
		`"text data"`: "2b5df3712557f503a9977a8ea893b2c9", `{"Dict":"Value"}`: "49e31cee5aec8faf3345893addb14346",
		`["List","Data"]`: "6b23860357f6e63a0272b7f1143a663a", `false`: "68934a3e9455fa72420237eb05902327", `0`: "cfcd208495d565ef66e7dff9f98764da",
	} {
		out := c.end(c.begin(put, `{"Bucket":"bucket-name","Key":"file-key","Body":`+body+`}`))
		compareHistory(t, c.history(*out.ExecutionArn), `
			TaskStateEntered S =
			TaskScheduled aws-sdk:s3 putObject =
			TaskStarted aws-sdk:s3 putObject
			TaskSucceeded aws-sdk:s3 putObject {"ETag":"\"`+etag+`\"","ServerSideEncryption":"AES256"}
			TaskStateExited S =
			ExecutionSucceeded =`)
		if stored, err := objects.Object(t.Context(), "bucket-name", "file-key"); err != nil || string(stored) != body {
			t.Errorf("stored %s, %v; want %s", stored, err, body)
		}
	}
	for body, want := range map[string]string{
		"":          `"ContentLength":0,"ContentType":"binary/octet-stream","ETag":"\"d41d8cd98f00b204e9800998ecf8427e\""`,
		"text data": `"ContentLength":9,"ContentType":"binary/octet-stream","ETag":"\"332eec544317a6d340b8e77da7fe54ad\""`,
	} {
		if err := objects.PutObject(t.Context(), "bucket-name", "file-key", []byte(body)); err != nil {
			t.Fatal(err)
		}
		out := c.end(c.begin(get, `{"some":"input"}`))
		compareHistory(t, c.history(*out.ExecutionArn), `
			TaskStateEntered S =
			TaskScheduled aws-sdk:s3 getObject {"Bucket":"bucket-name","Key":"file-key"}
			TaskStarted aws-sdk:s3 getObject
			TaskSucceeded aws-sdk:s3 getObject {"AcceptRanges":"bytes",`+want+`,"LastModified":"<date>","Metadata":{},"ServerSideEncryption":"AES256","Body":"`+body+`"}
			TaskStateExited S =
			ExecutionSucceeded =`)
	}
}

// recorded: tests/aws/services/stepfunctions/v2/services/test_aws_sdk_task_service.snapshot.json,
// test_sfn_start_execution_implicit_json_serialisation
func TestRecordedImplicitSerialisation(t *testing.T) {
	c := newCloud(t)
	target := c.create("target", one(`"Type":"Pass"`))
	out := c.run(one(`"Type":"Task","Resource":"arn:aws:states:::aws-sdk:sfn:startExecution","Parameters":{"Input":{"key":"value"},"StateMachineArn":"`+target+`"}`), `{}`)
	compareHistory(t, c.history(*out.ExecutionArn), `
		TaskStateEntered S =
		TaskScheduled aws-sdk:sfn startExecution {"Input":{"key":"value"},"StateMachineArn":"`+target+`"}
		TaskStarted aws-sdk:sfn startExecution
		TaskSucceeded aws-sdk:sfn startExecution {"ExecutionArn":"<arn>","StartDate":"<date>"}
		TaskStateExited S =
		ExecutionSucceeded =`)
	children := must[sfn.ListExecutionsOutput](c, "ListExecutions", &sfn.ListExecutionsInput{StateMachineArn: &target})
	sameJSON(t, c.describe(*children.Executions[0].ExecutionArn).Input, `{"key":"value"}`)
}
