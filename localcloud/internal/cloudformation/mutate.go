package cloudformation

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

var stackName = regexp.MustCompile(`^[a-zA-Z][-a-zA-Z0-9]{0,127}$`)

// What the names of new stacks must look like, as CreateStack and as
// CreateChangeSet, which takes ARNs too, word it.
const (
	stackPattern      = "[a-zA-Z][-a-zA-Z0-9]*"
	stackOrARNPattern = stackPattern + "|arn:[-a-zA-Z0-9:/._+]*"
)

// newStack is a stack that does not exist yet.
func (s *Service) newStack(name, pattern string) (*stack, error) {
	if !stackName.MatchString(name) {
		return nil, validation("1 validation error detected: Value '%s' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: %s", name, pattern)
	}
	return &stack{
		name: name, id: s.env.ARN("cloudformation", "stack/"+name+"/"+api.NewID()),
		created: s.clock.Now(), resources: map[string]*made{},
	}, nil
}

func (s *Service) createStack(ctx context.Context, caller api.Caller, in *cloudformation.CreateStackInput) (*cloudformation.CreateStackOutput, error) {
	err := refuse("CreateStack", in, "NotificationARNs", "ResourceTypes", "RetainExceptOnCreate", "RollbackConfiguration", "StackPolicyBody", "StackPolicyURL", "TimeoutInMinutes")
	if err != nil {
		return nil, err
	}
	onFailure, err := choiceOf(in.OnFailure, in.DisableRollback)
	if err != nil {
		return nil, err
	}
	st, err := s.newStack(aws.ToString(in.StackName), stackPattern)
	if err != nil {
		return nil, err
	}
	s.takeOver(st)
	as, err := s.actor(ctx, caller, st, in.RoleARN)
	if err != nil {
		return nil, err
	}
	body, err := s.body(ctx, in.TemplateBody, in.TemplateURL, nil, nil)
	if err != nil {
		return nil, err
	}
	st.capabilities, st.roleARN = in.Capabilities, in.RoleARN
	st.notifications, st.clientToken = in.NotificationARNs, in.ClientRequestToken
	st.disableRollback, st.protected = onFailure == doNothing, aws.ToBool(in.EnableTerminationProtection)
	p, err := s.settled(ctx, st, as, body, in.Parameters, nil)
	if err != nil {
		return nil, err
	}
	if err := p.allowed(in.Capabilities); err != nil {
		return nil, err
	}
	p.tags = in.Tags
	if err := s.add(st); err != nil {
		return nil, err
	}
	s.startCreate(st, as, p, onFailure)
	return &cloudformation.CreateStackOutput{StackId: aws.String(st.id)}, nil
}

// takeOver makes a new stack the one of its name that waits for a change set to
// be executed, if there is one.
func (s *Service) takeOver(st *stack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if waiting, found := s.find(st.name); found && waiting.status == types.StackStatusReviewInProgress {
		st.id, st.created, st.events, st.changeSets = waiting.id, waiting.created, waiting.events, waiting.changeSets
	}
}

// add makes the stack known, unless its name is taken.
func (s *Service) add(st *stack) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if present, taken := s.find(st.name); taken {
		if present.status != types.StackStatusReviewInProgress || present.id != st.id {
			return api.Errorf("AlreadyExistsException", "Stack [%s] already exists", st.name)
		}
		st.outdate()
		s.stacks = slices.DeleteFunc(s.stacks, func(other *stack) bool { return other == present })
	}
	st.status = types.StackStatusCreateInProgress
	s.stacks = append(s.stacks, st)
	return nil
}

func (s *Service) startCreate(st *stack, as api.Caller, p *plan, onFailure failureChoice) {
	s.mu.Lock()
	st.adopt(p)
	s.mu.Unlock()
	s.setStack(st, types.StackStatusCreateInProgress, userInitiated)
	s.begin(st, as, p, func(op *operation) { op.runCreate(onFailure) })
}

func choiceOf(onFailure types.OnFailure, disable *bool) (failureChoice, error) {
	if onFailure != "" && disable != nil {
		return 0, validation("You can specify only one of DisableRollback and OnFailure.")
	}
	switch {
	case aws.ToBool(disable), onFailure == types.OnFailureDoNothing:
		return doNothing, nil
	case onFailure == types.OnFailureDelete:
		return deleteStack, nil
	}
	return rollBack, nil
}

func (s *Service) updateStack(ctx context.Context, caller api.Caller, in *cloudformation.UpdateStackInput) (*cloudformation.UpdateStackOutput, error) {
	err := refuse("UpdateStack", in, "NotificationARNs", "ResourceTypes", "RetainExceptOnCreate", "RollbackConfiguration", "StackPolicyBody",
		"StackPolicyDuringUpdateBody", "StackPolicyDuringUpdateURL", "StackPolicyURL")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	st, err := s.need(aws.ToString(in.StackName))
	s.mu.Unlock()
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
	p, err := s.settled(ctx, st, as, body, in.Parameters, st.parameters)
	if err != nil {
		return nil, err
	}
	if err := p.allowed(in.Capabilities); err != nil {
		return nil, err
	}
	err = s.claim(st, types.StackStatusUpdateInProgress, func() error {
		if !st.updatable() {
			return validation("Stack:%s is in %s state and can not be updated.", st.id, st.status)
		}
		if err := p.sameTypes(st); err != nil {
			return err
		}
		p.tags = st.tags
		if in.Tags != nil {
			p.tags = in.Tags
		}
		if p.symbolic.equal(st.symbolic) && sameTags(p.tags, st.tags) {
			return validation("No updates are to be performed.")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	st.capabilities, st.roleARN, st.clientToken = in.Capabilities, role, in.ClientRequestToken
	s.mu.Unlock()
	s.startUpdate(st, as, p, aws.ToBool(in.DisableRollback))
	return &cloudformation.UpdateStackOutput{StackId: aws.String(st.id)}, nil
}

// claim gives the stack a status under the lock if nothing speaks against it,
// so that of two operations only one begins.
func (s *Service) claim(st *stack, status types.StackStatus, check func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := check(); err != nil {
		return err
	}
	st.status = status
	return nil
}

func (s *Service) startUpdate(st *stack, as api.Caller, p *plan, disableRollback bool) {
	s.mu.Lock()
	st.updated = aws.Time(s.clock.Now())
	s.mu.Unlock()
	s.setStack(st, types.StackStatusUpdateInProgress, userInitiated)
	s.begin(st, as, p, func(op *operation) { op.runUpdate(disableRollback) })
}

// sameTypes refuses to turn a resource into one of another type.
func (p *plan) sameTypes(st *stack) error {
	var differ []string
	for name, declared := range p.active {
		if m, present := st.resources[name]; present && m.kind != declared.Type {
			differ = append(differ, name)
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return validation("Update of resource type is not permitted. The new template modifies resource type of the following resources: [%s]", strings.Join(differ, ", "))
}

func sameTags(left, right []types.Tag) bool {
	if len(left) != len(right) {
		return false
	}
	byKey := map[string]string{}
	for _, tag := range left {
		byKey[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	for _, tag := range right {
		if value, present := byKey[aws.ToString(tag.Key)]; !present || value != aws.ToString(tag.Value) {
			return false
		}
	}
	return true
}
