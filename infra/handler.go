package infra

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Architecture is the processor that a function's binary is built for.
type Architecture string

// The architectures of Lambda.
const (
	ARM64 Architecture = "arm64"
	X8664 Architecture = "x86_64"
)

func (a Architecture) lambda() awslambda.Architecture {
	if a == X8664 {
		return awslambda.Architecture_X86_64()
	}
	return awslambda.Architecture_ARM_64()
}

// handlerProps describes one of Weir's own functions.
type handlerProps struct {
	name           string // the folder below directory
	function       string // what the function is called; empty for CloudFormation's choice
	directory      string
	architecture   Architecture
	description    string
	timeoutSeconds float64
	memory         float64 // MB
	environment    map[string]variable
	shorten        string // what to do when Lambda would not take the environment
}

// handler is one of Weir's own functions with a role of its own, which can
// write its log and nothing else until it is allowed more.
type handler struct {
	function awslambda.Function
	role     awsiam.Role
}

func newHandler(scope constructs.Construct, id string, props handlerProps) *handler {
	this := constructs.NewConstruct(scope, &id)
	path := this.Node().Path()
	if props.architecture != ARM64 && props.architecture != X8664 {
		panic(refuse(path, "Architecture is %q; it must be %s or %s", props.architecture, ARM64, X8664))
	}
	directory := filepath.Join(props.directory, props.name)
	if err := checkBootstrap(directory, props.architecture); err != nil {
		panic(refuse(path, "%v", err))
	}
	logs := awslogs.NewLogGroup(this, jsii.String("Log"), &awslogs.LogGroupProps{
		Retention: awslogs.RetentionDays_THREE_MONTHS, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	role := awsiam.NewRole(this, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy:   awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
		Description: jsii.String("Weir: " + props.description),
	})
	logs.GrantWrite(role)
	environment, longest := map[string]*string{}, map[string]string{}
	for name, given := range props.environment {
		environment[name], longest[name] = &given.value, given.longest
	}
	if err := checkVariables(longest); err != nil {
		panic(refuse(path, "%v; %s", err, props.shorten))
	}
	var name *string
	if props.function != "" {
		name = &props.function
	}
	function := awslambda.NewFunction(this, jsii.String("Function"), &awslambda.FunctionProps{
		FunctionName:  name,
		Runtime:       awslambda.Runtime_PROVIDED_AL2023(),
		Handler:       jsii.String("bootstrap"),
		Code:          awslambda.Code_FromAsset(&directory, nil),
		Architecture:  props.architecture.lambda(),
		Description:   jsii.String("Weir: " + props.description),
		Timeout:       awscdk.Duration_Seconds(&props.timeoutSeconds),
		MemorySize:    &props.memory,
		Environment:   &environment,
		Role:          role,
		LogGroup:      logs,
		LoggingFormat: awslambda.LoggingFormat_JSON,
		Tracing:       awslambda.Tracing_ACTIVE,
	})
	return &handler{function: function, role: role}
}

// perStatement keeps a statement, the smallest that the CDK can move to another
// policy, within the 6,144 characters of a managed one: an ARN of a function has
// up to 130.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const perStatement = 40

// allow adds to what the handler may do.
func (h *handler) allow(statements ...awsiam.PolicyStatement) {
	for _, statement := range statements {
		resources := slices.Collect(slices.Chunk(*statement.Resources(), perStatement))
		if len(resources) == 1 {
			h.role.AddToPolicy(statement)
			continue
		}
		for i, some := range resources {
			h.role.AddToPolicy(statement.Copy(&awsiam.PolicyStatementProps{
				Sid: jsii.String(fmt.Sprintf("%s%d", *statement.Sid(), i+1)), Resources: &some,
			}))
		}
	}
}
