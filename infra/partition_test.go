package infra

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// literalPartition finds the partition of an ARN that is written out.
var literalPartition = regexp.MustCompile(`arn:(aws[a-z-]*):`)

// hosts are the domains that belong to one partition: of endpoints and consoles.
// Service principals are called SERVICE.amazonaws.com in all of them.
// https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
var hosts = map[string]string{
	"console.aws.amazon.com": "aws", "console.amazonaws.cn": "aws-cn", "console.amazonaws-us-gov.com": "aws-us-gov",
	"console.amazonaws-eusc.eu": "aws-eusc", ".amazonaws.com.cn": "aws-cn", ".amazonaws.eu": "aws-eusc",
}

// strangers are the parts of a template that belong to another partition.
func strangers(part any, partition string) []string {
	var found []string
	switch part := part.(type) {
	case string:
		for _, match := range literalPartition.FindAllStringSubmatch(part, -1) {
			if match[1] != partition {
				found = append(found, match[0]+" in "+cut(part))
			}
		}
		for host, of := range hosts {
			if of != partition && strings.Contains(part, host) {
				found = append(found, host+" in "+cut(part))
			}
		}
	case map[string]any:
		for _, value := range part {
			found = append(found, strangers(value, partition)...)
		}
	case []any:
		for _, value := range part {
			found = append(found, strangers(value, partition)...)
		}
	}
	return found
}

func cut(s string) string { return s[:min(200, len(s))] }

// The templates hold nothing of another partition, whether the region is known at
// synthesis or at the deployment. A definition with an ARN of another partition
// fails where nothing can catch it.
// https://github.com/aws/aws-cdk/issues/4597
func TestTemplatesBelongToTheirPartition(t *testing.T) {
	handlers := builtHandlers(t, "v1")
	for partition, region := range map[string]string{
		"aws": "eu-west-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1", "aws-eusc": "eusc-de-east-1", "": "",
	} {
		t.Run(region, func(t *testing.T) {
			account := "123456789012"
			if region == "" {
				account = "" // the template of every partition
			}
			app := newTestApp(t)
			NewStack(app, "weir", StackProps{Handlers: handlers, Account: account, Region: region, Email: "on-call@example.com",
				Triggers: Triggers{RequestSources: []string{"shop.ci"}, StackUpdated: true}, Targets: []string{"orders:prod"}, Alarms: []string{"checkout"}})
			for _, found := range strangers(assembled(t, app), partition) {
				t.Error(found)
			}
		})
	}
}

// assembled is the template of the one stack of an app.
func assembled(t *testing.T, app awscdk.App) any {
	t.Helper()
	content, err := json.Marshal((*app.Synth(nil).Stacks())[0].Template())
	if err != nil {
		t.Fatal(err)
	}
	var parsed any
	if err := json.Unmarshal(content, &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestStrangersAreFound(t *testing.T) {
	for text, n := range map[string]int{
		"arn:aws:states:::lambda:invoke": 1, "arn:aws-cn:states:::lambda:invoke": 0, "arn:${Partition}:states:::x": 0,
		"https://console.aws.amazon.com/states": 1, "lambda.amazonaws.com": 0, "x.amazonaws.eu": 1,
	} {
		if got := strangers(map[string]any{"a": []any{text}}, "aws-cn"); len(got) != n {
			t.Errorf("%s: %q", text, got)
		}
	}
}
