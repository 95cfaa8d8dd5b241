package support

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// homes are the services by signing name.
var homes = []home{
	{"cloudformation", "CloudFormation", "weir/local/cloudformation", reflect.TypeFor[*cloudformation.Client]()},
	{"ecr", "ECR", "weir/local/ecr", nil},
	{"events", "EventBridge", "weir/local/events", reflect.TypeFor[*eventbridge.Client]()},
	{"iam", "IAM", "weir/local/iam", nil},
	{"lambda", "Lambda", "weir/local/lambda", reflect.TypeFor[*lambda.Client]()},
	{"logs", "CloudWatch Logs", "weir/local/logs", nil},
	{"monitoring", "CloudWatch", "weir/local/cloudwatch", reflect.TypeFor[*cloudwatch.Client]()},
	{"s3", "S3", "weir/local/s3", nil},
	{"scheduler", "EventBridge Scheduler", "weir/local/scheduler", nil},
	{"sns", "SNS", "weir/local/sns", reflect.TypeFor[*sns.Client]()},
	{"sqs", "SQS", "weir/local/sqs", nil},
	{"ssm", "Systems Manager Parameter Store", "weir/local/ssm", nil},
	{"states", "Step Functions", "weir/local/states", reflect.TypeFor[*sfn.Client]()},
	{"sts", "STS", "weir/local/iam", reflect.TypeFor[*sts.Client]()},
}
