// Package jsonata evaluates JSONata 2.0.6 as Step Functions does: the reference
// engine itself (embedded, see LICENSE-jsonata) run by goja in a small pool of
// runtimes, with the functions that Step Functions adds ($partition, $range,
// $hash, $random, $uuid, $parse) and without $eval.
//
// Source of the additions:
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
package jsonata

// Error is a failed compilation or evaluation in the words of JSONata.
type Error struct {
	// Code is JSONata's own ("T2001"), empty where the failure has none, such
	// as an evaluation that ran too long.
	Code    string
	Message string
}

func (e *Error) Error() string {
	if e.Code == "" {
		return e.Message
	}
	return e.Code + ": " + e.Message
}
