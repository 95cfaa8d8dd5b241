// Package account_test runs the whole cycle of deploys and releases once, in
// order, as a user of an account sees it: through the CDK and the SDK alone, in
// real time: the local cloud's, sixty times as fast, or an AWS account's.
//
//	make verify-local
//	make verify-aws ACCOUNT=123456789012
package account_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/built"
	"weir/internal/doctor"
)

var (
	onLocal = flag.Bool("local", false, "run on the local cloud: most of a minute")
	named   = flag.String("account", "", "run in this AWS account, which the credentials must be of")
)

const stackName = "weir-verify"

const (
	good    = `{"target": {"function": "FUNCTION"}, "watch": "2m", "strategy": {"steps": [{"weight": 20, "bake": "3m"}, {"weight": 50, "bake": "3m"}]}}`
	lasting = `{"target": {"function": "FUNCTION"}, "version": "SECOND", "force": true, "strategy": {"steps": [{"weight": 10, "bake": "12h"}]}}`
)

func TestCycle(t *testing.T) {
	if !*onLocal && *named == "" {
		t.Skip("the cycle is run by: make verify-local, and in an account by make verify-aws")
	}
	u := newUser(t)
	assemblies := build(t)
	t.Cleanup(func() {
		if err := destroy(u.cloud.config()); err != nil {
			t.Errorf("the stack %s may still be there: %v", stackName, err)
		}
	})
	u.step("the account and region can run Weir", func() {
		region := u.cloud.config().Region
		u.examine(doctor.Pipeline{Partition: doctor.PartitionOf(region), Region: region})
	})
	u.step("the first deploy creates production", func() {
		u.deploy(assemblies[0])
		u.first = u.prod()
		if _, err := strconv.Atoi(u.first); err != nil {
			t.Errorf("production serves %s, want one version", u.first)
		}
	})
	u.step("the stack's roles and targets are in order", func() { u.examine(u.pipeline()) })
	u.traffic(200)
	u.step("the second deploy moves staging alone", func() {
		u.deploy(assemblies[1])
		u.wantProd(u.first)
		u.second = u.serves("staging")
		if u.second == u.first {
			t.Errorf("staging serves version %s still", u.first)
		}
	})
	shown := u.beliefs("before traffic was split")
	u.step("a good version is promoted step by step", func() {
		u.wantEnd(u.start(good), "SUCCEEDED")
		u.wantProd(u.second)
	})
	u.step("a requested rollback is one write", func() {
		u.wantEnd(u.start(`{"target": {"function": "FUNCTION"}, "rollBack": {}, "reason": "to see that it works"}`), "SUCCEEDED")
		u.wantProd(u.first)
	})
	u.step("a faulty version is rolled back", func() {
		u.deploy(assemblies[2])
		u.wantEnd(u.start(good), "FAILED Release.VerdictFailed")
		u.wantProd(u.first)
	})
	u.step("a release is aborted", func() {
		execution := u.running()
		u.wantEnd(u.start(`{"target": {"function": "FUNCTION"}, "command": "abort", "by": "verify"}`), "SUCCEEDED")
		u.wantEnd(execution, "FAILED Release.Aborted")
		u.wantProd(u.first)
	})
	u.step("a release that is stopped from outside is repaired", func() {
		execution := u.running()
		if _, err := u.states.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
			t.Fatal(err)
		}
		u.until("production was whole again", func() bool { return u.prod() == u.first })
	})
	u.step("an event starts a release", func() {
		u.put(`{"target": {"function": "FUNCTION"}, "version": "SECOND", "force": true, "dryRun": true, "reason": "an event asks"}`)
		u.until("an execution of the event's succeeded", func() bool { return u.asked("an event asks") })
	})
	u.step("somebody else's change is left as found", func() {
		execution := u.running()
		if _, err := u.lambda.UpdateAlias(t.Context(), &lambda.UpdateAliasInput{FunctionName: &u.function, Name: aws.String("prod"),
			FunctionVersion: &u.second, Description: aws.String("an emergency"),
			RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}}); err != nil {
			t.Fatal(err)
		}
		u.wantEnd(execution, "FAILED Release.Drift")
		u.wantProd(u.second)
	})
	u.quiet()
	shown = append(shown, u.beliefs("after the releases")...)
	u.step("the stack is destroyed", func() {
		if err := destroy(u.cloud.config()); err != nil {
			t.Fatal(err)
		}
		if _, err := u.lambda.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: &u.function}); err == nil {
			t.Error("the function is still there")
		}
	})
	u.report(shown)
}

// build synthesises three deploys for where they run.
func build(t *testing.T) [3]string {
	t.Helper()
	b, err := built.New("../..", t.TempDir(), "functions", "infra", "internal", "statemachine")
	if err != nil {
		t.Fatal(err)
	}
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	if *named != "" {
		b.System = "linux"
	}
	if _, err := b.Tool("synth", "./infra/app"); err != nil {
		t.Fatal(err)
	}
	handlers, err := b.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	var assemblies [3]string
	for i, environment := range []map[string]string{nil, nil, {"FAULT_ERROR_RATE": "0.3"}} {
		release := fmt.Sprintf("v%d", i+1)
		app, err := b.Function("app-"+release, "./functions/app", release)
		if err != nil {
			t.Fatal(err)
		}
		assemblies[i], err = b.Synthesise(release, map[string]any{"stack": stackName, "arch": architecture, "handlers": handlers, "app": app,
			"environment": environment, "onRequest": []string{"weir.verify"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return assemblies
}

// put asks for a release by an event.
func (u *user) put(detail string) {
	u.t.Helper()
	out, err := eventbridge.NewFromConfig(u.cloud.config()).PutEvents(u.t.Context(), &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{{
		Source: aws.String("weir.verify"), DetailType: aws.String("Release Requested"), Detail: aws.String(u.filled(detail))}}})
	if err != nil || out.FailedEntryCount > 0 {
		u.t.Fatalf("put the event: %v, %d failed", err, out.FailedEntryCount)
	}
}

// report says what was seen, and where, and what it showed of the beliefs in
// docs/contribute/aws.md that no source settles.
func (u *user) report(shown []doctor.Finding) {
	where := "the local cloud"
	switch endpoint := u.cloud.config().BaseEndpoint; {
	case *named != "" && endpoint != nil:
		where = "account " + *named + " of " + *endpoint
	case *named != "":
		where = "AWS account " + *named
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintf(table, "on %s\tseconds\t\n", where)
	for _, s := range u.steps {
		fmt.Fprintf(table, "%s\t%.0f\tpassed\n", s.name, s.took.Seconds())
	}
	for _, belief := range shown {
		fmt.Fprintf(table, "%s\t\t%s\n", belief.Check, belief.Found)
	}
	if err := table.Flush(); err != nil {
		u.t.Error(err)
	}
}

type stepDone struct {
	name string
	took time.Duration
}
