package infra

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"weir/internal/emf"
	"weir/internal/events"
	"weir/internal/release"
	"weir/statemachine"
)

// TestDeployOfNewCodeTouchesNothingOfProduction compares the templates of two
// deploys that differ in the app's code alone.
func TestDeployOfNewCodeTouchesNothingOfProduction(t *testing.T) {
	first := synth(t, func(p *StackProps) { p.App = builtHandlers(t, "v1") + "/app" })
	second := synth(t, func(p *StackProps) { p.App = builtHandlers(t, "v2") + "/app" })

	added, removed, changed := difference(first, second)
	if len(added) != 1 || second.Resources[added[0]].Type != "AWS::Lambda::Version" {
		t.Errorf("added %v, want the new version alone", added)
	}
	if len(removed) != 1 || first.Resources[removed[0]].DeletionPolicy != "Retain" {
		t.Errorf("removed %v, want the retained old version alone", removed)
	}
	allowed := []string{"AWS::CloudWatch::Alarm", "AWS::Lambda::Alias", "AWS::Lambda::Function"}
	for _, id := range changed {
		kind := second.Resources[id].Type
		if !slices.Contains(allowed, kind) {
			t.Errorf("the deploy changes %s, a %s", id, kind)
		}
		if kind == "AWS::Lambda::Alias" && second.Resources[id].Properties["Name"] != "staging" {
			t.Errorf("the deploy moves alias %v", second.Resources[id].Properties["Name"])
		}
		if kind == "AWS::Lambda::Function" && !strings.HasPrefix(id, "AppFunction") {
			t.Errorf("the deploy changes the function %s", id)
		}
	}
	for id, r := range second.of("Custom::FirstAlias") {
		if diff := cmp.Diff(first.Resources[id], r); diff != "" {
			t.Errorf("CloudFormation would update production:\n%s", diff)
		}
	}
}

func TestConfigurationAlonePublishesAVersion(t *testing.T) {
	first := synth(t)
	second := synth(t, func(p *StackProps) { p.AppEnvironment = map[string]string{"FAULT_ERROR_RATE": "0.2"} })
	added, _, _ := difference(first, second)
	if len(added) != 1 || second.Resources[added[0]].Type != "AWS::Lambda::Version" {
		t.Errorf("added %v, want a new version", added)
	}
}

func TestSameInputsGiveTheSameTemplate(t *testing.T) {
	if diff := cmp.Diff(synth(t), synth(t)); diff != "" {
		t.Error(diff)
	}
}

// difference lists logical ids.
func difference(before, after template) (added, removed, changed []string) {
	for id, r := range after.Resources {
		if old, ok := before.Resources[id]; !ok {
			added = append(added, id)
		} else if !cmp.Equal(old, r) {
			changed = append(changed, id)
		}
	}
	for id := range before.Resources {
		if _, ok := after.Resources[id]; !ok {
			removed = append(removed, id)
		}
	}
	return added, removed, changed
}

var placeholder = regexp.MustCompile(`\$\{([A-Za-z0-9_]+)\}`)

// TestEachSubstitutionIsGivenAndUsed holds definitions and infra together.
func TestEachSubstitutionIsGivenAndUsed(t *testing.T) {
	machines := synth(t).of("AWS::StepFunctions::StateMachine")
	if len(machines) != 2 {
		t.Fatalf("%d state machines, want the workflow and its starter", len(machines))
	}
	for id, machine := range machines {
		wanted := map[string]bool{}
		for _, match := range placeholder.FindAllStringSubmatch(machine.Properties["DefinitionString"].(string), -1) {
			wanted[match[1]] = true
		}
		given := map[string]bool{}
		for name := range machine.Properties["DefinitionSubstitutions"].(map[string]any) {
			given[name] = true
		}
		if !maps.Equal(wanted, given) {
			t.Errorf("%s: the definition names %v, the stack gives %v", id, wanted, given)
		}
	}
}

