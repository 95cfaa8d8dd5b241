package wire_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"weir/localcloud/internal/api"
)

// same compares SDK structs: their markers do not count.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	ignore := cmp.Options{
		cmpopts.IgnoreTypes(middleware.Metadata{}),
		cmpopts.IgnoreUnexported(
			cloudwatch.PutMetricDataInput{}, cwtypes.MetricDatum{}, cwtypes.Dimension{}, cwtypes.StatisticSet{},
			cloudwatch.GetMetricDataOutput{}, cwtypes.MetricDataResult{},
			cloudformation.CreateStackInput{}, cfntypes.Parameter{}, cfntypes.Tag{}, cloudformation.DescribeStacksOutput{},
			cfntypes.Stack{}, cfntypes.Output{}, cfntypes.RollbackConfiguration{},
			sns.CreateTopicInput{}, sns.GetTopicAttributesOutput{}, sns.PublishInput{},
			eventbridge.PutEventsInput{}, ebtypes.PutEventsRequestEntry{}, eventbridge.PutEventsOutput{}, ebtypes.PutEventsResultEntry{},
			lambda.UpdateAliasInput{}, lambda.UpdateAliasOutput{}, lambdatypes.AliasRoutingConfiguration{}, lambda.InvokeInput{}, lambda.InvokeOutput{},
			lambda.CreateFunctionInput{}, lambdatypes.FunctionCode{}, lambdatypes.Environment{}, lambda.CreateFunctionOutput{},
			sfn.CreateStateMachineInput{}, sfntypes.LoggingConfiguration{}, sfntypes.LogDestination{}, sfntypes.CloudWatchLogsLogGroup{},
			sfntypes.Tag{}, sfn.GetExecutionHistoryOutput{}, sfntypes.HistoryEvent{}, sfntypes.TaskFailedEventDetails{},
		),
	}
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestCBOR(t *testing.T) {
	r := &record{out: &cloudwatch.GetMetricDataOutput{MetricDataResults: []cwtypes.MetricDataResult{{
		Id: aws.String("m1"), Values: []float64{1, 2.5, 1e21, 0}, StatusCode: cwtypes.StatusCodeComplete,
	}}}}
	r.out.(*cloudwatch.GetMetricDataOutput).MetricDataResults[0].Timestamps = append(r.out.(*cloudwatch.GetMetricDataOutput).MetricDataResults[0].Timestamps, at)
	client := cloudwatch.NewFromConfig(serve(t, &api.Service{
		Name: "monitoring", Protocols: []api.Protocol{api.JSON10, api.Query}, CBOR: true, TargetPrefix: "GraniteServiceVersion20100801",
		Operations: api.Table(op[cloudwatch.PutMetricDataInput, cloudwatch.PutMetricDataOutput](r, "PutMetricData"),
			op[cloudwatch.GetMetricDataInput, cloudwatch.GetMetricDataOutput](r, "GetMetricData")),
	}))
	out, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("m1")}}, StartTime: aws.Time(at), EndTime: aws.Time(at)})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "answer", out, r.out)
	if got := r.in.(*cloudwatch.GetMetricDataInput); !got.StartTime.Equal(at) {
		t.Errorf("start = %v, want %v", got.StartTime, at)
	}

	// Enough data that the SDK compresses the request.
	in := &cloudwatch.PutMetricDataInput{Namespace: aws.String("N")}
	for i := range 500 {
		in.MetricData = append(in.MetricData, cwtypes.MetricDatum{
			MetricName: aws.String("a metric with a long name"), Timestamp: aws.Time(at), Value: aws.Float64(float64(i) / 3),
			Dimensions:        []cwtypes.Dimension{{Name: aws.String("D"), Value: aws.String("v")}},
			StorageResolution: aws.Int32(60), Unit: cwtypes.StandardUnitCount,
			StatisticValues: &cwtypes.StatisticSet{Maximum: aws.Float64(1), Minimum: aws.Float64(0), SampleCount: aws.Float64(2), Sum: aws.Float64(1)},
		})
	}
	r.out = nil
	if _, err := client.PutMetricData(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	same(t, "input", r.in, in)

	r.err = api.StatusErrorf(404, "ResourceNotFoundException", "no such thing")
	_, err = client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{MetricDataQueries: []cwtypes.MetricDataQuery{}, StartTime: aws.Time(at), EndTime: aws.Time(at)})
	wantCode(t, err, "ResourceNotFoundException", "no such thing")
}

