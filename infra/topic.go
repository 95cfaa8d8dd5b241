package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// grantPublish lets the alarms of this account and the rules of EventBridge tell a
// topic, through its key where it is encrypted with one. A topic or a key that the
// template does not own cannot be changed from here: synthesis then warns, since
// what nobody may publish is lost without a word.
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
//
// The rule's target adds the statement that lets EventBridge publish. It names
// neither source nor account: with such a condition notices have been lost.
// https://github.com/awsdocs/aws-cloudformation-user-guide/pull/481
func grantPublish(scope constructs.Construct, topic awssns.ITopic) {
	added := topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        jsii.String("AlarmsOfThisAccount"),
		Principals: principal(alarmService),
		Actions:    texts("sns:Publish"),
		Resources:  &[]*string{topic.TopicArn()},
		Conditions: &map[string]any{"ArnLike": map[string]any{"aws:SourceArn": arn(scope, "cloudwatch", "alarm:*")}},
	}))
	if !*added.StatementAdded {
		warn(scope, "weir:topic-policy", "The topic is imported, so its policy cannot be changed from here. Alarms and notices reach it only if its own policy "+
			"lets cloudwatch.amazonaws.com and events.amazonaws.com sns:Publish. If it is encrypted, its key must let both kms:Decrypt and kms:GenerateDataKey*.")
		return
	}
	key := topic.MasterKey()
	if key == nil {
		return
	}
	added = key.AddToResourcePolicy(useOfKey("AlarmsUseTheTopicsKey", alarmService,
		map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Stack_Of(scope).Account()}}), jsii.Bool(true))
	// EventBridge's request to the key carries neither source nor account: with a
	// condition on them every notice would be lost.
	// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
	// https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/407
	key.AddToResourcePolicy(useOfKey("NoticesUseTheTopicsKey", eventService, nil), jsii.Bool(true))
	if !*added.StatementAdded {
		warn(scope, "weir:topic-key", "The topic's key is imported, so its policy cannot be changed from here. Alarms and notices reach the topic only if "+
			"the key's own policy lets cloudwatch.amazonaws.com and events.amazonaws.com kms:Decrypt and kms:GenerateDataKey*.")
	}
}

// The services that publish: CloudWatch for alarms, EventBridge for notices.
const (
	alarmService = "cloudwatch.amazonaws.com"
	eventService = "events.amazonaws.com"
)

// useOfKey is the statement in a key's policy that lets a service publish to a
// topic which is encrypted with the key.
func useOfKey(sid, service string, conditions map[string]any) awsiam.PolicyStatement {
	props := awsiam.PolicyStatementProps{
		Sid: &sid, Principals: principal(service), Actions: texts("kms:Decrypt", "kms:GenerateDataKey*"),
		Resources: texts("*"), // in a key's policy: the key itself
	}
	if conditions != nil {
		props.Conditions = &conditions
	}
	return awsiam.NewPolicyStatement(&props)
}

func principal(service string) *[]awsiam.IPrincipal {
	return &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(&service, nil)}
}

// warn has the CDK print a warning at synthesis, which can be acknowledged by id.
func warn(scope constructs.Construct, id, message string) {
	awscdk.Annotations_Of(scope).AddWarningV2(&id, &message)
}
