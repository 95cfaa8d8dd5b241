package infra

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// ReleasePipelineProps says on what a pipeline may release.
type ReleasePipelineProps struct {
	// Targets are all that releases of this pipeline may touch: its roles reach
	// no other function. 1 to 50. Required.
	Targets []Target

	// Handlers is the directory of Weir's built functions, which holds
	// shift/bootstrap, verify/bootstrap and rollback/bootstrap. Required.
	Handlers string

	// Architecture of the functions in Handlers. Default: what they are built for.
	Architecture Architecture

	// Name is the state machine's name, unique in the account and region. It is
	// written into an alias's description while a release holds it, so it is
	// short: at most 50 characters. The handlers are called after it. Default: the stack's name and the
	// construct's id, in lower case, such as weir-release.
	Name string

	// Hooks are the functions that a request may name as hooks. Default: none.
	Hooks []awslambda.IFunction

	// Triggers are the events that start releases. Default: none.
	Triggers Triggers

	// Alarms guard every release of this pipeline, beside those that a request
	// names: one that fires rolls back. Default: none.
	Alarms []awscloudwatch.IAlarm

	// Version is what a release takes that names none: an alias, or $LATEST,
	// which is published first. Default: staging.
	Version string

	// Topic is told how each release ends and which alarms fire. Default: no
	// topic; alarms and the dashboard show in the console alone.
	Topic awssns.ITopic

	// RunbooksURL is where the runbooks of docs/runbooks can be read, such as
	// https://wiki.example.com/weir/runbooks; alarms and notices link to them.
	// Default: they name the file.
	RunbooksURL string

	// NoMonitoring leaves out the dashboard and the pipeline's alarms.
	NoMonitoring bool
}

// maxTargets is as many as one release takes.
const maxTargets = 50

// maxAlarmName is how long the name of an alarm may be, where CloudFormation
// chooses it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
const maxAlarmName = 255

