package cloudformation

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudformation/template"
)

// stack is guarded by the service's mutex; the goroutine of its operation is
// the only one that changes resources.
type stack struct {
	name, id   string
	status     types.StackStatus
	reason     string
	created    time.Time
	updated    *time.Time
	deleted    *time.Time
	desc       string
	body       string
	parameters []types.Parameter
	// shown are the parameters with the values of NoEcho hidden.
	shown []types.Parameter
	// imports are the exports of other stacks in use.
	imports []string
	tags    []types.Tag
	// capabilities, roleARN and notifications are as the caller gave them.
	capabilities    []types.Capability
	roleARN         *string
	notifications   []string
	disableRollback bool
	protected       bool
	changeSetID     string
	outputs         []types.Output
	resources       map[string]*made
	symbolic        fingerprint
	events          []types.StackEvent // oldest first
	changeSets      []*changeSet
	clientToken     *string
	// undone and leftover are what a rollback that failed, or was not wanted,
	// has still to undo and to delete.
	undone   []change
	leftover []*made
}

// made is a resource that the stack has made or is about to.
type made struct {
	logicalID, kind string
	physical, ref   string
	properties      map[string]any
	metadata        map[string]any
	attributes      map[string]any
	dependsOn       []string
	deletionPolicy  string
	replacePolicy   string
	status          types.ResourceStatus
	reason          string
	at              time.Time
	// leaving says that an update that is over deletes it.
	leaving bool
}

// known answers Ref and GetAtt from what the stack has made. An attribute may be
// any of the properties too.
func (st *stack) known(logicalID string) (template.Values, bool) {
	m, present := st.resources[logicalID]
	if !present || m.physical == "" {
		return template.Values{}, false
	}
	return template.Values{Ref: m.ref, Attributes: union(m.properties, m.attributes)}, true
}

// copied is the resource as it is now, for a rollback to return to.
func (m *made) copied() *made {
	former := *m
	return &former
}

// find looks a stack up by name or id. A name means the living stack of that
// name; an id finds a deleted one too.
func (s *Service) find(nameOrID string) (*stack, bool) {
	for i := len(s.stacks) - 1; i >= 0; i-- {
		candidate := s.stacks[i]
		if candidate.id == nameOrID {
			return candidate, true
		}
		if candidate.name == nameOrID && candidate.status != types.StackStatusDeleteComplete {
			return candidate, true
		}
	}
	return nil, false
}

// need is find with the error that most operations answer.
func (s *Service) need(nameOrID string) (*stack, error) {
	found, ok := s.find(nameOrID)
	if !ok {
		return nil, noStack(nameOrID)
	}
	return found, nil
}

func noStack(nameOrID string) error {
	return validation("Stack with id %s does not exist", nameOrID)
}

func validation(format string, args ...any) *api.Error {
	return api.Errorf("ValidationError", format, args...)
}

// inProgress tells whether an operation is under way.
func (st *stack) inProgress() bool {
	switch st.status {
	case types.StackStatusCreateInProgress, types.StackStatusUpdateInProgress,
		types.StackStatusDeleteInProgress, types.StackStatusRollbackInProgress,
		types.StackStatusUpdateRollbackInProgress, types.StackStatusUpdateCompleteCleanupInProgress,
		types.StackStatusUpdateRollbackCompleteCleanupInProgress:
		return true
	}
	return false
}

// updatable tells whether UpdateStack may start.
func (st *stack) updatable() bool {
	switch st.status {
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusUpdateRollbackComplete:
		return true
	}
	return false
}
