// Package states is Step Functions: Standard workflows in JSONata and JSONPath,
// with their history, retries, catches, timeouts, callbacks and redrives.
//
// An execution is a goroutine that holds the clock while it works and lets go
// of it only while it waits for time, for a callback or for other executions,
// so that a thousand waiting executions cost a thousand sleeping goroutines and
// nothing else. Calls to other services go through the bus as the machine's
// role, so that IAM decides about each.
package states
