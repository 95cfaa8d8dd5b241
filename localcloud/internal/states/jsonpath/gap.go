package jsonpath

import "fmt"

// GapError is a form of paths that AWS has and the local cloud does not.
type GapError struct{ message string }

func (e *GapError) Error() string { return e.message }

func gapf(format string, args ...any) error { return &GapError{fmt.Sprintf(format, args...)} }
