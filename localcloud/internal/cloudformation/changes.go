package cloudformation

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/cloudformation/resource"
	"weir/localcloud/internal/cloudformation/template"
)

// comparison works out what a plan would do to a stack, by what the templates say.
type comparison struct {
	plan *plan
	st   *stack
	// retags says that the stack's own tags change.
	retags bool
	// found holds the resources that change, by name.
	found map[string]*types.ResourceChange
}

// compare lists what executing the plan would do, by the names of resources.
// The service's lock is held.
func (p *plan) compare(st *stack, tags []types.Tag) []types.Change {
	c := &comparison{
		plan: p, st: st, found: map[string]*types.ResourceChange{},
		retags: tags != nil && !sameTags(tags, st.tags),
	}
	for _, name := range p.order { // dependants last: their change follows from that of others
		if former, exists := st.resources[name]; exists {
			c.modify(name, former)
		} else {
			c.add(name)
		}
	}
	for name, m := range st.resources {
		if _, stays := p.active[name]; !stays {
			c.remove(m)
		}
	}
	var changes []types.Change
	for _, name := range slices.Sorted(maps.Keys(c.found)) {
		changes = append(changes, types.Change{Type: types.ChangeTypeResource, ResourceChange: c.found[name]})
	}
	return changes
}

func (c *comparison) add(name string) {
	c.found[name] = resourceChange(types.ChangeActionAdd, name, c.plan.active[name].Type, "")
}

func (c *comparison) remove(m *made) {
	change := resourceChange(types.ChangeActionRemove, m.logicalID, m.kind, m.physical)
	change.PolicyAction = types.PolicyActionDelete
	if keptOnDelete(m) {
		change.PolicyAction = types.PolicyActionRetain
	}
	c.found[m.logicalID] = change
}

// modify tells whether and how a resource would change: by what the template
// says, or because something it refers to may come out differently.
func (c *comparison) modify(name string, former *made) {
	declared := c.plan.active[name]
	kind, _ := resource.Find(declared.Type)
	change := resourceChange(types.ChangeActionModify, name, declared.Type, former.physical)
	change.Replacement = types.ReplacementFalse
	c.found[name] = change
	old, fresh := properties(c.st.symbolic, name), properties(c.plan.symbolic, name)
	for _, property := range slices.Sorted(maps.Keys(union(old, fresh))) {
		causes := c.causes(declared.Properties[property], old[property], fresh[property])
		recreation := recreationOf(kind, property)
		for _, cause := range causes {
			replace(change, recreation, cause.Evaluation)
			cause.Target = &types.ResourceTargetDefinition{
				Attribute: types.ResourceAttributeProperties, Name: aws.String(property), RequiresRecreation: recreation,
			}
			change.Details = append(change.Details, cause)
		}
	}
	if len(change.Details) > 0 {
		change.Scope = append(change.Scope, types.ResourceAttributeProperties)
	}
	if !template.Equal(metadata(c.st.symbolic, name), metadata(c.plan.symbolic, name)) {
		whole(change, types.ResourceAttributeMetadata)
	}
	if c.retags && slices.Contains(kind.Properties, "Tags") {
		whole(change, types.ResourceAttributeTags)
	}
	if len(change.Scope) == 0 {
		delete(c.found, name)
		return
	}
	if change.Replacement == types.ReplacementTrue {
		change.PolicyAction = types.PolicyActionReplaceAndDelete
		if declared.UpdateReplacePolicy == "Retain" {
			change.PolicyAction = types.PolicyActionReplaceAndRetain
		}
	}
}

// causes tells why a property would change, if it would. written is the property
// as the template has it, old and fresh what it evaluates to without resources.
func (c *comparison) causes(written, old, fresh any) []types.ResourceChangeDetail {
	direct := types.ResourceChangeDetail{ChangeSource: types.ChangeSourceDirectModification, Evaluation: types.EvaluationTypeStatic}
	var causes []types.ResourceChangeDetail
	if !template.Equal(old, fresh) {
		for _, name := range c.changedParameters(written) {
			causes = append(causes, types.ResourceChangeDetail{
				ChangeSource: types.ChangeSourceParameterReference, CausingEntity: aws.String(name), Evaluation: types.EvaluationTypeStatic,
			})
		}
		if len(causes) > 0 {
			direct.Evaluation = types.EvaluationTypeDynamic
		}
		return append(causes, direct)
	}
	for _, mention := range template.Mentions(fresh) {
		if cause, follows := c.follows(mention); follows {
			causes = append(causes, cause)
		}
	}
	return causes
}

