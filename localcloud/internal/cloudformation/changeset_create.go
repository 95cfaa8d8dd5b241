package cloudformation

import (
	"context"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

var changeSetName = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)

// nothingChanged is what an empty change set says of itself; the CDK and the
// AWS CLI look for it.
const nothingChanged = "The submitted information didn't contain changes. Submit different information to create a change set."

// createChangeSet settles what a template would do to a stack. The set is ready
// at once: there is nothing to wait for.
func (s *Service) createChangeSet(ctx context.Context, caller api.Caller, in *cloudformation.CreateChangeSetInput) (*cloudformation.CreateChangeSetOutput, error) {
	// IncludeNestedStacks asks nothing: a template with a nested stack is
	// refused for its type. The CDK always sends it.
	if err := refuse("CreateChangeSet", in, "DeploymentMode", "ImportExistingResources", "NotificationARNs", "ResourceTypes",
		"ResourcesToImport", "RollbackConfiguration"); err != nil {
		return nil, err
	}
	name := aws.ToString(in.ChangeSetName)
	if !changeSetName.MatchString(name) {
		return nil, validation("1 validation error detected: Value '%s' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", name)
	}
	st, fresh, err := s.changeSetStack(in)
	if err != nil {
		return nil, err
	}
	role := s.roleOf(st, in.RoleARN)
	as, err := s.actor(ctx, caller, st, role)
	if err != nil {
		return nil, err
	}
	body, err := s.body(ctx, in.TemplateBody, in.TemplateURL, in.UsePreviousTemplate, st)
	if err != nil {
		return nil, err
	}
	p, err := s.settledLater(ctx, st, as, body, in.Parameters, st.parameters)
	if err != nil {
		return nil, err
	}
	if err := p.allowed(in.Capabilities); err != nil {
		return nil, err
	}
	set := &changeSet{
		name: name, id: s.env.ARN("cloudformation", "changeSet/"+name+"/"+api.NewID()),
		description: aws.ToString(in.Description), created: s.clock.Now(), plan: p,
		kind: in.ChangeSetType, tags: in.Tags, capabilities: in.Capabilities,
		roleARN: role, notifications: in.NotificationARNs, onFailure: in.OnStackFailure,
	}
	if set.kind == "" {
		set.kind = types.ChangeSetTypeUpdate
	}
	if err := s.attach(st, set, fresh); err != nil {
		return nil, err
	}
	if fresh {
		s.setStack(st, types.StackStatusReviewInProgress, userInitiated)
	}
	return &cloudformation.CreateChangeSetOutput{Id: aws.String(set.id), StackId: aws.String(st.id)}, nil
}

// changeSetStack is the stack that a change set is for: for one of type CREATE
// a new one, or one that still waits for its first change set to be executed.
func (s *Service) changeSetStack(in *cloudformation.CreateChangeSetInput) (st *stack, fresh bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := aws.ToString(in.StackName)
	found, exists := s.find(name)
	if in.ChangeSetType == types.ChangeSetTypeCreate {
		switch {
		case !exists && isARN(name):
			return nil, false, validation("Stack [%s] does not exist", name)
		case !exists:
			st, err = s.newStack(name, stackOrARNPattern)
			return st, true, err
		case found.status != types.StackStatusReviewInProgress:
			return nil, false, validation("Stack [%s] already exists and cannot be created again with the changeSet [%s].", name, aws.ToString(in.ChangeSetName))
		}
		return found, false, nil
	}
	if in.ChangeSetType != "" && in.ChangeSetType != types.ChangeSetTypeUpdate {
		return nil, false, validation("The local cloud does not support change sets of type %s.", in.ChangeSetType)
	}
	if !exists {
		return nil, false, validation("Stack [%s] does not exist", name)
	}
	if !found.updatable() {
		return nil, false, validation("Stack:%s is in %s state and can not be updated.", found.id, found.status)
	}
	return found, false, nil
}

// attach works out the changes and files the set under its stack.
func (s *Service) attach(st *stack, set *changeSet, fresh bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range st.changeSets {
		if other.name == set.name && !other.past() {
			return api.Errorf("AlreadyExistsException", "ChangeSet %s already exists", set.name)
		}
	}
	if err := set.plan.sameTypes(st); err != nil {
		return err
	}
	set.changes = set.plan.compare(st, set.tags)
	set.status, set.execution = types.ChangeSetStatusCreateComplete, types.ExecutionStatusAvailable
	if set.kind == types.ChangeSetTypeUpdate && set.plan.symbolic.equal(st.symbolic) && (set.tags == nil || sameTags(set.tags, st.tags)) {
		set.status, set.execution = types.ChangeSetStatusFailed, types.ExecutionStatusUnavailable
		set.reason = nothingChanged
	}
	if fresh {
		if _, taken := s.find(st.name); taken {
			return api.Errorf("AlreadyExistsException", "Stack [%s] already exists", st.name)
		}
		st.status = types.StackStatusReviewInProgress
		s.stacks = append(s.stacks, st)
	}
	st.changeSets = append(st.changeSets, set)
	return nil
}
