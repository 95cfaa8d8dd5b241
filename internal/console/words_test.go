package console

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/internal/release"
)

func TestLength(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 1499 * time.Millisecond: "1 s", time.Minute: "1 min", 90 * time.Second: "1 min 30 s", time.Hour: "1 h",
		time.Hour + 59*time.Second: "1 h", 25 * time.Hour: "1 d 1 h", 7 * 24 * time.Hour: "7 d", 59*time.Second + 700*time.Millisecond: "1 min",
	} {
		if got := length(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestExecutionARN(t *testing.T) {
	for machine, want := range map[string]string{
		"arn:aws:states:eu-west-1:123456789012:stateMachine:m":          "arn:aws:states:eu-west-1:123456789012:execution:m:e",
		"arn:aws-cn:states:cn-north-1:123456789012:stateMachine:m:LIVE": "arn:aws-cn:states:cn-north-1:123456789012:execution:m:e",
	} {
		if got := executionARN(machine, "e"); got != want {
			t.Errorf("%s gives %s, want %s", machine, got, want)
		}
	}
}

func TestStrategyInWords(t *testing.T) {
	for what, test := range map[string]struct {
		input string
		plan  *release.Plan
		want  string
	}{
		"a preset":    {`{"strategy": "AllAtOnce"}`, nil, "AllAtOnce"},
		"no plan yet": {`{"strategy": {"type": "linear"}}`, nil, "linear"},
		"no steps":    {`{}`, &release.Plan{Kind: release.KindRelease}, "all at once"},
		"steps":       {`{}`, &release.Plan{Kind: release.KindRelease, Steps: []release.Step{{Weight: 5}, {Weight: 50}}}, "5 → 50 → 100\u00a0%"},
		"many steps":  {`{}`, &release.Plan{Kind: release.KindRelease, Steps: make([]release.Step, 9)}, "0 → 0 → 0 → 0 → … → 0 → 100\u00a0%"},
		"no request":  {`[]`, nil, ""},
	} {
		t.Run(what, func(t *testing.T) {
			f := facts{request: requestOf(test.input), story: story{plan: test.plan}}
			if got := f.strategy(); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestEndings(t *testing.T) {
	for what, test := range map[string]struct {
		output, failure, cause string
		sentence               string
		record                 bool
	}{
		"succeeded":            {`{"outcome": "succeeded", "why": "No regression."}`, "", "", "Promoted. The last observation: No regression.", true},
		"rolled back":          {"", "Release.VerdictFailed", "It failed.\n\n" + `{"outcome": "rolledBack", "why": "x"}`, "It failed.", true},
		"refused":              {"", "Release.Frozen", "orders is frozen.", "orders is frozen.", false},
		"a Lambda's own cause": {"", "Release.Internal", `{"errorMessage": "no credentials", "errorType": "x"}`, "no credentials", false},
		"a command":            {`{"kind": "command", "done": "Asked to pause."}`, "", "", "Asked to pause.", false},
		"a dry run":            {`{"kind": "release", "dryRun": true}`, "", "", "A dry run: nothing was moved.", false},
		"rolled back as asked": {`{"error": "Release.RolledBackAsAsked", "cause": "Back on 6.\n\n{\"outcome\": \"rolledBack\"}"}`, "", "", "Back on 6.", true},
		"another machine's":    {`[1]`, "", "", "", false},
		"a record cut in two":  {"", "Release.VerdictFailed", "It failed.\n\n" + `{"outcome": "rol`, "It failed.", false},
		"nothing at all":       {"", "", "", "", false},
	} {
		t.Run(what, func(t *testing.T) {
			e := endingOf(test.output, test.failure, test.cause)
			if e.Message != test.sentence || (e.Record != nil) != test.record {
				t.Errorf("%q, record %v; want %q, %t", e.Message, e.Record, test.sentence, test.record)
			}
		})
	}
}

func TestStatusInWords(t *testing.T) {
	at := func(p release.Progress) story { return story{progress: &p} }
	for want, f := range map[string]facts{
		"starting":               {status: types.ExecutionStatusRunning},
		"baking at 10 %":         {status: types.ExecutionStatusRunning, story: at(release.Progress{Phase: release.Baking, Weight: 10})},
		"watching at 100 %":      {status: types.ExecutionStatusRunning, story: at(release.Progress{Phase: release.Watching, Weight: 100})},
		"holding at 10 %":        {status: types.ExecutionStatusRunning, story: at(release.Progress{Phase: release.Holding, Weight: 10})},
		"rolling back from 10 %": {status: types.ExecutionStatusRunning, story: at(release.Progress{Phase: release.Baking, Weight: 10, Ended: &release.Ended{}})},
		"succeeded":              {status: types.ExecutionStatusSucceeded},
		"dry run":                {status: types.ExecutionStatusSucceeded, request: release.Request{DryRun: true}},
		"done":                   {status: types.ExecutionStatusSucceeded, request: release.Request{Command: release.CommandPause}},
		"rolled back as asked":   {status: types.ExecutionStatusSucceeded, request: release.Request{RollBack: &release.RollBackSpec{}}},
		"refused":                {status: types.ExecutionStatusFailed},
		"rolled back":            {status: types.ExecutionStatusFailed, ending: ending{Record: &release.Record{}}},
		"rollback failed":        {status: types.ExecutionStatusFailed, ending: ending{Error: rollbackFailed}},
		"stopped":                {status: types.ExecutionStatusAborted},
		"timed out":              {status: types.ExecutionStatusTimedOut},
	} {
		if got := f.statusWords().Words; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
