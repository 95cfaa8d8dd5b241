package acceptance_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/localcloud"
)

// The fault campaign breaks every call that a release makes, each in turn and in every
// way, and checks from outside what the alias did meanwhile and how it ended. Calls are
// recorded from a clean run, so a new call joins by itself.
var (
	chaosScenarios = flag.Int("chaos", 60, "scenarios of the fault campaign; 0 for all")
	chaosSeed      = flag.Uint64("chaos-seed", 1, "which scenarios, when not all are played")
)

// path is one way through the workflow.
type path struct {
	name    string
	request string
	command string // given once the release bakes
}

const quickRelease = `{"target": {"function": "FUNCTION"}, "force": true, "version": "2", "watch": "0m", "judge": {"inconclusive": "advance"}, "strategy": {"steps": [{"weight": 20, "bake": "1m"}, {"weight": 50, "bake": "1m"}]}}`

var paths = []path{
	{name: "success", request: quickRelease},
	{name: "watch", request: strings.Replace(quickRelease, `"watch": "0m"`, `"watch": "2m"`, 1)},
	{name: "all at once", request: `{"target": {"function": "FUNCTION"}, "force": true, "version": "2", "watch": "0m", "strategy": "AllAtOnce"}`},
	{name: "abort", request: strings.Replace(quickRelease, `"bake": "1m"}]`, `"bake": "30m"}]`, 1), command: "abort"},
	{name: "promote", request: strings.Replace(quickRelease, `"bake": "1m"}]`, `"bake": "30m"}]`, 1), command: "promote"},
	{name: "gradual rollback", request: strings.Replace(strings.Replace(quickRelease, `"bake": "1m"}]`, `"bake": "30m"}]`, 1), `"watch"`, `"rollBackOver": "3m", "watch"`, 1), command: "abort"},
}

// call is one call that a role made during a release, the how many-th of its kind.
type call struct {
	role, service, operation string
	n                        int
}

func (c call) String() string {
	return fmt.Sprintf("%s:%s %d of %s", c.service, c.operation, c.n+1, c.role[strings.LastIndex(c.role, "/")+1:])
}

// scenario is one thing that goes wrong on a path.
type scenario struct {
	path path
	call call
	what string // a kind of fault, "stop", or a foreign write
}

// foreignWrites are what somebody else may do to the alias.
var foreignWrites = map[string]func(*lambda.UpdateAliasInput){
	"foreign: all to the candidate": func(in *lambda.UpdateAliasInput) {
		in.FunctionVersion, in.RoutingConfig = aws.String("2"), wholly()
	},
	"foreign: another weight": func(in *lambda.UpdateAliasInput) {
		in.FunctionVersion, in.RoutingConfig = aws.String("1"), weighted("2", 0.33)
	},
	"foreign: description": func(in *lambda.UpdateAliasInput) { in.Description = aws.String("the orders team") },
}

// foreignRoutes is what the alias has to do after a foreign write that moved it.
var foreignRoutes = map[string]route{"foreign: all to the candidate": {"2", 1}, "foreign: another weight": {"1", 0.33}}

func wholly() *types.AliasRoutingConfiguration {
	return &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}
}

func weighted(version string, weight float64) *types.AliasRoutingConfiguration {
	return &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{version: weight}}
}

// route is what the alias does: its main version, and the candidate's share.
type route struct {
	version   string
	candidate float64
}

// campaign plays scenarios one after the other in one world, and sees from outside
// what the pipeline's functions do.
type campaign struct {
	w *world

	mu     sync.Mutex
	calls  []call
	counts map[call]int // by kind
	routes []route      // after each write of the alias
	at     func(call)   // called when a call has been carried out, and before its answer
}

func newCampaign(t *testing.T) *campaign {
	c := &campaign{}
	c.w = newWorldOf(t, assemblies.good, c.gate)
	c.w.deploy(assemblies.changed)
	return c
}

