// Package wire is the HTTP front of the local cloud: one endpoint that speaks
// the AWS protocols to unmodified SDKs and tools. It finds the service and the
// operation of a request, decodes the input into the operation's struct, passes
// the call to the bus, and encodes the answer.
//
// Every protocol goes through the same two steps: bytes to a tree of plain
// values (maps, lists, strings, numbers, bytes, times), and tree to struct by
// the member names (fill.go), and back (tree.go).
package wire
