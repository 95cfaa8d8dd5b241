package resource

import (
	"slices"
	"strings"
)

// attributesOf lists what Fn::GetAtt can name of each type, so that a template
// that names anything else is refused before a resource is made.
var attributesOf = map[string][]string{
	"AWS::CDK::Metadata":                       nil,
	"AWS::CloudFormation::WaitConditionHandle": nil,
	"AWS::Lambda::Function":                    {"Arn"},
	"AWS::Lambda::Version":                     {"FunctionArn", "Version"},
	"AWS::Lambda::Alias":                       {"AliasArn"},
	"AWS::Lambda::Permission":                  {"Id"},
	"AWS::Lambda::EventInvokeConfig":           nil,
	"AWS::Lambda::Url":                         {"FunctionArn", "FunctionUrl"},
	"AWS::Lambda::EventSourceMapping":          {"EventSourceMappingArn", "Id"},
	"AWS::IAM::Role":                           {"Arn", "RoleId"},
	"AWS::IAM::Policy":                         nil,
	"AWS::IAM::ManagedPolicy":                  {"PolicyArn"},
	"AWS::StepFunctions::StateMachine":         {"Arn", "Name", "StateMachineRevisionId"},
	"AWS::CloudWatch::Alarm":                   {"Arn"},
	"AWS::CloudWatch::CompositeAlarm":          {"Arn"},
	"AWS::CloudWatch::Dashboard":               nil,
	"AWS::Events::Rule":                        {"Arn"},
	"AWS::Events::EventBus":                    {"Arn", "Name"},
	"AWS::Scheduler::Schedule":                 {"Arn"},
	"AWS::Scheduler::ScheduleGroup":            {"Arn", "CreationDate", "LastModificationDate", "State"},
	"AWS::SNS::Topic":                          {"TopicArn", "TopicName"},
	"AWS::SNS::Subscription":                   {"Arn"},
	"AWS::SNS::TopicPolicy":                    nil,
	"AWS::SQS::Queue":                          {"Arn", "QueueName", "QueueUrl"},
	"AWS::SQS::QueuePolicy":                    nil,
	"AWS::Logs::LogGroup":                      {"Arn"},
	"AWS::SSM::Parameter":                      {"Type", "Value"},
	"AWS::S3::Bucket":                          {"Arn", "DomainName", "RegionalDomainName"},
}

// HasAttribute tells whether Fn::GetAtt can name an attribute of a type. What a
// custom resource answers is known only once it was made, so it may have any.
func HasAttribute(kind, attribute string) bool {
	if kind == customType || strings.HasPrefix(kind, "Custom::") {
		return true
	}
	return slices.Contains(attributesOf[kind], attribute)
}
