package cloudformation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudformation/resource"
	"weir/localcloud/internal/cloudformation/template"
)

// plan is a template made ready for one stack: everything that can be settled
// and refused before a resource is touched.
type plan struct {
	template   *template.Template
	body       string
	parameters []types.Parameter
	scope      template.Scope
	active     map[string]template.Resource
	graph      map[string][]string
	order      []string
	symbolic   fingerprint
	imports    []string
	// tags of the stack, which reach the resources that take tags.
	tags []types.Tag
}

// fingerprint is what a template says once its parameters are known and its
// resources are not. Two equal ones ask for the same stack.
type fingerprint struct {
	resources map[string]any
	outputs   map[string]any
}

// makePlan settles a template for a stack. former holds the parameters that
// UsePreviousValue refers to.
func (s *Service) makePlan(ctx context.Context, st *stack, as api.Caller, body string, given, former []types.Parameter) (*plan, error) {
	parsed, err := template.Parse([]byte(body))
	if err != nil {
		return nil, validation("%v", err)
	}
	if err := recognised(parsed); err != nil {
		return nil, err
	}
	p := &plan{template: parsed, body: body}
	if err := s.settleParameters(ctx, p, st, as, given, former); err != nil {
		return nil, err
	}
	return p, nil
}

// settled is makePlan for an operation that begins at once: what the template
// imports must be there.
func (s *Service) settled(ctx context.Context, st *stack, as api.Caller, body string, given, former []types.Parameter) (*plan, error) {
	p, err := s.makePlan(ctx, st, as, body, given, former)
	if err != nil {
		return nil, err
	}
	if err := p.settle(); err != nil {
		return nil, validation("%v", err)
	}
	return p, nil
}

// settledLater is makePlan for a change set, which takes an import that is not
// there; what needs it then fails when the set is executed.
func (s *Service) settledLater(ctx context.Context, st *stack, as api.Caller, body string, given, former []types.Parameter) (*plan, error) {
	p, err := s.makePlan(ctx, st, as, body, given, former)
	if err != nil {
		return nil, err
	}
	imported := p.scope.Import
	p.scope.Import = func(name string) (string, error) {
		if value, err := imported(name); err == nil {
			return value, nil
		}
		return "{{changeSet:KNOWN_AFTER_APPLY}}", nil
	}
	if err := p.settle(); err != nil {
		return nil, validation("%v", err)
	}
	p.scope.Import = imported
	return p, nil
}

