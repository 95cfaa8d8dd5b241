package states

import (
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/states/asl"
)

func (v *visit) parallel() (*outcome, error) {
	e := v.evaluator()
	defer e.close()
	input, err := e.arguments()
	if err != nil {
		return nil, v.query(err)
	}
	e.rest()
	if err := v.record(types.HistoryEvent{Type: types.HistoryEventTypeParallelStateStarted}); err != nil {
		return nil, err
	}
	branches := v.state.Branches
	outputs := make([]any, len(branches))
	g := &group{parent: v, enough: func(int) bool { return true }, resumes: v.take(len(branches))}
	g.start = func(i int, b *branch) error {
		output, err := b.container(branches[i], input)
		if err == nil {
			outputs[i] = output
			g.keep(i, output)
		}
		return err
	}
	err = g.run(len(branches))
	v.adopt(g)
	if f, ok := err.(*failure); ok && f.name == errRuntime {
		return nil, f // ends the execution on the spot
	} else if ok {
		v.broken = true
		return nil, v.cutShort(g, f)
	}
	if err != nil {
		return nil, err
	}
	for i, was := range g.resumes {
		outputs[i] = was.output
	}
	if err := v.aside(types.HistoryEvent{Type: types.HistoryEventTypeParallelStateSucceeded}); err != nil {
		return nil, err
	}
	return v.complete(e, outputs, true)
}

// container runs a branch or iteration from its start, or from where a redrive
// resumes it.
func (b *branch) container(c *asl.Container, input any) (any, error) {
	start := c.StartAt
	if b.resume != nil {
		start, input, b.vars = b.resume.state, b.resume.input, b.resume.vars
	}
	return b.run(c, start, input)
}

// take is what a redrive knows of the children; a retry starts them all anew.
func (v *visit) take(count int) []*childResume {
	was := v.children
	v.children = nil
	if len(was) != count {
		return nil
	}
	return was
}

// adopt notes what became of the children and goes on after their last event.
func (v *visit) adopt(g *group) {
	v.children = g.resumes
	if g.last > 0 {
		v.branch.previous, v.branch.last = g.last, g.last
	}
}

func (g *group) keep(i int, output any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.resumes[i] = &childResume{done: true, output: output}
}
