package statemachine_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weir/internal/handler"
	"weir/internal/release"
	"weir/statemachine"
)

// machine is the part of the Amazon States Language that these tests read.
type machine struct {
	StartAt        string
	TimeoutSeconds int
	States         map[string]state
}

type state struct {
	Type, Comment, Resource, Next, Default string
	End                                    bool
	TimeoutSeconds                         any
	Retry                                  []struct {
		ErrorEquals    []string
		JitterStrategy string
	}
	Catch []struct {
		ErrorEquals []string
		Next        string
	}
	Assign, Output any
	Choices        []struct {
		Condition, Next string
		Assign, Output  any
	}
	Branches      []machine
	ItemProcessor *machine
	Error, Cause  string
	Arguments     json.RawMessage
}

func definition(t *testing.T) machine {
	t.Helper()
	var m machine
	if err := json.Unmarshal([]byte(statemachine.Definition), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// each calls f for every state, those inside others included.
func each(m machine, f func(name string, s state, inside bool)) {
	var walk func(m machine, inside bool)
	walk = func(m machine, inside bool) {
		for _, name := range slices.Sorted(maps.Keys(m.States)) {
			s := m.States[name]
			f(name, s, inside)
			for _, branch := range s.Branches {
				walk(branch, true)
			}
			if s.ItemProcessor != nil {
				walk(*s.ItemProcessor, true)
			}
		}
	}
	walk(m, false)
}

func TestEveryStateSaysWhy(t *testing.T) {
	each(definition(t), func(name string, s state, _ bool) {
		if len(s.Comment) < 20 && s.Type != "Wait" && s.Type != "Succeed" || s.Comment == "" {
			t.Errorf("state %q has no comment that says why: %q", name, s.Comment)
		}
		if s.Type == "Pass" {
			t.Errorf("state %q only moves data", name)
		}
	})
}

// A Task without a time limit may hang for a year, and one without a Catch may
// leave traffic split.
func TestEveryTaskIsBoundedRetriedAndCaught(t *testing.T) {
	each(definition(t), func(name string, s state, inside bool) {
		if s.Type != "Task" {
			return
		}
		if s.TimeoutSeconds == nil {
			t.Errorf("task %q has no TimeoutSeconds", name)
		}
		// Inside Parallel and Map, the state around it catches.
		caught := inside
		for _, c := range s.Catch {
			caught = caught || slices.Contains(c.ErrorEquals, "States.ALL")
		}
		if !caught {
			t.Errorf("task %q does not catch States.ALL", name)
		}
		if strings.HasSuffix(s.Resource, "putEvents.waitForTaskToken") {
			return // a second notice would ask a person twice
		}
		if len(s.Retry) == 0 {
			t.Errorf("task %q is not retried", name)
		}
		for _, r := range s.Retry {
			if r.JitterStrategy != "FULL" {
				t.Errorf("task %q retries without jitter", name)
			}
		}
	})
}

// Whether a Choice's own Assign and Output apply when one of its rules matches is
// read in two ways, and the pages say little of a rule's Output. None is used.
func TestChoicesOnlyChoose(t *testing.T) {
	each(definition(t), func(name string, s state, _ bool) {
		if s.Type != "Choice" {
			return
		}
		if s.Assign != nil || s.Output != nil {
			t.Errorf("choice %q assigns or outputs", name)
		}
		for _, rule := range s.Choices {
			if rule.Assign != nil || rule.Output != nil {
				t.Errorf("a rule of choice %q assigns or outputs", name)
			}
		}
	})
}

func TestGroupsOfStatesAreCaught(t *testing.T) {
	each(definition(t), func(name string, s state, _ bool) {
		if (s.Type == "Parallel" || s.Type == "Map") && len(s.Catch) == 0 {
			t.Errorf("%s %q does not catch", s.Type, name)
		}
	})
}

// Whatever is caught after the lock may have been taken leads to the rollback.
func TestErrorsLeadToTheRollback(t *testing.T) {
	for name, s := range definition(t).States {
		for _, c := range s.Catch {
			want := "Roll back"
			switch name {
			case "Plan release", "Give command", "See the effect":
				want = "Release refused" // nothing was moved
			case "Roll back":
				want = "Rollback failed"
			}
			if c.Next != want {
				t.Errorf("an error of %q leads to %q, want %q", name, c.Next, want)
			}
		}
	}
}

func TestSubstitutionsAreThePartitionAndTheHandlers(t *testing.T) {
	found := map[string]bool{}
	for _, match := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(statemachine.Definition, -1) {
		found[match[1]] = true
	}
	want := []string{"Partition", "PlanFunctionArn", "RollbackFunctionArn", "ShiftFunctionArn", "VerifyFunctionArn"}
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) {
		t.Errorf("substitutions = %v, want %v", got, want)
	}
}

// A definition with the ARN of another partition is refused there.
func TestDefinitionNamesNoPartition(t *testing.T) {
	if found := regexp.MustCompile(`arn:aws|\.aws\.amazon\.com|amazonaws`).FindString(statemachine.Definition); found != "" {
		t.Errorf("the definition has %q; write arn:${Partition}:", found)
	}
}

// The plan refuses what would run into the time limit.
func TestTimeLimitIsTheOneThatPlansAreHeldTo(t *testing.T) {
	if got, want := definition(t).TimeoutSeconds, int(release.MaxExecution.Seconds()); got != want {
		t.Errorf("TimeoutSeconds is %d, plans are held to %d", got, want)
	}
}

// The definition names each action of a handler, and no other.
func TestActionsAreTheHandlers(t *testing.T) {
	got := map[string][]string{}
	each(definition(t), func(name string, s state, _ bool) {
		var arguments struct {
			FunctionName string
			Payload      struct{ Action string }
		}
		if len(s.Arguments) == 0 || json.Unmarshal(s.Arguments, &arguments) != nil || arguments.FunctionName == "" {
			return
		}
		if !slices.Contains(got[arguments.FunctionName], arguments.Payload.Action) {
			got[arguments.FunctionName] = append(got[arguments.FunctionName], arguments.Payload.Action)
		}
	})
	for function, want := range map[string][]string{
		"${PlanFunctionArn}": {handler.ActionEffect, handler.ActionPlan},
		"${ShiftFunctionArn}": {handler.ActionAnswer, handler.ActionCommand, handler.ActionFinish, handler.ActionLock,
			handler.ActionPromote, handler.ActionShift},
		"${VerifyFunctionArn}":   {handler.ActionHook, handler.ActionJudge, handler.ActionProbe},
		"${RollbackFunctionArn}": {handler.ActionRollBack},
	} {
		if slices.Sort(got[function]); !slices.Equal(got[function], want) {
			t.Errorf("%s is called with %q, and knows %q", function, got[function], want)
		}
	}
}
