package infra

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// refusal runs build and gives back the sentence it is refused with.
func refusal(t *testing.T, build func()) (sentence string) {
	t.Helper()
	defer func() {
		switch caught := recover().(type) {
		case nil:
			t.Error("it is accepted")
		case PropError:
			sentence = caught.Error()
		default:
			panic(caught)
		}
	}()
	build()
	return ""
}

// longTargets are 50 functions whose aliases' names are as long as they may be.
func longTargets(stack awscdk.Stack) []Target {
	var targets []Target
	for i := range maxTargets {
		name := fmt.Sprintf("long-%d", i)
		targets = append(targets, Target{Function: awslambda.Function_FromFunctionName(stack, &name, &name), Alias: strings.Repeat("a", 128)})
	}
	return targets
}

func TestWrongPropsAreRefusedWithASentence(t *testing.T) {
	stack := awscdk.NewStack(newTestApp(t), jsii.String("shop"), nil)
	handlers := builtHandlers(t, "v1")
	orders := awslambda.NewFunction(stack, jsii.String("Orders"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_PROVIDED_AL2023(), Handler: jsii.String("bootstrap"),
		Code: awslambda.Code_FromAsset(jsii.String(filepath.Join(handlers, "app")), nil),
	})
	target := []Target{{Function: orders}}
	versioned := func(change func(*VersionedFunctionProps)) func(id string) {
		return func(id string) {
			props := VersionedFunctionProps{Function: orders, Handlers: handlers}
			change(&props)
			NewVersionedFunction(stack, id, props)
		}
	}
	pipeline := func(change func(*ReleasePipelineProps)) func(id string) {
		return func(id string) {
			props := ReleasePipelineProps{Targets: target, Handlers: handlers}
			change(&props)
			NewReleasePipeline(stack, id, props)
		}
	}
	for name, c := range map[string]struct {
		build func(id string)
		wants []string // what the sentence must name
	}{
		"no function":      {versioned(func(p *VersionedFunctionProps) { p.Function = nil }), []string{"Function is missing"}},
		"same aliases":     {versioned(func(p *VersionedFunctionProps) { p.StagingAlias = "prod" }), []string{"StagingAlias", "prod", "move production"}},
		"alias of digits":  {versioned(func(p *VersionedFunctionProps) { p.ProductionAlias = "7" }), []string{"ProductionAlias", `"7"`}},
		"alias with space": {versioned(func(p *VersionedFunctionProps) { p.StagingAlias = "the newest" }), []string{"StagingAlias", "the newest"}},
		"long description": {versioned(func(p *VersionedFunctionProps) { p.Description = strings.Repeat("x", 101) }), []string{"Description", "101", "100"}},
		"percent":          {versioned(func(p *VersionedFunctionProps) { p.ErrorPercent = 120 }), []string{"ErrorPercent", "120"}},
		"not built":        {versioned(func(p *VersionedFunctionProps) { p.Handlers = "nowhere" }), []string{"nowhere/alias/bootstrap", "make build"}},
		"architecture":     {pipeline(func(p *ReleasePipelineProps) { p.Architecture = "amd64" }), []string{"Architecture", "amd64", "x86_64"}},
		"no targets":       {pipeline(func(p *ReleasePipelineProps) { p.Targets = nil }), []string{"Targets", "0", "1 to 50"}},
		"many targets":     {pipeline(func(p *ReleasePipelineProps) { p.Targets = make([]Target, 51) }), []string{"Targets", "51"}},
		"target missing":   {pipeline(func(p *ReleasePipelineProps) { p.Targets = []Target{{}} }), []string{"Targets[0].Function is missing"}},
		"target's alias":   {pipeline(func(p *ReleasePipelineProps) { p.Targets = []Target{{Function: orders, Alias: "a b"}} }), []string{"Targets[0].Alias", "a b"}},
		"target twice":     {pipeline(func(p *ReleasePipelineProps) { p.Targets = []Target{{Function: orders}, {Function: orders}} }), []string{"Targets[1]", "again"}},
		"long target list": {pipeline(func(p *ReleasePipelineProps) { p.Targets = longTargets(stack) }), []string{"Targets", "bytes", "4096"}},
		"version":          {pipeline(func(p *ReleasePipelineProps) { p.Version = "a b" }), []string{"Version", "a b", "$LATEST"}},
		"alarm missing":    {pipeline(func(p *ReleasePipelineProps) { p.Alarms = make([]awscloudwatch.IAlarm, 1) }), []string{"Alarms[0] is missing"}},
		"long alarm list":  {pipeline(func(p *ReleasePipelineProps) { p.Alarms = longAlarms(stack) }), []string{"Alarms", "4096", "composite alarm"}},
		"many alarms":      {pipeline(func(p *ReleasePipelineProps) { p.Alarms = manyAlarms(stack) }), []string{"Alarms", "4096", "composite alarm"}},
		"alarms unnamed":   {pipeline(func(p *ReleasePipelineProps) { p.Alarms = unnamedAlarms(stack, 16) }), []string{"Alarms", "4096", "counts 255"}},
		"runbooks' URL":    {pipeline(func(p *ReleasePipelineProps) { p.RunbooksURL = "wiki" }), []string{"RunbooksURL", "wiki", "https"}},
		"long staging": {pipeline(func(p *ReleasePipelineProps) {
			p.Targets, p.Triggers = shortTargets(stack), Triggers{StackUpdated: true, Staging: strings.Repeat("s", 128)}
		}), []string{"Targets", "Triggers.Staging", "8192"}},
		"name":            {pipeline(func(p *ReleasePipelineProps) { p.Name = "my pipeline" }), []string{"Name", "my pipeline"}},
		"trigger's alias": {pipeline(func(p *ReleasePipelineProps) { p.Triggers.Staging = "1" }), []string{"Triggers.Staging", `"1"`}},
	} {
		t.Run(name, func(t *testing.T) {
			id := "Wrong" + strings.ReplaceAll(strings.ReplaceAll(name, " ", ""), "'", "")
			sentence := refusal(t, func() { c.build(id) })
			for _, want := range append(c.wants, "shop/"+id) {
				if !strings.Contains(sentence, want) {
					t.Errorf("%q does not name %q", sentence, want)
				}
			}
		})
	}
}