func wantCode(t *testing.T, err error, code, message string) {
	t.Helper()
	awsErr, ok := errors.AsType[smithy.APIError](err)
	if !ok || awsErr.ErrorCode() != code || awsErr.ErrorMessage() != message {
		t.Errorf("error = %v, want %s: %s", err, code, message)
	}
}

func TestQuery(t *testing.T) {
	r := &record{}
	config := serve(t,
		&api.Service{
			Name: "cloudformation", Protocols: []api.Protocol{api.Query}, XMLNamespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
			Operations: api.Table(op[cloudformation.CreateStackInput, cloudformation.CreateStackOutput](r, "CreateStack"),
				op[cloudformation.DescribeStacksInput, cloudformation.DescribeStacksOutput](r, "DescribeStacks")),
		},
		&api.Service{
			Name: "sns", Protocols: []api.Protocol{api.Query},
			Operations: api.Table(op[sns.CreateTopicInput, sns.CreateTopicOutput](r, "CreateTopic"),
				op[sns.GetTopicAttributesInput, sns.GetTopicAttributesOutput](r, "GetTopicAttributes")),
		})
	stacks, topics := cloudformation.NewFromConfig(config), sns.NewFromConfig(config)

	in := &cloudformation.CreateStackInput{
		StackName: aws.String("s"), TemplateBody: aws.String("{\"a\": \"ä & <b>\"}\n+%"), DisableRollback: aws.Bool(true), TimeoutInMinutes: aws.Int32(7),
		Parameters: []cfntypes.Parameter{{ParameterKey: aws.String("k"), ParameterValue: aws.String("")}, {ParameterKey: aws.String("k2"), UsePreviousValue: aws.Bool(true)}},
		Tags:       []cfntypes.Tag{}, Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityNamedIam},
	}
	if _, err := stacks.CreateStack(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	same(t, "input", r.in, in)

	many := &sns.CreateTopicInput{Name: aws.String("t"), Attributes: map[string]string{"DisplayName": "x y", "FifoTopic": "false"}}
	if _, err := topics.CreateTopic(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	same(t, "map input", r.in, many)

	r.out = &cloudformation.DescribeStacksOutput{Stacks: []cfntypes.Stack{{
		StackName: aws.String("s"), CreationTime: aws.Time(at), StackStatus: cfntypes.StackStatusCreateComplete, DisableRollback: aws.Bool(false),
		Outputs:      []cfntypes.Output{{OutputKey: aws.String("k"), OutputValue: aws.String("a & <b> \"c\"\nä")}},
		Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam}, NotificationARNs: []string{},
	}}}
	stacksOut, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "answer", stacksOut, r.out)

	r.out = &sns.GetTopicAttributesOutput{Attributes: map[string]string{"Policy": "{\"a\":\"<&>\"}", "Owner": "1"}}
	topicOut, err := topics.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: aws.String("a")})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "map answer", topicOut, r.out)

	r.err = api.Errorf("ValidationError", "Stack with id s does not exist")
	_, err = stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{})
	wantCode(t, err, "ValidationError", "Stack with id s does not exist")
}

