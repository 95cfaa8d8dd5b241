package lambda_test

import (
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/lambda"
)

// files are a deployment package: contents by name.
type files map[string]string

func (f files) zip(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, content := range f {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	body, err := lambda.Package(dir)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// needs skips a test where the host lacks a program.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("no %s to run the functions with: %v", program, err)
	}
}

// written creates a function of a runtime out of files.
func (c *cloud) written(t *testing.T, name string, runtime types.Runtime, handler string, code files, change ...func(*awslambda.CreateFunctionInput)) {
	t.Helper()
	change = slices.Insert(change, 0, func(in *awslambda.CreateFunctionInput) {
		in.Runtime, in.Handler, in.Code = runtime, &handler, &types.FunctionCode{ZipFile: code.zip(t)}
	})
	c.create(name, change...)
}

// ask invokes with a payload and gives the answer, the log's lines between
// those of Lambda, and whether the function failed.
func (c *cloud) ask(name, payload string) (answer string, log []string, failed bool) {
	c.t.Helper()
	out := do[awslambda.InvokeOutput](c, "Invoke", &awslambda.InvokeInput{FunctionName: &name, Payload: []byte(payload), LogType: types.LogTypeTail})
	tail, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
	if err != nil {
		c.t.Fatal(err)
	}
	for line := range strings.Lines(string(tail)) {
		if !regexp.MustCompile(`^(START|END|REPORT) RequestId`).MatchString(line) {
			log = append(log, strings.TrimSuffix(line, "\n"))
		}
	}
	return string(out.Payload), log, out.FunctionError != nil
}

// like tells whether a text is as wanted, where … stands for anything.
func like(text, want string) bool {
	parts := strings.Split(want, "…")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
	}
	return regexp.MustCompile("(?s)^" + strings.Join(parts, ".*") + "$").MatchString(text)
}

const (
	node   = types.RuntimeNodejs22x
	python = types.RuntimePython313
)

// The handlers do what their events say.
var (
	//go:embed testdata/python/index.py
	pythonHandler string
	//go:embed testdata/node/index.js
	nodeHandler string
)

// speaker is a function of a language, ready to be invoked.
type speaker struct {
	runtime types.Runtime
	program string
	code    files
}

var speakers = []speaker{
	{python, "python3", files{"index.py": pythonHandler}},
	{node, "node", files{"index.js": nodeHandler}},
}

func TestFunctionsOfOtherLanguagesAreToldWhatTheyRunIn(t *testing.T) {
	for _, s := range speakers {
		t.Run(s.program, func(t *testing.T) {
			needs(t, s.program)
			c := newCloud(t)
			c.written(t, "f", s.runtime, "index.handler", s.code, func(in *awslambda.CreateFunctionInput) {
				in.Environment = &types.Environment{Variables: map[string]string{"COLOUR": "blue"}}
				in.Timeout = aws.Int32(30)
			})
			c.publish("f")
			out := do[awslambda.InvokeOutput](c, "Invoke", &awslambda.InvokeInput{FunctionName: aws.String("f:1"), Payload: event("about", ""),
				ClientContext: aws.String(base64.StdEncoding.EncodeToString([]byte(`{"custom":{"k":"ü"}}`)))})
			var got map[string]any
			if err := json.Unmarshal(out.Payload, &got); err != nil {
				t.Fatal(err)
			}
			// recorded: lambda_/test_lambda_common.snapshot.json, test_introspection_invoke: the memory is a text
			want := map[string]any{"name": "f", "version": "1", "arn": "arn:aws:lambda:us-east-1:111111111111:function:f:1", "memory": "128",
				"group": "/aws/lambda/f", "stream": true, "left": true, "client": map[string]any{"k": "ü"}, "colour": "blue",
				"execution": "AWS_Lambda_" + string(s.runtime), "id": 36.0, "trace": "Root=1-", "here": true}
			for _, name := range slices.Sorted(maps.Keys(want)) {
				if !reflect.DeepEqual(got[name], want[name]) {
					t.Errorf("%s is %v, want %v", name, got[name], want[name])
				}
			}
		})
	}
}

