package cloudformation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/cloudformation/resource"
	"weir/localcloud/internal/cloudformation/template"
)

// operation is one creation, update or deletion of a stack under way. Its
// goroutine alone changes the stack's resources.
type operation struct {
	s    *Service
	st   *stack
	plan *plan // nil for a deletion
	hold *clock.Hold
	as   api.Caller // who makes the resources
	ctx  context.Context

	changes []change
	// discard holds what is to be deleted once the stack stands.
	discard []*made
}

// change is what the operation did to one resource.
type change struct {
	former *made // nil for one that it created
	now    *made
	// replaced says that former still exists beside now.
	replaced bool
}

// begin runs an operation in a goroutine of its own, holding the clock.
func (s *Service) begin(st *stack, as api.Caller, p *plan, run func(*operation)) {
	op := &operation{s: s, st: st, as: as, plan: p, hold: s.clock.Hold(), ctx: s.work}
	if p != nil {
		p.scope.Resource = st.known
	}
	s.running.Go(func() {
		defer op.hold.Release()
		run(op)
	})
}

// request prepares a call to a resource's kind.
func (s *Service) request(st *stack, as api.Caller, hold *clock.Hold) *resource.Request {
	return &resource.Request{
		Env: s.env, Bus: s.bus, Clock: s.clock, Responses: s.responses, Hold: hold, Objects: s.objects,
		Caller: as, StackID: st.id, StackName: st.name,
	}
}

func (op *operation) request(m *made) *resource.Request {
	request := op.s.request(op.st, op.as, op.hold)
	request.LogicalID, request.Type = m.logicalID, m.kind
	request.Physical, request.Properties, request.Attributes = m.physical, m.properties, m.attributes
	return request
}

// wanted is the resource as the plan has it, properties evaluated.
func (op *operation) wanted(name string) (*made, error) {
	declared := op.plan.active[name]
	evaluated, err := op.plan.scope.Evaluate(asAny(declared.Properties))
	m := &made{
		logicalID: name, kind: declared.Type, metadata: declared.Metadata,
		dependsOn:      op.plan.graph[name],
		deletionPolicy: declared.DeletionPolicy, replacePolicy: declared.UpdateReplacePolicy,
	}
	if err == nil {
		evaluated, err = op.resolve(evaluated)
	}
	if err != nil {
		return m, err
	}
	m.properties, _ = evaluated.(map[string]any)
	kind, _ := resource.Find(m.kind)
	withStackTags(kind, m.properties, op.plan.tags)
	return m, kind.Complete(m.properties)
}

// create makes a new resource and puts it into the stack.
func (op *operation) create(m *made, reason string) error {
	op.put(m)
	op.s.setResource(op.st, m, types.ResourceStatusCreateInProgress, reason)
	kind, _ := resource.Find(m.kind)
	result, err := kind.Create(op.ctx, op.request(m))
	op.settle(m, result)
	if err != nil {
		op.s.setResource(op.st, m, types.ResourceStatusCreateFailed, reasonOf(err))
		return err
	}
	op.s.setResource(op.st, m, types.ResourceStatusCreateInProgress, "Resource creation Initiated")
	op.s.setResource(op.st, m, types.ResourceStatusCreateComplete, "")
	return nil
}

// remove deletes a resource unless its policy keeps it. It answers the error
// for the caller to weigh; the event is recorded.
func (op *operation) remove(m *made, keep bool) error {
	if keep {
		op.s.setResource(op.st, m, types.ResourceStatusDeleteSkipped, "")
		return nil
	}
	op.s.setResource(op.st, m, types.ResourceStatusDeleteInProgress, "")
	if m.physical != "" {
		kind, _ := resource.Find(m.kind)
		if err := kind.Delete(op.ctx, op.request(m)); err != nil {
			op.s.setResource(op.st, m, types.ResourceStatusDeleteFailed, reasonOf(err))
			return err
		}
	}
	op.s.setResource(op.st, m, types.ResourceStatusDeleteComplete, "")
	return nil
}

func (op *operation) put(m *made) {
	op.s.mu.Lock()
	defer op.s.mu.Unlock()
	op.st.resources[m.logicalID] = m
}

func (op *operation) drop(m *made) {
	op.s.mu.Lock()
	defer op.s.mu.Unlock()
	if op.st.resources[m.logicalID] == m {
		delete(op.st.resources, m.logicalID)
	}
}

func (op *operation) settle(m *made, result resource.Result) {
	op.s.mu.Lock()
	defer op.s.mu.Unlock()
	if result.Physical == "" {
		return
	}
	m.physical, m.ref, m.attributes = result.Physical, result.Ref, result.Attributes
	if m.ref == "" {
		m.ref = m.physical
	}
}

// unname takes a resource's physical id from it.
func (op *operation) unname(m *made) {
	op.s.mu.Lock()
	defer op.s.mu.Unlock()
	m.physical = ""
}

// reasonOf words an error as a resource's status reason.
func reasonOf(err error) string {
	for _, known := range []string{"Received response status", "CloudFormation did not receive", "Template error", "Property validation failure"} {
		if strings.HasPrefix(err.Error(), known) {
			return err.Error()
		}
	}
	awsErr := api.AsError(err)
	return fmt.Sprintf("Resource handler returned message: %q (Status Code: %d, Error Code: %s)",
		awsErr.Message, awsErr.HTTPStatus(), awsErr.Code)
}

// backwards orders resources so that each comes before what it depends on.
func backwards(resources map[string]*made) []*made {
	graph := map[string][]string{}
	for name, m := range resources {
		for _, dependency := range m.dependsOn {
			if _, present := resources[dependency]; present {
				graph[name] = append(graph[name], dependency)
			}
		}
		if graph[name] == nil {
			graph[name] = []string{}
		}
	}
	order, err := template.Order(graph)
	if err != nil {
		panic(err) // resources that were made in order have one
	}
	list := make([]*made, 0, len(order))
	for _, name := range slices.Backward(order) {
		list = append(list, resources[name])
	}
	return list
}