func TestJSON(t *testing.T) {
	r := &record{}
	config := serve(t,
		&api.Service{
			Name: "events", Protocols: []api.Protocol{api.JSON11}, TargetPrefix: "AWSEvents",
			Operations: api.Table(op[eventbridge.PutEventsInput, eventbridge.PutEventsOutput](r, "PutEvents")),
		},
		&api.Service{
			Name: "states", Protocols: []api.Protocol{api.JSON10}, TargetPrefix: "AWSStepFunctions", LowerCamel: true,
			Operations: api.Table(op[sfn.CreateStateMachineInput, sfn.CreateStateMachineOutput](r, "CreateStateMachine"),
				op[sfn.GetExecutionHistoryInput, sfn.GetExecutionHistoryOutput](r, "GetExecutionHistory")),
		})
	bus, states := eventbridge.NewFromConfig(config), sfn.NewFromConfig(config)

	put := &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{{
		Source: aws.String("weir"), Detail: aws.String(`{"a":1}`), Time: aws.Time(at.Truncate(1e9)), Resources: []string{"r"},
	}}}
	r.out = &eventbridge.PutEventsOutput{FailedEntryCount: 1, Entries: []ebtypes.PutEventsResultEntry{{ErrorCode: aws.String("E")}}}
	putOut, err := bus.PutEvents(t.Context(), put)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "input", r.in, put)
	same(t, "answer", putOut, r.out)

	create := &sfn.CreateStateMachineInput{
		Name: aws.String("m"), Definition: aws.String("{}"), RoleArn: aws.String("arn"), Publish: true, Type: sfntypes.StateMachineTypeStandard,
		LoggingConfiguration: &sfntypes.LoggingConfiguration{IncludeExecutionData: true, Level: sfntypes.LogLevelAll,
			Destinations: []sfntypes.LogDestination{{CloudWatchLogsLogGroup: &sfntypes.CloudWatchLogsLogGroup{LogGroupArn: aws.String("g")}}}},
		Tags: []sfntypes.Tag{{Key: aws.String("K"), Value: aws.String("V")}},
	}
	r.out = &sfn.CreateStateMachineOutput{CreationDate: aws.Time(at), StateMachineArn: aws.String("arn")}
	createOut, err := states.CreateStateMachine(t.Context(), create)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "lower-camel input", r.in, create)
	if !createOut.CreationDate.Equal(at) {
		t.Errorf("creation date = %v, want %v", createOut.CreationDate, at)
	}

	r.out = &sfn.GetExecutionHistoryOutput{Events: []sfntypes.HistoryEvent{{
		Id: 2, PreviousEventId: 1, Timestamp: aws.Time(at), Type: sfntypes.HistoryEventTypeTaskFailed,
		TaskFailedEventDetails: &sfntypes.TaskFailedEventDetails{Cause: aws.String("c"), Error: aws.String("Release.Failed"), Resource: aws.String("invoke"), ResourceType: aws.String("lambda")},
	}}}
	history, err := states.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String("e"), MaxResults: 5, ReverseOrder: true})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "history", history, r.out)

	r.err = &api.Error{Code: "ExecutionDoesNotExist", Message: "Execution Does Not Exist: 'e'"}
	_, err = states.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: aws.String("e")})
	if _, typed := errors.AsType[*sfntypes.ExecutionDoesNotExist](err); !typed {
		t.Errorf("error = %v, want ExecutionDoesNotExist", err)
	}
}

func TestRESTJSON(t *testing.T) {
	r := &record{}
	client := lambda.NewFromConfig(serve(t, lambdaService(r)))

	update := &lambda.UpdateAliasInput{
		FunctionName: aws.String("arn:aws:lambda:us-east-1:000000000000:function:f"), Name: aws.String("prod"), RevisionId: aws.String("r"),
		RoutingConfig: &lambdatypes.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}},
	}
	r.out = &lambda.UpdateAliasOutput{Name: aws.String("prod"), RoutingConfig: &lambdatypes.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 0.05}}}
	updated, err := client.UpdateAlias(t.Context(), update)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "input", r.in, update) // the empty map is what clears the weights
	same(t, "answer", updated, r.out)

	invoke := &lambda.InvokeInput{FunctionName: aws.String("f"), Qualifier: aws.String("prod"), Payload: []byte("not JSON"), LogType: lambdatypes.LogTypeTail, InvocationType: lambdatypes.InvocationTypeRequestResponse}
	r.out = &lambda.InvokeOutput{StatusCode: 200, ExecutedVersion: aws.String("3"), FunctionError: aws.String("Unhandled"), LogResult: aws.String("bG9n"), Payload: []byte(`{"x":1}`)}
	invoked, err := client.Invoke(t.Context(), invoke)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "invoke input", r.in, invoke)
	same(t, "invoke answer", invoked, r.out)

	create := &lambda.CreateFunctionInput{
		FunctionName: aws.String("f"), Role: aws.String("r"), Code: &lambdatypes.FunctionCode{ZipFile: []byte{0, 1, 255}}, Publish: true,
		Environment: &lambdatypes.Environment{Variables: map[string]string{"lowerCase": "kept"}}, Architectures: []lambdatypes.Architecture{"arm64"},
	}
	r.out = &lambda.CreateFunctionOutput{FunctionName: aws.String("f"), CodeSize: 1 << 40}
	created, err := client.CreateFunction(t.Context(), create)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "create input", r.in, create)
	same(t, "create answer", created, r.out)

	r.err = &api.Error{Code: "PreconditionFailedException", Message: "stale", Status: 412, Fields: map[string]string{"Type": "User"}}
	_, err = client.UpdateAlias(t.Context(), update)
	if failed, typed := errors.AsType[*lambdatypes.PreconditionFailedException](err); !typed || aws.ToString(failed.Type) != "User" {
		t.Errorf("error = %v, want PreconditionFailedException of type User", err)
	}
	r.err = &api.Error{Code: "InvalidParameterValueException", Message: "bad"}
	_, err = client.UpdateAlias(t.Context(), update)
	if failed, typed := errors.AsType[*lambdatypes.InvalidParameterValueException](err); !typed || failed.Type != nil {
		t.Errorf("error = %v, want InvalidParameterValueException without a type", err)
	}
}

