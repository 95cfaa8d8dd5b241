package endpoint_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/iam"
)

func allow(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

const (
	topics   = `{"Effect":"Allow","Action":["sns:*"],"Resource":"*"}`
	machines = `{"Effect":"Allow","Action":["states:*"],"Resource":"*"}`
	stacks   = `{"Effect":"Allow","Action":["cloudformation:*"],"Resource":"*"}`
	passes   = `{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"%s"}}}`

	topicAndMachine = `{"Resources": {
	  "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
	  "Machine": {"Type": "AWS::StepFunctions::StateMachine", "DependsOn": "Topic", "Properties": {
	    "RoleArn": "arn:aws:iam::000000000000:role/runs",
	    "DefinitionString": "{\"StartAt\": \"Done\", \"States\": {\"Done\": {\"Type\": \"Succeed\"}}}"}}}}`
)

// A stack's resources are made with the stack's role, or with the rights of
// whoever asks for the stack.
func TestAStackIsMadeWithTheRightsOfItsRole(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	role(t, cloud, "runs", allow(topics))
	toStates := fmt.Sprintf(passes, "states.amazonaws.com")
	for name, test := range map[string]struct {
		role   string // policy of the stack's role; none without
		caller string // policy of who asks; the operator without
		want   string // of the reason; CREATE_COMPLETE without
	}{
		"the operator":               {},
		"a role with all it needs":   {role: allow(topics, machines, toStates)},
		"a role without a service":   {role: allow(topics), want: "assumed-role/stack/AWSCloudFormation is not authorized to perform: states:CreateStateMachine on resource"},
		"a role that may pass none":  {role: allow(topics, machines), want: "iam:PassRole on resource: arn:aws:iam::000000000000:role/runs because no identity-based policy allows"},
		"a role passed to another":   {role: allow(topics, machines, fmt.Sprintf(passes, "lambda.amazonaws.com")), want: "iam:PassRole on resource: arn:aws:iam::000000000000:role/runs"},
		"who asks has all it needs":  {caller: allow(stacks, topics, machines, toStates)},
		"who asks may not make it":   {caller: allow(stacks, topics), want: "assumed-role/caller/session is not authorized to perform: states:CreateStateMachine"},
		"the role has what one asks": {role: allow(topics, machines, toStates), caller: allow(stacks, fmt.Sprintf(passes, "cloudformation.amazonaws.com"))},
	} {
		t.Run(name, func(t *testing.T) {
			config := as(cloud, "weir")
			if test.caller != "" {
				config = assume(t, cloud, role(t, cloud, "caller", test.caller))
				defer unrole(t, cloud, "caller")
			}
			in := &cloudformation.CreateStackInput{StackName: aws.String("stack"), TemplateBody: aws.String(topicAndMachine)}
			if test.role != "" {
				in.RoleARN = aws.String(role(t, cloud, "stack", test.role))
				trust(t, cloud, "stack", "cloudformation.amazonaws.com")
				defer unrole(t, cloud, "stack")
			}
			stacks := cloudformation.NewFromConfig(config)
			if _, err := stacks.CreateStack(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			status, reason := settled(t, stacks)
			if want := test.want == ""; (status == types.StackStatusCreateComplete) != want || !strings.Contains(reason, test.want) {
				t.Errorf("%s: %s\nwant %q", status, reason, test.want)
			}
			if _, err := cloudformation.NewFromConfig(as(cloud, "weir")).DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: in.StackName}); err != nil {
				t.Fatal(err)
			}
			settled(t, cloudformation.NewFromConfig(as(cloud, "weir")))
		})
	}
}

// What is wrong with a stack's role is said before anything is made.
func TestAStackWithARoleThatCannotBeUsedIsRefused(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	closed := role(t, cloud, "closed", allow(topics, machines))
	caller := assume(t, cloud, role(t, cloud, "caller", allow(stacks)))
	for name, test := range map[string]struct {
		config aws.Config
		role   string
		want   string
	}{
		"unknown":            {as(cloud, "weir"), "arn:aws:iam::000000000000:role/none", "ValidationError: Role arn:aws:iam::000000000000:role/none is invalid or cannot be assumed"},
		"does not trust it":  {as(cloud, "weir"), closed, "is invalid or cannot be assumed"},
		"may not be handed":  {caller, closed, "AccessDenied: User: arn:aws:sts::000000000000:assumed-role/caller/session is not authorized to perform: iam:PassRole on resource: " + closed},
		"of another account": {as(cloud, "weir"), "arn:aws:iam::999999999999:role/closed", "is invalid or cannot be assumed"},
	} {
		_, err := cloudformation.NewFromConfig(test.config).CreateStack(t.Context(), &cloudformation.CreateStackInput{
			StackName: aws.String("stack"), TemplateBody: aws.String(topicAndMachine), RoleARN: &test.role})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: err = %v, want one with %q", name, err, test.want)
		}
	}
	listed, err := cloudformation.NewFromConfig(as(cloud, "weir")).ListStacks(t.Context(), &cloudformation.ListStacksInput{})
	if err != nil || len(listed.StackSummaries) > 0 {
		t.Errorf("%d stacks were made, err = %v", len(listed.StackSummaries), err)
	}
}

// settled waits for the operation on the stack to end, and gives the reasons of
// what failed.
func settled(t *testing.T, stacks *cloudformation.Client) (types.StackStatus, string) {
	t.Helper()
	name := aws.String("stack")
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for range look.C {
		out, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: name})
		if err != nil {
			if strings.Contains(err.Error(), "does not exist") {
				return types.StackStatusDeleteComplete, ""
			}
			t.Fatal(err)
		}
		status := out.Stacks[0].StackStatus
		if strings.HasSuffix(string(status), "_IN_PROGRESS") {
			continue
		}
		events, err := stacks.DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: name}, patient)
		if err != nil {
			t.Fatal(err)
		}
		var reasons []string
		for _, event := range events.StackEvents {
			if event.ResourceStatus == types.ResourceStatusCreateFailed {
				reasons = append(reasons, aws.ToString(event.ResourceStatusReason))
			}
		}
		return status, strings.Join(reasons, "\n")
	}
	return "", ""
}

// patient tries again, as the SDK does by default: it closes the body of a
// request as soon as it is answered, and where the answer is as fast as here, and
// long, it may lose the connection before it has read it.
func patient(o *cloudformation.Options) { o.RetryMaxAttempts = 3 }

func trust(t *testing.T, cloud *endpoint.Cloud, name, service string) {
	t.Helper()
	call(t, cloud, "UpdateAssumeRolePolicy", &iam.TrustInput{RoleName: name,
		PolicyDocument: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"` + service + `"}}}`})
}

func unrole(t *testing.T, cloud *endpoint.Cloud, name string) {
	t.Helper()
	call(t, cloud, "DeleteRolePolicy", &iam.InlinePolicy{RoleName: name, PolicyName: "p"})
	call(t, cloud, "DeleteRole", &iam.RoleInput{RoleName: name})
}

func call(t *testing.T, cloud *endpoint.Cloud, operation string, in any) {
	t.Helper()
	if _, err := cloud.Bus().Call(t.Context(), api.Operator(cloud.Env()), "iam", operation, in); err != nil {
		t.Fatal(err)
	}
}
