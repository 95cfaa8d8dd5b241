package states

import "weir/local/states/asl"

// pathEvaluator reads fields in JSONPath.
type pathEvaluator struct{ *visit }

var errNoPath = failf(errRuntime, "JSONPath is not there yet")

func (e *pathEvaluator) close()                                        {}
func (e *pathEvaluator) rest()                                         {}
func (e *pathEvaluator) arguments() (any, error)                       { return nil, errNoPath }
func (e *pathEvaluator) field(string) (any, bool, error)               { return nil, false, errNoPath }
func (e *pathEvaluator) mistyped(string, any, string) *failure         { return errNoPath }
func (e *pathEvaluator) negative(string, int64) *failure               { return errNoPath }
func (e *pathEvaluator) choose() (int, error)                          { return 0, errNoPath }
func (e *pathEvaluator) items() ([]any, error)                         { return nil, errNoPath }
func (e *pathEvaluator) selected(any, *mapItem) (any, error)           { return nil, errNoPath }
func (e *pathEvaluator) finish(any, bool) (any, map[string]any, error) { return nil, nil, errNoPath }
func (e *pathEvaluator) chosen(any, int) (any, map[string]any, error)  { return nil, nil, errNoPath }
func (e *pathEvaluator) caught(*failure, asl.Catcher, int) (any, map[string]any, error) {
	return nil, nil, errNoPath
}
