// Package release is the domain of Weir: what a release is, what it may do
// next, and what an alias write may look like. It is pure: values in, values
// out. It knows no AWS SDK, no clock and no network; the handlers in functions/
// load, ask this package to decide, and apply.
//
// A reader starts with Request (what is asked), Plan (what will be done), Next
// (what follows an observation) and Transition (which alias write, if
// any, brings an alias from one step to the next).
package release
