package infra

import (
	"fmt"
	"strings"
)

// resourcePolicies are those about resources other than roles.
var resourcePolicies = []policy{
	{
		name:  "versions are retained",
		check: versionsAreRetained,
		breach: func(t template) {
			for id, version := range t.of("AWS::Lambda::Version") {
				version.DeletionPolicy = "Delete"
				t.Resources[id] = version
			}
		},
	},
	{
		name:  "CloudFormation does not know production as an alias",
		check: productionIsNoAlias,
		breach: func(t template) {
			t.Resources["Bad"] = resource{Type: "AWS::Lambda::Alias", Properties: map[string]any{"Name": "prod"}}
		},
	},
	{
		name:  "production does not follow a version",
		check: productionFollowsNothing,
		breach: func(t template) {
			for _, first := range t.of("Custom::FirstAlias") {
				first.Properties["Version"] = map[string]any{"Fn::GetAtt": []any{"AppFunctionCurrentVersionD71FA825", "Version"}}
			}
		},
	},
	{
		name:  "logs are kept for a set time",
		check: everyHas("AWS::Logs::LogGroup", "RetentionInDays"),
		breach: func(t template) {
			t.Resources["Bad"] = resource{Type: "AWS::Logs::LogGroup", Properties: map[string]any{}}
		},
	},
	{
		name:   "functions log to a group of the stack",
		check:  everyHas("AWS::Lambda::Function", "LoggingConfig"),
		breach: without("AWS::Lambda::Function", "LoggingConfig"),
	},
	{
		name:   "functions are traced",
		check:  everyHas("AWS::Lambda::Function", "TracingConfig"),
		breach: without("AWS::Lambda::Function", "TracingConfig"),
	},
	{
		name:   "state machines are traced",
		check:  everyHas("AWS::StepFunctions::StateMachine", "TracingConfiguration"),
		breach: without("AWS::StepFunctions::StateMachine", "TracingConfiguration"),
	},
	{
		name:   "state machines are logged",
		check:  everyHas("AWS::StepFunctions::StateMachine", "LoggingConfiguration"),
		breach: without("AWS::StepFunctions::StateMachine", "LoggingConfiguration"),
	},
	{
		name:  "an event that cannot be delivered is tried again, then kept",
		check: eventsAreKept,
		breach: func(t template) {
			for _, rule := range t.of("AWS::Events::Rule") {
				for _, target := range list(rule.Properties["Targets"]) {
					delete(target.(map[string]any), "DeadLetterConfig")
				}
			}
		},
	},
	{
		name:   "alarms tell somebody and name their runbook",
		check:  alarmsTell,
		breach: without("AWS::CloudWatch::Alarm", "AlarmActions"),
	},
	{
		name:   "queues and topics take encrypted connections only",
		check:  encryptedInTransit,
		breach: func(t template) { removeAll(t, "AWS::SQS::QueuePolicy") },
	},
	{
		name:   "alarms may publish to the topic that they tell",
		check:  alarmsMayPublish,
		breach: func(t template) { removeAll(t, "AWS::SNS::TopicPolicy") },
	},
	{
		name:  "only the rule that names it may invoke a function",
		check: everyHas("AWS::Lambda::Permission", "SourceArn"),
		breach: func(t template) {
			t.Resources["Bad"] = resource{Type: "AWS::Lambda::Permission", Properties: map[string]any{"Principal": "*"}}
		},
	},
}

// everyHas checks that each resource of a type has a property.
func everyHas(kind, property string) func(template) []string {
	return func(t template) []string {
		var broken []string
		found := t.of(kind)
		for id, r := range found {
			if r.Properties[property] == nil {
				broken = append(broken, id+" has no "+property)
			}
		}
		if len(found) == 0 {
			broken = append(broken, "there is no "+kind)
		}
		return broken
	}
}

func without(kind, property string) func(template) {
	return func(t template) {
		for _, r := range t.of(kind) {
			delete(r.Properties, property)
		}
	}
}

func removeAll(t template, kind string) {
	for id := range t.of(kind) {
		delete(t.Resources, id)
	}
}

func versionsAreRetained(t template) []string {
	var broken []string
	for id, r := range t.of("AWS::Lambda::Version") {
		if r.DeletionPolicy != "Retain" || r.UpdateReplacePolicy != "Retain" {
			broken = append(broken, id+" is deleted by a later deploy")
		}
	}
	return broken
}

func productionIsNoAlias(t template) []string {
	var broken []string
	for id, r := range t.of("AWS::Lambda::Alias") {
		if r.Properties["Name"] != "staging" {
			broken = append(broken, fmt.Sprintf("%s is alias %v; an update would move it", id, r.Properties["Name"]))
		}
	}
	return broken
}

// productionFollowsNothing: a property that changes with each deploy would have
// CloudFormation call the alias creator each time.
func productionFollowsNothing(t template) []string {
	var broken []string
	for id, r := range t.of("Custom::FirstAlias") {
		if strings.Contains(text(r.Properties), "CurrentVersion") {
			broken = append(broken, id+" changes with each version")
		}
		if r.DeletionPolicy != "Retain" {
			broken = append(broken, id+" is deleted with its resource")
		}
	}
	return broken
}

func eventsAreKept(t template) []string {
	var broken []string
	for id, rule := range t.of("AWS::Events::Rule") {
		for _, raw := range list(rule.Properties["Targets"]) {
			target := raw.(map[string]any)
			if target["DeadLetterConfig"] == nil || target["RetryPolicy"] == nil {
				broken = append(broken, id+" loses events that it cannot deliver")
			}
		}
	}
	return broken
}

func alarmsTell(t template) []string {
	var broken []string
	for id, alarm := range t.of("AWS::CloudWatch::Alarm") {
		if alarm.Properties["AlarmActions"] == nil {
			broken = append(broken, id+" tells nobody")
		}
		if !strings.Contains(text(alarm.Properties["AlarmDescription"]), "docs/runbooks/alarm-") {
			broken = append(broken, id+" names no runbook")
		}
	}
	return broken
}

func encryptedInTransit(t template) []string {
	var broken []string
	policies := text(t.of("AWS::SQS::QueuePolicy")) + text(t.of("AWS::SNS::TopicPolicy"))
	if n := strings.Count(policies, `"aws:SecureTransport":"false"`); n < len(t.of("AWS::SQS::Queue"))+len(t.of("AWS::SNS::Topic")) {
		broken = append(broken, fmt.Sprintf("%d policies deny connections in clear", n))
	}
	return broken
}

func alarmsMayPublish(t template) []string {
	if len(t.of("AWS::CloudWatch::Alarm")) > 0 && !strings.Contains(text(t.of("AWS::SNS::TopicPolicy")), "cloudwatch.amazonaws.com") {
		return []string{"the topic's policy keeps the alarms out"}
	}
	return nil
}