// longAlarms have names that do not fit a function's environment together.
func longAlarms(stack awscdk.Stack) []awscloudwatch.IAlarm {
	var alarms []awscloudwatch.IAlarm
	for i := range 90 {
		name := fmt.Sprintf("%s-%d", strings.Repeat("a", 70), i)
		alarms = append(alarms, awscloudwatch.Alarm_FromAlarmName(stack, &name, &name))
	}
	return alarms
}

// manyAlarms have names of 3,400 characters in all, and more in JSON within JSON.
func manyAlarms(stack awscdk.Stack) []awscloudwatch.IAlarm {
	var alarms []awscloudwatch.IAlarm
	for i := range 200 {
		name := fmt.Sprintf("checkout-api-%04d", i)
		alarms = append(alarms, awscloudwatch.Alarm_FromAlarmName(stack, &name, &name))
	}
	return alarms
}

// unnamedAlarms get their names at the deployment.
func unnamedAlarms(stack awscdk.Stack, n int) []awscloudwatch.IAlarm {
	var alarms []awscloudwatch.IAlarm
	for i := range n {
		alarms = append(alarms, awscloudwatch.NewAlarm(stack, jsii.String(fmt.Sprintf("Unnamed%d", i)), &awscloudwatch.AlarmProps{
			Metric: counted("shop", "orders", nil), Threshold: jsii.Number(1), EvaluationPeriods: jsii.Number(1)}))
	}
	return alarms
}

// shortTargets fit a function's environment.
func shortTargets(stack awscdk.Stack) []Target {
	var targets []Target
	for i := range maxTargets {
		targets = append(targets, ExistingTarget(stack, fmt.Sprintf("orders-and-stock-%03d", i), "prod"))
	}
	return targets
}

func TestWrongStackPropsAreRefusedWithASentence(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*StackProps)
		wants  []string
	}{
		"target twice":      {func(p *StackProps) { p.Targets = []string{"orders:prod", "orders:prod"} }, []string{"Targets[1]", "orders:prod", "again"}},
		"target's name":     {func(p *StackProps) { p.Targets = []string{"my orders:prod"} }, []string{"Targets[0]", "my orders:prod"}},
		"the sample itself": {func(p *StackProps) { p.Targets = []string{"weir-app:prod"} }, []string{"Targets[0]", "weir-app:prod", "already"}},
		"hook twice":        {func(p *StackProps) { p.Hooks = []string{"smoke", "smoke"} }, []string{"Hooks[1]", "smoke"}},
		"hook without name": {func(p *StackProps) { p.Hooks = []string{""} }, []string{"Hooks[0]"}},
		"alarm twice":       {func(p *StackProps) { p.Alarms = []string{"slow", "slow"} }, []string{"Alarms[1]", "slow"}},
		"email":             {func(p *StackProps) { p.Email = "on-call" }, []string{"Email", "on-call"}},
		"variable's name":   {func(p *StackProps) { p.AppEnvironment = map[string]string{"1ST": "x"} }, []string{"AppEnvironment", "1ST"}},
		"long variable": {func(p *StackProps) { p.AppEnvironment = map[string]string{"LONG": strings.Repeat("x", 4096)} },
			[]string{"AppEnvironment", "4107", "4096"}},
	} {
		t.Run(name, func(t *testing.T) {
			sentence := refusal(t, func() { synth(t, c.change) })
			for _, want := range c.wants {
				if !strings.Contains(sentence, want) {
					t.Errorf("%q does not name %q", sentence, want)
				}
			}
		})
	}
}

// As many alarms as fit are taken.
func TestAlarmsThatFitAreTaken(t *testing.T) {
	stack := awscdk.NewStack(newTestApp(t), jsii.String("shop"), nil)
	NewReleasePipeline(stack, "Release", ReleasePipelineProps{
		Targets: []Target{ExistingTarget(stack, "orders", "prod")}, Handlers: builtHandlers(t, "v1"), Alarms: unnamedAlarms(stack, 15)})
	templateOf(t, stack)
}
