package infra

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/jsii-runtime-go"
)

// Detail-types and source of the events that the handlers put on the default
// bus; internal/events writes them, and a test holds the two together.
const (
	eventSource       = "weir"
	releaseStarted    = "Release Started"
	stepShifted       = "Release Step Shifted"
	judged            = "Release Judged"
	releaseHeld       = "Release Held"
	promoted          = "Release Promoted"
	releaseSucceeded  = "Release Succeeded"
	releaseRolledBack = "Release Rolled Back"
	aliasRepaired     = "Release Alias Repaired"
	approvalRequested = "Release Approval Requested" // put by the workflow itself
)

// Namespace and names of the metrics that the handlers write; internal/emf has
// them, and a test holds the two together.
const (
	weirNamespace  = "Weir"
	heldMetric     = "Held"
	repairedMetric = "Repaired"
)

// newMonitoring defines notices, alarms and the dashboard.
func (p *ReleasePipeline) newMonitoring(props ReleasePipelineProps) {
	if props.NoMonitoring {
		return
	}
	to := newAlarms(p.Construct, props.Topic, props.RunbooksURL)
	p.notices(props)
	p.addPipelineAlarms(to, props)
	p.Alarms = to.made
	p.newDashboard(props, to.made)
}

// addPipelineAlarms watches the pipeline itself. A release that is refused or
// rolled back ends FAILED by design: that the alias is whole again is what the
// notice says, so an alarm is for what needs a person.
func (p *ReleasePipeline) addPipelineAlarms(to *alarms, props ReleasePipelineProps) {
	machine := map[string]*string{"StateMachineArn": p.StateMachine.StateMachineArn()}
	for _, ended := range []struct{ id, metric, what, first, runbook string }{
		{"ReleaseFailed", "ExecutionsFailed", "A release was refused, rolled back or failed.",
			"read the error and the cause of the newest failed execution; only Release.RollbackFailed leaves an alias split.", "alarm-release-failed"},
		{"ReleaseTimedOut", "ExecutionsTimedOut", "A release ran into the time limit of its state machine; the repair returns its alias to whole.",
			"check with aws lambda get-alias that the alias serves one version.", "alarm-release-timed-out"},
		{"ReleaseAborted", "ExecutionsAborted", "Somebody stopped a release; the repair returns its alias to whole.",
			"check with aws lambda get-alias that the alias serves one version; CloudTrail says who stopped the execution.", "alarm-release-aborted"},
	} {
		to.add(alarm{
			id: ended.id, metric: counted("AWS/States", ended.metric, machine),
			threshold: 1, points: 1, periods: 1, description: ended.what, first: ended.first, runbook: ended.runbook,
		})
	}
	to.add(alarm{
		id:        "RepairActed",
		metric:    counted(weirNamespace, repairedMetric, map[string]*string{"StateMachine": &props.Name}),
		threshold: 1, points: 1, periods: 1, runbook: "alarm-repair-acted",
		first:       "read the cause of the execution that the notice names; the alias serves its stable version again.",
		description: "A release ended without rolling back; the repair returned its alias to whole.",
	})
	to.add(alarm{
		id: "RollbackErrors", metric: counted("AWS/Lambda", "Errors", map[string]*string{"FunctionName": p.Rollback.FunctionName()}),
		threshold: 1, points: 2, periods: 10, runbook: "alarm-rollback-errors",
		first:       "check with aws lambda get-alias whether the alias splits traffic, and read the rollback function's log.",
		description: "The rollback function fails: an alias may still split traffic.",
	})
	to.add(alarm{
		id:        "EventsUndelivered",
		metric:    measured("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", map[string]*string{"QueueName": p.Undelivered.QueueName()}),
		threshold: 1, points: 1, periods: 1, runbook: "alarm-events-undelivered",
		first:       "read the message's attributes in the queue: they name the rule and the error.",
		description: "An event for the pipeline could not be delivered; it waits in the dead-letter queue.",
	})
	to.add(alarm{
		id:     "ReleaseHeld",
		metric: counted(weirNamespace, heldMetric, map[string]*string{"StateMachine": &props.Name}),
		// Looks are a minute apart by default, a few at most.
		threshold: 1, points: 10, periods: 30, runbook: "alarm-release-held",
		first:       "read the last verdict of the running execution; it says what the release waits for.",
		description: "A release has been holding: there is too little evidence to go on, somebody paused it, or it waits for an approval.",
	})
}

// ownExecutions matches the execution of an event's detail.
func (p *ReleasePipeline) ownExecutions(props ReleasePipelineProps) []any {
	return []any{map[string]any{"prefix": arn(p.Construct, "states", "execution:"+props.Name+":")}}
}

// notices are the rules that tell the topic how releases end.
func (p *ReleasePipeline) notices(props ReleasePipelineProps) {
	if props.Topic == nil {
		return
	}
	rule := func(id, description, text string, detailTypes ...string) {
		made := awsevents.NewRule(p.Construct, &id, &awsevents.RuleProps{
			Description: &description,
			EventPattern: &awsevents.EventPattern{
				Source:     texts(eventSource),
				DetailType: texts(detailTypes...),
				Detail:     &map[string]any{"execution": p.ownExecutions(props)},
			},
		})
		made.AddTarget(awseventstargets.NewSnsTopic(props.Topic, &awseventstargets.SnsTopicProps{
			Message:         awsevents.RuleTargetInput_FromText(&text),
			DeadLetterQueue: p.Undelivered,
			MaxEventAge:     awscdk.Duration_Hours(jsii.Number(1)),
			RetryAttempts:   jsii.Number(10),
		}))
	}
	field := func(path string) string { return *awsevents.EventField_FromPath(&path) }
	what := fmt.Sprintf("%s of version %s on %s:%s. %s", field("$.detail-type"), field("$.detail.targets[0].candidate"),
		field("$.detail.targets[0].function"), field("$.detail.targets[0].alias"), field("$.detail.why"))
	rule("NoticeOfEnd", "Tells how a release ended.",
		what+" Execution: "+field("$.detail.execution"), releaseSucceeded, releaseRolledBack)
	rule("NoticeOfApproval", "Asks a person to approve.",
		fmt.Sprintf("A release waits for an approval until %s. Read it, then answer with: weir approve EXECUTION. Execution: %s. Runbook: %s",
			field("$.detail.until"), field("$.detail.execution"), runbookAt(props.RunbooksURL, "approve-hold-abort")), approvalRequested)
	rule("NoticeOfRepair", "Tells that the repair returned an alias to whole.",
		what+" Execution: "+field("$.detail.execution")+". Runbook: "+runbookAt(props.RunbooksURL, "alarm-repair-acted"), aliasRepaired)
}
