package cloudformation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/cloudformation/template"
)

// failureChoice is what becomes of a stack whose creation failed.
type failureChoice int

const (
	rollBack failureChoice = iota
	doNothing
	deleteStack
)

// runCreate makes the plan's resources in order. The stack is CREATE_IN_PROGRESS.
func (op *operation) runCreate(onFailure failureChoice) {
	if err := op.plan.attributesThere(); err != nil {
		op.createFailed(err.Error(), onFailure)
		return
	}
	for _, name := range op.plan.order {
		m, err := op.wanted(name)
		if err != nil {
			op.put(m)
			op.s.setResource(op.st, m, types.ResourceStatusCreateFailed, reasonOf(err))
		} else {
			err = op.create(m, "")
		}
		if err != nil {
			op.createFailed(fmt.Sprintf("The following resource(s) failed to create: [%s]. ", name), onFailure)
			return
		}
	}
	outputs, err := op.outputs()
	if err != nil {
		op.createFailed(err.Error(), onFailure)
		return
	}
	op.adopt(outputs)
	op.s.setStack(op.st, types.StackStatusCreateComplete, "")
}

func (op *operation) createFailed(reason string, choice failureChoice) {
	switch choice {
	case doNothing:
		op.s.setStack(op.st, types.StackStatusCreateFailed, reason)
		return
	case deleteStack:
		op.s.setStack(op.st, types.StackStatusDeleteInProgress, also(reason, "Delete requested by user."))
		op.deleteAll(keptOnCreate, nil, types.StackStatusDeleteComplete, types.StackStatusDeleteFailed)
		return
	}
	op.s.setStack(op.st, types.StackStatusRollbackInProgress, also(reason, "Rollback requested by user."))
	op.deleteAll(keptOnCreate, nil, types.StackStatusRollbackComplete, types.StackStatusRollbackFailed)
}

func also(reason, more string) string { return strings.TrimRight(reason, " ") + " " + more }

// deleteAll removes the stack's resources, dependants first, and ends the
// operation as done or failed.
func (op *operation) deleteAll(kept func(*made) bool, retain []string, done, failed types.StackStatus) {
	op.s.mu.Lock()
	op.st.deleted = aws.Time(op.s.clock.Now())
	op.s.mu.Unlock()
	var left []string
	for _, m := range backwards(op.snapshot()) {
		keep := kept(m) || slices.Contains(retain, m.logicalID)
		if keep && m.physical == "" {
			keep = false // it never came to be: nothing is there to keep
		}
		if err := op.remove(m, keep); err != nil {
			left = append(left, m.logicalID)
			continue
		}
		op.drop(m)
	}
	if len(left) > 0 {
		op.s.setStack(op.st, failed, fmt.Sprintf("The following resource(s) failed to delete: [%s]. ", strings.Join(left, ", ")))
		return
	}
	op.s.mu.Lock()
	op.st.outputs = nil
	op.s.mu.Unlock()
	op.s.setStack(op.st, done, "")
}

func (op *operation) snapshot() map[string]*made {
	op.s.mu.Lock()
	defer op.s.mu.Unlock()
	return maps.Clone(op.st.resources)
}

// keptOnCreate tells what stays when a creation is rolled back.
func keptOnCreate(m *made) bool { return m.deletionPolicy == "Retain" }

// keptOnDelete tells what stays when it leaves the stack.
func keptOnDelete(m *made) bool {
	return m.deletionPolicy == "Retain" || m.deletionPolicy == "RetainExceptOnCreate"
}

// outputs evaluates the plan's outputs against the resources as they are.
func (op *operation) outputs() ([]types.Output, error) {
	var outputs []types.Output
	for _, name := range slices.Sorted(maps.Keys(op.plan.symbolic.outputs)) {
		declared := op.plan.template.Outputs[name]
		value, err := op.plan.scope.Evaluate(declared.Value)
		if err != nil {
			return nil, fmt.Errorf("Output %s: %w", name, err)
		}
		text, ok := template.Text(value)
		if !ok {
			return nil, fmt.Errorf("Template format error: The Value field of every Outputs member must evaluate to a String. (%s)", name)
		}
		output := types.Output{
			OutputKey: aws.String(name), OutputValue: aws.String(text), Description: optional(declared.Description),
		}
		if declared.ExportName != nil {
			evaluated, err := op.plan.scope.Evaluate(declared.ExportName)
			if err != nil {
				return nil, fmt.Errorf("Output %s: %w", name, err)
			}
			export, _ := template.Text(evaluated)
			if err := op.s.freeExport(op.st, export); err != nil {
				return nil, err
			}
			output.ExportName = aws.String(export)
		}
		outputs = append(outputs, output)
	}
	return outputs, nil
}

func (s *Service) freeExport(st *stack, export string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.stacks {
		if other == st || other.status == types.StackStatusDeleteComplete {
			continue
		}
		for _, output := range other.outputs {
			if aws.ToString(output.ExportName) == export {
				return fmt.Errorf("Export with name %s is already exported by stack %s. ", export, other.name)
			}
		}
	}
	return nil
}

// adopt makes the plan the stack's template.
func (op *operation) adopt(outputs []types.Output) {
	op.s.mu.Lock()
	defer op.s.mu.Unlock()
	op.st.outputs = outputs
	op.st.adopt(op.plan)
}

func (st *stack) adopt(p *plan) {
	st.body, st.desc, st.symbolic = p.body, p.template.Description, p.symbolic
	st.parameters, st.shown, st.imports, st.tags = p.parameters, p.shown(), p.imports, p.tags
}