// gate sees the calls of the pipeline's roles.
func (c *campaign) gate(ctx context.Context, made localcloud.Call, next func(context.Context) (any, error)) (any, error) {
	out, err := next(ctx)
	if c.w == nil || !strings.Contains(made.Caller.RoleARN, "Release") {
		return out, err
	}
	c.mu.Lock()
	if c.counts == nil {
		c.counts = map[call]int{}
	}
	kind := call{role: made.Caller.RoleARN, service: made.Service.Name, operation: made.Operation.Name}
	this := kind
	this.n = c.counts[kind]
	c.counts[kind]++
	c.calls = append(c.calls, this)
	at := c.at
	c.mu.Unlock()
	if made.Operation.Name == "UpdateAlias" {
		now := c.route()
		c.mu.Lock()
		c.routes = append(c.routes, now)
		c.mu.Unlock()
	}
	if at != nil {
		at(this)
	}
	return out, err
}

func (c *campaign) route() route {
	alias := c.w.prod()
	r := route{version: aws.ToString(alias.FunctionVersion)}
	if r.version == "2" {
		r.candidate = 1
	}
	if alias.RoutingConfig != nil {
		for version, weight := range alias.RoutingConfig.AdditionalVersionWeights {
			if r.candidate = weight; version != "2" {
				r.version = version
			}
		}
	}
	return r
}

// reset returns the alias to version 1, free.
func (c *campaign) reset() {
	c.w.t.Helper()
	if _, err := c.w.lambda.UpdateAlias(c.w.t.Context(), &lambda.UpdateAliasInput{FunctionName: &c.w.function, Name: aws.String("prod"),
		FunctionVersion: aws.String("1"), RoutingConfig: wholly(), Description: aws.String("")}); err != nil {
		c.w.t.Fatal(err)
	}
	c.mu.Lock()
	c.calls, c.counts, c.routes, c.at = nil, nil, nil, nil
	c.mu.Unlock()
}

// happens makes what a scenario says happen. It returns what to do at its call, and
// what ends it.
func (c *campaign) happens(s scenario, execution *string, foreign *bool) (end func()) {
	t := c.w.t
	switch write := foreignWrites[s.what]; {
	case s.what == "":
	case write != nil:
		c.at = func(this call) {
			if this != s.call || *foreign {
				return
			}
			*foreign = true
			in := &lambda.UpdateAliasInput{FunctionName: &c.w.function, Name: aws.String("prod")}
			write(in)
			if _, err := c.w.lambda.UpdateAlias(t.Context(), in); err != nil {
				t.Error(err)
			}
		}
	case s.what == "stop":
		c.at = func(this call) {
			if this == s.call && *execution != "" {
				_, err := c.w.states.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: execution})
				if err != nil && !strings.Contains(err.Error(), "ExecutionDoesNotExist") {
					t.Error(err)
				}
			}
		}
	default:
		rule := localcloud.Fault{Kind: localcloud.FaultKind(s.what), Service: s.call.service, Operation: s.call.operation, Role: s.call.role, Skip: s.call.n, Count: 1}
		if s.what == "denied" {
			rule.Kind, rule.Code, rule.Status, rule.Message, rule.Count = localcloud.Error, "AccessDeniedException", 403, "no", 3
		}
		id, err := c.w.cloud.Faults().Add(rule)
		if err != nil {
			t.Fatal(err)
		}
		return func() { c.w.cloud.Faults().Remove(id) }
	}
	return func() {}
}

// play plays one scenario and returns the promises that it broke.
func (c *campaign) play(s scenario) (broken []string) {
	c.reset()
	var execution, command string
	foreign := false
	end := c.happens(s, &execution, &foreign)
	execution = c.w.start(s.path.request)
	if s.path.command != "" {
		c.w.clock.AdvanceUntil(c.w.t.Context(), 3*time.Minute, func() bool { return c.route().candidate > 0 || c.over(execution) })
		command = c.w.start(`{"target": {"function": "FUNCTION"}, "command": "` + s.path.command + `", "by": "ada"}`)
	}
	e := c.w.await(execution)
	asked := ended{}
	if command != "" {
		asked = c.w.await(command)
	}
	end()
	c.w.clock.Advance(6 * time.Minute) // the repair has had its time
	return c.check(s, e, asked, foreign)
}

