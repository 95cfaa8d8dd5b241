// Package infra holds Weir's CDK constructs and the stack that uses them.
//
// A [VersionedFunction] publishes a version for each change of a function and
// keeps two aliases on it: staging, which follows each deploy, and prod, which
// the stack creates once and never moves. A [ReleasePipeline] moves prod, by
// the release workflow, on one or more functions.
//
// Props are plain Go values; the zero value of each field is a safe default.
// As everywhere in the CDK, a construct with wrong props panics; the panic's
// value is a [PropError] whose text is a sentence that names the field, what it
// was, and what would be right.
package infra
