package states_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"weir/localcloud/internal/api"
)

const (
	invokeTask = `{"StartAt":"%s","States":{"%s":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
	  "Parameters":{"FunctionName.$":"$.FunctionName","Payload.$":"$.Payload"},%s}}}`
	waitSeconds = `{"StartAt":"WaitState","States":{"WaitState":{"Type":"Wait","SecondsPath":"$.input.waitSeconds","End":true}}}`
	publish     = `{"StartAt":"Publish","States":{"Publish":{"Type":"Task","Resource":"arn:aws:states:::sns:publish.waitForTaskToken",
	  "Parameters":{"TopicArn.$":"$.TopicArn","Message":{"arg1.$":"$.body.arg1","arg2.$":"$.body.arg2","TaskToken.$":"$$.Task.Token"}},"End":true}}}`
	caught = `"Catch":[{"ErrorEquals":["CustomException"],"Next":"ErrorMatched"}],"Next":"ErrorMatched"},"ErrorMatched":{"Type":"Pass","End":true`
)

// scenarios tells how to bring about each recorded case. The functions and the
// topic are stand-ins; what is compared is the history.
var scenarios = map[string]struct {
	definition string
	functions  func(cause string) (*lambda.InvokeOutput, error)
}{
	"test_base_wait_seconds_path":          {definition: waitSeconds},
	"test_base_wait_seconds_path[-1]":      {definition: waitSeconds},
	"test_base_wait_seconds_path[1]":       {definition: waitSeconds},
	"test_sns_publish_wait_for_task_token": {definition: publish},
	"test_raise_exception":                 {fmt.Sprintf(invokeTask, "Start", "Start", `"End":true`), raises},
	"test_raise_custom_exception":          {fmt.Sprintf(invokeTask, "InvokeLambda", "InvokeLambda", caught), raises},
	"test_no_such_function":                {fmt.Sprintf(invokeTask, "Start", "Start", `"End":true`), missing},
}

// raises is a function that fails with the recorded cause as its payload.
func raises(cause string) (*lambda.InvokeOutput, error) {
	return &lambda.InvokeOutput{StatusCode: 200, FunctionError: aws.String("Unhandled"), Payload: []byte(cause)}, nil
}

func missing(cause string) (*lambda.InvokeOutput, error) {
	message, _, _ := strings.Cut(cause, " (Service")
	return nil, api.StatusErrorf(404, "ResourceNotFoundException", "%s", message)
}

func TestConformance(t *testing.T) {
	files, err := filepath.Glob("testdata/recorded/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded files: %v", err)
	}
	passed, total := 0, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases := map[string]struct {
			Content struct {
				History struct {
					Events []map[string]any `json:"events"`
				} `json:"get_execution_history"`
			} `json:"recorded-content"`
		}{}
		if err := json.Unmarshal(text, &cases); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for name, recorded := range cases {
			total++
			short := name[strings.LastIndex(name, "::")+2:]
			if t.Run(short, func(t *testing.T) { replay(t, short, recorded.Content.History.Events) }) {
				passed++
			}
		}
	}
	t.Logf("conformance of histories: passed %d of %d", passed, total)
}

func replay(t *testing.T, name string, want []map[string]any) {
	scenario, ok := scenarios[name]
	if !ok {
		t.Fatalf("no scenario for %s", name)
	}
	c := newCloud(t)
	published := make(chan string, 1)
	c.bus.Register(&api.Service{Name: "sns", Operations: api.Table(api.Op("Publish", func(_ context.Context, _ api.Caller, in *sns.PublishInput) (*sns.PublishOutput, error) {
		published <- *in.Message
		return &sns.PublishOutput{MessageId: aws.String("8b6a4b0e-0000-4000-8000-000000000000")}, nil
	}))})
	if scenario.functions != nil {
		c.invoke = func(*lambda.InvokeInput) (*lambda.InvokeOutput, error) {
			return scenario.functions(recordedCause(want))
		}
	}
	input, _ := json.Marshal(want[0]["executionStartedEventDetails"].(map[string]any)["input"])
	execution := c.begin(c.create("machine", scenario.definition), string(input))
	if strings.Contains(scenario.definition, "waitForTaskToken") {
		var message struct{ TaskToken string }
		if err := json.Unmarshal([]byte(<-published), &message); err != nil {
			t.Fatal(err)
		}
		c.clock.Advance(0) // until the task waits
		must[sfn.SendTaskSuccessOutput](c, "SendTaskSuccess", &sfn.SendTaskSuccessInput{TaskToken: &message.TaskToken, Output: aws.String("{}")})
	}
	c.end(execution)
	got := []map[string]any{}
	for _, event := range c.history(execution) {
		got = append(got, onTheWire(reflect.ValueOf(event)).(map[string]any))
	}
	if len(got) != len(want) {
		t.Errorf("%d events, want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		for _, difference := range differences(fmt.Sprintf("event %d", i+1), got[i], want[i]) {
			t.Error(difference)
		}
	}
}

