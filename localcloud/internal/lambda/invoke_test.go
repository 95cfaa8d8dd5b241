package lambda_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda"
)

func TestInvokeRunsTheCodeWithItsEnvironmentAndNothingElse(t *testing.T) {
	t.Setenv("HOST_SECRET", "leak")
	c := newCloud(t)
	c.create("f", func(in *awslambda.CreateFunctionInput) {
		in.Environment = &types.Environment{Variables: map[string]string{"COLOUR": "blue"}}
		in.MemorySize = aws.Int32(256)
	})
	c.publish("f")
	out := do[awslambda.InvokeOutput](c, "Invoke", &awslambda.InvokeInput{FunctionName: aws.String("f:1"), Payload: event("about", ""),
		ClientContext: aws.String(base64.StdEncoding.EncodeToString([]byte(`{"custom":{"k":"v"}}`)))})
	var about struct {
		Env, ARN, Request, Version string
		Client                     map[string]string
	}
	if err := json.Unmarshal(out.Payload, &about); err != nil {
		t.Fatalf("%v: %s", err, out.Payload)
	}
	for _, want := range []string{"COLOUR=blue", "AWS_LAMBDA_FUNCTION_NAME=f", "AWS_LAMBDA_FUNCTION_VERSION=1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
		"AWS_REGION=us-east-1", "AWS_ENDPOINT_URL=http://127.0.0.1:4566", "TZ=:UTC", "_HANDLER=bootstrap", "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/f", "_X_AMZN_TRACE_ID=Root=1-"} {
		if !strings.Contains("\n"+about.Env, "\n"+want) {
			t.Errorf("no %s in the environment:\n%s", want, about.Env)
		}
	}
	if strings.Contains(about.Env, "HOST_SECRET") {
		t.Error("the host's environment leaked")
	}
	if about.ARN != "arn:aws:lambda:us-east-1:111111111111:function:f:1" || about.Version != "1" || about.Client["k"] != "v" || aws.ToString(out.ExecutedVersion) != "1" {
		t.Errorf("about = %+v, executed %s", about, aws.ToString(out.ExecutedVersion))
	}
}

func TestWhatAHandlerCanDoWrong(t *testing.T) {
	c := newCloud(t)
	c.create("f", func(in *awslambda.CreateFunctionInput) { in.Timeout = aws.Int32(1) })
	cases := []struct{ do, kind, message string }{
		{"fail", "errorString", "text"},
		{"panic", "string", "text"},
		{"exit", "Runtime.ExitError", "Error: Runtime exited without providing a reason"},
		{"exit 1", "Runtime.ExitError", "Error: Runtime exited with error: exit status 1"},
		{"hang", "Sandbox.Timedout", "Error: Task timed out after 1.00 seconds"},
	}
	for _, tc := range cases {
		t.Run(tc.do, func(t *testing.T) {
			out := c.invoke("f", tc.do, "text")
			var told struct{ ErrorType, ErrorMessage string }
			if err := json.Unmarshal(out.Payload, &told); err != nil {
				t.Fatal(err)
			}
			if aws.ToString(out.FunctionError) != "Unhandled" || told.ErrorType != tc.kind || !strings.HasSuffix(told.ErrorMessage, tc.message) {
				t.Errorf("%s, %+v", aws.ToString(out.FunctionError), told)
			}
			if next := c.invoke("f", "echo", "next"); next.FunctionError != nil {
				t.Errorf("the next event met %s", next.Payload)
			}
		})
	}
	if failures, n := c.sum("Errors", "FunctionName=f"); failures != 5 || n != 10 {
		t.Errorf("Errors: %v in %d, want 5 in 10", failures, n)
	}
}

func TestAFunctionThatCannotStart(t *testing.T) {
	c := newCloud(t)
	c.create("f", func(in *awslambda.CreateFunctionInput) {
		in.Environment = &types.Environment{Variables: map[string]string{"FAIL": "init"}}
	})
	if out := c.invoke("f", "echo", ""); !strings.Contains(string(out.Payload), "exit status 3") || out.FunctionError == nil {
		t.Errorf("payload %s", out.Payload)
	}
	empty, err := lambda.Package(filepath.Join("testdata", "handler")) // no bootstrap in it
	if err != nil {
		t.Fatal(err)
	}
	c.create("g", func(in *awslambda.CreateFunctionInput) { in.Code.ZipFile = empty })
	if out := c.invoke("g", "echo", ""); !strings.Contains(string(out.Payload), "Runtime.InvalidEntrypoint") {
		t.Errorf("payload %s", out.Payload)
	}
}

func TestAPackageForAnotherMachineIsRefused(t *testing.T) {
	folder := t.TempDir()
	foreign := "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x02\x00\xf0\x00" // of no machine of Go's
	if err := os.WriteFile(filepath.Join(folder, "bootstrap"), []byte(foreign), 0o700); err != nil {
		t.Fatal(err)
	}
	body, err := lambda.Package(folder)
	if err != nil {
		t.Fatal(err)
	}
	c := newCloud(t)
	c.create("f")
	role := "arn:aws:iam::111111111111:role/r"
	for operation, in := range map[string]any{
		"CreateFunction": &awslambda.CreateFunctionInput{FunctionName: aws.String("g"), Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
			Role: &role, Code: &types.FunctionCode{ZipFile: body}},
		"UpdateFunctionCode": &awslambda.UpdateFunctionCodeInput{FunctionName: aws.String("f"), ZipFile: body},
	} {
		if err := refused(c, operation, in); !strings.Contains(err.Message, "The local cloud runs functions as processes of this machine") || !strings.Contains(err.Message, "make host") {
			t.Errorf("%s: %v", operation, err)
		}
	}
	refused(c, "GetFunction", &awslambda.GetFunctionInput{FunctionName: aws.String("g")})
	if out := c.invoke("f", "echo", ""); out.FunctionError != nil {
		t.Errorf("the function before the refused update: %s", out.Payload)
	}
}