func TestWhatHandlersOfOtherLanguagesCanDoWrong(t *testing.T) {
	cases := map[string][]struct{ do, answer string }{
		"python3": {
			// recorded: lambda_/test_lambda_common.snapshot.json, test_uncaught_exception_invoke[python3.10]
			{"raise", `{"errorMessage": "text", "errorType": "Sorry", "requestId": "…", "stackTrace": ["  File \"/var/task/index.py\", line 36, in handler\n    raise Sorry(\"text\")\n"]}`},
			{"set", `{"errorMessage": "Unable to marshal response: Object of type set is not JSON serializable", "errorType": "Runtime.MarshalError", "requestId": "…", "stackTrace": []}`},
			{"exit", `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: … Error: Runtime exited with error: exit status 1"}`},
			{"hang", `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: … Error: Task timed out after 1.00 seconds"}`},
			// recorded: lambda_/test_lambda.snapshot.json, test_lambda_too_large_response
			{"large", `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}`},
		},
		"node": {
			// recorded: lambda_/test_lambda_common.snapshot.json, test_uncaught_exception_invoke[nodejs16.x]
			{"raise", `{"errorType":"Sorry","errorMessage":"text","trace":["Sorry: text","    at exports.handler (/var/task/index.js:34:13)","…"]}`},
			{"set", `{"errorType":"Error","errorMessage":"Unable to stringify response body","trace":[…]}`},
			{"exit", `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: … Error: Runtime exited with error: exit status 1"}`},
			{"hang", `{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: … Error: Task timed out after 1.00 seconds"}`},
			// recorded: lambda_/test_lambda.snapshot.json, test_lambda_too_large_response
			{"large", `{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}`},
			{"late", `{"errorType":"Sorry","errorMessage":"late","trace":[…]}`},
			{"rejected", `{"errorType":"Runtime.UnhandledPromiseRejection","errorMessage":"Sorry: nobody listens","trace":["Runtime.UnhandledPromiseRejection: Sorry: nobody listens",…]}`},
			{"never", `{"errorType":"Runtime.NodeJsExit","errorMessage":"The Lambda runtime client detected an unexpected Node.js exit code. …","trace":["Runtime.NodeJsExit: …]}`},
		},
	}
	for _, s := range speakers {
		t.Run(s.program, func(t *testing.T) {
			needs(t, s.program)
			c := newCloud(t)
			for name, seconds := range map[string]int32{"f": 30, "brief": 1} {
				c.written(t, name, s.runtime, "index.handler", s.code, func(in *awslambda.CreateFunctionInput) { in.Timeout = &seconds })
			}
			for _, tc := range cases[s.program] {
				name := "f"
				if tc.do == "hang" {
					name = "brief"
				}
				answer, _, failed := c.ask(name, string(event(tc.do, "")))
				if !failed || !like(answer, tc.answer) {
					t.Errorf("%s: answer %s\nwant %s", tc.do, answer, tc.answer)
				}
			}
			if answer, _, failed := c.ask("f", `{"do":""}`); failed || answer != "null" {
				t.Errorf("the next event met %s", answer)
			}
		})
	}
}

