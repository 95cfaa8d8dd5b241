package iam

import "strings"

// awsManaged are the AWS managed policies that templates around Lambda and Step
// Functions attach, by path and name, reduced to what they allow on services that
// the local cloud has. A template that attaches another is refused before anything
// is created.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
var awsManaged = map[string]string{
	"service-role/AWSLambdaBasicExecutionRole": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`,
	"service-role/AWSLambdaSQSQueueExecutionRole": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["sqs:ReceiveMessage","sqs:DeleteMessage","sqs:GetQueueAttributes",
		"logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`,
	"service-role/AWSLambdaRole": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["lambda:InvokeFunction"],"Resource":["*"]}]}`,
	"AWSXRayDaemonWriteAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["xray:PutTraceSegments","xray:PutTelemetryRecords","xray:GetSamplingRules",
		"xray:GetSamplingTargets","xray:GetSamplingStatisticSummaries"],"Resource":["*"]}]}`,
	"CloudWatchLambdaInsightsExecutionRolePolicy": `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"logs:CreateLogGroup","Resource":"*"},
		{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:*:*:log-group:/aws/lambda-insights:*"}]}`,
	"service-role/AWSLambdaVPCAccessExecutionRole": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents","ec2:CreateNetworkInterface",
		"ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets","ec2:DeleteNetworkInterface","ec2:AssignPrivateIpAddresses",
		"ec2:UnassignPrivateIpAddresses"],"Resource":"*"}]}`,
	"service-role/AWSLambdaKinesisExecutionRole": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["kinesis:DescribeStream","kinesis:DescribeStreamSummary","kinesis:GetRecords","kinesis:GetShardIterator",
		"kinesis:ListShards","kinesis:ListStreams","kinesis:SubscribeToShard",
		"logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`,
	"service-role/AWSLambdaDynamoDBExecutionRole": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["dynamodb:DescribeStream","dynamodb:GetRecords","dynamodb:GetShardIterator","dynamodb:ListStreams",
		"logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`,
	"service-role/AWSLambdaMSKExecutionRole": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["kafka:DescribeCluster","kafka:DescribeClusterV2","kafka:GetBootstrapBrokers",
		"logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`,
	"service-role/AmazonAPIGatewayPushToCloudWatchLogs": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:DescribeLogGroups","logs:DescribeLogStreams",
		"logs:PutLogEvents","logs:GetLogEvents","logs:FilterLogEvents"],"Resource":"*"}]}`,
	"AWSXRayWriteOnlyAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["xray:PutTraceSegments","xray:PutTelemetryRecords","xray:GetSamplingRules",
		"xray:GetSamplingTargets","xray:GetSamplingStatisticSummaries"],"Resource":["*"]}]}`,
	"AWSLambda_FullAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudformation:DescribeStacks",
		"cloudformation:ListStackResources","cloudwatch:ListMetrics","cloudwatch:GetMetricData","lambda:*","logs:DescribeLogGroups",
		"states:DescribeStateMachine","states:ListStateMachines","iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","iam:GetRolePolicy",
		"iam:ListAttachedRolePolicies","iam:ListRolePolicies","iam:ListRoles"],"Resource":"*"},
		{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}}]}`,
	"AWSLambda_ReadOnlyAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudformation:DescribeStacks",
		"cloudformation:ListStackResources","cloudwatch:GetMetricData","cloudwatch:ListMetrics","lambda:Get*","lambda:List*",
		"states:DescribeStateMachine","states:ListStateMachines"],"Resource":"*"}]}`,
	"AWSStepFunctionsFullAccess":     `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"states:*","Resource":"*"}]}`,
	"AWSStepFunctionsReadOnlyAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["states:Describe*","states:List*","states:Get*"],"Resource":"*"}]}`,
	"AmazonSQSFullAccess":            `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:*"],"Resource":"*"}]}`,
	"AmazonSNSFullAccess":            `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sns:*"],"Resource":"*"}]}`,
	"AmazonS3ReadOnlyAccess":         `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*"],"Resource":"*"}]}`,
	"AmazonS3FullAccess":             `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":"*"}]}`,
	"AmazonSSMReadOnlyAccess":        `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ssm:Describe*","ssm:Get*","ssm:List*"],"Resource":"*"}]}`,
	"CloudWatchFullAccess":           `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:*","logs:*","sns:*"],"Resource":"*"}]}`,
	"CloudWatchReadOnlyAccess":       `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:Describe*","cloudwatch:Get*","cloudwatch:List*","logs:Get*","logs:List*","logs:Describe*","logs:FilterLogEvents"],"Resource":"*"}]}`,
	"PowerUserAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},
		{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeOrganization","account:ListRegions"],"Resource":"*"}]}`,
	"ReadOnlyAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudformation:Describe*","cloudformation:Get*","cloudformation:List*",
		"cloudwatch:Describe*","cloudwatch:Get*","cloudwatch:List*","ecr:Describe*","ecr:Get*","ecr:List*","events:Describe*","events:List*","iam:Get*","iam:List*",
		"lambda:Get*","lambda:List*","logs:Describe*","logs:Get*","logs:FilterLogEvents","s3:Get*","s3:List*","scheduler:Get*","scheduler:List*",
		"sns:Get*","sns:List*","sqs:Get*","sqs:List*","ssm:Describe*","ssm:Get*","ssm:List*","states:Describe*","states:Get*","states:List*"],"Resource":"*"}]}`,
	"AdministratorAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
}

// HasManaged tells whether the local cloud has a policy of AWS's own, by its ARN in
// any partition. Policies of an account are none of them.
func HasManaged(arn string) (has, managed bool) {
	_, path, managed := strings.Cut(arn, ":iam::aws:policy/")
	_, has = awsManaged[path]
	return has, managed
}
