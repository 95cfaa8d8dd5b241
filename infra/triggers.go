package infra

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"weir/statemachine"
)

// releaseRequested is the detail-type of an event that asks for a release; its
// detail is the request, and its source is whatever the sender calls itself.
const releaseRequested = "Release Requested"

// Triggers says which events start releases. None do by default.
type Triggers struct {
	// RequestSources are the sources whose events of detail-type "Release Requested"
	// on the default bus, put by this account, start a release of this pipeline's
	// targets. Whoever may put an event with such a source may release, so grant
	// events:PutEvents with a condition on events:source. None by default.
	RequestSources []string
	// StackUpdated starts a release of what staging serves when an update of
	// this stack completes and staging and production differ.
	StackUpdated bool
	// Staging is the alias that StackUpdated releases from. Default: staging.
	Staging string
}

func (t Triggers) any() bool { return len(t.RequestSources) > 0 || t.StackUpdated }

// newTriggers starts releases on events.
func (p *ReleasePipeline) newTriggers(props ReleasePipelineProps) {
	if !props.Triggers.any() {
		return
	}
	props.checkSources(p.Construct.Node().Path())
	starter := p.newStarter(props)
	start := func(id, description string, pattern *awsevents.EventPattern, input map[string]any) {
		awsevents.NewRule(p.Construct, &id, &awsevents.RuleProps{
			Description: &description, EventPattern: pattern,
			Targets: &[]awsevents.IRuleTarget{awseventstargets.NewSfnStateMachine(starter, &awseventstargets.SfnStateMachineProps{
				Input:           awsevents.RuleTargetInput_FromObject(input),
				DeadLetterQueue: p.Undelivered,
				MaxEventAge:     awscdk.Duration_Hours(jsii.Number(1)),
				RetryAttempts:   jsii.Number(10),
			})},
		})
	}
	if len(props.Triggers.RequestSources) > 0 {
		for i, pattern := range requestPatterns(awscdk.Stack_Of(p.Construct).Account(), props.Triggers.RequestSources, props.Targets) {
			id := "OnReleaseRequested"
			if i > 0 {
				id = fmt.Sprintf("%s%d", id, i+1)
			}
			start(id, "Starts the release that an event asks for.", pattern, map[string]any{
				"id":      awsevents.EventField_EventId(),
				"source":  awsevents.EventField_Source(),
				"request": awsevents.EventField_FromPath(jsii.String("$.detail")),
			})
		}
	}
	if props.Triggers.StackUpdated {
		props.checkCandidates(p.Construct.Node().Path())
		start("OnStackUpdated", "Starts a release when an update of this stack has completed.",
			&awsevents.EventPattern{
				Source:     texts("aws.cloudformation"),
				DetailType: texts("CloudFormation Stack Status Change"),
				Detail: &map[string]any{
					"stack-id":       []*string{awscdk.Stack_Of(p.Construct).StackId()},
					"status-details": map[string]any{"status": texts("UPDATE_COMPLETE")},
				},
			}, map[string]any{
				"id":         awsevents.EventField_EventId(),
				"reason":     "stack update " + *awsevents.EventField_EventId(),
				"candidates": candidates(props),
			})
	}
}

// maxPattern is how many characters EventBridge takes as an event pattern, by its
// default quota.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const maxPattern = 2048

// aroundNames is more than a request pattern has around sources and names of functions.
const aroundNames = 160

// checkSources refuses sources that are Weir's own or AWS's: the pipeline's roles may
// put events with the one, and nobody but AWS with the other.
func (p ReleasePipelineProps) checkSources(path *string) {
	length := aroundNames
	for i, source := range p.Triggers.RequestSources {
		if source == "" || source == eventSource || strings.HasPrefix(source, "aws.") {
			panic(refuse(path, "Triggers.RequestSources[%d] is %q; it must be a source of your own, such as shop.ci", i, source))
		}
		length += len(source) + len(`"",`)
	}
	if length > maxPattern/2 {
		panic(refuse(path, "Triggers.RequestSources make %d characters of a pattern, which leaves too little for the targets; give fewer or shorter ones", length))
	}
}