func recognised(t *template.Template) error {
	var unknown []string
	for _, declared := range t.Resources {
		if _, known := resource.Find(declared.Type); !known && !slices.Contains(unknown, declared.Type) {
			unknown = append(unknown, declared.Type)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	return validation("the local cloud does not have the resource types [%s], which AWS may have; its support table lists those that it has", strings.Join(unknown, ", "))
}

// settle evaluates everything that does not need resources.
func (p *plan) settle() error {
	var err error
	p.scope.Mappings = p.template.Mappings
	if p.scope.Conditions, err = p.template.EvaluateConditions(&p.scope); err != nil {
		return err
	}
	if err := p.template.CheckRules(&p.scope); err != nil {
		return err
	}
	if p.active, err = p.template.Active(p.scope.Conditions); err != nil {
		return err
	}
	p.symbolic = fingerprint{resources: map[string]any{}, outputs: map[string]any{}}
	properties := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(p.active)) {
		declared, err := p.active[name].Settle(name, &p.scope)
		if err != nil {
			return err
		}
		p.active[name] = declared
		evaluated, err := p.scope.Evaluate(asAny(declared.Properties))
		if err != nil {
			return err
		}
		members, _ := evaluated.(map[string]any)
		kind, _ := resource.Find(declared.Type)
		if err := kind.Check(members); err != nil {
			return fmt.Errorf("Resource %s (%s): %w", name, declared.Type, err)
		}
		properties[name] = evaluated
		p.symbolic.resources[name] = map[string]any{
			"Type": declared.Type, "Properties": evaluated, "Metadata": asAny(declared.Metadata),
			"DeletionPolicy": declared.DeletionPolicy, "UpdateReplacePolicy": declared.UpdateReplacePolicy,
		}
	}
	if p.graph, err = template.Dependencies(p.active, properties); err != nil {
		return err
	}
	if p.order, err = template.Order(p.graph); err != nil {
		return err
	}
	return p.settleOutputs()
}

// attributesThere refuses Fn::GetAtt of what a resource will not have.
func (p *plan) attributesThere() error {
	asked := append(template.Attributes(asAny(p.symbolic.resources), "/Resources"), template.Attributes(asAny(p.symbolic.outputs), "/Outputs")...)
	for _, a := range asked {
		if !p.hasAttribute(a.Mention) {
			return fmt.Errorf("[Error] %s: Resource type %s does not support attribute {%s}.", a.Path, p.active[a.LogicalID].Type, a.Attribute)
		}
	}
	return nil
}

// hasAttribute takes any property that the template gives for an attribute too.
func (p *plan) hasAttribute(a template.Mention) bool {
	_, given := properties(p.symbolic, a.LogicalID)[a.Attribute]
	return given || resource.HasAttribute(p.active[a.LogicalID].Type, a.Attribute)
}

func (p *plan) settleOutputs() error {
	for name, output := range p.template.Outputs {
		if output.Condition != "" && !p.scope.Conditions[output.Condition] {
			continue
		}
		value, err := p.scope.Evaluate(output.Value)
		if err != nil {
			return err
		}
		export, err := p.scope.Evaluate(output.ExportName)
		if err != nil {
			return err
		}
		for _, reference := range append(template.References(value), template.References(export)...) {
			if _, known := p.active[reference]; !known {
				return fmt.Errorf("Unresolved resource dependencies [%s] in the Outputs block of the template", reference)
			}
		}
		p.symbolic.outputs[name] = map[string]any{"Value": value, "Export": export, "Description": output.Description}
	}
	return nil
}

func (f fingerprint) equal(other fingerprint) bool {
	return template.Equal(f.resources, other.resources) && template.Equal(f.outputs, other.outputs)
}

// asAny keeps a nil map from becoming a non-nil any.
func asAny(members map[string]any) any {
	if members == nil {
		return map[string]any{}
	}
	return members
}

// allowed refuses a template with IAM resources unless the caller
// acknowledged them.
func (p *plan) allowed(capabilities []types.Capability) error {
	need := capabilityFor(p.active)
	switch {
	case need == "", slices.Contains(capabilities, types.CapabilityCapabilityNamedIam):
		return nil
	case need == types.CapabilityCapabilityIam && slices.Contains(capabilities, types.CapabilityCapabilityIam):
		return nil
	}
	return api.Errorf("InsufficientCapabilitiesException", "Requires capabilities : [%s]", need)
}

// capabilityFor is what must be acknowledged for resources: none, IAM, or IAM
// with names of the template's choice.
func capabilityFor(resources map[string]template.Resource) types.Capability {
	need := types.Capability("")
	for _, declared := range resources {
		if !strings.HasPrefix(declared.Type, "AWS::IAM::") {
			continue
		}
		if declared.Properties["RoleName"] != nil || declared.Properties["ManagedPolicyName"] != nil {
			return types.CapabilityCapabilityNamedIam
		}
		need = types.CapabilityCapabilityIam
	}
	return need
}

func capabilitiesOf(t *template.Template) ([]types.Capability, *string) {
	need := capabilityFor(t.Resources)
	if need == "" {
		return nil, nil
	}
	return []types.Capability{need}, aws.String("The template declares IAM resources")
}

// values lists parameters by name.
func values(parameters []types.Parameter) map[string]types.Parameter {
	byName := make(map[string]types.Parameter, len(parameters))
	for _, parameter := range parameters {
		byName[aws.ToString(parameter.ParameterKey)] = parameter
	}
	return byName
}
