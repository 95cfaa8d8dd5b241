package infra

import (
	"net/mail"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// StackProps describes the stack of the sample app and its pipeline.
type StackProps struct {
	// Handlers is the directory of Weir's built functions. Required.
	Handlers string
	// App is the directory of the app's bootstrap. Default: app in Handlers.
	App string
	// Architecture of all of them. Default: what Handlers are built for.
	Architecture Architecture
	// AppEnvironment is the app's configuration.
	AppEnvironment map[string]string
	// Account and Region, for a stage that names them. Default: those of the
	// credentials at deployment.
	Account, Region string
	// Triggers are the events that start releases. Default: none.
	Triggers Triggers
	// Hooks are the names of functions of this account that a request may name
	// as hooks. Default: none.
	Hooks []string
	// Targets are further functions of this account on which the pipeline may
	// release, as name:alias. Default: the sample app alone.
	Targets []string
	// Alarms are the names of alarms that guard every release. Default: none.
	Alarms []string
	// PublishOnRequest leaves publishing a version to the releases. Default:
	// each deploy publishes.
	PublishOnRequest bool
	// Email is told how releases end and which alarms fire. Default: nobody; the
	// topic is there to be subscribed to.
	Email string
	// RunbooksURL is where the runbooks can be read. Default: alarms name the file.
	RunbooksURL string
	// NoMonitoring leaves out alarms, dashboard and topic.
	NoMonitoring bool
}

// NewStack defines the sample app, versioned, and a pipeline that releases it.
func NewStack(scope constructs.Construct, name string, props StackProps) awscdk.Stack {
	stack := awscdk.NewStack(scope, &name, &awscdk.StackProps{
		Description: jsii.String("Weir: a sample function and the pipeline that releases its versions"),
		Env:         environment(props.Account, props.Region),
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			// The CDK CLI checks the bootstrap version too, before it deploys.
			GenerateBootstrapVersionRule: jsii.Bool(false),
		}),
	})
	props.Architecture = orElse(props.Architecture, builtFor(props.Handlers))
	if props.PublishOnRequest && props.Triggers.StackUpdated {
		panic(refuse(stack.Node().Path(), "PublishOnRequest and Triggers.StackUpdated are both set; a deploy publishes nothing then that a release could start from. Set one of them"))
	}
	props.App = orElse(props.App, props.Handlers+"/app")
	topic := newTopic(stack, props)
	app := NewVersionedFunction(stack, "App", VersionedFunctionProps{
		Function: newApp(stack, props), Handlers: props.Handlers, Architecture: props.Architecture,
		Topic: topic, RunbooksURL: props.RunbooksURL, NoAlarms: props.NoMonitoring, PublishOnRequest: props.PublishOnRequest,
	})
	once(stack, "Hooks", props.Hooks)
	var hooks []awslambda.IFunction
	for i, name := range props.Hooks {
		if !functionName.MatchString(name) {
			panic(refuse(stack.Node().Path(), "Hooks[%d] is %q; give a function's name: 1 to 64 letters, digits, hyphens and underscores", i, name))
		}
		hooks = append(hooks, awslambda.Function_FromFunctionName(stack, jsii.String("Hook-"+name), &name))
	}
	version := ""
	if props.PublishOnRequest {
		version = "$LATEST"
	}
	pipeline := NewReleasePipeline(stack, "Release", ReleasePipelineProps{
		Hooks: hooks, Alarms: namedAlarms(stack, props.Alarms), Version: version,
		Targets:  append([]Target{{Function: app.Function, Alias: app.ProductionAlias}}, namedTargets(stack, props.Targets)...),
		Handlers: props.Handlers, Architecture: props.Architecture,
		Triggers: props.Triggers, Topic: topic, RunbooksURL: props.RunbooksURL, NoMonitoring: props.NoMonitoring,
	})
	output(stack, "FunctionName", "The sample function.", app.Function.FunctionName())
	output(stack, "ProductionAliasArn", "What clients invoke.", app.Production.FunctionArn())
	if app.Version != nil {
		output(stack, "StagingVersion", "The version that staging serves.", app.Version.Version())
	}
	output(stack, "StateMachineArn", "Start a release with: aws stepfunctions start-execution.", pipeline.StateMachine.StateMachineArn())
	return stack
}

