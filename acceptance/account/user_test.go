package account_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// user deploys, releases and looks.
type user struct {
	t        *testing.T
	cloud    cloud
	lambda   *lambda.Client
	states   *sfn.Client
	function string
	machine  string
	// first and second are the numbers of the versions deployed; Lambda goes on
	// counting where a function of this name was deleted before.
	first, second string
	steps         []stepDone
	stop          context.CancelFunc
	sending       sync.WaitGroup
}

func newUser(t *testing.T) *user {
	t.Helper()
	u := &user{t: t, stop: func() {}}
	if *named == "" {
		u.cloud = rehearse(t)
	} else {
		u.cloud = enter(t, *named)
	}
	u.lambda, u.states = lambda.NewFromConfig(u.cloud.config()), sfn.NewFromConfig(u.cloud.config())
	return u
}

// step does one thing; the first that fails ends the cycle.
func (u *user) step(name string, do func()) {
	u.t.Helper()
	began := time.Now()
	do()
	if u.t.Failed() {
		u.t.Fatalf("not so: %s", name)
	}
	u.steps = append(u.steps, stepDone{name, time.Since(began)})
	u.t.Logf("%s (%s)", name, time.Since(began).Round(time.Second))
}

func (u *user) deploy(assembly string) {
	u.t.Helper()
	outputs, err := u.cloud.deploy(assembly)
	if err != nil {
		u.t.Fatal(err)
	}
	u.function, u.machine = outputs["FunctionName"], outputs["StateMachineArn"]
}

// traffic sends so many requests a cloud minute to production, until quiet.
func (u *user) traffic(perMinute float64) {
	ctx, cancel := context.WithCancel(u.t.Context())
	u.stop = cancel
	function := u.function
	u.sending.Go(func() {
		pace := time.NewTicker(time.Duration(float64(time.Minute) / perMinute / u.cloud.pace()))
		defer pace.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-pace.C:
				// What a request answers is for the release to judge.
				_, _ = u.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Qualifier: aws.String("prod")})
			}
		}
	})
	u.t.Cleanup(u.quiet)
}

func (u *user) quiet() {
	u.stop()
	u.sending.Wait()
}

func (u *user) start(request string) string {
	u.t.Helper()
	out, err := u.states.StartExecution(u.t.Context(), &sfn.StartExecutionInput{StateMachineArn: &u.machine,
		Input: aws.String(u.filled(request))})
	if err != nil {
		u.t.Fatal(err)
	}
	return aws.ToString(out.ExecutionArn)
}

// filled is a request with the function and the second version named.
func (u *user) filled(request string) string {
	return strings.NewReplacer("FUNCTION", u.function, "SECOND", u.second).Replace(request)
}

// running is a release that has split traffic and goes on for long.
func (u *user) running() string {
	u.t.Helper()
	execution := u.start(lasting)
	u.until("traffic was split", func() bool { return u.prod() == u.first+" and 10 % on "+u.second })
	return execution
}

// until waits for what comes within 40 minutes of the cloud.
func (u *user) until(what string, holds func() bool) {
	u.t.Helper()
	limit := time.After(max(time.Minute, time.Duration(float64(40*time.Minute)/u.cloud.pace())))
	look := time.NewTicker(max(50*time.Millisecond, time.Duration(float64(5*time.Second)/u.cloud.pace())))
	defer look.Stop()
	for !holds() {
		select {
		case <-limit:
			u.t.Fatalf("it never came about that %s; production serves %s", what, u.prod())
		case <-look.C:
		}
	}
}

// wantEnd waits for an execution's end.
func (u *user) wantEnd(execution, want string) {
	u.t.Helper()
	var ended *sfn.DescribeExecutionOutput
	u.until("the execution ended", func() bool {
		var err error
		if ended, err = u.states.DescribeExecution(u.t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution}); err != nil {
			u.t.Fatal(err)
		}
		return ended.Status != sfntypes.ExecutionStatusRunning
	})
	if got := strings.TrimSpace(string(ended.Status) + " " + aws.ToString(ended.Error)); got != want {
		u.t.Errorf("it ended %s, want %s: %s", got, want, aws.ToString(ended.Cause))
	}
}

// asked tells whether an execution with a reason has succeeded.
func (u *user) asked(reason string) bool {
	u.t.Helper()
	listed, err := u.states.ListExecutions(u.t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &u.machine,
		StatusFilter: sfntypes.ExecutionStatusSucceeded, MaxResults: 5})
	if err != nil {
		u.t.Fatal(err)
	}
	for _, execution := range listed.Executions {
		out, err := u.states.DescribeExecution(u.t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: execution.ExecutionArn})
		if err != nil {
			u.t.Fatal(err)
		}
		if strings.Contains(aws.ToString(out.Input), reason) {
			return true
		}
	}
	return false
}

// prod says what production serves, such as "1" or "1 and 10 % on 2".
func (u *user) prod() string {
	u.t.Helper()
	return u.serves("prod")
}

func (u *user) serves(alias string) string {
	u.t.Helper()
	out, err := u.lambda.GetAlias(u.t.Context(), &lambda.GetAliasInput{FunctionName: &u.function, Name: &alias})
	if err != nil {
		u.t.Fatal(err)
	}
	text := aws.ToString(out.FunctionVersion)
	if out.RoutingConfig != nil {
		for version, weight := range out.RoutingConfig.AdditionalVersionWeights {
			text += fmt.Sprintf(" and %.0f %% on %s", weight*100, version)
		}
	}
	return text
}

func (u *user) wantProd(want string) {
	u.t.Helper()
	if got := u.prod(); got != want {
		u.t.Errorf("production serves %s, want %s", got, want)
	}
}
