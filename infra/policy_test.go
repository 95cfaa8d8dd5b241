package infra

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"weir/internal/release"
)

// policy is a property that every template has. check lists where a template
// breaks it; breach breaks it, to show that check can fail.
type policy struct {
	name   string
	check  func(template) []string
	breach func(template)
}

// TestPolicies holds the stack, with everything switched on, to each policy,
// and each policy to its counter-test.
func TestPolicies(t *testing.T) {
	whole := synth(t)
	for _, p := range slices.Concat(rolePolicies, resourcePolicies) {
		t.Run(strings.ReplaceAll(p.name, " ", "_"), func(t *testing.T) {
			made := whole.copy(t)
			for _, broken := range p.check(made) {
				t.Errorf("%s: %s", p.name, broken)
			}
			p.breach(made)
			if len(p.check(made)) == 0 {
				t.Errorf("the check of %q passes a template that breaks it", p.name)
			}
		})
	}
}

var rolePolicies = []policy{
	{
		name:  "verify only reads, probes and records",
		check: allows("ReleaseVerifyRole", "lambda:GetAlias", "ssm:GetParameters", "lambda:InvokeFunction", "cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms", "events:PutEvents"),
		breach: func(t template) {
			grant(t, "ReleaseVerifyRole", "lambda:UpdateAlias", "arn:aws:lambda:eu-west-1:123456789012:function:orders")
		},
	},
	{
		name:  "rollback restores and never advances",
		check: allows("ReleaseRollbackRole", "lambda:GetAlias", "lambda:UpdateAlias", "states:DescribeExecution", "states:GetExecutionHistory", "events:PutEvents"),
		breach: func(t template) {
			grant(t, "ReleaseRollbackRole", "lambda:PublishVersion", "arn:aws:lambda:eu-west-1:123456789012:function:orders")
		},
	},
	{
		name: "plan reads, publishes and freezes, and never moves an alias",
		check: allows("ReleasePlanRole", "cloudwatch:GetMetricData", "lambda:GetAlias", "lambda:GetFunctionConfiguration",
			"lambda:GetProvisionedConcurrencyConfig", "lambda:PublishVersion", "cloudwatch:DescribeAlarms",
			"ssm:GetParameters", "ssm:PutParameter", "ssm:DeleteParameter", "states:DescribeExecution", "states:GetExecutionHistory"),
		breach: func(t template) {
			grant(t, "ReleasePlanRole", "lambda:UpdateAlias", "arn:aws:lambda:eu-west-1:123456789012:function:orders")
		},
	},
	{
		name:  "shift moves aliases, and neither publishes, invokes nor deletes",
		check: allows("ReleaseShiftRole", "lambda:GetAlias", "lambda:UpdateAlias", "states:DescribeExecution", "events:PutEvents"),
		breach: func(t template) {
			grant(t, "ReleaseShiftRole", "lambda:DeleteFunction", "arn:aws:lambda:eu-west-1:123456789012:function:orders")
		},
	},
	{
		name:  "the alias creator never moves an alias",
		check: allows("AppAliasCreatorRole", "lambda:GetAlias", "lambda:CreateAlias"),
		breach: func(t template) {
			grant(t, "AppAliasCreatorRole", "lambda:UpdateAlias", "arn:aws:lambda:eu-west-1:123456789012:function:orders")
		},
	},
	{
		name:  "the app's role reaches nothing",
		check: allows("AppRole"),
		breach: func(t template) {
			grant(t, "AppRole", "lambda:GetAlias", "arn:aws:lambda:eu-west-1:123456789012:function:orders")
		},
	},
	{
		name:  "the workflow invokes its handlers, asks for approval and nothing else",
		check: allows("ReleaseWorkflowRole", append([]string{"lambda:InvokeFunction", "events:PutEvents"}, logDelivery...)...),
		breach: func(t template) {
			grant(t, "ReleaseWorkflowRole", "lambda:UpdateAlias", "arn:aws:lambda:eu-west-1:123456789012:function:orders")
		},
	},
	{
		name:  "the starter starts releases and compares aliases",
		check: allows("ReleaseStartRole", append([]string{"states:StartExecution", "lambda:GetAlias"}, logDelivery...)...),
		breach: func(t template) {
			grant(t, "ReleaseStartRole", "states:StopExecution", "arn:aws:states:eu-west-1:123456789012:execution:weir-release:*")
		},
	},
	{
		name:   "a role puts events of Weir's own alone, none that asks for a release",
		check:  putsOwnEvents,
		breach: func(t template) { grant(t, "ReleaseVerifyRole", "events:PutEvents", "*") },
	},
	{
		name:  "freezes are the only parameters within reach",
		check: parametersAreFreezes,
		breach: func(t template) {
			grant(t, "ReleaseShiftRole", "ssm:PutParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/orders")
		},
	},
	{
		name:   "a wildcard resource has a reason",
		check:  wildcardsAreExplained,
		breach: func(t template) { grant(t, "ReleaseShiftRole", "lambda:UpdateAlias", "*") },
	},
	{
		name:  "no action is a wildcard",
		check: noWildcardAction,
		breach: func(t template) {
			grant(t, "ReleaseShiftRole", "lambda:*", "arn:aws:lambda:eu-west-1:123456789012:function:orders")
		},
	},
	{
		name:  "no managed policies",
		check: noManagedPolicies,
		breach: func(t template) {
			t.Resources["AppRoleDC883459"].Properties["ManagedPolicyArns"] = []any{"arn:aws:iam::aws:policy/AWSLambda_FullAccess"}
		},
	},
	{
		name:  "each function has a role of its own",
		check: ownRoles,
		breach: func(t template) {
			var role any
			for _, f := range t.of("AWS::Lambda::Function") {
				if role == nil {
					role = f.Properties["Role"]
				}
				f.Properties["Role"] = role
			}
		},
	},
}

