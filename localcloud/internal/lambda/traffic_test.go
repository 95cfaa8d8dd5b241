package lambda_test

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestAnAliasSendsEachVersionItsWeight(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0.2)
	const requests = 2000
	second := 0.0
	for range requests {
		if aws.ToString(c.invoke("f:prod", "echo", "").ExecutedVersion) == "2" {
			second++
		}
	}
	// Five standard deviations of a binomial; the seed is fixed besides.
	if limit := 5 * math.Sqrt(requests*0.2*0.8); math.Abs(second-requests*0.2) > limit {
		t.Errorf("%v of %d requests went to 20 %%", second, requests)
	}
	counted, _ := c.sum("Invocations", "ExecutedVersion=2", "FunctionName=f", "Resource=f:prod")
	if counted != second {
		t.Errorf("counted %v of version 2, saw %v", counted, second)
	}
	for _, dimensions := range [][]string{{}, {"FunctionName=f"}, {"FunctionName=f", "Resource=f:prod"}} {
		if total, _ := c.sum("Invocations", dimensions...); total != requests {
			t.Errorf("%v: %v invocations", dimensions, total)
		}
	}
	if _, n := c.sum("Invocations", "FunctionName=f", "Resource=f:2"); n != 0 {
		t.Error("traffic of the alias was counted as the version's")
	}
}

func TestMetricsOfRequestsWithoutAnAlias(t *testing.T) {
	c := newCloud(t)
	c.released("f", 0)
	c.invoke("f", "echo", "")
	c.invoke("f:2", "fail", "x")
	for _, tc := range []struct {
		metric     string
		dimensions []string
		sum        float64
		count      int
	}{
		{"Errors", []string{"FunctionName=f", "Resource=f:2"}, 1, 1},
		{"Errors", []string{"FunctionName=f", "Resource=f"}, 0, 1},
		{"Errors", []string{"FunctionName=f"}, 1, 2},
		{"ConcurrentExecutions", []string{"FunctionName=f"}, 2, 2},
		{"Errors", []string{"ExecutedVersion=2", "FunctionName=f", "Resource=f:2"}, 0, 0},
	} {
		if sum, count := c.sum(tc.metric, tc.dimensions...); sum != tc.sum || count != tc.count {
			t.Errorf("%s %v = %v in %d, want %v in %d", tc.metric, tc.dimensions, sum, count, tc.sum, tc.count)
		}
	}
	if sum, n := c.sum("Duration", "FunctionName=f"); sum <= 0 || n != 2 {
		t.Errorf("Duration %v in %d", sum, n)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.data[0].Time; !at.Equal(start) {
		t.Errorf("recorded at %v, want the cloud's %v", at, start)
	}
}

func (c *cloud) send(name, what string) {
	c.t.Helper()
	out := do[awslambda.InvokeOutput](c, "Invoke", &awslambda.InvokeInput{FunctionName: &name, InvocationType: types.InvocationTypeEvent, Payload: event(what, "text")})
	if out.StatusCode != http.StatusAccepted || out.ExecutedVersion != nil || len(out.Payload) != 0 {
		c.t.Errorf("answered %+v", out)
	}
}

func (c *cloud) invocations() int {
	n, _ := c.sum("Invocations")
	return int(n)
}

func TestAFailedEventGetsTwoMoreAttempts(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	c.send("f", "fail")
	var at []int
	for _, step := range []time.Duration{0, 59 * time.Second, time.Second, 119 * time.Second, time.Second, 24 * time.Hour} {
		c.clock.Advance(step)
		at = append(at, c.invocations())
	}
	want := []int{1, 1, 2, 2, 3, 3}
	for i := range want {
		if at[i] != want[i] {
			t.Fatalf("attempts after each step: %v, want %v", at, want)
		}
	}
}

func TestRetriesAreConfigured(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	do[awslambda.PutFunctionEventInvokeConfigOutput](c, "PutFunctionEventInvokeConfig",
		&awslambda.PutFunctionEventInvokeConfigInput{FunctionName: aws.String("f"), MaximumRetryAttempts: aws.Int32(0)})
	c.send("f", "fail")
	c.clock.Advance(24 * time.Hour)
	if n := c.invocations(); n != 1 {
		t.Errorf("%d attempts, want 1", n)
	}
}

func TestAThrottledEventIsTriedAgainUntilItIsTooOld(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	reserve := func(n int32) {
		do[awslambda.PutFunctionConcurrencyOutput](c, "PutFunctionConcurrency",
			&awslambda.PutFunctionConcurrencyInput{FunctionName: aws.String("f"), ReservedConcurrentExecutions: &n})
	}
	reserve(0)
	c.send("f", "echo")
	c.clock.Advance(time.Minute)
	if n, _ := c.sum("Throttles", "FunctionName=f"); n < 3 || c.invocations() != 0 {
		t.Errorf("%v throttles, %d invocations", n, c.invocations())
	}
	reserve(1)
	c.clock.Advance(5 * time.Minute)
	if n := c.invocations(); n != 1 {
		t.Errorf("%d invocations, want 1", n)
	}
}

func TestDryRunRunsNothing(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	out := do[awslambda.InvokeOutput](c, "Invoke", &awslambda.InvokeInput{FunctionName: aws.String("f"), InvocationType: types.InvocationTypeDryRun})
	if out.StatusCode != http.StatusNoContent || c.invocations() != 0 || c.ProcessCount() != 0 {
		t.Errorf("status %d, %d invocations, %d processes", out.StatusCode, c.invocations(), c.ProcessCount())
	}
}
