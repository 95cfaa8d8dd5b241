package release_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"weir/internal/release"
)

func TestCaughtErrorsTakeANameOfOurs(t *testing.T) {
	for _, test := range []struct{ name, sentence, want, says string }{
		{release.Drift, "somebody moved it", release.Drift, "somebody moved it"},
		{"States.Timeout", "", release.TimedOut, "States.Timeout"},
		{"Sandbox.Timedout", "after 110 s", release.TimedOut, "Sandbox.Timedout: after 110 s"},
		{"Lambda.Unknown", "no answer", release.Internal, "Lambda.Unknown: no answer"},
		{"Runtime.ExitError", "", release.Internal, "Runtime.ExitError"},
		{"", "no name", release.Internal, "no name"},
		{"", "", release.Internal, "neither"},
		{release.Unavailable, "", release.Unavailable, "no cause"},
	} {
		got := release.Caught(test.name, test.sentence)
		if got.Name != test.want || !strings.Contains(got.Message, test.says) || strings.HasPrefix(got.Message, ":") {
			t.Errorf("%q, %q: %v, want %s that says %q", test.name, test.sentence, got, test.want, test.says)
		}
	}
}

// A hook may answer its token with anything.
func TestWhatAHookAnswersByTokenIsARefusal(t *testing.T) {
	for _, test := range []struct{ name, sentence, want, says string }{
		{"States.Timeout", "", release.HookFailed, "did not answer"},
		{release.HookFailed, "Hook a refused", release.HookFailed, "Hook a refused"},
		{"Custom.No", "stock is low", release.HookFailed, "error Custom.No: stock is low"},
		{"Custom.No", "", release.HookFailed, "error Custom.No."},
		{"", "stock is low", release.HookFailed, "failure: stock is low"},
		{"", "", release.HookFailed, "says nothing"},
		{"Release.Aborted", "as if by a person", release.HookFailed, "error Release.Aborted: as if"},
		{"Lambda.Unknown", "no answer", release.Internal, "Lambda.Unknown: no answer"},
		{"Sandbox.Timedout", "", release.TimedOut, "Sandbox.Timedout"},
	} {
		if got := release.HookError(test.name, test.sentence); got.Name != test.want || !strings.Contains(got.Message, test.says) {
			t.Errorf("%q, %q: %v, want %s that says %q", test.name, test.sentence, got, test.want, test.says)
		}
	}
}

// So may a person who has the token of an approval. Only a clear yes is one.
func TestAnswerToAnApproval(t *testing.T) {
	for _, test := range []struct {
		answer   string
		decision release.Command
		by       string
	}{
		{`{"decision": "approve", "by": "grace"}`, release.CommandApprove, "grace"},
		{`{"decision": "approve", "by": "grace", "ticket": 7}`, release.CommandApprove, "grace"},
		{`{"decision": "approve", "by": {"name": "grace"}}`, release.CommandApprove, ""},
		{`{"decision": "reject", "by": "grace"}`, release.CommandReject, "grace"},
		{`{"decision": true}`, release.CommandUnclear, `{"decision": true}`},
		{`{"decision": "Approved"}`, release.CommandUnclear, `{"decision": "Approved"}`},
		{`"approve"`, release.CommandUnclear, `"approve"`},
		{`["approve"]`, release.CommandUnclear, `["approve"]`},
		{`null`, release.CommandUnclear, `null`},
		{`{"failure": {"Error": "States.Timeout", "Cause": ""}}`, release.CommandExpired, ""},
		{`{"failure": {"Error": "States.Timeout", "Cause": null}}`, release.CommandExpired, ""},
		{`{"failure": {"Error": "Custom.No", "Cause": "grace says no"}}`, release.CommandReject, "grace says no"},
		{`{"failure": {"Error": "Custom.No"}}`, release.CommandReject, "Custom.No"},
		{`{"failure": {}}`, release.CommandReject, ""},
		{`{"failure": {"Error": "EventBridge.EventBridgeException", "Cause": "denied"}}`, release.CommandUnclear, "EventBridge.EventBridgeException"},
	} {
		if decision, by := release.ParseAnswer(json.RawMessage(test.answer)); decision != test.decision || by != test.by {
			t.Errorf("%s: %s by %q, want %s by %q", test.answer, decision, by, test.decision, test.by)
		}
	}
	if _, by := release.ParseAnswer(json.RawMessage(`"` + strings.Repeat("é", 500) + `"`)); len(by) > 60 {
		t.Errorf("a long answer takes %d bytes of the mark", len(by))
	}
}

func TestConsoleLinkIsThePartitionsOwn(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:states:eu-west-1:111122223333:execution:weir:monday":            "https://console.aws.amazon.com/states/home?region=eu-west-1#",
		"arn:aws-cn:states:cn-north-1:111122223333:execution:weir:monday":        "https://console.amazonaws.cn/states/home?region=cn-north-1#",
		"arn:aws-us-gov:states:us-gov-west-1:111122223333:execution:weir:monday": "https://console.amazonaws-us-gov.com/states/home?region=us-gov-west-1#",
		"arn:aws-eusc:states:eusc-de-east-1:111122223333:execution:weir:monday":  "https://console.amazonaws-eusc.eu/states/home?region=eusc-de-east-1#",
		"arn:aws-other:states:other-east-1:111122223333:execution:weir:monday":   "",
		"not an ARN": "",
	} {
		got := release.ConsoleLink(arn)
		if want == "" && got != "" || !strings.HasPrefix(got, want) || want != "" && !strings.HasSuffix(got, arn) {
			t.Errorf("%s: %q, want %q", arn, got, want)
		}
	}
}

func TestFreeze(t *testing.T) {
	names, err := release.FreezeParameters("arn:aws:states:eu-west-1:111122223333:execution:weir:monday", "orders", "stock", "orders")
	if err != nil || strings.Join(names, " ") != "/weir/weir/freeze /weir/weir/freeze/orders /weir/weir/freeze/stock" {
		t.Errorf("parameters = %v, %v", names, err)
	}
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	value := release.FreezeValue(noon.Add(time.Hour), "ada", "sale {{ssm:x}}\n"+strings.Repeat("very ", 100))
	if len(value) > 256 || strings.Contains(value, "{{") {
		t.Errorf("value = %q", value)
	}
	if why := release.FrozenBy(names[0], value, noon); !strings.Contains(why, "by ada: sale") {
		t.Errorf("frozen: %q", why)
	}
	if why := release.FrozenBy(names[0], value, noon.Add(time.Hour)); why != "" {
		t.Errorf("frozen after its end: %q", why)
	}
	if why := release.FrozenBy(names[0], "", noon); why != "" {
		t.Errorf("frozen by nothing: %q", why)
	}
	if why := release.FrozenBy(names[0], "stop all!", noon); !strings.Contains(why, names[0]) {
		t.Errorf("a value that cannot be read: %q; it freezes, and says which parameter", why)
	}
}
