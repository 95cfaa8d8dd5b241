package infra

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// VersionedFunctionProps says which function is versioned, and how its aliases
// are called.
type VersionedFunctionProps struct {
	// Function is the caller's own function, defined in the same stack.
	// Required. Give it nothing special: the construct sees to it that versions
	// are retained.
	Function awslambda.Function

	// Handlers is the directory of Weir's built functions, which holds
	// alias/bootstrap. Required.
	Handlers string

	// Architecture of the functions in Handlers. Default: what they are built for.
	Architecture Architecture

	// PublishOnRequest leaves publishing to the releases: a deploy changes
	// $LATEST alone, and a release of version $LATEST publishes what is there.
	// There is no staging alias then. Default: each deploy that changes the
	// function publishes a version.
	PublishOnRequest bool

	// StagingAlias follows each deploy. Default: staging.
	StagingAlias string

	// ProductionAlias is created once, on the version that staging serves then,
	// and never moved by the stack. Default: prod.
	ProductionAlias string

	// Description is what the production alias is created with, at most 100
	// characters; Weir writes its own mark in front of it. A later change of
	// it changes nothing: the alias is never written by the stack again.
	Description string

	// Topic is told of the function's alarms. Default: no topic.
	Topic awssns.ITopic

	// ErrorPercent is the share of failed requests from which on the alarms
	// fire, above 0 and at most 100. Default: 5.
	ErrorPercent float64

	// RunbooksURL is where the runbooks of docs/runbooks can be read, such as
	// https://wiki.example.com/weir/runbooks; alarms link to them. Default: they
	// name the file.
	RunbooksURL string

	// NoAlarms leaves the function's alarms out.
	NoAlarms bool
}

// maxDescription leaves room for Weir's mark within the 256 characters that
// Lambda gives an alias.
const maxDescription = 100

func (p VersionedFunctionProps) withDefaults() VersionedFunctionProps {
	p.StagingAlias = orElse(p.StagingAlias, "staging")
	p.ProductionAlias = orElse(p.ProductionAlias, "prod")
	p.Architecture = orElse(p.Architecture, builtFor(p.Handlers))
	p.ErrorPercent = orElse(p.ErrorPercent, 5)
	return p
}

func (p VersionedFunctionProps) validate(path *string) {
	if p.Function == nil {
		panic(refuse(path, "Function is missing; give the function to version"))
	}
	for field, name := range map[string]string{"StagingAlias": p.StagingAlias, "ProductionAlias": p.ProductionAlias} {
		if err := checkAlias(field, name); err != nil {
			panic(refuse(path, "%v", err))
		}
	}
	if p.StagingAlias == p.ProductionAlias {
		panic(refuse(path, "StagingAlias and ProductionAlias are both %q; a deploy would move production", p.StagingAlias))
	}
	if !(p.ErrorPercent > 0 && p.ErrorPercent <= 100) {
		panic(refuse(path, "ErrorPercent is %g; it must be above 0 and at most 100", p.ErrorPercent))
	}
	if err := checkRunbooksURL(p.RunbooksURL); err != nil {
		panic(refuse(path, "%v", err))
	}
	if len(p.Description) > maxDescription {
		panic(refuse(path, "Description has %d characters; %d at most, so that Weir's mark fits beside it", len(p.Description), maxDescription))
	}
}

// VersionedFunction is a function with a retained version for each change of
// its code or configuration, an alias on the newest, and one for production.
type VersionedFunction struct {
	// Construct is this construct's node in the app.
	Construct constructs.Construct

	// Function is the function given.
	Function awslambda.Function
	// Version is what this deploy publishes; nil with PublishOnRequest.
	Version awslambda.Version
	// Staging is the alias on Version; nil with PublishOnRequest.
	Staging awslambda.Alias
	// Production is the production alias, to be invoked, granted and connected
	// like a function.
	Production awslambda.Alias
	// ProductionAlias is its name.
	ProductionAlias string
	// Alarms watch the production alias and the newest version behind it.
	Alarms []awscloudwatch.IAlarm
}

// NewVersionedFunction versions a function.
func NewVersionedFunction(scope constructs.Construct, id string, props VersionedFunctionProps) *VersionedFunction {
	this := &VersionedFunction{Construct: constructs.NewConstruct(scope, &id)}
	props = props.withDefaults()
	props.validate(this.Construct.Node().Path())

	this.Function, this.ProductionAlias = props.Function, props.ProductionAlias
	if !props.PublishOnRequest {
		this.Version = props.Function.CurrentVersion()
		// The CDK's default is to delete a version when the next one is deployed.
		this.Version.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN)
		this.Staging = awslambda.NewAlias(this.Construct, jsii.String("Staging"), &awslambda.AliasProps{
			AliasName: &props.StagingAlias, Version: this.Version,
		})
	}
	this.Production = newFirstAlias(this.Construct, props, this.Staging)
	if !props.NoAlarms {
		to := newAlarms(this.Construct, props.Topic, props.RunbooksURL)
		addFunctionAlarms(to, this, props.ErrorPercent)
		this.Alarms = to.made
	}
	return this
}
