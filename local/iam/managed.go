package iam

// awsManaged are the AWS managed policies that templates around Lambda and Step
// Functions attach, by path and name, reduced to what they allow. Any other is
// refused when it is attached.
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
	"AdministratorAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
}