// requestPatterns match requests for this pipeline's targets, each with as many of
// the functions as fit a pattern. A request that two of them match starts one
// release: both give the execution the event's id as its name. A request that mixes
// the pipeline's targets with others' is refused by the workflow's own roles.
func requestPatterns(account *string, sources []string, targets []Target) []*awsevents.EventPattern {
	around := aroundNames
	for _, source := range sources {
		around += len(source) + len(`"",`)
	}
	var patterns []*awsevents.EventPattern
	var names []*string
	length := around
	add := func() {
		named := map[string]any{"function": names}
		patterns = append(patterns, &awsevents.EventPattern{
			Account: &[]*string{account}, Source: texts(sources...),
			DetailType: texts(releaseRequested),
			Detail: &map[string]any{
				"$or": []any{map[string]any{"target": named}, map[string]any{"targets": named}},
			},
		})
	}
	seen := map[string]bool{}
	for _, target := range targets {
		name := target.functionName()
		if seen[name] {
			continue
		}
		seen[name] = true
		// A pattern names each function twice.
		more := 2 * (target.nameLength() + len(`"",`))
		if length+more > maxPattern {
			add()
			names, length = nil, around
		}
		names, length = append(names, &name), length+more
	}
	add()
	return patterns
}

// maxInput is how many characters EventBridge takes as what a rule passes on, and
// aroundCandidates more than the input of OnStackUpdated has beside the targets.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html
const (
	maxInput         = 8192
	aroundCandidates = 100
)

// checkCandidates refuses targets that do not fit the input of OnStackUpdated.
func (p ReleasePipelineProps) checkCandidates(path *string) {
	length := aroundCandidates
	for _, target := range p.Targets {
		length += target.nameLength() + len(target.Alias) + len(p.Triggers.Staging) + len(`{"alias":"","function":"","staging":""},`)
	}
	if length > maxInput {
		panic(refuse(path, "Targets and Triggers.Staging make %d characters of input for Triggers.StackUpdated, and EventBridge takes %d; "+
			"give shorter names, or make two pipelines", length, maxInput))
	}
}

func candidates(props ReleasePipelineProps) []map[string]any {
	var all []map[string]any
	for _, target := range props.Targets {
		all = append(all, map[string]any{
			"function": target.functionName(), "alias": target.Alias, "staging": props.Triggers.Staging,
		})
	}
	return all
}

func (p *ReleasePipeline) newStarter(props ReleasePipelineProps) awsstepfunctions.StateMachine {
	name := props.Name + "-start"
	logs := awslogs.NewLogGroup(p.Construct, jsii.String("StartLog"), &awslogs.LogGroupProps{
		LogGroupName: jsii.String("/aws/vendedlogs/states/" + name),
		Retention:    awslogs.RetentionDays_THREE_MONTHS, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	starter := awsstepfunctions.NewStateMachine(p.Construct, jsii.String("Start"), &awsstepfunctions.StateMachineProps{
		StateMachineName: &name,
		StateMachineType: awsstepfunctions.StateMachineType_STANDARD,
		DefinitionBody:   awsstepfunctions.DefinitionBody_FromString(&statemachine.Start),
		DefinitionSubstitutions: &map[string]*string{
			"Partition":   awscdk.Stack_Of(p.Construct).Partition(),
			"WorkflowArn": p.StateMachine.StateMachineArn(),
		},
		TracingEnabled: jsii.Bool(true),
		Logs: &awsstepfunctions.LogOptions{
			Destination: logs, Level: awsstepfunctions.LogLevel_ALL, IncludeExecutionData: jsii.Bool(false), // it would hold the inputs, and task tokens
		},
	})
	starter.AddToRolePolicy(allow("StartRelease", []*string{p.StateMachine.StateMachineArn()}, "states:StartExecution"))
	if props.Triggers.StackUpdated {
		starter.AddToRolePolicy(allow("CompareAliases", functions(props.Targets), "lambda:GetAlias"))
	}
	return starter
}