// changedParameters lists the parameters that an expression refers to and that
// are given another value than the stack's. One from Parameter Store is given a
// name, so that another value of that name is no change of the parameter.
func (c *comparison) changedParameters(written any) []string {
	before, now := values(c.st.parameters), values(c.plan.parameters)
	var changed []string
	for _, name := range template.References(written) {
		if parameter, is := now[name]; is && aws.ToString(parameter.ParameterValue) != aws.ToString(before[name].ParameterValue) {
			changed = append(changed, name)
		}
	}
	return changed
}

// follows tells whether a reference to a resource may yield something else. What
// Ref yields stays unless the resource is replaced.
func (c *comparison) follows(mention template.Mention) (types.ResourceChangeDetail, bool) {
	change, changes := c.found[mention.LogicalID]
	replaced := changes && change.Replacement != types.ReplacementFalse
	if !changes || !replaced && mention.Attribute == "" {
		return types.ResourceChangeDetail{}, false
	}
	cause := types.ResourceChangeDetail{
		ChangeSource: types.ChangeSourceResourceReference, CausingEntity: aws.String(mention.LogicalID), Evaluation: types.EvaluationTypeDynamic,
	}
	if mention.Attribute != "" {
		cause.ChangeSource, cause.CausingEntity = types.ChangeSourceResourceAttribute, aws.String(mention.LogicalID+"."+mention.Attribute)
	}
	if change.Replacement == types.ReplacementTrue {
		cause.Evaluation = types.EvaluationTypeStatic
	}
	return cause, true
}

func recreationOf(kind resource.Kind, property string) types.RequiresRecreation {
	if kind.Update == nil || slices.Contains(kind.Immutable, property) {
		return types.RequiresRecreationAlways
	}
	return types.RequiresRecreationNever
}

// replace notes on a change that one of its details replaces the resource, or
// may do so.
func replace(change *types.ResourceChange, recreation types.RequiresRecreation, evaluation types.EvaluationType) {
	switch {
	case recreation != types.RequiresRecreationAlways:
	case evaluation == types.EvaluationTypeStatic:
		change.Replacement = types.ReplacementTrue
	case change.Replacement == types.ReplacementFalse:
		change.Replacement = types.ReplacementConditional
	}
}

// whole adds a change of an attribute that is not told apart further.
func whole(change *types.ResourceChange, attribute types.ResourceAttribute) {
	change.Scope = append(change.Scope, attribute)
	change.Details = append(change.Details, types.ResourceChangeDetail{
		ChangeSource: types.ChangeSourceDirectModification, Evaluation: types.EvaluationTypeStatic,
		Target: &types.ResourceTargetDefinition{Attribute: attribute, RequiresRecreation: types.RequiresRecreationNever},
	})
}

func resourceChange(action types.ChangeAction, logicalID, kind, physical string) *types.ResourceChange {
	return &types.ResourceChange{
		Action: action, LogicalResourceId: aws.String(logicalID), ResourceType: aws.String(kind),
		PhysicalResourceId: optional(physical), Scope: []types.ResourceAttribute{}, Details: []types.ResourceChangeDetail{},
	}
}

// properties are a resource's in a template whose parameters are known.
func properties(f fingerprint, name string) map[string]any {
	declared, _ := f.resources[name].(map[string]any)
	members, _ := declared["Properties"].(map[string]any)
	return members
}

func metadata(f fingerprint, name string) any {
	declared, _ := f.resources[name].(map[string]any)
	return declared["Metadata"]
}

func union(left, right map[string]any) map[string]any {
	both := maps.Clone(left)
	if both == nil {
		both = map[string]any{}
	}
	maps.Copy(both, right)
	return both
}
