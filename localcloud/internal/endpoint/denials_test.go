package endpoint_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/iam"
	"weir/localcloud/internal/logs"
	"weir/localcloud/internal/s3"
	"weir/localcloud/internal/sqs"
	"weir/localcloud/internal/ssm"
)

// What users of AWS were told when a role did not allow a call: each service has
// a code, a status and a spelling of its own.
func TestDenialsAreInTheServicesWords(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	caller := api.Caller{ARN: "arn:aws:sts::000000000000:assumed-role/nobody/session", RoleARN: role(t, cloud, "nobody", allow(`{"Effect":"Deny","Action":"iam:GetRole","Resource":"*"}`))}
	const where = "us-east-1:000000000000:"
	for _, test := range []struct {
		service, operation string
		in                 any
		error              string // status, code and code in Query
		action, resource   string
	}{
		{"lambda", "GetAlias", &lambda.GetAliasInput{FunctionName: aws.String("f"), Name: aws.String("prod")}, "403 AccessDeniedException ", "lambda:GetAlias", " on resource: arn:aws:lambda:" + where + "function:f"},
		{"lambda", "ListFunctions", &lambda.ListFunctionsInput{}, "403 AccessDeniedException ", "lambda:ListFunctions", " on resource: *"},
		{"states", "ListStateMachines", &sfn.ListStateMachinesInput{}, "400 AccessDeniedException ", "states:ListStateMachines", " on resource: arn:aws:states:" + where + "stateMachine:*"},
		{"events", "PutEvents", &eventbridge.PutEventsInput{Entries: []ebtypes.PutEventsRequestEntry{{}}}, "400 AccessDeniedException ", "events:PutEvents", " on resource: arn:aws:events:" + where + "event-bus/default"},
		{"monitoring", "ListMetrics", &cloudwatch.ListMetricsInput{}, "403 AccessDenied ", "cloudwatch:ListMetrics", ""},
		{"monitoring", "PutMetricAlarm", &cloudwatch.PutMetricAlarmInput{AlarmName: aws.String("a")}, "403 AccessDenied ", "cloudwatch:PutMetricAlarm", " on resource: arn:aws:cloudwatch:" + where + "alarm:a"},
		{"sns", "Publish", &sns.PublishInput{TopicArn: aws.String("arn:aws:sns:" + where + "t")}, "403 AuthorizationError ", "SNS:Publish", " on resource: arn:aws:sns:" + where + "t"},
		{"sns", "ListTopics", &sns.ListTopicsInput{}, "403 AuthorizationError ", "SNS:ListTopics", " on resource: arn:aws:sns:" + where + "*"},
		{"sqs", "SendMessage", &sqs.SendMessageInput{QueueUrl: aws.String("q")}, "403 AccessDeniedException AccessDenied", "sqs:sendmessage", " on resource: arn:aws:sqs:" + where + "q"},
		{"s3", "ListBuckets", &s3.Request{}, "403 AccessDenied ", "s3:ListAllMyBuckets", ""},
		{"s3", "GetObject", &s3.Request{Bucket: "b", Key: "k"}, "403 AccessDenied ", "s3:GetObject", ` on resource: "arn:aws:s3:::b/k"`},
		{"ssm", "GetParametersByPath", &ssm.GetParametersByPathInput{Path: "/a"}, "400 AccessDeniedException ", "ssm:GetParametersByPath", " on resource: arn:aws:ssm:" + where + "parameter/a"},
		{"logs", "DescribeLogGroups", &logs.DescribeLogGroupsInput{}, "400 AccessDeniedException ", "logs:DescribeLogGroups", " on resource: arn:aws:logs:" + where + "log-group::log-stream:"},
		{"iam", "UpdateAssumeRolePolicy", &iam.TrustInput{RoleName: "nobody"}, "403 AccessDenied ", "iam:UpdateAssumeRolePolicy", " on resource: role nobody"},
		{"iam", "ListRoles", &iam.ListInput{}, "403 AccessDenied ", "iam:ListRoles", " on resource: arn:aws:iam::000000000000:role/"},
		{"iam", "ListPolicies", &iam.ListInput{}, "403 AccessDenied ", "iam:ListPolicies", " on resource: policy path /"},
		{"iam", "GetPolicy", &iam.PolicyInput{PolicyArn: "arn:aws:iam::aws:policy/P"}, "403 AccessDenied ", "iam:GetPolicy", " on resource: policy arn:aws:iam::aws:policy/P"},
		{"iam", "GetRole", &iam.RoleInput{RoleName: "nobody"}, "403 AccessDenied ", "iam:GetRole", " on resource: role nobody"},
	} {
		_, err := cloud.Bus().Call(t.Context(), caller, test.service, test.operation, test.in)
		why := "because no identity-based policy allows the " + test.action + " action"
		if test.operation == "GetRole" {
			why = "with an explicit deny in an identity-based policy"
		}
		want := fmt.Sprintf("%s User: %s is not authorized to perform: %s%s %s", test.error, caller.ARN, test.action, test.resource, why)
		denied := api.AsError(err)
		if got := fmt.Sprintf("%d %s %s %s", denied.HTTPStatus(), denied.Code, denied.QueryCode, denied.Message); got != want {
			t.Errorf("%s %s:\n got %s\nwant %s", test.service, test.operation, got, want)
		}
	}
}