func lambdaService(r *record) *api.Service {
	functions := "/2015-03-31/functions"
	return &api.Service{
		Name: "lambda", Protocols: []api.Protocol{api.RESTJSON},
		Operations: api.Table(
			op[lambda.UpdateAliasInput, lambda.UpdateAliasOutput](r, "UpdateAlias", api.WithHTTP(api.HTTPBinding{Method: "PUT", Path: functions + "/{FunctionName}/aliases/{Name}"})),
			op[lambda.CreateFunctionInput, lambda.CreateFunctionOutput](r, "CreateFunction", api.WithHTTP(api.HTTPBinding{Method: "POST", Path: functions, Status: 201})),
			op[lambda.InvokeInput, lambda.InvokeOutput](r, "Invoke", api.WithHTTP(api.HTTPBinding{
				Method: "POST", Path: functions + "/{FunctionName}/invocations", Payload: "Payload",
				Query:        map[string]string{"Qualifier": "Qualifier"},
				Headers:      map[string]string{"X-Amz-Invocation-Type": "InvocationType", "X-Amz-Log-Type": "LogType"},
				StatusMember: "StatusCode", OutPayload: "Payload",
				OutHeaders: map[string]string{"ExecutedVersion": "X-Amz-Executed-Version", "FunctionError": "X-Amz-Function-Error", "LogResult": "X-Amz-Log-Result"},
			})),
		),
	}
}

func TestCallerIsWhoSigned(t *testing.T) {
	r := &record{out: &lambda.UpdateAliasOutput{}}
	config := serve(t, lambdaService(r))
	in := &lambda.UpdateAliasInput{FunctionName: aws.String("f"), Name: aws.String("a")}
	config.Credentials = credentials.NewStaticCredentialsProvider("ASIA1", "s", "token")
	if _, err := lambda.NewFromConfig(config).UpdateAlias(t.Context(), in); err != nil || r.caller.ARN != "arn:of:ASIA1" {
		t.Errorf("caller = %v, error %v", r.caller, err)
	}
	config.Credentials = credentials.NewStaticCredentialsProvider("UNKNOWN", "s", "token")
	_, err := lambda.NewFromConfig(config).UpdateAlias(t.Context(), in)
	wantCode(t, err, "InvalidClientTokenId", "The security token included in the request is invalid.")
}

func TestLostAnswerClosesTheConnection(t *testing.T) {
	r := &record{err: api.ErrNoAnswer}
	_, err := lambda.NewFromConfig(serve(t, lambdaService(r))).UpdateAlias(t.Context(), &lambda.UpdateAliasInput{FunctionName: aws.String("f"), Name: aws.String("a")})
	if _, answered := errors.AsType[smithy.APIError](err); err == nil || answered {
		t.Errorf("error = %v, want a broken connection", err)
	}
	r.mu.Lock() // the broken connection does not order the two
	defer r.mu.Unlock()
	if r.in == nil {
		t.Error("the call was not made")
	}
}
