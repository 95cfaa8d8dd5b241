package cloudformation

import (
	"context"
	"maps"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/local/api"
	"weir/local/cloudformation/resource"
	"weir/local/cloudformation/template"
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
	p, err := s.makePlan(ctx, st, as, body, in.Parameters, st.parameters)
	if err != nil {
		return nil, err
	}
	if err := p.allowed(in.Capabilities); err != nil {
		return nil, err
	}
	set := &changeSet{
		name: name, id: s.env.ARN("cloudformation", "changeSet/"+name+"/"+newID()),
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
		case !exists:
			st, err = s.newStack(name)
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
		if other.name == set.name {
			return api.Errorf("AlreadyExistsException", "ChangeSet %s already exists", set.name)
		}
	}
	if err := set.plan.sameTypes(st); err != nil {
		return err
	}
	set.changes = set.plan.compare(st)
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

// compare lists what executing the plan would do. The service's lock is held.
func (p *plan) compare(st *stack) []types.Change {
	var changes []types.Change
	touched := map[string]bool{}
	for _, name := range p.order {
		declared := p.active[name]
		former, exists := st.resources[name]
		if !exists {
			touched[name] = true
			changes = append(changes, resourceChange(types.ChangeActionAdd, name, declared.Type, ""))
			continue
		}
		before, _ := st.symbolic.resources[name].(map[string]any)
		after, _ := p.symbolic.resources[name].(map[string]any)
		change, changed := modification(former, declared.Type, before, after, touched)
		if changed {
			touched[name] = true
			changes = append(changes, change)
		}
	}
	for _, m := range backwards(st.resources) {
		if _, stays := p.active[m.logicalID]; !stays {
			changes = append(changes, resourceChange(types.ChangeActionRemove, m.logicalID, m.kind, m.physical))
		}
	}
	return changes
}

// modification tells whether and how a resource would change: by what the
// template says, or because something it refers to may come out differently.
func modification(former *made, kindName string, before, after map[string]any, touched map[string]bool) (types.Change, bool) {
	kind, _ := resource.Find(kindName)
	old, _ := before["Properties"].(map[string]any)
	fresh, _ := after["Properties"].(map[string]any)
	static := resource.Changed(old, fresh)
	dynamic := dependent(fresh, static, touched)
	metadata := !template.Equal(before["Metadata"], after["Metadata"])
	if len(static) == 0 && len(dynamic) == 0 && !metadata {
		return types.Change{}, false
	}
	change := resourceChange(types.ChangeActionModify, former.logicalID, kindName, former.physical)
	change.ResourceChange.Replacement = types.ReplacementFalse
	if len(static)+len(dynamic) > 0 {
		change.ResourceChange.Scope = append(change.ResourceChange.Scope, types.ResourceAttributeProperties)
	}
	if metadata {
		change.ResourceChange.Scope = append(change.ResourceChange.Scope, types.ResourceAttributeMetadata)
	}
	for _, name := range static {
		detail(change.ResourceChange, kind, name, types.EvaluationTypeStatic)
	}
	for _, name := range dynamic {
		detail(change.ResourceChange, kind, name, types.EvaluationTypeDynamic)
	}
	return change, true
}

// dependent lists the properties that refer to touched resources and are not
// among the changed ones.
func dependent(properties map[string]any, changed []string, touched map[string]bool) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if slices.Contains(changed, name) {
			continue
		}
		if slices.ContainsFunc(template.References(properties[name]), func(r string) bool { return touched[r] }) {
			names = append(names, name)
		}
	}
	return names
}

func detail(change *types.ResourceChange, kind resource.Kind, property string, evaluation types.EvaluationType) {
	recreation := types.RequiresRecreationNever
	if kind.Update == nil || slices.Contains(kind.Immutable, property) {
		recreation = types.RequiresRecreationAlways
		switch {
		case evaluation == types.EvaluationTypeStatic:
			change.Replacement = types.ReplacementTrue
		case change.Replacement == types.ReplacementFalse:
			change.Replacement = types.ReplacementConditional
		}
	}
	change.Details = append(change.Details, types.ResourceChangeDetail{
		Evaluation: evaluation, ChangeSource: types.ChangeSourceDirectModification,
		Target: &types.ResourceTargetDefinition{
			Attribute: types.ResourceAttributeProperties, Name: aws.String(property), RequiresRecreation: recreation,
		},
	})
}

func resourceChange(action types.ChangeAction, logicalID, kind, physical string) types.Change {
	return types.Change{Type: types.ChangeTypeResource, ResourceChange: &types.ResourceChange{
		Action: action, LogicalResourceId: aws.String(logicalID), ResourceType: aws.String(kind),
		PhysicalResourceId: optional(physical), Scope: []types.ResourceAttribute{}, Details: []types.ResourceChangeDetail{},
	}}
}
