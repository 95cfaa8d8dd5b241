package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newFirstAlias defines the production alias. To the CDK it is an alias like any
// other, so that event sources, permissions, grants and metrics name it. In the
// template its resource is a custom one, which creates the alias when it is missing
// and has no permission to move it: an AWS::Lambda::Alias would be sent back to its
// template's version by any update of it.
func newFirstAlias(scope constructs.Construct, props VersionedFunctionProps, staging awslambda.Alias) awslambda.Alias {
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
	if props.PublishOnRequest {
		creator.allow(allow("PublishTheFirstVersion", []*string{props.Function.FunctionArn()}, "lambda:PublishVersion"))
	}
	alias := awslambda.NewAlias(scope, jsii.String("Production"), &awslambda.AliasProps{
		AliasName: &props.ProductionAlias,
		// The CDK takes function and role from the version. Which version the alias
		// serves, releases decide, and nothing in a template may know.
		Version: awslambda.Version_FromVersionAttributes(scope, jsii.String("AnyVersion"), &awslambda.VersionAttributes{
			Lambda: props.Function, Version: jsii.String("$LATEST"),
		}),
	})
	createOnce(alias, props, creator)
	if staging != nil {
		alias.Node().AddDependency(staging)
	}
	return alias
}

// createOnce makes the alias's resource a custom one. Its id is the alias's ARN, as
// that of an AWS::Lambda::Alias is.
// https://docs.aws.amazon.com/cdk/v2/guide/cfn-layer.html
func createOnce(alias awslambda.Alias, props VersionedFunctionProps, creator *handler) {
	resource, ok := alias.Node().DefaultChild().(awslambda.CfnAlias)
	if !ok {
		panic(refuse(alias.Node().Path(), "the CDK's alias has no resource of its own that could be made once; this version of the CDK is not supported"))
	}
	resource.AddOverride(jsii.String("Type"), "Custom::FirstAlias")
	for _, property := range []string{"Name", "FunctionVersion"} {
		resource.AddPropertyDeletionOverride(&property)
	}
	properties := map[string]any{
		"ServiceToken":   creator.function.FunctionArn(),
		"ServiceTimeout": 300, // seconds
		"FunctionName":   props.Function.FunctionName(),
		"Alias":          props.ProductionAlias,
		"From":           props.StagingAlias,
	}
	if props.PublishOnRequest {
		properties["From"] = "$LATEST"
	}
	if props.Description != "" {
		properties["Description"] = props.Description
	}
	for name, value := range properties {
		resource.AddPropertyOverride(&name, value)
	}
	// The alias outlives the resource: it goes when its function does.
	resource.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN, nil)
}