// TestWritersEndBeforeTheWorkflowGivesThemUp: a write of an attempt that the
// workflow has timed out could meet the write of the next.
func TestWritersEndBeforeTheWorkflowGivesThemUp(t *testing.T) {
	var definition struct {
		States map[string]struct {
			Arguments      any // an object, or an expression
			TimeoutSeconds float64
		}
	}
	if err := json.Unmarshal([]byte(statemachine.Definition), &definition); err != nil {
		t.Fatal(err)
	}
	functions := synth(t).of("AWS::Lambda::Function")
	for placeholder, prefix := range map[string]string{
		"${PlanFunctionArn}": "ReleasePlanFunction", "${ShiftFunctionArn}": "ReleaseShiftFunction", "${RollbackFunctionArn}": "ReleaseRollbackFunction",
	} {
		timeout := 0.0
		for id, f := range functions {
			if strings.HasPrefix(id, prefix) {
				timeout = f.Properties["Timeout"].(float64)
			}
		}
		checked := 0
		for name, state := range definition.States {
			arguments, _ := state.Arguments.(map[string]any)
			if arguments["FunctionName"] != placeholder {
				continue
			}
			checked++
			if timeout == 0 || timeout >= state.TimeoutSeconds {
				t.Errorf("%s runs up to %v s, but state %q waits %v s", prefix, timeout, name, state.TimeoutSeconds)
			}
		}
		if checked == 0 {
			t.Errorf("no state calls %s", placeholder)
		}
	}
}

func TestNoticesAndAlarmsUseTheNamesOfTheHandlers(t *testing.T) {
	for got, want := range map[string]string{
		releaseStarted: events.ReleaseStarted, stepShifted: events.StepShifted, judged: events.Judged, releaseHeld: events.Held, promoted: events.Promoted,
		eventSource: events.Source, releaseSucceeded: events.ReleaseSucceeded,
		releaseRolledBack: events.ReleaseRolledBack, aliasRepaired: events.AliasRepaired,
		weirNamespace: emf.Namespace, heldMetric: emf.Held, repairedMetric: emf.Repaired,
	} {
		if got != want {
			t.Errorf("the stack waits for %q, the handlers put %q", got, want)
		}
	}
	if !strings.Contains(statemachine.Definition, `"DetailType": "`+approvalRequested+`"`) {
		t.Errorf("no state of the workflow puts %q", approvalRequested)
	}
}

func TestArchitectureReachesEveryFunction(t *testing.T) {
	for _, architecture := range []Architecture{ARM64, X8664} {
		for id, f := range synth(t, func(p *StackProps) { p.Architecture = architecture }).of("AWS::Lambda::Function") {
			if got := text(f.Properties["Architectures"]); got != `["`+string(architecture)+`"]` {
				t.Errorf("%s is built for %s, want %s", id, got, architecture)
			}
		}
	}
}

func TestTriggersAreOffByDefaultAndSwitchEachOnItsOwn(t *testing.T) {
	for name, c := range map[string]struct {
		triggers Triggers
		rules    []string
	}{
		"none":      {Triggers{}, nil},
		"requested": {Triggers{RequestSources: []string{"shop.ci"}}, []string{"ReleaseOnReleaseRequested"}},
		"updated":   {Triggers{StackUpdated: true}, []string{"ReleaseOnStackUpdated"}},
		"both":      {Triggers{RequestSources: []string{"shop.ci"}, StackUpdated: true}, []string{"ReleaseOnReleaseRequested", "ReleaseOnStackUpdated"}},
	} {
		t.Run(name, func(t *testing.T) {
			made := synth(t, func(p *StackProps) { p.Triggers = c.triggers })
			var rules []string
			for id := range made.of("AWS::Events::Rule") {
				if strings.HasPrefix(id, "ReleaseOn") {
					rules = append(rules, id[:len(id)-8])
				}
			}
			slices.Sort(rules)
			if !slices.Equal(rules, c.rules) {
				t.Errorf("rules %v, want %v", rules, c.rules)
			}
			starters := len(made.of("AWS::StepFunctions::StateMachine")) - 1
			if want := min(1, len(c.rules)); starters != want {
				t.Errorf("%d starters, want %d", starters, want)
			}
		})
	}
}

func TestAlarmsWatchTheDimensionsOfAliasTraffic(t *testing.T) {
	stack := NewStack(newTestApp(t), "weir", StackProps{Handlers: builtHandlers(t, "v1")})
	found := assertions.Template_FromStack(stack, nil)
	dimension := func(name string) any {
		return assertions.Match_ObjectLike(&map[string]any{"Name": name})
	}
	metric := assertions.Match_ObjectLike(&map[string]any{"MetricStat": map[string]any{"Metric": map[string]any{
		"MetricName": "Errors",
		"Dimensions": []any{dimension("ExecutedVersion"), dimension("FunctionName"), dimension("Resource")},
	}}})
	found.HasResourceProperties(jsii.String("AWS::CloudWatch::Alarm"), map[string]any{
		"Metrics": assertions.Match_ArrayWith(&[]any{metric}),
	})
	found.ResourceCountIs(jsii.String("AWS::CloudWatch::Dashboard"), jsii.Number(1))
}

