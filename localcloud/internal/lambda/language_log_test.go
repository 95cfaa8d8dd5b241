package lambda_test

import (
	"fmt"
	"strings"
	"testing"

	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestLogsOfOtherLanguages(t *testing.T) {
	// recorded: lambda_/test_lambda.snapshot.json, test_request_id_invoke and test_invocation_with_logs
	cases := []struct {
		do     string
		format types.LogFormat
		lines  map[string][]string
	}{
		{"log", types.LogFormatText, map[string][]string{
			"python3": {"loaded", "one", "two", "[WARNING]\t20…Z\t…-…\tthree", "four"},
			"node":    {"20…Z\tundefined\tINFO\tloaded", "20…Z\t…-…\tINFO\tone", "two 2", "20…Z\t…-…\tERROR\tthree", "four"},
		}},
		{"raise", types.LogFormatText, map[string][]string{
			"python3": {"loaded", "[ERROR] Sorry: text", "Traceback (most recent call last):", `  File "/var/task/index.py", line 36, in handler`, `    raise Sorry("text")`},
			"node":    {"20…Z\tundefined\tINFO\tloaded", "20…Z\t…-…\tERROR\tInvoke Error \t" + `{"errorType":"Sorry","errorMessage":"text","stack":["Sorry: text",…]}`},
		}},
		{"log", types.LogFormatJson, map[string][]string{
			"python3": {"loaded", "{…platform.start…", "one", "two",
				`{"timestamp": "20…Z", "level": "WARNING", "message": "three\nfour", "logger": "root", "requestId": "…-…"}`, "{…platform.report…"},
			"node": {`{"timestamp":"20…Z","level":"INFO","message":"loaded"}`, "{…platform.start…",
				`{"timestamp":"20…Z","level":"INFO","requestId":"…-…","message":"one\ntwo 2"}`,
				`{"timestamp":"20…Z","level":"ERROR","requestId":"…-…","message":"three"}`, "four", "{…platform.report…"},
		}},
	}
	for _, s := range speakers {
		for _, tc := range cases {
			t.Run(fmt.Sprint(s.program, tc.do, tc.format), func(t *testing.T) {
				needs(t, s.program)
				t.Parallel()
				c := newCloud(t)
				c.written(t, "f", s.runtime, "index.handler", s.code, func(in *awslambda.CreateFunctionInput) {
					in.LoggingConfig = &types.LoggingConfig{LogFormat: tc.format}
				})
				_, log, _ := c.ask("f", string(event(tc.do, "")))
				want := tc.lines[s.program]
				for i := range max(len(log), len(want)) {
					if i >= len(log) || i >= len(want) || !like(log[i], want[i]) {
						t.Fatalf("line %d of\n%s\nwant\n%s", i, strings.Join(log, "\n"), strings.Join(want, "\n"))
					}
				}
			})
		}
	}
}

// A line that a runtime continues is one log event, as on Lambda.
func TestLinesOfOneLogEventStayTogether(t *testing.T) {
	needs(t, "node")
	c := newCloud(t)
	c.written(t, "f", node, "index.handler", files{"index.js": nodeHandler})
	c.ask("f", `{"do":"log"}`)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.lines) != 7 || !strings.HasSuffix(c.lines[2], "\tINFO\tone\ntwo 2") {
		t.Errorf("logged %q", c.lines)
	}
}