func recordedCause(events []map[string]any) string {
	for _, event := range events {
		details, ok := event["taskFailedEventDetails"].(map[string]any)
		if !ok {
			continue
		}
		if text, ok := details["cause"].(string); ok {
			return text
		}
		text, _ := json.Marshal(details["cause"])
		return string(text)
	}
	return ""
}

// onTheWire is a value with the member names of Step Functions' JSON, without
// members that are not set.
func onTheWire(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		return onTheWire(v.Elem())
	case reflect.Struct:
		if _, ok := v.Interface().(interface{ Unix() int64 }); ok {
			return "timestamp"
		}
		object := map[string]any{}
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() || v.Field(i).Kind() == reflect.Pointer && v.Field(i).IsNil() || v.Field(i).Kind() == reflect.Map && v.Field(i).IsNil() {
				continue
			}
			object[strings.ToLower(field.Name[:1])+field.Name[1:]] = onTheWire(v.Field(i))
		}
		return object
	case reflect.String:
		return v.String()
	case reflect.Int32, reflect.Int64:
		return float64(v.Int())
	}
	return v.Interface()
}

var placeholder = regexp.MustCompile(`<[a-z_]+(:\d+)?>|snf_role_arn|111111111111|^timestamp$`)

// differences compares recorded with real JSON. The recording has parsed the
// JSON in strings and put placeholders for what differs from run to run.
func differences(at string, got, want any) []string {
	if want == "date" {
		return nil // the recording put this for whatever stood there
	}
	if strings.Contains(at, ".Content-Length") {
		return nil // the lengths of AWS's answers are not imitated
	}
	if text, ok := got.(string); ok && reflect.TypeOf(want) != reflect.TypeOf("") {
		var parsed any
		if err := json.Unmarshal([]byte(text), &parsed); err != nil {
			return []string{fmt.Sprintf("%s: %q is not JSON", at, text)}
		}
		got = parsed
	}
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s: got %v, want %v", at, got, want)}
		}
		return members(at, object, want)
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return []string{fmt.Sprintf("%s: got %v, want %v", at, got, want)}
		}
		var all []string
		for i := range want {
			all = append(all, differences(fmt.Sprintf("%s[%d]", at, i), list[i], want[i])...)
		}
		return all
	case string:
		text, ok := got.(string)
		if !ok || !pattern(want).MatchString(text) {
			return []string{fmt.Sprintf("%s: got %v, want %q", at, got, want)}
		}
		return nil
	}
	if !reflect.DeepEqual(got, want) {
		return []string{fmt.Sprintf("%s: got %v, want %v", at, got, want)}
	}
	return nil
}

func members(at string, got, want map[string]any) []string {
	var all []string
	names := map[string]bool{}
	for name := range got {
		names[name] = true
	}
	for name := range want {
		names[name] = true
	}
	sorted := make([]string, 0, len(names))
	for name := range names {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	for _, name := range sorted {
		g, inGot := got[name]
		w, inWant := want[name]
		switch {
		case !inGot:
			all = append(all, fmt.Sprintf("%s: %s is missing, want %v", at, name, w))
		case !inWant:
			all = append(all, fmt.Sprintf("%s: %s = %v is too much", at, name, g))
		default:
			all = append(all, differences(at+"."+name, g, w)...)
		}
	}
	return all
}

// pattern matches a recorded text with anything for its placeholders.
func pattern(want string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("(?s)^")
	rest := want
	for {
		found := placeholder.FindStringIndex(rest)
		if found == nil {
			break
		}
		b.WriteString(regexp.QuoteMeta(rest[:found[0]]) + ".+")
		rest = rest[found[1]:]
	}
	b.WriteString(regexp.QuoteMeta(rest) + "$")
	return regexp.MustCompile(b.String())
}
