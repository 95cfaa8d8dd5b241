package infra

import (
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Alarms and notices reach a topic of the user's, or synthesis says why they may
// not: what a topic or a key refuses is lost without a word.
func TestATopicOfOnesOwnIsTold(t *testing.T) {
	tests := []struct {
		name  string
		topic func(scope constructs.Construct) awssns.ITopic
		key   []string // what the key's policy must hold
		warns string   // id of the warning, or empty
	}{
		{"a topic of the stack", func(scope constructs.Construct) awssns.ITopic {
			return awssns.NewTopic(scope, jsii.String("Own"), nil)
		}, nil, ""},
		{"one with a key of the stack", func(scope constructs.Construct) awssns.ITopic {
			return awssns.NewTopic(scope, jsii.String("Own"), &awssns.TopicProps{MasterKey: awskms.NewKey(scope, jsii.String("Key"), nil)})
		}, []string{"AlarmsUseTheTopicsKey", "NoticesUseTheTopicsKey", "kms:GenerateDataKey*", "kms:Decrypt"}, ""},
		{"one with an imported key", func(scope constructs.Construct) awssns.ITopic {
			key := awskms.Key_FromKeyArn(scope, jsii.String("Key"), jsii.String("arn:aws:kms:eu-west-1:123456789012:key/1"))
			return awssns.NewTopic(scope, jsii.String("Own"), &awssns.TopicProps{MasterKey: key})
		}, nil, "weir:topic-key"},
		{"an imported topic", func(scope constructs.Construct) awssns.ITopic {
			return awssns.Topic_FromTopicArn(scope, jsii.String("Own"), jsii.String("arn:aws:sns:eu-west-1:123456789012:told"))
		}, nil, "weir:topic-policy"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stack := awscdk.NewStack(newTestApp(t), jsii.String("shop"), nil)
			NewReleasePipeline(stack, "Release", ReleasePipelineProps{
				Targets: []Target{ExistingTarget(stack, "orders", "prod")}, Handlers: builtHandlers(t, "v1"), Topic: test.topic(stack)})
			made := templateOf(t, stack)
			for _, key := range made.of("AWS::KMS::Key") {
				for _, want := range test.key {
					if !strings.Contains(text(key.Properties["KeyPolicy"]), want) {
						t.Errorf("the key's policy lacks %s: %s", want, text(key.Properties["KeyPolicy"]))
					}
				}
			}
			var warned []string
			for _, found := range *assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), assertions.Match_AnyValue()) {
				warned = append(warned, text(found.Entry.Data))
			}
			if all := strings.Join(warned, "\n"); test.warns == "" && all != "" || !strings.Contains(all, test.warns) {
				t.Errorf("synthesis warns %q, want %q", all, test.warns)
			}
		})
	}
}