// logDelivery are the actions that Step Functions needs to log and trace.
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
var logDelivery = []string{
	"logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
	"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
	"xray:GetSamplingRules", "xray:GetSamplingTargets",
}

// everyFunction are what each role has: its log and its traces.
var everyFunction = []string{"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}

// wildcards are the actions that may have the resource *, because the service
// offers no narrower one.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
var wildcards = map[string]string{
	"xray:PutTraceSegments":         "X-Ray has no resource for traces",
	"xray:PutTelemetryRecords":      "X-Ray has no resource for telemetry",
	"xray:GetSamplingRules":         "X-Ray has no resource for reading all rules",
	"xray:GetSamplingTargets":       "X-Ray has no resource for reading targets",
	"cloudwatch:GetMetricData":      "CloudWatch has no resource for metrics",
	"logs:CreateLogDelivery":        "log deliveries have no resource",
	"logs:GetLogDelivery":           "log deliveries have no resource",
	"logs:UpdateLogDelivery":        "log deliveries have no resource",
	"logs:DeleteLogDelivery":        "log deliveries have no resource",
	"logs:ListLogDeliveries":        "log deliveries have no resource",
	"logs:PutResourcePolicy":        "resource policies have no resource",
	"logs:DescribeResourcePolicies": "resource policies have no resource",
	"logs:DescribeLogGroups":        "Step Functions lists the groups to find its own",
}

// statement is one statement of a role's policy.
type statement struct {
	role      string // the role's logical id
	actions   []string
	resources []any
	condition any
}

func statements(t template) []statement {
	var all []statement
	for _, p := range t.of("AWS::IAM::Policy") {
		document := p.Properties["PolicyDocument"].(map[string]any)
		for _, role := range list(p.Properties["Roles"]) {
			id := role.(map[string]any)["Ref"].(string)
			for _, raw := range list(document["Statement"]) {
				given := raw.(map[string]any)
				s := statement{role: id, resources: list(given["Resource"]), condition: given["Condition"]}
				for _, action := range list(given["Action"]) {
					s.actions = append(s.actions, action.(string))
				}
				all = append(all, s)
			}
		}
	}
	return all
}

// grant adds a statement to the policy of the role whose logical id begins so.
func grant(t template, prefix, action, resource string) {
	for _, p := range t.of("AWS::IAM::Policy") {
		if strings.Contains(text(p.Properties["Roles"]), `"`+prefix) {
			document := p.Properties["PolicyDocument"].(map[string]any)
			document["Statement"] = append(list(document["Statement"]),
				map[string]any{"Effect": "Allow", "Action": action, "Resource": resource})
			return
		}
	}
	panic("no policy of a role " + prefix)
}

// allows checks that a role may do its log, its traces and these actions, and
// that each of these is granted.
func allows(prefix string, actions ...string) func(template) []string {
	return func(t template) []string {
		missing := map[string]bool{}
		for _, action := range actions {
			missing[action] = true
		}
		var broken []string
		for _, s := range statements(t) {
			if !strings.HasPrefix(s.role, prefix) {
				continue
			}
			for _, action := range s.actions {
				delete(missing, action)
				if !slices.Contains(actions, action) && !slices.Contains(everyFunction, action) {
					broken = append(broken, fmt.Sprintf("%s may %s", s.role, action))
				}
			}
		}
		for _, action := range slices.Sorted(maps.Keys(missing)) {
			broken = append(broken, fmt.Sprintf("%s may not %s, which it needs", prefix, action))
		}
		return broken
	}
}

func parametersAreFreezes(t template) []string {
	want := ":parameter" + release.FreezePath("weir-release")
	var broken []string
	for _, s := range statements(t) {
		if !slices.ContainsFunc(s.actions, func(action string) bool { return strings.HasPrefix(action, "ssm:") }) {
			continue
		}
		for _, resource := range s.resources {
			if !strings.Contains(text(resource), want) {
				broken = append(broken, fmt.Sprintf("%s may %v on %s", s.role, s.actions, text(resource)))
			}
		}
	}
	return broken
}

func putsOwnEvents(t template) []string {
	var broken []string
	for _, s := range statements(t) {
		condition := text(s.condition)
		if slices.Contains(s.actions, "events:PutEvents") && (!strings.Contains(condition, `"events:source":"`+eventSource+`"`) ||
			!strings.Contains(condition, "events:detail-type") || strings.Contains(condition, releaseRequested)) {
			broken = append(broken, fmt.Sprintf("%s may put events with the condition %s", s.role, condition))
		}
	}
	return broken
}

func wildcardsAreExplained(t template) []string {
	var broken []string
	for _, s := range statements(t) {
		if !slices.Contains(s.resources, any("*")) {
			continue
		}
		for _, action := range s.actions {
			if wildcards[action] == "" {
				broken = append(broken, fmt.Sprintf("%s may %s on every resource", s.role, action))
			}
		}
	}
	return broken
}

func noWildcardAction(t template) []string {
	var broken []string
	for _, s := range statements(t) {
		for _, action := range s.actions {
			if strings.Contains(action, "*") {
				broken = append(broken, fmt.Sprintf("%s may %s", s.role, action))
			}
		}
	}
	return broken
}

func noManagedPolicies(t template) []string {
	var broken []string
	for id, role := range t.of("AWS::IAM::Role") {
		if role.Properties["ManagedPolicyArns"] != nil {
			broken = append(broken, id+" has "+text(role.Properties["ManagedPolicyArns"]))
		}
	}
	return broken
}

func ownRoles(t template) []string {
	var broken []string
	users := map[string][]string{}
	for id, f := range t.of("AWS::Lambda::Function") {
		role := text(f.Properties["Role"])
		users[role] = append(users[role], id)
	}
	for role, functions := range users {
		if len(functions) > 1 {
			broken = append(broken, fmt.Sprintf("%v share %s", functions, role))
		}
	}
	return broken
}
