package acceptance_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// stall has a task of the workflow wait for an answer that nobody gives.
func (w *world) stall(state string) {
	w.t.Helper()
	machine, err := w.states.DescribeStateMachine(w.t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &w.machine})
	if err != nil {
		w.t.Fatal(err)
	}
	var definition map[string]any
	if err := json.Unmarshal([]byte(aws.ToString(machine.Definition)), &definition); err != nil {
		w.t.Fatal(err)
	}
	task := definition["States"].(map[string]any)[state].(map[string]any)
	task["Resource"] = task["Resource"].(string) + ".waitForTaskToken"
	task["TimeoutSeconds"] = 5
	task["Arguments"].(map[string]any)["Payload"].(map[string]any)["token"] = "{% $states.context.Task.Token %}"
	changed, err := json.Marshal(definition)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.states.UpdateStateMachine(w.t.Context(), &sfn.UpdateStateMachineInput{StateMachineArn: &w.machine, Definition: aws.String(string(changed))}); err != nil {
		w.t.Fatal(err)
	}
}

// A task that times out has no cause: what ends the execution says so in words.
func TestPlanThatTimesOut(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	w.stall("Plan release")
	w.failed(w.run(`{"target": {"function": "FUNCTION"}}`), "Release.TimedOut", "Nothing was moved", "States.Timeout")
	w.wantProd("1")
}

func TestStepThatTimesOut(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	w.stall("Judge")
	w.failed(w.run(threeSteps), "Release.TimedOut", "States.Timeout", "prod serves version 1 whole")
	w.wantProd("1")
}

func TestRollbackThatTimesOut(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.faulty)
	w.traffic(120)
	w.stall("Roll back")
	w.failed(w.run(threeSteps), "Release.RollbackFailed", "did not complete: States.Timeout")
	w.wantProd("1")
}
