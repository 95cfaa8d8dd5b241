package states

func (v *visit) choice() (*outcome, error) {
	e := v.evaluator()
	defer e.close()
	input, err := e.arguments()
	if err != nil {
		return nil, v.query(err)
	}
	rule, err := e.choose()
	if err != nil {
		return nil, v.query(err)
	}
	next := v.state.Default
	if rule >= 0 {
		next = v.state.Choices[rule].Next
	}
	if next == "" {
		return nil, v.during(failf(errNoChoice, "Failed to transition out of the state. The state does not point to a next state."))
	}
	output, assigned, err := e.chosen(input, rule)
	if err != nil {
		return nil, v.query(err)
	}
	return &outcome{output: output, assigned: assigned, next: next}, nil
}
