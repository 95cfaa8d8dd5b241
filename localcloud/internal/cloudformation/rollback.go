package cloudformation

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/cloudformation/resource"
)

// updateFailed rolls the update back, unless the caller wants it left as it is.
func (op *operation) updateFailed(reason string, disableRollback bool) {
	op.discard = nil
	if disableRollback {
		op.remember(op.changes)
		op.s.setStack(op.st, types.StackStatusUpdateFailed, reason)
		return
	}
	op.s.setStack(op.st, types.StackStatusUpdateRollbackInProgress, reason)
	op.rollBackUpdate(nil)
}

// rollBackUpdate undoes the operation's changes, but for the resources to skip,
// and deletes what they made.
func (op *operation) rollBackUpdate(skip []string) {
	for i, done := range op.changes {
		if done.former != nil && slices.Contains(skip, done.now.logicalID) {
			op.pass(done)
			continue
		}
		if err := op.undo(done); err != nil {
			op.remember(op.changes[i:])
			op.s.setStack(op.st, types.StackStatusUpdateRollbackFailed,
				fmt.Sprintf("The following resource(s) failed to update: [%s]. ", done.now.logicalID))
			return
		}
	}
	op.s.setStack(op.st, types.StackStatusUpdateRollbackCompleteCleanupInProgress, "")
	for _, m := range slices.Backward(op.discard) {
		op.clear(m, keptOnCreate(m) && m.physical != "")
		op.drop(m)
	}
	op.s.setStack(op.st, types.StackStatusUpdateRollbackComplete, "")
}

// pass records a resource as rolled back without touching it.
func (op *operation) pass(done change) {
	former := done.former.copied()
	former.physical, former.ref, former.attributes = done.now.physical, done.now.ref, done.now.attributes
	op.put(former)
	op.s.setResource(op.st, former, types.ResourceStatusUpdateComplete, "")
}

// undo puts one resource back to what it was before the update.
func (op *operation) undo(done change) error {
	if done.former == nil {
		op.discard = append(op.discard, done.now)
		return nil
	}
	if done.replaced {
		if done.now.physical != "" {
			op.discard = append(op.discard, done.now)
		}
		op.put(done.former)
		op.s.setResource(op.st, done.former, types.ResourceStatusUpdateComplete, "")
		return nil
	}
	former := done.former.copied()
	former.physical, former.ref, former.attributes = done.now.physical, done.now.ref, done.now.attributes
	op.put(former)
	op.s.setResource(op.st, former, types.ResourceStatusUpdateInProgress, "")
	kind, _ := resource.Find(former.kind)
	request := op.request(former)
	request.Old = done.now.properties
	result, err := kind.Update(op.ctx, request)
	if err != nil {
		op.s.setResource(op.st, former, types.ResourceStatusUpdateFailed, reasonOf(err))
		return err
	}
	op.settle(former, result)
	if former.physical != done.now.physical {
		op.discard = append(op.discard, done.now)
	}
	op.s.setResource(op.st, former, types.ResourceStatusUpdateComplete, "")
	return nil
}
