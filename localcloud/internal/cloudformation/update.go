package cloudformation

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/cloudformation/resource"
	"weir/localcloud/internal/cloudformation/template"
)

const replaceReason = "Requested update requires the creation of a new physical resource; hence creating one."

// runUpdate brings the stack's resources to the plan. The stack is
// UPDATE_IN_PROGRESS.
func (op *operation) runUpdate(disableRollback bool) {
	if err := op.plan.attributesThere(); err != nil {
		op.updateFailed(err.Error(), disableRollback)
		return
	}
	for _, name := range op.plan.order {
		if err := op.advance(name); err != nil {
			op.updateFailed(err.Error(), disableRollback)
			return
		}
	}
	outputs, err := op.outputs()
	if err == nil {
		err = op.s.keepsImports(op.st, outputs)
	}
	if err != nil {
		op.updateFailed(err.Error(), disableRollback)
		return
	}
	op.adopt(outputs)
	op.s.setStack(op.st, types.StackStatusUpdateCompleteCleanupInProgress, "")
	op.cleanUp()
	op.s.setStack(op.st, types.StackStatusUpdateComplete, "")
}

// advance brings one resource to the plan; the error is the stack's reason.
func (op *operation) advance(name string) error {
	former := op.st.resources[name]
	verb := "update"
	if former == nil {
		verb = "create"
	}
	failed := fmt.Errorf("The following resource(s) failed to %s: [%s]. ", verb, name)
	wanted, err := op.wanted(name)
	if err != nil {
		status := types.ResourceStatusUpdateFailed
		if former == nil {
			status = types.ResourceStatusCreateFailed
		} else {
			wanted = former
		}
		op.s.setResource(op.st, wanted, status, reasonOf(err))
		return failed
	}
	if former == nil {
		op.changes = append(op.changes, change{now: wanted})
		if op.create(wanted, "") != nil {
			return failed
		}
		return nil
	}
	kind, _ := resource.Find(wanted.kind)
	replace, _ := kind.Replaces(former.properties, wanted.properties)
	switch {
	case len(resource.Changed(former.properties, wanted.properties)) == 0:
		op.keep(former, wanted)
		return nil
	case replace:
		op.changes = append(op.changes, change{former: former, now: wanted, replaced: true})
		if op.replace(former, wanted) != nil {
			return failed
		}
		return nil
	}
	op.changes = append(op.changes, change{former: former.copied(), now: wanted})
	if op.modify(kind, former, wanted) != nil {
		return failed
	}
	return nil
}

// keep takes over what a template says about a resource without changing it.
func (op *operation) keep(former, wanted *made) {
	op.s.mu.Lock()
	defer op.s.mu.Unlock()
	if !template.Equal(asAny(former.metadata), asAny(wanted.metadata)) {
		former.metadata = wanted.metadata
	}
	former.dependsOn = wanted.dependsOn
	former.deletionPolicy, former.replacePolicy = wanted.deletionPolicy, wanted.replacePolicy
}

func (op *operation) replace(former, wanted *made) error {
	wanted.physical = former.physical // shown until there is a new one
	op.put(wanted)
	op.s.setResource(op.st, wanted, types.ResourceStatusUpdateInProgress, replaceReason)
	op.unname(wanted)
	kind, _ := resource.Find(wanted.kind)
	result, err := kind.Create(op.ctx, op.request(wanted))
	op.settle(wanted, result)
	if err != nil {
		op.s.setResource(op.st, wanted, types.ResourceStatusUpdateFailed, reasonOf(err))
		return err
	}
	op.discard = append(op.discard, leaving(former))
	op.s.setResource(op.st, wanted, types.ResourceStatusUpdateInProgress, "Resource creation Initiated")
	op.s.setResource(op.st, wanted, types.ResourceStatusUpdateComplete, "")
	return nil
}

// leaving is a replaced resource, kept or deleted by its UpdateReplacePolicy.
func leaving(former *made) *made {
	old := former.copied()
	old.deletionPolicy = old.replacePolicy
	return old
}

// modify updates a resource in place, unless its provider answers with a new
// physical id.
func (op *operation) modify(kind resource.Kind, former, wanted *made) error {
	wanted.physical, wanted.ref, wanted.attributes = former.physical, former.ref, former.attributes
	op.put(wanted)
	op.s.setResource(op.st, wanted, types.ResourceStatusUpdateInProgress, "")
	request := op.request(wanted)
	request.Old = former.properties
	result, err := kind.Update(op.ctx, request)
	if err != nil {
		op.s.setResource(op.st, wanted, types.ResourceStatusUpdateFailed, reasonOf(err))
		return err
	}
	op.settle(wanted, result)
	if wanted.physical != former.physical {
		op.discard = append(op.discard, leaving(former))
	}
	op.s.setResource(op.st, wanted, types.ResourceStatusUpdateComplete, "")
	return nil
}

// cleanUp deletes what the update left behind. A failure to do so does not
// fail the stack, as on AWS.
func (op *operation) cleanUp() {
	removed := map[string]*made{}
	for name, m := range op.snapshot() {
		if _, wanted := op.plan.active[name]; !wanted {
			removed[name] = m
		}
	}
	for _, m := range slices.Backward(op.discard) {
		op.clear(m, keptOnDelete(m))
	}
	for _, m := range backwards(removed) {
		op.clear(m, keptOnDelete(m))
		op.drop(m)
	}
}

// clear removes what an update has left behind.
func (op *operation) clear(m *made, keep bool) {
	m.leaving = true
	if err := op.remove(m, keep); err != nil {
		op.s.log.Warn("left behind after an update", "resource", m.logicalID, "physical", m.physical, "error", err)
	}
}