// once refuses what is named twice: the CDK would refuse the second construct.
func once(stack awscdk.Stack, field string, names []string) {
	seen := map[string]bool{}
	for i, name := range names {
		if seen[name] {
			panic(refuse(stack.Node().Path(), "%s[%d] is %q again; name each once", field, i, name))
		}
		seen[name] = true
	}
}

// functionName is what Lambda takes for the name of a function.
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
var functionName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// namedTargets are functions that exist already, written as name:alias.
func namedTargets(stack awscdk.Stack, names []string) []Target {
	once(stack, "Targets", names)
	var targets []Target
	for i, text := range names {
		name, alias, ok := strings.Cut(text, ":")
		if !ok || !functionName.MatchString(name) || alias == "" {
			panic(refuse(stack.Node().Path(), "Targets[%d] is %q; write the function's name and its alias, such as orders:prod", i, text))
		}
		if name == appName(stack) {
			panic(refuse(stack.Node().Path(), "Targets[%d] is %q, the sample function, which is a target already; leave it out", i, text))
		}
		targets = append(targets, ExistingTarget(stack, name, alias))
	}
	return targets
}

func namedAlarms(stack awscdk.Stack, names []string) []awscloudwatch.IAlarm {
	once(stack, "Alarms", names)
	var alarms []awscloudwatch.IAlarm
	for i, name := range names {
		if name == "" {
			panic(refuse(stack.Node().Path(), "Alarms[%d] is empty; give an alarm's name", i))
		}
		alarms = append(alarms, awscloudwatch.Alarm_FromAlarmName(stack, jsii.String("Alarm-"+name), &name))
	}
	return alarms
}

// newTopic is where alarms and notices go. It is not encrypted with the key
// that SNS manages: CloudWatch alarms could not publish to it then.
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
func newTopic(stack awscdk.Stack, props StackProps) awssns.ITopic {
	if props.NoMonitoring {
		return nil
	}
	topic := awssns.NewTopic(stack, jsii.String("Notices"), &awssns.TopicProps{
		DisplayName: jsii.String("Weir"), EnforceSSL: jsii.Bool(true),
	})
	if props.Email != "" {
		if _, err := mail.ParseAddress(props.Email); err != nil {
			panic(refuse(stack.Node().Path(), "Email is %q; it must be an e-mail address", props.Email))
		}
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&props.Email, nil))
	}
	return topic
}

func appName(stack awscdk.Stack) string { return *stack.StackName() + "-app" }

func newApp(stack awscdk.Stack, props StackProps) awslambda.Function {
	if err := checkBootstrap(props.App, props.Architecture); err != nil {
		panic(refuse(stack.Node().Path(), "App: %v", err))
	}
	logs := awslogs.NewLogGroup(stack, jsii.String("AppLog"), &awslogs.LogGroupProps{
		Retention: awslogs.RetentionDays_ONE_MONTH, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	role := awsiam.NewRole(stack, jsii.String("AppRole"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		Description: jsii.String("The sample function; it calls nothing."),
	})
	logs.GrantWrite(role)
	if err := checkVariables(props.AppEnvironment); err != nil {
		panic(refuse(stack.Node().Path(), "AppEnvironment: %v; give it other names or shorter values", err))
	}
	variables := map[string]*string{}
	for name, value := range props.AppEnvironment {
		variables[name] = &value
	}
	return awslambda.NewFunction(stack, jsii.String("AppFunction"), &awslambda.FunctionProps{
		FunctionName:  jsii.String(appName(stack)),
		Description:   jsii.String("The sample function that releases are shown on."),
		Runtime:       awslambda.Runtime_PROVIDED_AL2023(),
		Handler:       jsii.String("bootstrap"),
		Code:          awslambda.Code_FromAsset(&props.App, nil),
		Architecture:  props.Architecture.lambda(),
		MemorySize:    jsii.Number(128),
		Timeout:       awscdk.Duration_Seconds(jsii.Number(10)),
		Environment:   &variables,
		Role:          role,
		LogGroup:      logs,
		LoggingFormat: awslambda.LoggingFormat_JSON,
		Tracing:       awslambda.Tracing_ACTIVE,
	})
}

func environment(account, region string) *awscdk.Environment {
	if account == "" && region == "" {
		return nil
	}
	env := &awscdk.Environment{}
	if account != "" {
		env.Account = &account
	}
	if region != "" {
		env.Region = &region
	}
	return env
}

func output(stack awscdk.Stack, id, description string, value *string) {
	awscdk.NewCfnOutput(stack, &id, &awscdk.CfnOutputProps{Description: &description, Value: value})
}