// TestAttachToFunctionsOfOnesOwn is what a team writes that has functions.
func TestAttachToFunctionsOfOnesOwn(t *testing.T) {
	handlers := builtHandlers(t, "v1")
	stack := awscdk.NewStack(newTestApp(t), jsii.String("shop"), nil)
	function := func(name string) awslambda.Function {
		return awslambda.NewFunction(stack, &name, &awslambda.FunctionProps{
			Runtime: awslambda.Runtime_PROVIDED_AL2023(), Handler: jsii.String("bootstrap"),
			Code: awslambda.Code_FromAsset(jsii.String(handlers+"/app"), nil),
		})
	}
	orders, stock := function("Orders"), function("Stock")

	var targets []Target
	for id, f := range map[string]awslambda.Function{"OrdersVersions": orders, "StockVersions": stock} {
		versioned := NewVersionedFunction(stack, id, VersionedFunctionProps{Function: f, Handlers: handlers})
		targets = append(targets, Target{Function: versioned.Function})
	}
	slices.SortFunc(targets, func(a, b Target) int { return strings.Compare(*a.Function.Node().Path(), *b.Function.Node().Path()) })
	NewReleasePipeline(stack, "Release", ReleasePipelineProps{Targets: targets, Handlers: handlers})

	made := templateOf(t, stack)
	for id, rollback := range made.of("AWS::Lambda::Function") {
		if !strings.HasPrefix(id, "ReleaseRollback") {
			continue
		}
		list := text(rollback.Properties["Environment"])
		if !strings.Contains(list, "Orders") || !strings.Contains(list, "Stock") || strings.Count(list, ":prod") != 2 {
			t.Errorf("the repair looks after %s", list)
		}
	}
	if n := len(made.of("Custom::FirstAlias")); n != 2 {
		t.Errorf("%d production aliases, want 2", n)
	}
}

func TestSeveralPipelinesFitInAStack(t *testing.T) {
	stack := awscdk.NewStack(newTestApp(t), jsii.String("shop"), nil)
	handlers := builtHandlers(t, "v1")
	for _, id := range []string{"Orders", "Stock"} {
		NewReleasePipeline(stack, id+"Release", ReleasePipelineProps{
			Handlers: handlers,
			Targets:  []Target{{Function: awslambda.Function_FromFunctionName(stack, jsii.String(id), jsii.String(strings.ToLower(id)))}},
		})
	}
	var names []string
	for _, machine := range templateOf(t, stack).of("AWS::StepFunctions::StateMachine") {
		names = append(names, machine.Properties["StateMachineName"].(string))
	}
	slices.Sort(names)
	if want := []string{"shop-ordersrelease", "shop-stockrelease"}; !slices.Equal(names, want) {
		t.Errorf("state machines %v, want %v", names, want)
	}
}

func TestHooksAreCalledOnlyIfGiven(t *testing.T) {
	handlers := builtHandlers(t, "v1")
	granted := func(hooks ...string) string {
		stack := awscdk.NewStack(newTestApp(t), jsii.String("shop"), nil)
		imported := func(name string) awslambda.IFunction {
			return awslambda.Function_FromFunctionName(stack, jsii.String(name), jsii.String(name))
		}
		props := ReleasePipelineProps{Targets: []Target{{Function: imported("orders")}}, Handlers: handlers}
		for _, hook := range hooks {
			props.Hooks = append(props.Hooks, imported(hook))
		}
		NewReleasePipeline(stack, "Release", props)
		for _, s := range statements(templateOf(t, stack)) {
			if strings.HasPrefix(s.role, "ReleasePlanRole") && slices.Contains(s.actions, "lambda:InvokeFunction") {
				return text(s.resources)
			}
		}
		return ""
	}
	if got := granted(); got != "" {
		t.Errorf("without hooks, plan may invoke %s", got)
	}
	if got := granted("smoke-test"); !strings.Contains(got, ":function:smoke-test") || strings.Contains(got, "orders") {
		t.Errorf("with a hook, plan may invoke %s", got)
	}
}

func TestDashboardReadsTheMetricsThatTheHandlersWrite(t *testing.T) {
	for _, board := range synth(t).of("AWS::CloudWatch::Dashboard") {
		body := text(board.Properties["DashboardBody"])
		for _, name := range []string{emf.Namespace, emf.DurationSeconds, emf.SecondsToDetect, emf.ExposedRequests, emf.ExposedToFailures,
			release.Succeeded, release.RolledBack} {
			if !strings.Contains(body, name) {
				t.Errorf("the dashboard does not show %s", name)
			}
		}
	}
}
