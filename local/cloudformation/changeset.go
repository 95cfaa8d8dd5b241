package cloudformation

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/local/api"
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
	st, ok := s.find(stackName)
	if !ok {
		return nil, nil, validation("Stack [%s] does not exist", stackName)
	}
	for _, set := range st.changeSets {
		if set.name == nameOrID {
			return set, st, nil
		}
	}
	return nil, nil, api.StatusErrorf(404, "ChangeSetNotFoundException", "ChangeSet [%s] does not exist", nameOrID)
}