// An error that a function meets as it starts ends the event in the words of
// the language's runtime.
func TestFunctionsOfOtherLanguagesThatCannotStart(t *testing.T) {
	cases := []struct {
		name, program string
		runtime       types.Runtime
		handler       string
		code          files
		answer        string
	}{
		{"no module", "python3", python, "other.handler", files{"index.py": ""},
			`{"errorMessage": "Unable to import module 'other': No module named 'other'", "errorType": "Runtime.ImportModuleError", "requestId": "", "stackTrace": []}`},
		{"no handler", "python3", python, "index.other", files{"index.py": ""},
			`{"errorMessage": "Handler 'other' missing on module 'index'", "errorType": "Runtime.HandlerNotFound", "requestId": "", "stackTrace": []}`},
		{"no dot", "python3", python, "index", files{"index.py": ""},
			`{"errorMessage": "Bad handler 'index': not enough values to unpack (expected 2, got 1)", "errorType": "Runtime.MalformedHandlerName", "requestId": "", "stackTrace": []}`},
		{"bad code", "python3", python, "index.handler", files{"index.py": "def\n"},
			`{"errorMessage": "Syntax error in module 'index': invalid syntax (index.py, line 1)", "errorType": "Runtime.UserCodeSyntaxError", "requestId": "", "stackTrace": ["  File \"/var/task/index.py\" Line 1\n    def\n"]}`},
		// recorded: lambda_/test_lambda.snapshot.json, test_lambda_runtime_error
		{"an error", "python3", python, "index.handler", files{"index.py": "raise Exception(\"Runtime startup fails\")\n"},
			`{"errorMessage": "Runtime startup fails", "errorType": "Exception", "requestId": "", "stackTrace": ["  File \"…/importlib/__init__.py\", line …", "  File \"/var/task/index.py\", line 1, in <module>\n    raise Exception(\"Runtime startup fails\")\n"]}`},
		{"no module", "node", node, "other.handler", files{"index.js": ""},
			`{"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module 'other'\nRequire stack:\n- /var/runtime/index.mjs","trace":["Runtime.ImportModuleError: Error: Cannot find module 'other'","Require stack:","- /var/runtime/index.mjs",`},
		{"no package", "node", node, "index.handler", files{"index.js": "require('@aws-sdk/client-s3')"},
			`{"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module '@aws-sdk/client-s3'\nRequire stack:\n- /var/task/index.js\n- /var/runtime/index.mjs","trace":[`},
		{"no package of ES", "node", node, "index.handler", files{"index.mjs": "import '@aws-sdk/client-s3'"},
			`{"errorType":"Error","errorMessage":"Cannot find package '@aws-sdk/client-s3' imported from /var/task/index.mjs","trace":["Error [ERR_MODULE_NOT_FOUND]: `},
		{"no handler", "node", node, "index.other", files{"index.js": ""},
			`{"errorType":"Runtime.HandlerNotFound","errorMessage":"index.other is undefined or not exported","trace":["Runtime.HandlerNotFound: index.other is undefined or not exported","    at load (file:///var/runtime/index.mjs:`},
		{"no function", "node", node, "index.handler", files{"index.js": "exports.handler = 1"},
			`{"errorType":"Runtime.HandlerNotFound","errorMessage":"index.handler is not a function","trace":[`},
		{"no dot", "node", node, "index", files{"index.js": ""},
			`{"errorType":"Runtime.MalformedHandlerName","errorMessage":"Bad handler","trace":[`},
		{"bad code", "node", node, "index.handler", files{"index.js": "function ("},
			`{"errorType":"Runtime.UserCodeSyntaxError","errorMessage":"SyntaxError: Function statements require a function name","trace":["Runtime.UserCodeSyntaxError: SyntaxError: `},
	}
	for _, tc := range cases {
		t.Run(tc.program+" "+tc.name, func(t *testing.T) {
			needs(t, tc.program)
			t.Parallel()
			c := newCloud(t)
			c.written(t, "f", tc.runtime, tc.handler, tc.code)
			answer, log, failed := c.ask("f", "{}")
			// The texts are JSON but for their line ends, which the table shows as such.
			if want := strings.ReplaceAll(tc.answer, "\n", `\n`); !failed || !like(answer, want+"…") {
				t.Errorf("answer %s\nwant   %s", answer, want)
			}
			if len(log) == 0 {
				t.Error("the log does not tell")
			}
		})
	}
}

