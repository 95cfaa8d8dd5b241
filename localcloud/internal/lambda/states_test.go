package lambda_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda"
)

func (c *cloud) state(name string) types.State {
	c.t.Helper()
	return do[awslambda.GetFunctionConfigurationOutput](c, "GetFunctionConfiguration", &awslambda.GetFunctionConfigurationInput{FunctionName: &name}).State
}

func (c *cloud) set(version string, to lambda.VersionState) {
	c.t.Helper()
	if err := c.SetVersionState("f", version, to); err != nil {
		c.t.Fatal(err)
	}
}

func invocation(name string) *awslambda.InvokeInput {
	return &awslambda.InvokeInput{FunctionName: &name}
}

const conflict = "ResourceConflictException: The operation cannot be performed at this time. The function is currently in the following state: "

// A Pending version is not invoked, for a service neither: cloud time has to
// pass, however long work takes.
func TestAPendingVersionIsNotInvoked(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	c.set("1", lambda.VersionState{State: types.StatePending, For: 2 * time.Minute})
	if err := refused(c, "Invoke", invocation("f:prod")); err.Error() != conflict+"Pending" || err.HTTPStatus() != 409 {
		t.Errorf("a client: %v", err)
	}
	_, err := c.bus.Call(t.Context(), api.Caller{Service: "states.amazonaws.com", RoleARN: "r"}, "lambda", "Invoke", invocation("f:1"))
	if err == nil || err.Error() != conflict+"Pending" {
		t.Errorf("a service: %v", err)
	}
	c.invoke("f:2", "echo", "") // the other version is not touched
	c.clock.Advance(2*time.Minute - time.Second)
	if got := c.state("f:1"); got != types.StatePending {
		t.Errorf("state %s before its time", got)
	}
	c.clock.Advance(time.Second)
	c.invoke("f:prod", "echo", "")
	if got := c.state("f:1"); got != types.StateActive {
		t.Errorf("state %s after its time", got)
	}
}

// https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html:
// invoking an inactive function fails, and begins to bring it back.
// The error is that of boto/boto3#3788 and aws/aws-cdk#20123, and for SnapStart
// https://docs.aws.amazon.com/lambda/latest/dg/snapstart-troubleshooting.html.
func TestTheFirstRequestOfAnInactiveVersionWakesIt(t *testing.T) {
	for name, test := range map[string]struct{ runtime, want string }{
		"with a VPC":     {"python3.13", "CodeArtifactUserPendingException: Lambda is initializing your function. It will be ready to invoke shortly."},
		"with SnapStart": {"python3.13", "SnapStartNotReadyException: Lambda is initializing your function. It will be ready to invoke once your function state becomes ACTIVE."},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.create("f", func(in *awslambda.CreateFunctionInput) {
				in.Runtime, in.Handler, in.Code.ZipFile = types.Runtime(test.runtime), aws.String("index.handler"), otherZip(t)
				if name == "with SnapStart" {
					in.SnapStart = &types.SnapStart{ApplyOn: types.SnapStartApplyOnPublishedVersions}
				}
			})
			c.publish("f")
			c.clock.Advance(time.Hour)
			c.set("1", lambda.VersionState{State: types.StateInactive, For: time.Minute})
			c.clock.Advance(time.Hour)
			if got := c.state("f:1"); got != types.StateInactive {
				t.Errorf("state %s: nothing but a request wakes it", got)
			}
			if err := refused(c, "Invoke", invocation("f:1")); err.Error() != test.want {
				t.Errorf("the first request: %v", err)
			}
			if err := refused(c, "Invoke", invocation("f:1")); err.Error() != conflict+"Pending" {
				t.Errorf("the second request: %v", err)
			}
			c.clock.Advance(time.Minute)
			if got := c.state("f:1"); got != types.StateActive {
				t.Errorf("state %s after it was woken", got)
			}
		})
	}
}

