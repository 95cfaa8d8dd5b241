package infra

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// Limits of IAM, in characters without white space.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	inlinePolicies = 10240 // of a role, together
	managedPolicy  = 6144
	managedPerRole = 10
)

func TestFiftyTargetsFitTheLimitsOfIAM(t *testing.T) {
	stack := awscdk.NewStack(newTestApp(t), jsii.String("shop"), nil)
	var targets []Target
	for i := range maxTargets {
		name := fmt.Sprintf("a-function-with-quite-a-long-name-%02d", i)
		targets = append(targets, Target{Function: awslambda.Function_FromFunctionName(stack, &name, &name)})
	}
	NewReleasePipeline(stack, "Release", ReleasePipelineProps{Targets: targets, Handlers: builtHandlers(t, "v1")})
	synthesised := templateOf(t, stack)
	inline, managed := map[string]int{}, map[string]int{}
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"} {
		for id, r := range synthesised.of(kind) {
			size := len(written(r.Properties["PolicyDocument"]))
			for _, role := range r.Properties["Roles"].([]any) {
				if kind == "AWS::IAM::Policy" {
					inline[text(role)] += size
					continue
				}
				managed[text(role)]++
				if size > managedPolicy {
					t.Errorf("managed policy %s has %d characters, IAM takes %d", id, size, managedPolicy)
				}
			}
		}
	}
	if len(inline) == 0 {
		t.Fatal("no policies found")
	}
	for role, size := range inline {
		t.Logf("%s: %d characters inline, %d managed policies", role, size, managed[role])
		if size > inlinePolicies || managed[role] > managedPerRole {
			t.Errorf("role %s has %d characters of inline policies and %d managed policies; IAM takes %d and %d",
				role, size, managed[role], inlinePolicies, managedPerRole)
		}
	}
}

// written is a part of a template as long as CloudFormation would write it: an
// ARN is put together from the longest partition, region and account.
func written(part any) string {
	s := text(part)
	for _, reference := range []struct{ what, value string }{
		{`{"Ref":"AWS::Partition"}`, `aws-us-gov`}, {`{"Ref":"AWS::Region"}`, `ap-southeast-1`}, {`{"Ref":"AWS::AccountId"}`, `123456789012`},
		{`{"Fn::Join":["",[`, ``}, {`]]}`, ``}, {`","`, ``}, {`",`, ``}, {`,"`, ``},
	} {
		s = strings.ReplaceAll(s, reference.what, reference.value)
	}
	return s
}

func TestWhereReleasesPublishADeployPublishesNothing(t *testing.T) {
	synthesised := synth(t, func(p *StackProps) { p.PublishOnRequest, p.Triggers.StackUpdated = true, false })
	for _, kind := range []string{"AWS::Lambda::Version", "AWS::Lambda::Alias"} {
		if found := synthesised.of(kind); len(found) > 0 {
			t.Errorf("the template has %d of %s", len(found), kind)
		}
	}
	for id, r := range synthesised.of("Custom::FirstAlias") {
		if r.Properties["From"] != "$LATEST" {
			t.Errorf("%s starts production from %v", id, r.Properties["From"])
		}
	}
	versions := 0
	for _, r := range synthesised.of("AWS::Lambda::Function") {
		if strings.Contains(text(r.Properties["Environment"]), `"WEIR_VERSION":"$LATEST"`) {
			versions++
		}
	}
	if versions != 1 {
		t.Errorf("%d functions take $LATEST by default, want the plan handler", versions)
	}
	sentence := refusal(t, func() {
		synth(t, func(p *StackProps) { p.PublishOnRequest, p.Triggers.StackUpdated = true, true })
	})
	if !strings.Contains(sentence, "PublishOnRequest and Triggers.StackUpdated") {
		t.Errorf("refused with %q", sentence)
	}
}

func TestFurtherTargetsAndStandingAlarmsReachTheHandlers(t *testing.T) {
	synthesised := synth(t, func(p *StackProps) {
		p.Targets, p.Alarms = []string{"orders:live"}, []string{"checkout-latency"}
	})
	environments := ""
	for _, r := range synthesised.of("AWS::Lambda::Function") {
		environments += text(r.Properties["Environment"])
	}
	for _, want := range []string{"orders:live", "checkout-latency"} {
		if !strings.Contains(environments, want) {
			t.Errorf("no handler is told of %s: %s", want, environments)
		}
	}
	sentence := refusal(t, func() { synth(t, func(p *StackProps) { p.Targets = []string{"orders"} }) })
	if !strings.Contains(sentence, `Targets[0] is "orders"`) {
		t.Errorf("refused with %q", sentence)
	}
}
