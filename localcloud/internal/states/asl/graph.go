package asl

// transitions checks that every target exists, that every state can be reached
// and that the container has an end.
func (p *parser) transitions(c *Container) {
	reached := map[string]bool{}
	if _, ok := c.States[c.StartAt]; !ok {
		p.report(MissingTarget, c.path+"/StartAt", "Missing 'Next' target: %s", c.StartAt)
	} else {
		c.walk(c.StartAt, reached)
	}
	ends := false
	for _, name := range c.Names {
		s := c.States[name]
		for _, target := range s.targets() {
			if _, ok := c.States[target.name]; !ok && target.name != "" {
				p.report(MissingTarget, s.path+target.field, "Missing 'Next' target: %s", target.name)
			}
		}
		if s.End || s.Type == Succeed || s.Type == Fail {
			ends = true
		}
	}
	// Without an end AWS does not look for what cannot be reached.
	if !ends {
		p.report(MissingEnd, "", "Workflow has no terminal state")
		return
	}
	for _, name := range c.Names {
		if !reached[name] {
			p.report(MissingTarget, c.States[name].path, "State \"%s\" is not reachable.", name)
		}
	}
}

type target struct{ name, field string }

// targets are the states a state may go to, each with the field that says so.
func (s *State) targets() []target {
	list := []target{{s.Next, "/Next"}, {s.Default, "/Default"}}
	for i, rule := range s.Choices {
		list = append(list, target{rule.Next, index("/Choices", i) + "/Next"})
	}
	for i, catcher := range s.Catch {
		list = append(list, target{catcher.Next, index("/Catch", i) + "/Next"})
	}
	return list
}

func (c *Container) walk(name string, reached map[string]bool) {
	pending := []string{name}
	for len(pending) > 0 {
		name, pending = pending[len(pending)-1], pending[:len(pending)-1]
		s, ok := c.States[name]
		if !ok || reached[name] {
			continue
		}
		reached[name] = true
		for _, target := range s.targets() {
			pending = append(pending, target.name)
		}
	}
}
