package cloudformation

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

// changeSet is a plan that waits to be executed.
type changeSet struct {
	name, id    string
	description string
	created     time.Time
	plan        *plan
	kind        types.ChangeSetType
	status      types.ChangeSetStatus
	execution   types.ExecutionStatus
	reason      string
	changes     []types.Change
	tags        []types.Tag
	// capabilities, roleARN, notifications and onFailure as the caller gave them.
	capabilities  []types.Capability
	roleARN       *string
	notifications []string
	onFailure     types.OnStackFailure
}

// needChangeSet looks a change set up by ARN, or by name and stack. The lock
// is held.
func (s *Service) needChangeSet(nameOrID, stackName string) (*changeSet, *stack, error) {
	for _, st := range s.stacks {
		for _, set := range st.changeSets {
			if set.id == nameOrID {
				return set, st, nil
			}
		}
	}
	if isARN(nameOrID) {
		return nil, nil, noChangeSet(nameOrID)
	}
	if stackName == "" {
		return nil, nil, validation("StackName must be specified if ChangeSetName is not specified as an ARN.")
	}
	st, ok := s.find(stackName)
	if !ok {
		return nil, nil, validation("Stack [%s] does not exist", stackName)
	}
	for _, set := range st.changeSets {
		if set.name == nameOrID && !set.past() {
			return set, st, nil
		}
	}
	return nil, nil, noChangeSet(nameOrID)
}

// changeSetNotFound is the code that the exception of that name has on the wire.
const changeSetNotFound = "ChangeSetNotFound"

func noChangeSet(nameOrID string) error {
	return api.StatusErrorf(404, changeSetNotFound, "ChangeSet [%s] does not exist", nameOrID)
}

func isARN(nameOrID string) bool { return strings.HasPrefix(nameOrID, "arn:") }

// past tells whether the set can be found by its ARN alone: it was executed, or
// the stack has moved on without it.
func (set *changeSet) past() bool {
	switch set.execution {
	case types.ExecutionStatusAvailable, types.ExecutionStatusUnavailable:
		return false
	}
	return true
}

// follow takes over how the operation goes that a set has started.
func (set *changeSet) follow(status types.StackStatus) {
	if set.execution != types.ExecutionStatusExecuteInProgress {
		return
	}
	switch status {
	case types.StackStatusCreateInProgress, types.StackStatusUpdateInProgress:
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusUpdateCompleteCleanupInProgress:
		set.execution = types.ExecutionStatusExecuteComplete
	default:
		set.execution = types.ExecutionStatusExecuteFailed
	}
}

// outdate makes the stack's change sets obsolete: it moves on without them. The
// lock is held.
func (st *stack) outdate() {
	for _, set := range st.changeSets {
		if !set.past() {
			set.execution = types.ExecutionStatusObsolete
		}
	}
}