func TestHandlersOfOtherLanguagesAreFound(t *testing.T) {
	const classic, modern = `exports.handler = async () => 'here';`, `export const handler = async () => 'here';`
	cases := []struct {
		name, program string
		runtime       types.Runtime
		handler       string
		code          files
	}{
		{"a folder", "python3", python, "a/b.handler", files{"a/b.py": "import c\nhandler = c.handler", "c.py": "def handler(event, context): return 'here'"}},
		{"dots", "python3", python, "a.b.handler", files{"a/b.py": "def handler(event, context): return 'here'"}},
		{"a name of ours", "python3", python, "bootstrap.handler", files{"bootstrap.py": "def handler(event, context): return 'here'"}},
		{"a process beside it", "python3", python, "a.handler", files{"a.py": `
import multiprocessing
spawn = multiprocessing.get_context("spawn")
def say(end): end.send("here")
def handler(event, context):
    here, there = spawn.Pipe()
    spawn.Process(target=say, args=(there,)).start()
    return here.recv()
`}},
		{"a folder", "node", node, "a/b.handler", files{"a/b.js": "exports.handler = require('c').handler", "c.js": classic}},
		{"an object", "node", node, "a.b.handler", files{"a.js": "exports.b = {handler: () => Promise.resolve('here')}"}},
		{"mjs", "node", node, "a.handler", files{"a.mjs": modern}},
		{"cjs", "node", node, "a.handler", files{"a.cjs": classic, "package.json": `{"type":"module"}`}},
		{"type module", "node", node, "a/b.handler", files{"a/b.js": "await 1;\n" + modern, "package.json": `{"type":"module"}`}},
		{"a module that awaits", "node", node, "a.handler", files{"a.mjs": "await new Promise((go) => setTimeout(go, 1));\n" + modern}},
		{"a package", "node", node, "a.handler", files{"node_modules/a/index.js": classic}},
		{"a callback", "node", node, "a.handler", files{"a.js": "exports.handler = (event, context, callback) => { callback(null, 'here'); callback('twice'); }"}},
		{"a callback and what follows", "node", node, "a.handler", files{"a.js": `exports.handler = (event, context, callback) => {
			let answer = ['he']; setTimeout(() => { answer.push('re'); }, 5); callback(null, {toJSON: () => answer.join('')}); }`}},
		{"a callback and nothing that follows", "node", node, "a.handler", files{"a.js": `exports.handler = (event, context, callback) => {
			context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => {}, 60000); callback(null, 'here'); }`}},
		{"done", "node", node, "a.handler", files{"a.js": "exports.handler = (event, context) => { context.succeed('here') }"}},
	}
	for _, tc := range cases {
		t.Run(tc.program+" "+tc.name, func(t *testing.T) {
			needs(t, tc.program)
			t.Parallel()
			c := newCloud(t)
			c.written(t, "f", tc.runtime, tc.handler, tc.code, func(in *awslambda.CreateFunctionInput) { in.Timeout = aws.Int32(30) })
			for range 2 {
				if answer, log, _ := c.ask("f", "{}"); answer != `"here"` {
					t.Errorf("answer %s, log %q", answer, log)
				}
			}
		})
	}
}

func TestAnswersOfPythonAreItsOwnJSON(t *testing.T) {
	needs(t, "python3")
	c := newCloud(t)
	c.written(t, "f", python, "index.handler", files{"index.py": pythonHandler})
	if answer, _, _ := c.ask("f", `{"do":"sum"}`); answer != `[1, 2.5, "ü"]` {
		t.Errorf("answer %s", answer)
	}
}

func TestLanguagesThatDoNotRunHereAreRefusedWithARemedy(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	c := newCloud(t)
	const does = "The local cloud does not run f, which is on "
	for runtime, want := range map[types.Runtime]string{
		types.RuntimeJava21: does + "java21 and can be managed but not invoked: build it for provided.al2023, Node.js or Python.",
		python:              does + "python3.13 and can be managed but not invoked: put python3 in its PATH.",
		node:                does + "nodejs22.x and can be managed but not invoked: put node in its PATH.",
	} {
		c.create("f", func(in *awslambda.CreateFunctionInput) { in.Runtime = runtime })
		err := refused(c, "Invoke", &awslambda.InvokeInput{FunctionName: aws.String("f")})
		if err.Code != "InvalidRuntimeException" || err.Message != want {
			t.Errorf("error %v, want %s", err, want)
		}
		do[awslambda.DeleteFunctionOutput](c, "DeleteFunction", &awslambda.DeleteFunctionInput{FunctionName: aws.String("f")})
	}
}