func TestASnapStartVersionIsPendingForAWhile(t *testing.T) {
	c := newCloud(t)
	c.create("f", func(in *awslambda.CreateFunctionInput) {
		in.Runtime, in.Handler, in.Code.ZipFile = types.RuntimePython313, aws.String("index.handler"), otherZip(t)
		in.SnapStart = &types.SnapStart{ApplyOn: types.SnapStartApplyOnPublishedVersions}
	})
	out := do[awslambda.PublishVersionOutput](c, "PublishVersion", &awslambda.PublishVersionInput{FunctionName: aws.String("f")})
	if out.State != types.StatePending || out.SnapStart.OptimizationStatus != types.SnapStartOptimizationStatusOn {
		t.Errorf("published as %s, %+v", out.State, out.SnapStart)
	}
	// An alias may point to it: alexcasalboni/aws-lambda-power-tuning#190 makes
	// such aliases and waits for them.
	do[awslambda.CreateAliasOutput](c, "CreateAlias", &awslambda.CreateAliasInput{FunctionName: aws.String("f"), Name: aws.String("prod"), FunctionVersion: aws.String("1")})
	if err := refused(c, "Invoke", invocation("f:prod")); err.Error() != conflict+"Pending" {
		t.Errorf("a request for it: %v", err)
	}
	if again := c.publish("f"); again != "1" {
		t.Errorf("published %s though nothing changed", again)
	}
	c.clock.Advance(2 * time.Minute)
	if got := c.state("f:prod"); got != types.StateActive {
		t.Errorf("state %s two minutes later", got)
	}
	in := &awslambda.UpdateFunctionConfigurationInput{FunctionName: aws.String("f"), Runtime: types.RuntimeProvidedal2023}
	if err := refused(c, "UpdateFunctionConfiguration", in); err.Message != "provided.al2023 is not supported for SnapStart enabled functions." {
		t.Errorf("a runtime without SnapStart: %v", err)
	}
}

// hashicorp/terraform-provider-aws#49904
func TestAnAliasIsNotMovedToAFailedVersion(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	c.set("2", lambda.VersionState{State: types.StateFailed})
	if err := refused(c, "UpdateAlias", toVersion("2", &types.AliasRoutingConfiguration{})); err.Code != "ResourceConflictException" || err.HTTPStatus() != 409 {
		t.Errorf("%v", err)
	}
	if err := refused(c, "Invoke", invocation("f:2")); err.Error() != conflict+"Failed" {
		t.Errorf("a request for it: %v", err)
	}
}

func TestLatestIsNotChangedWhileAnUpdateIsInProgress(t *testing.T) {
	c := newCloud(t, func(o *lambda.Options) { o.Settle = time.Hour })
	c.create("f")
	c.clock.Advance(time.Hour)
	c.configure("f", map[string]string{"NUMBER": "1"})
	want := "ResourceConflictException: The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:us-east-1:111111111111:function:f"
	f := aws.String("f")
	for operation, in := range map[string]any{
		"UpdateFunctionCode":          &awslambda.UpdateFunctionCodeInput{FunctionName: f, ZipFile: otherZip(t)},
		"UpdateFunctionConfiguration": &awslambda.UpdateFunctionConfigurationInput{FunctionName: f},
		"PublishVersion":              &awslambda.PublishVersionInput{FunctionName: f},
	} {
		if err := refused(c, operation, in); err.Error() != want {
			t.Errorf("%s: %v", operation, err)
		}
	}
	c.invoke("f", "echo", "") // requests go on
}

func TestStatesThatCannotBeSet(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	for _, err := range []error{
		c.SetVersionState("g", "1", lambda.VersionState{State: types.StatePending}),
		c.SetVersionState("f", "1", lambda.VersionState{State: types.StatePending}),
		c.SetVersionState("f", "$LATEST", lambda.VersionState{State: "Odd"}),
		c.SetVersionState("f", "$LATEST", lambda.VersionState{State: types.StatePending, For: -1}),
	} {
		if err == nil {
			t.Error("no error")
		}
	}
}

func TestASnapStartEnvironmentKnowsThatItIs(t *testing.T) {
	needs(t, "python3")
	c := newCloud(t)
	c.create("f", func(in *awslambda.CreateFunctionInput) {
		in.Runtime, in.Handler, in.Code.ZipFile = types.RuntimePython313, aws.String("index.handler"),
			files{"index.py": "import os\ndef handler(e, c): return os.environ['AWS_LAMBDA_INITIALIZATION_TYPE']"}.zip(t)
		in.SnapStart = &types.SnapStart{ApplyOn: types.SnapStartApplyOnPublishedVersions}
	})
	c.publish("f")
	c.clock.Advance(2 * time.Minute)
	for name, want := range map[string]string{"f:1": `"snap-start"`, "f": `"on-demand"`} {
		if got := string(c.invoke(name, "", "").Payload); got != want {
			t.Errorf("%s: initialization type %s, want %s", name, got, want)
		}
	}
}