// machineName is what a state machine may be called, shorter than Step
// Functions' 80 characters so that name and execution fit an alias's
// description, and NAME-rollback the 64 of a function.
var machineName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,50}$`)

func (p ReleasePipelineProps) withDefaults(this constructs.Construct) ReleasePipelineProps {
	p.Architecture = orElse(p.Architecture, builtFor(p.Handlers))
	p.Name = orElse(p.Name, strings.ToLower(*awscdk.Stack_Of(this).StackName()+"-"+*this.Node().Id()))
	targets := make([]Target, len(p.Targets))
	for i, target := range p.Targets {
		target.Alias = orElse(target.Alias, "prod")
		targets[i] = target
	}
	p.Targets = targets
	p.Triggers.Staging = orElse(p.Triggers.Staging, "staging")
	p.Version = orElse(p.Version, "staging")
	return p
}

func (p ReleasePipelineProps) validate(path *string) {
	if len(p.Targets) == 0 || len(p.Targets) > maxTargets {
		panic(refuse(path, "Targets has %d entries; it must have 1 to %d", len(p.Targets), maxTargets))
	}
	if !machineName.MatchString(p.Name) {
		panic(refuse(path, "Name is %q; it must be 1 to 50 letters, digits, hyphens and underscores", p.Name))
	}
	if err := checkAlias("Triggers.Staging", p.Triggers.Staging); err != nil {
		panic(refuse(path, "%v", err))
	}
	if p.Version != "$LATEST" {
		if err := checkAlias("Version", p.Version); err != nil {
			panic(refuse(path, "%v, or $LATEST", err))
		}
	}
	if err := checkRunbooksURL(p.RunbooksURL); err != nil {
		panic(refuse(path, "%v", err))
	}
	p.validateAlarms(path)
	for i, hook := range p.Hooks {
		if hook == nil {
			panic(refuse(path, "Hooks[%d] is missing; give the function to call", i))
		}
	}
	seen := map[string]bool{}
	for i, target := range p.Targets {
		if target.Function == nil {
			panic(refuse(path, "Targets[%d].Function is missing; give the function to release on", i))
		}
		if err := checkAlias("Alias", target.Alias); err != nil {
			panic(refuse(path, "Targets[%d].%v", i, err))
		}
		key := target.key()
		if seen[key] {
			panic(refuse(path, "Targets[%d] is %s again; name each target once", i, key))
		}
		seen[key] = true
	}
}

func (p ReleasePipelineProps) validateAlarms(path *string) {
	for i, alarm := range p.Alarms {
		if alarm == nil {
			panic(refuse(path, "Alarms[%d] is missing; give the alarm to heed", i))
		}
	}
}

// ReleasePipeline is the release workflow with its handlers, for a fixed
// set of targets.
type ReleasePipeline struct {
	// Construct is this construct's node in the app.
	Construct constructs.Construct

	// StateMachine runs one release per execution.
	StateMachine awsstepfunctions.StateMachine
	// Plan checks a request and plans the release; it cannot move an alias.
	Plan awslambda.Function
	// Shift writes to aliases on the way forward.
	Shift awslambda.Function
	// Verify probes, judges and calls hooks; it never writes to an alias.
	Verify awslambda.Function
	// Rollback returns aliases to whole, in a release and after one.
	Rollback awslambda.Function
	// Undelivered holds events that could not be delivered to the pipeline.
	Undelivered awssqs.Queue
	// Alarms are the pipeline's alarms; none with NoMonitoring.
	Alarms []awscloudwatch.IAlarm
}

// NewReleasePipeline builds a pipeline.
func NewReleasePipeline(scope constructs.Construct, id string, props ReleasePipelineProps) *ReleasePipeline {
	this := &ReleasePipeline{Construct: constructs.NewConstruct(scope, &id)}
	props = props.withDefaults(this.Construct)
	props.validate(this.Construct.Node().Path())

	h := newHandlers(this.Construct, props)
	grantHandlers(this.Construct, props, h)
	this.Plan, this.Shift, this.Verify, this.Rollback = h.plan.function, h.shift.function, h.verify.function, h.rollback.function
	this.StateMachine = newWorkflow(this.Construct, props.Name, h)
	this.Undelivered = awssqs.NewQueue(this.Construct, jsii.String("Undelivered"), &awssqs.QueueProps{
		EnforceSSL: jsii.Bool(true), RetentionPeriod: awscdk.Duration_Days(jsii.Number(14)),
	})
	this.newRepair()
	this.newTriggers(props)
	this.newMonitoring(props)
	this.newOutputs(props)
	return this
}

// newHandlers makes the pipeline's functions. The workflow waits ten seconds longer
// than each may run, so that no attempt that it has given up writes.
func newHandlers(this constructs.Construct, props ReleasePipelineProps) handlers {
	newOne := func(id, name, description string, seconds float64, change func(*handlerProps)) *handler {
		p := handlerProps{name: name, function: props.Name + "-" + name, directory: props.Handlers, architecture: props.Architecture, memory: 256,
			description: description, timeoutSeconds: seconds}
		change(&p)
		return newHandler(this, id, p)
	}
	asIs := func(*handlerProps) {}
	return handlers{
		plan: newOne("Plan", "plan", "plans a release; it cannot move an alias.", 110, func(p *handlerProps) {
			p.environment = map[string]variable{"WEIR_VERSION": plain(props.Version), "WEIR_ALARMS": alarmList(this, props.Alarms)}
			p.shorten = fmt.Sprintf("put a composite alarm around several of Alarms, or give them shorter names (one whose name CloudFormation chooses counts %d)",
				maxAlarmName)
		}),
		shift:  newOne("Shift", "shift", "moves traffic forward.", 110, asIs),
		verify: newOne("Verify", "verify", "probes and judges a candidate; it never writes to an alias.", 890, asIs),
		rollback: newOne("Rollback", "rollback", "returns aliases whole to their stable version.", 290, func(p *handlerProps) {
			p.environment = map[string]variable{
				"WEIR_STATE_MACHINE": plain(props.Name),
				"WEIR_TARGETS":       {value: targetList(props.Targets), longest: longestTargetList(props.Targets)},
			}
			p.shorten = "give Targets shorter names, or make two pipelines"
		}),
	}
}

// alarmList writes alarms as the plan handler reads them.
func alarmList(this constructs.Construct, alarms []awscloudwatch.IAlarm) variable {
	names, longest := make([]*string, len(alarms)), make([]string, len(alarms))
	for i, alarm := range alarms {
		names[i], longest[i] = alarm.AlarmName(), *alarm.AlarmName()
		if *awscdk.Token_IsUnresolved(longest[i]) {
			longest[i] = strings.Repeat("x", maxAlarmName)
		}
	}
	text, err := json.Marshal(longest)
	if err != nil {
		panic(fmt.Sprintf("names cannot be written: %v", err)) // strings always can
	}
	return variable{value: *awscdk.Stack_Of(this).ToJsonString(names, nil), longest: string(text)}
}

// targetList writes targets as the rollback handler reads them.
func targetList(targets []Target) string {
	pairs := make([]string, len(targets))
	for i, target := range targets {
		pairs[i] = target.functionName() + ":" + target.Alias
	}
	return strings.Join(pairs, ",")
}

// longestTargetList is targetList with each name that CloudFormation chooses as
// long as it may be.
func longestTargetList(targets []Target) string {
	pairs := make([]string, len(targets))
	for i, target := range targets {
		pairs[i] = strings.Repeat("x", target.nameLength()) + ":" + target.Alias
	}
	return strings.Join(pairs, ",")
}
