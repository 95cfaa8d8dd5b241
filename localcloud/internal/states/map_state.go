package states

import (
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/ordered"
)

// mapPlan is what a Map state has worked out before its first iteration.
type mapPlan struct {
	inputs      []any
	items       []any
	concurrency int
	// tolerated is how many iterations may fail.
	tolerated int
}

func (v *visit) mapItems() (*outcome, error) {
	e := v.evaluator()
	defer e.close()
	plan, err := v.planMap(e)
	if err != nil {
		return nil, v.unplanned(err)
	}
	e.rest()
	if err := v.record(types.HistoryEvent{Type: types.HistoryEventTypeMapStateStarted, MapStateStartedEventDetails: &types.MapStateStartedEventDetails{
		Length: int32(len(plan.inputs)),
	}}); err != nil {
		return nil, err
	}
	g := &group{
		parent: v, limit: plan.concurrency, resumes: v.take(len(plan.inputs)),
		enough: func(failed int) bool { return failed > plan.tolerated },
	}
	g.open = func(i int, b *branch) error { return v.openIteration(plan, i, b) }
	g.start = func(i int, b *branch) error { return v.iterate(g, plan, i, b) }
	err = g.run(len(plan.inputs))
	v.adopt(g)
	if f, ok := err.(*failure); ok {
		if f.name == errRuntime {
			return nil, f // ends the execution on the spot
		}
		if plan.tolerated > 0 {
			f = failf(errTolerance, "The specified tolerated failure threshold was exceeded")
		}
		v.broken = true
		return nil, v.cutShort(g, f)
	}
	if err != nil {
		return nil, err
	}
	if err := v.aside(types.HistoryEvent{Type: types.HistoryEventTypeMapStateSucceeded}); err != nil {
		return nil, err
	}
	outputs := []any{}
	for _, was := range g.resumes {
		if was != nil && was.done {
			outputs = append(outputs, was.output)
		}
	}
	return v.complete(e, outputs, true)
}

// unplanned is the failure of a Map state that comes to no iteration.
func (v *visit) unplanned(err error) error {
	v.broken = v.state.JSONata
	return v.query(err)
}

func (v *visit) iteration(i int) *types.MapIterationEventDetails {
	return &types.MapIterationEventDetails{Name: aws.String(v.state.Name), Index: int32(i)}
}

// openIteration records that an iteration starts.
func (v *visit) openIteration(plan *mapPlan, i int, b *branch) error {
	b.item = &mapItem{index: i, value: plan.items[i]}
	return b.record(types.HistoryEvent{Type: types.HistoryEventTypeMapIterationStarted, MapIterationStartedEventDetails: v.iteration(i)})
}

// iterate runs one iteration and records its end.
func (v *visit) iterate(g *group, plan *mapPlan, i int, b *branch) error {
	output, err := b.container(v.state.Processor, plan.inputs[i])
	if f, ok := err.(*failure); ok && f.name == errRuntime {
		return f
	} else if ok {
		if err := b.aside(types.HistoryEvent{Type: types.HistoryEventTypeMapIterationFailed, MapIterationFailedEventDetails: v.iteration(i)}); err != nil {
			return err
		}
		return f
	}
	if err != nil {
		return err
	}
	g.keep(i, output)
	return b.aside(types.HistoryEvent{Type: types.HistoryEventTypeMapIterationSucceeded, MapIterationSucceededEventDetails: v.iteration(i)})
}

func (v *visit) planMap(e evaluator) (*mapPlan, error) {
	input, err := e.arguments()
	if err != nil {
		return nil, err
	}
	plan := &mapPlan{}
	if plan.items, err = e.items(); err != nil {
		return nil, err
	}
	if plan.concurrency, err = v.mapNumber(e, "MaxConcurrency"); err != nil {
		return nil, err
	}
	if plan.tolerated, err = v.mapNumber(e, "ToleratedFailureCount"); err != nil {
		return nil, err
	}
	percentage, err := v.mapNumber(e, "ToleratedFailurePercentage")
	if err != nil {
		return nil, err
	}
	plan.tolerated = max(plan.tolerated, int(math.Floor(float64(len(plan.items)*percentage)/100)))
	plan.inputs = make([]any, len(plan.items))
	for i, value := range plan.items {
		if plan.inputs[i], err = e.itemInput(input, &mapItem{index: i, value: value}); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

func (v *visit) mapNumber(e evaluator, field string) (int, error) {
	value, ok, err := e.field(field)
	if err != nil || !ok {
		return 0, err
	}
	number, ok := ordered.Number(value)
	if !ok {
		return 0, e.mistyped(field, value, "number")
	}
	if number < 0 {
		return 0, e.negative(field, int64(number))
	}
	return int(number), nil
}
