// Package support writes docs/support.md: what the local cloud supports of each
// API, refuses, or leaves unread. It asks the composed cloud for its operations,
// the AWS SDK for the operations there are, and the type checker for the members
// that the services' code reads and answers, so that the page cannot say more
// than the code does.
package support
