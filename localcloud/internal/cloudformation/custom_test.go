package cloudformation

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// fromFunction declares a custom resource X with one property, and a parameter
// that shows what it answers.
func fromFunction(value string) string {
	return `{"Resources":{
		"X":{"Type":"Custom::Thing","Properties":{"ServiceToken":"arn:aws:lambda:eu-west-1:111122223333:function:maker","ServiceTimeout":30,"Value":` + value + `}},
		"P":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Name":"/p","Value":{"Fn::Join":["|",[{"Ref":"X"},{"Fn::GetAtt":["X","Out.Inner"]}]]}}}}}`
}

func answering(physical string) func(map[string]any) map[string]any {
	return func(event map[string]any) map[string]any {
		value := event["ResourceProperties"].(map[string]any)["Value"]
		return map[string]any{
			"Status": "SUCCESS", "PhysicalResourceId": physical, "StackId": event["StackId"], "RequestId": event["RequestId"],
			"LogicalResourceId": event["LogicalResourceId"], "Data": map[string]any{"Out": map[string]any{"Inner": value}},
		}
	}
}

func TestCustomResources(t *testing.T) {
	w := newWorld(t)
	w.answer = answering("thing-1")
	if st := w.create(fromFunction(`5`)); st.StackStatus != types.StackStatusCreateComplete {
		t.Fatalf("%s\n%s", st.StackStatus, strings.Join(w.history(), "\n"))
	}
	if got := w.stored(); !maps.Equal(got, map[string]string{"/p": "thing-1|5"}) {
		t.Errorf("stored %v", got)
	}
	w.answer = answering("thing-2")
	w.update(fromFunction(`true`))
	if got := w.stored(); !maps.Equal(got, map[string]string{"/p": "thing-2|true"}) {
		t.Errorf("stored %v", got)
	}
	if len(w.asked) != 3 {
		t.Fatalf("asked %d times, want create, update, and delete of the old: %v", len(w.asked), w.asked)
	}
	update, last := w.asked[1], w.asked[2]
	if update["RequestType"] != "Update" || update["PhysicalResourceId"] != "thing-1" || update["ResourceType"] != "Custom::Thing" {
		t.Errorf("update %v", update)
	}
	if old := update["OldResourceProperties"].(map[string]any)["Value"]; old != "5" {
		t.Errorf("old value %#v, want the text 5", old)
	}
	if last["RequestType"] != "Delete" || last["PhysicalResourceId"] != "thing-1" {
		t.Errorf("last %v", last)
	}
}

func TestFailedCustomResourceIsDeletedOnRollback(t *testing.T) {
	w := newWorld(t)
	w.answer = func(event map[string]any) map[string]any {
		if event["RequestType"] == "Delete" {
			return map[string]any{"Status": "SUCCESS", "PhysicalResourceId": event["PhysicalResourceId"]}
		}
		return map[string]any{"Status": "FAILED", "Reason": "no room", "PhysicalResourceId": "half"}
	}
	if st := w.create(fromFunction(`1`)); st.StackStatus != types.StackStatusRollbackComplete {
		t.Fatal(st.StackStatus)
	}
	history := strings.Join(w.history(), "\n")
	if want := "X CREATE_FAILED Received response status [FAILED] from custom resource. Message returned: no room"; !strings.Contains(history, want) {
		t.Errorf("want %q in\n%s", want, history)
	}
	if last := w.asked[len(w.asked)-1]; last["RequestType"] != "Delete" || last["PhysicalResourceId"] != "half" {
		t.Errorf("last asked %v", last)
	}
}

func TestSilentCustomResourceTimesOut(t *testing.T) {
	w := newWorld(t)
	start := w.clock.Now()
	if _, err := w.tryCreate(fromFunction(`1`)); err != nil {
		t.Fatal(err)
	}
	done := func() bool { return w.describe("s").StackStatus == types.StackStatusRollbackFailed }
	if !w.clock.AdvanceUntil(t.Context(), time.Hour, done) {
		t.Fatalf("still %s", w.describe("s").StackStatus)
	}
	if took := w.clock.Now().Sub(start); took != time.Minute {
		t.Errorf("took %s, want the ServiceTimeout of 30 s twice, to create and to delete", took)
	}
	if history := strings.Join(w.history(), "\n"); !strings.Contains(history, "X CREATE_FAILED CloudFormation did not receive a response from your Custom Resource.") {
		t.Error(history)
	}
}

func TestRolledBackCustomResourceIsToldWhatItWas(t *testing.T) {
	w := newWorld(t)
	byValue := func(event map[string]any) map[string]any {
		return answering("thing-" + event["ResourceProperties"].(map[string]any)["Value"].(string))(event)
	}
	w.answer = byValue
	w.create(fromFunction(`1`))
	w.refuse = "/p=thing-2"
	if st := w.update(fromFunction(`2`)); st.StackStatus != types.StackStatusUpdateRollbackComplete {
		t.Fatalf("%s\n%s", st.StackStatus, strings.Join(w.history(), "\n"))
	}
	var told []string
	for _, event := range w.asked {
		line := event["RequestType"].(string)
		for _, member := range []string{"ResourceProperties", "OldResourceProperties"} {
			if properties, ok := event[member].(map[string]any); ok {
				line += " " + properties["Value"].(string)
			}
		}
		told = append(told, line)
	}
	// Each new physical id replaced the resource; the rollback's cleanup deletes
	// the one that the update made.
	if want := []string{"Create 1", "Update 2 1", "Update 1 2", "Delete 2"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if got := w.stored(); !maps.Equal(got, map[string]string{"/p": "thing-1|1"}) {
		t.Errorf("stored %v", got)
	}
}