func (c *campaign) over(execution string) bool {
	out, err := c.w.states.DescribeExecution(c.w.t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	return err == nil && out.Status != "RUNNING"
}

// check holds one scenario to the promises.
func (c *campaign) check(s scenario, e, asked ended, foreign bool) (broken []string) {
	end, description := c.route(), aws.ToString(c.w.prod().Description)
	fail := func(format string, args ...any) { broken = append(broken, fmt.Sprintf(format, args...)) }
	want, moved := foreignRoutes[s.what]
	switch {
	case strings.Contains(description, "lock="):
		fail("the lock is left: %s", description)
	case moved && foreign:
		if end != want {
			fail("somebody else set %v and the alias has %v", want, end)
		}
	case end.candidate != 0 && end.candidate != 1:
		fail("the alias is split: %v", end)
	case e.status == "SUCCEEDED" && end.candidate != 1:
		fail("the release succeeded and the alias has %v", end)
	case e.status == "FAILED" && e.error != "Release.RollbackFailed" && end.candidate != 0:
		fail("the release ended with %s and the alias has %v", e.error, end)
	}
	last, falling := 0.0, false
	for _, r := range c.routes {
		if r.version != "1" && r.version != "2" {
			fail("the alias served version %s", r.version)
		}
		falling = falling || r.candidate < last
		if falling && r.candidate > last && !foreign {
			fail("the weight grows while the release rolls back: %v", c.routes)
		}
		last = r.candidate
	}
	if s.path.command == "abort" && !foreign {
		if asked.status == "SUCCEEDED" && e.status == "SUCCEEDED" {
			fail("the abort was acted on and the release succeeded")
		}
		if asked.status == "FAILED" && e.error == "Release.Aborted" {
			fail("the release was aborted and who asked is told: %s", asked.cause)
		}
	}
	return broken
}

// scenariosOf lists what can go wrong on a path, from the calls of a clean run.
func (c *campaign) scenariosOf(p path) []scenario {
	if broken := c.play(scenario{path: p}); len(broken) > 0 {
		c.w.t.Fatalf("%s, without any fault: %v", p.name, broken)
	}
	kinds := []string{string(localcloud.Throttle), string(localcloud.Error), string(localcloud.Drop), string(localcloud.Lose), string(localcloud.Kill), "denied", "stop"}
	for name := range foreignWrites {
		kinds = append(kinds, name)
	}
	slices.Sort(kinds)
	var all []scenario
	for _, made := range slices.Clone(c.calls) {
		for _, kind := range kinds {
			all = append(all, scenario{p, made, kind})
		}
	}
	return all
}

func TestChaos(t *testing.T) {
	c := newCampaign(t)
	var all []scenario
	for _, p := range paths {
		all = append(all, c.scenariosOf(p)...)
	}
	total := len(all)
	random := rand.New(rand.NewPCG(*chaosSeed, *chaosSeed))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if n := *chaosScenarios; n > 0 && n < total {
		all = all[:n]
	}
	// One world for each core, with a share of the scenarios.
	began := time.Now()
	var violations atomic.Int64
	t.Cleanup(func() {
		t.Logf("%d of %d scenarios on %d paths, seed %d, in %s: %d promises broken",
			len(all), total, len(paths), *chaosSeed, time.Since(began).Round(time.Second), violations.Load())
	})
	worlds := runtime.GOMAXPROCS(0)
	for k := range worlds {
		t.Run(fmt.Sprint("world ", k+1), func(t *testing.T) {
			c := newCampaign(t)
			for i := k; i < len(all); i += worlds {
				for _, broken := range c.play(all[i]) {
					violations.Add(1)
					t.Errorf("%s; %s at %s: %s", all[i].path.name, all[i].what, all[i].call, broken)
				}
			}
		})
	}
}