func TestTheLogTailHoldsWhatWasPrintedInOrder(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	for i := range 20 {
		out := c.invoke("f", "print", "one\ntwo")
		tail, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(tail), "\n")
		// recorded: lambda_/test_lambda.snapshot.json, test_invocation_with_logs: a warm process tells no Init Duration
		report := regexp.MustCompile(`^REPORT RequestId: \S+\tDuration: [0-9.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\t(Max Memory Used: \d+ MB\t)?(Init Duration: [0-9.]+ ms\t)?$`).FindStringSubmatch(lines[len(lines)-2])
		if report == nil || (report[2] != "") != (i == 0) {
			t.Errorf("report %q", lines[len(lines)-2])
		}
		if len(lines) != 6 || !strings.HasPrefix(lines[0], "START RequestId: ") || lines[1] != "one" || lines[2] != "two" ||
			!strings.HasPrefix(lines[3], "END RequestId: ") {
			t.Fatalf("tail = %q", lines)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lines[1] != "/aws/lambda/f|one" {
		t.Errorf("logged %q", c.lines)
	}
}

func TestWarmProcessesAreReusedAndChildrenEnd(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	first := string(c.invoke("f", "pid", "").Payload)
	if second := string(c.invoke("f", "pid", "").Payload); second != first {
		t.Errorf("process %s, then %s", first, second)
	}
	var child int
	if err := json.Unmarshal(c.invoke("f", "spawn", "").Payload, &child); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if n := c.ProcessCount(); n != 0 {
		t.Errorf("%d processes after Close", n)
	}
	// Killed children of killed parents are init's to reap; wait until gone.
	for deadline := time.Now().Add(5 * time.Second); alive(child); {
		if time.Now().After(deadline) {
			t.Fatalf("child %d outlived the service", child)
		}
	}
}

// alive tells whether a process runs; a zombie does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestConcurrentEventsGetProcessesOfTheirOwnUpToTheLimit(t *testing.T) {
	c := newCloud(t, func(o *lambda.Options) { o.Processes = 2 })
	c.create("f", func(in *awslambda.CreateFunctionInput) { in.Timeout = aws.Int32(30) })
	flag := filepath.Join(t.TempDir(), "go")
	pids := make(chan string, 3)
	for range 3 {
		go func() { pids <- string(c.invoke("f", "wait", flag).Payload) }()
	}
	c.awaitLines("START ", 2)
	if err := os.WriteFile(flag, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 3 {
		seen[<-pids] = true
	}
	if len(seen) != 2 || c.ProcessCount() != 2 {
		t.Errorf("%d events' processes, %d kept; want 2 of each", len(seen), c.ProcessCount())
	}
}

func TestReservedConcurrencyThrottles(t *testing.T) {
	c := newCloud(t)
	c.create("f")
	do[awslambda.PutFunctionConcurrencyOutput](c, "PutFunctionConcurrency",
		&awslambda.PutFunctionConcurrencyInput{FunctionName: aws.String("f"), ReservedConcurrentExecutions: aws.Int32(0)})
	err := refused(c, "Invoke", &awslambda.InvokeInput{FunctionName: aws.String("f")})
	if err.Code != "TooManyRequestsException" || err.HTTPStatus() != 429 || err.Fields["Reason"] != "ReservedFunctionConcurrentInvocationLimitExceeded" {
		t.Errorf("error = %+v", err)
	}
	if n, _ := c.sum("Throttles", "FunctionName=f"); n != 1 {
		t.Errorf("Throttles = %v", n)
	}
	if _, n := c.sum("Invocations"); n != 0 {
		t.Errorf("%d Invocations", n)
	}
	if _, n := c.sum("Errors"); n != 0 {
		t.Errorf("%d Errors", n)
	}
}

func TestNewCodeRunsAtOnceWhileOldEventsFinish(t *testing.T) {
	c := newCloud(t)
	c.create("f", func(in *awslambda.CreateFunctionInput) { in.Timeout = aws.Int32(30) })
	flag := filepath.Join(t.TempDir(), "go")
	old := make(chan *awslambda.InvokeOutput)
	go func() { old <- c.invoke("f", "wait", flag) }()
	c.awaitLines("START ", 1)
	c.configure("f", map[string]string{"NEW": "1"})
	if out := c.invoke("f", "about", ""); !strings.Contains(string(out.Payload), "NEW=1") {
		t.Errorf("the old configuration ran: %s", out.Payload)
	}
	if err := os.WriteFile(flag, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := <-old; out.FunctionError != nil {
		t.Errorf("the event under way met %s", out.Payload)
	}
}

func TestACallerThatGoesAwayDoesNotEndTheEvent(t *testing.T) {
	c := newCloud(t)
	c.create("f", func(in *awslambda.CreateFunctionInput) { in.Timeout = aws.Int32(30) })
	c.invoke("f", "echo", "warm")
	flag := filepath.Join(t.TempDir(), "go")
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := c.bus.Call(ctx, api.Operator(env), "lambda", "Invoke", &awslambda.InvokeInput{FunctionName: aws.String("f"), Payload: event("wait", flag)})
		gone <- err
	}()
	c.awaitLines("START ", 2)
	cancel()
	if err := <-gone; err == nil {
		t.Error("no error for a caller that went away")
	}
	if err := os.WriteFile(flag, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.awaitLines("END ", 2)
	c.Close() // waits for what is counted
	if failures, n := c.sum("Errors", "FunctionName=f"); failures != 0 || n != 2 {
		t.Errorf("Errors: %v in %d, want 0 in 2", failures, n)
	}
}
