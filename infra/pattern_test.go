package infra

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// EventBridge refuses a longer pattern when the rule is created.
func TestRequestPatternsFitAndNameEveryTarget(t *testing.T) {
	for _, length := range []int{17, 64} {
		t.Run(fmt.Sprintf("names of %d characters", length), func(t *testing.T) {
			stack := awscdk.NewStack(newTestApp(t), jsii.String("fleet"), nil)
			var names []string
			var targets []Target
			for i := range maxTargets {
				name := fmt.Sprintf("%s%03d", strings.Repeat("f", length-3), i)
				names = append(names, name)
				targets = append(targets, ExistingTarget(stack, name, "prod"))
			}
			NewReleasePipeline(stack, "Release", ReleasePipelineProps{
				Targets: targets, Handlers: builtHandlers(t, "v1"), Triggers: Triggers{RequestSources: []string{"shop.ci"}}})
			var named []string
			for id, rule := range templateOf(t, stack).of("AWS::Events::Rule") {
				if pattern := text(rule.Properties["EventPattern"]); len(pattern) > maxPattern {
					t.Errorf("the pattern of %s has %d characters", id, len(pattern))
				}
				if strings.HasPrefix(id, "ReleaseOnReleaseRequested") {
					named = append(named, functionsOf(t, rule.Properties["EventPattern"])...)
				}
			}
			slices.Sort(named)
			if !slices.Equal(named, names) {
				t.Errorf("the patterns name %q", named)
			}
		})
	}
}

// functionsOf are the functions that a request pattern names, for one target and
// for several alike.
func functionsOf(t *testing.T, pattern any) []string {
	t.Helper()
	var parsed struct {
		Detail struct {
			Or []map[string]struct {
				Function []string `json:"function"`
			} `json:"$or"`
		} `json:"detail"`
	}
	if err := json.Unmarshal([]byte(text(pattern)), &parsed); err != nil {
		t.Fatal(err)
	}
	one, several := parsed.Detail.Or[0]["target"].Function, parsed.Detail.Or[1]["targets"].Function
	if !slices.Equal(one, several) {
		t.Errorf("requests of one target may name %q, and of several %q", one, several)
	}
	return one
}
