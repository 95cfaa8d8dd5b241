package infra

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2integrations"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambdaeventsources"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3notifications"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsschedulertargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// connected is a stack in which everything that docs/constructs.md names is
// connected to the production alias.
func connected(t *testing.T) template {
	t.Helper()
	handlers := builtHandlers(t, "v1")
	stack := awscdk.NewStack(newTestApp(t), jsii.String("shop"), nil)
	orders := awslambda.NewFunction(stack, jsii.String("Orders"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PROVIDED_AL2023(), Handler: jsii.String("bootstrap"), Code: awslambda.Code_FromAsset(jsii.String(handlers+"/app"), nil),
	})
	production := NewVersionedFunction(stack, "Versions", VersionedFunctionProps{Function: orders, Handlers: handlers}).Production

	production.AddEventSource(awslambdaeventsources.NewSqsEventSource(awssqs.NewQueue(stack, jsii.String("Queue"), nil), nil))
	production.AddEventSource(awslambdaeventsources.NewKinesisEventSource(awskinesis.NewStream(stack, jsii.String("Stream"), nil),
		&awslambdaeventsources.KinesisEventSourceProps{StartingPosition: awslambda.StartingPosition_LATEST}))
	production.ConfigureAsyncInvoke(&awslambda.EventInvokeConfigOptions{RetryAttempts: jsii.Number(0)})
	production.AddFunctionUrl(&awslambda.FunctionUrlOptions{AuthType: awslambda.FunctionUrlAuthType_NONE})
	production.GrantInvoke(awsiam.NewRole(stack, jsii.String("Caller"), &awsiam.RoleProps{AssumedBy: awsiam.NewAccountRootPrincipal()}))
	awsapigateway.NewLambdaRestApi(stack, jsii.String("Rest"), &awsapigateway.LambdaRestApiProps{Handler: production})
	awsapigatewayv2.NewHttpApi(stack, jsii.String("Http"), &awsapigatewayv2.HttpApiProps{
		DefaultIntegration: awsapigatewayv2integrations.NewHttpLambdaIntegration(jsii.String("Orders"), production, nil)})
	awsevents.NewRule(stack, jsii.String("Rule"), &awsevents.RuleProps{
		Schedule: awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(5))),
		Targets:  &[]awsevents.IRuleTarget{awseventstargets.NewLambdaFunction(production, nil)},
	})
	awssns.NewTopic(stack, jsii.String("Topic"), nil).AddSubscription(awssnssubscriptions.NewLambdaSubscription(production, nil))
	awss3.NewBucket(stack, jsii.String("Bucket"), nil).AddEventNotification(awss3.EventType_OBJECT_CREATED, awss3notifications.NewLambdaDestination(production))
	awsscheduler.NewSchedule(stack, jsii.String("Schedule"), &awsscheduler.ScheduleProps{
		Schedule: awsscheduler.ScheduleExpression_Rate(awscdk.Duration_Hours(jsii.Number(1))),
		Target:   awsschedulertargets.NewLambdaInvoke(production, nil),
	})
	return templateOf(t, stack)
}

// Whatever is connected to production invokes the alias: a mapping, a rule or a
// permission on the bare function would send $LATEST its traffic.
func TestConnectionsNameTheAlias(t *testing.T) {
	stack := connected(t)
	created := ""
	for id := range stack.of("Custom::FirstAlias") {
		created = id
	}
	alias := `{"Ref":"` + created + `"}`
	if created == "" {
		t.Fatal("the stack creates no alias")
	}
	tests := []struct {
		kind, property string // property: empty for the resource as a whole
		count          int
	}{
		{"AWS::Lambda::EventSourceMapping", "FunctionName", 2},
		{"AWS::Lambda::EventInvokeConfig", "Qualifier", 1},
		{"AWS::Lambda::Permission", "FunctionName", 0},
		{"AWS::ApiGateway::Method", "Integration", 0},
		{"AWS::ApiGatewayV2::Integration", "IntegrationUri", 1},
		{"AWS::Events::Rule", "Targets", 1},
		{"AWS::SNS::Subscription", "Endpoint", 1},
		{"Custom::S3BucketNotifications", "NotificationConfiguration", 1},
		{"AWS::Scheduler::Schedule", "Target", 1},
	}
	for _, test := range tests {
		t.Run(test.kind, func(t *testing.T) {
			found := stack.of(test.kind)
			if test.count > 0 && len(found) != test.count || len(found) == 0 {
				t.Errorf("the stack has %d of them, want %d", len(found), test.count)
			}
			for id, r := range found {
				if !strings.Contains(text(r.Properties[test.property]), alias) {
					t.Errorf("%s: %s is %s; it does not name the alias", id, test.property, text(r.Properties[test.property]))
				}
			}
		})
	}
}

// A URL names the function and the alias apart, and waits for the alias.
func TestTheURLIsTheAliases(t *testing.T) {
	stack := connected(t)
	for id, url := range stack.of("AWS::Lambda::Url") {
		waits := slices.ContainsFunc(url.DependsOn, func(on string) bool { return stack.Resources[on].Type == "Custom::FirstAlias" })
		if url.Properties["Qualifier"] != "prod" || !waits {
			t.Errorf("%s: qualifier %v, depends on %q", id, url.Properties["Qualifier"], url.DependsOn)
		}
	}
}

// The CDK's own metrics of the alias have the dimensions that Lambda writes.
func TestMetricsOfProductionAreTheAliases(t *testing.T) {
	handlers := builtHandlers(t, "v1")
	stack := awscdk.NewStack(newTestApp(t), jsii.String("shop"), nil)
	orders := awslambda.NewFunction(stack, jsii.String("Orders"), &awslambda.FunctionProps{FunctionName: jsii.String("orders"),
		Runtime: awslambda.Runtime_PROVIDED_AL2023(), Handler: jsii.String("bootstrap"), Code: awslambda.Code_FromAsset(jsii.String(handlers+"/app"), nil),
	})
	production := NewVersionedFunction(stack, "Versions", VersionedFunctionProps{Function: orders, Handlers: handlers}).Production
	awscloudwatch.NewAlarm(stack, jsii.String("Own"), &awscloudwatch.AlarmProps{
		Metric: production.MetricErrors(nil), Threshold: jsii.Number(1), EvaluationPeriods: jsii.Number(1)})
	for id, alarm := range templateOf(t, stack).of("AWS::CloudWatch::Alarm") {
		if !strings.HasPrefix(id, "Own") {
			continue
		}
		got := text(alarm.Properties["Dimensions"])
		if !strings.Contains(got, `"FunctionName"`) || !strings.Contains(got, `"Resource"`) || !strings.Contains(got, `:prod"`) {
			t.Errorf("the dimensions are %s", got)
		}
	}
}

// The role of the function may read what the alias is connected to: Lambda polls
// with it, and refuses a mapping otherwise.
func TestConnectionsGrantTheFunctionsRole(t *testing.T) {
	stack := connected(t)
	granted := ""
	for id, policy := range stack.of("AWS::IAM::Policy") {
		if strings.HasPrefix(id, "OrdersServiceRole") {
			granted += text(policy.Properties)
		}
	}
	for _, action := range []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "kinesis:GetRecords"} {
		if !strings.Contains(granted, action) {
			t.Errorf("the function's role may not %s: %s", action, granted)
		}
	}
}
