package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newFirstAlias defines the production alias as a custom resource that creates
// it when it is missing and has no permission to move it. An AWS::Lambda::Alias
// would be sent back to its template's version by any update of it.
func newFirstAlias(scope constructs.Construct, props VersionedFunctionProps, staging awslambda.Alias) awslambda.IFunction {
	creator := newHandler(scope, "AliasCreator", handlerProps{
		name: "alias", directory: props.Handlers, architecture: props.Architecture,
		description:    "Creates the production alias when it is missing; never moves it.",
		timeoutSeconds: 60, memory: 128,
	})
	creator.allow(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:       jsii.String("CreateTheAliasNeverMoveIt"),
		Actions:   texts("lambda:GetAlias", "lambda:CreateAlias"),
		Resources: &[]*string{props.Function.FunctionArn(), qualified(props.Function)},
	}))
	properties := map[string]any{
		"FunctionName": props.Function.FunctionName(),
		"Alias":        props.ProductionAlias,
		"From":         props.StagingAlias,
	}
	if props.PublishOnRequest {
		properties["From"] = "$LATEST"
		creator.allow(allow("PublishTheFirstVersion", []*string{props.Function.FunctionArn()}, "lambda:PublishVersion"))
	}
	if props.Description != "" {
		properties["Description"] = props.Description
	}
	resource := awscdk.NewCustomResource(scope, jsii.String("Production"), &awscdk.CustomResourceProps{
		ServiceToken: creator.function.FunctionArn(),
		ResourceType: jsii.String("Custom::FirstAlias"),
		Properties:   &properties,
		// The alias outlives the resource: it goes when its function does.
		RemovalPolicy:  awscdk.RemovalPolicy_RETAIN,
		ServiceTimeout: awscdk.Duration_Minutes(jsii.Number(5)),
	})
	if staging != nil {
		resource.Node().AddDependency(staging)
	}
	return awslambda.Function_FromFunctionAttributes(scope, jsii.String("ProductionAlias"), &awslambda.FunctionAttributes{
		FunctionArn:     resource.GetAttString(jsii.String("AliasArn")),
		SameEnvironment: jsii.Bool(true),
	})
}
