package lambda_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/lambda"
)

// handlerZip is the test handler as a deployment package.
var handlerZip []byte

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "lambda-test-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "bootstrap"), "./testdata/handler")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build the handler: %w\n%s", err, out)
	}
	if handlerZip, err = lambda.Package(dir); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

var (
	env   = api.Env{Partition: "aws", Account: "111111111111", Region: "us-east-1"}
	start = time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
)

// cloud is a Lambda service on a bus, with what it records.
type cloud struct {
	t     testing.TB
	bus   *api.Bus
	clock *clock.Clock
	*lambda.Service

	mu    sync.Mutex
	data  []api.Datum
	lines []string
	wrote *sync.Cond
}

func (c *cloud) Record(data ...api.Datum) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.data = append(c.data, data...)
}

func (c *cloud) Write(group, _ string, _ time.Time, line []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, group+"|"+string(line))
	c.wrote.Broadcast()
}

// awaitLines waits until n lines that begin so were logged.
func (c *cloud) awaitLines(prefix string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		found := 0
		for _, line := range c.lines {
			if _, text, _ := strings.Cut(line, "|"); strings.HasPrefix(text, prefix) {
				found++
			}
		}
		if found >= n {
			return
		}
		c.wrote.Wait()
	}
}

// newCloud settles changes at once unless an option says otherwise.
func newCloud(t testing.TB, options ...func(*lambda.Options)) *cloud {
	t.Helper()
	c := &cloud{t: t, bus: api.NewBus(), clock: clock.Stepped(start)}
	c.wrote = sync.NewCond(&c.mu)
	o := lambda.Options{Env: env, Clock: c.clock, Metrics: c, Logs: c, Dir: t.TempDir(), Seed: 7, Settle: -1,
		Endpoint: func() string { return "http://127.0.0.1:4566" }}
	for _, option := range options {
		option(&o)
	}
	c.Service = lambda.New(o)
	t.Cleanup(c.Close)
	c.bus.Register(c.API())
	return c
}

// do calls an operation that must succeed.
func do[O any](c *cloud, operation string, in any) *O {
	c.t.Helper()
	out, err := api.Do[O](context.Background(), c.bus, api.Operator(env), "lambda", operation, in)
	if err != nil {
		c.t.Fatalf("%s: %v", operation, err)
	}
	return out
}

// refused calls an operation that must fail, and returns its error.
func refused(c *cloud, operation string, in any) *api.Error {
	c.t.Helper()
	out, err := c.bus.Call(context.Background(), api.Operator(env), "lambda", operation, in)
	if err == nil {
		c.t.Fatalf("%s answered %+v, want an error", operation, out)
	}
	return api.AsError(err)
}

func (c *cloud) create(name string, change ...func(*awslambda.CreateFunctionInput)) *awslambda.CreateFunctionOutput {
	c.t.Helper()
	in := &awslambda.CreateFunctionInput{
		FunctionName: &name, Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
		Role: aws.String("arn:aws:iam::111111111111:role/r"), Code: &types.FunctionCode{ZipFile: handlerZip},
	}
	for _, f := range change {
		f(in)
	}
	return do[awslambda.CreateFunctionOutput](c, "CreateFunction", in)
}

// configure changes a function's environment, so that it can be published anew.
func (c *cloud) configure(name string, variables map[string]string) {
	c.t.Helper()
	do[awslambda.UpdateFunctionConfigurationOutput](c, "UpdateFunctionConfiguration",
		&awslambda.UpdateFunctionConfigurationInput{FunctionName: &name, Environment: &types.Environment{Variables: variables}})
}

func (c *cloud) publish(name string) string {
	c.t.Helper()
	return aws.ToString(do[awslambda.PublishVersionOutput](c, "PublishVersion", &awslambda.PublishVersionInput{FunctionName: &name}).Version)
}

// released creates a function with two versions and the alias prod on the first,
// sending weight of the traffic to the second.
func (c *cloud) released(name string, weight float64) {
	c.t.Helper()
	c.create(name)
	c.publish(name)
	c.configure(name, map[string]string{"NUMBER": "2"})
	c.publish(name)
	do[awslambda.CreateAliasOutput](c, "CreateAlias", &awslambda.CreateAliasInput{FunctionName: &name, Name: aws.String("prod"),
		FunctionVersion: aws.String("1"), RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": weight}}})
}

// invoke sends the handler an event, {"do": what, "text": text}.
func (c *cloud) invoke(name, what, text string) *awslambda.InvokeOutput {
	c.t.Helper()
	return do[awslambda.InvokeOutput](c, "Invoke", &awslambda.InvokeInput{FunctionName: &name, Payload: event(what, text), LogType: types.LogTypeTail})
}

func event(what, text string) []byte {
	payload, err := json.Marshal(map[string]string{"do": what, "text": text})
	if err != nil {
		panic(err)
	}
	return payload
}

// sum adds up a metric under exactly these dimensions, given as name=value in
// the order of the names.
func (c *cloud) sum(metric string, dimensions ...string) (total float64, count int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.data {
		var have []string
		for _, dimension := range d.Dimensions {
			have = append(have, dimension.Name+"="+dimension.Value)
		}
		if d.Name == metric && fmt.Sprint(have) == fmt.Sprint(dimensions) {
			total, count = total+d.Value, count+1
		}
	}
	return total, count
}

// otherZip is a deployment package with other content.
func otherZip(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.py"), []byte("def handler(e, c): return e"), 0o600); err != nil {
		t.Fatal(err)
	}
	body, err := lambda.Package(dir)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
