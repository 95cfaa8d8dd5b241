package resource

import "sync"

// kinds is the table of supported types, made once.
var kinds = sync.OnceValue(func() map[string]Kind {
	return map[string]Kind{
		"AWS::CDK::Metadata":                       metadata(),
		"AWS::CloudFormation::WaitConditionHandle": waitConditionHandle(),
		customType: custom(),

		"AWS::Lambda::Function":           lambdaFunction(),
		"AWS::Lambda::Version":            lambdaVersion(),
		"AWS::Lambda::Alias":              lambdaAlias(),
		"AWS::Lambda::Permission":         lambdaPermission(),
		"AWS::Lambda::EventInvokeConfig":  lambdaEventInvokeConfig(),
		"AWS::Lambda::Url":                lambdaURL(),
		"AWS::Lambda::EventSourceMapping": lambdaEventSourceMapping(),

		"AWS::IAM::Role":          iamRole(),
		"AWS::IAM::Policy":        iamPolicy(),
		"AWS::IAM::ManagedPolicy": iamManagedPolicy(),

		"AWS::StepFunctions::StateMachine": stateMachine(),

		"AWS::CloudWatch::Alarm":          alarm(),
		"AWS::CloudWatch::CompositeAlarm": compositeAlarm(),
		"AWS::CloudWatch::Dashboard":      dashboard(),

		"AWS::Events::Rule":             eventRule(),
		"AWS::Events::EventBus":         eventBus(),
		"AWS::Scheduler::Schedule":      schedule(),
		"AWS::Scheduler::ScheduleGroup": scheduleGroup(),

		"AWS::SNS::Topic":        topic(),
		"AWS::SNS::Subscription": subscription(),
		"AWS::SNS::TopicPolicy":  topicPolicy(),
		"AWS::SQS::Queue":        queue(),
		"AWS::SQS::QueuePolicy":  queuePolicy(),

		"AWS::Logs::LogGroup": logGroup(),
		"AWS::SSM::Parameter": ssmParameter(),
		"AWS::S3::Bucket":     bucket(),
	}
})
