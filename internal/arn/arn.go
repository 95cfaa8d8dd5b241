// Package arn reads and writes Amazon Resource Names. It is the only place that
// takes one apart.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
package arn

import (
	"fmt"
	"strings"
)

// ARN is arn:Partition:Service:Region:Account:Resource.
type ARN struct {
	Partition, Service, Region, Account string
	Resource                            string // may hold colons
}

// Parse reads an ARN. It fails for a text that is none.
func Parse(text string) (ARN, error) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[2] == "" || parts[5] == "" {
		return ARN{}, fmt.Errorf("%q is not an ARN", text)
	}
	return ARN{Partition: parts[1], Service: parts[2], Region: parts[3], Account: parts[4], Resource: parts[5]}, nil
}

// String writes the ARN.
func (a ARN) String() string {
	return strings.Join([]string{"arn", a.Partition, a.Service, a.Region, a.Account, a.Resource}, ":")
}

// Of returns the ARN of a resource of a service in the same partition, region and
// account.
func (a ARN) Of(service, resource string) ARN {
	a.Service, a.Resource = service, resource
	return a
}

// Execution is an execution of a Standard state machine.
type Execution struct {
	ARN           ARN
	Machine, Name string
}

// ParseExecution reads the ARN of an execution of a Standard state machine,
// arn:PARTITION:states:REGION:ACCOUNT:execution:MACHINE:NAME.
func ParseExecution(text string) (Execution, error) {
	parsed, err := Parse(text)
	parts := strings.Split(parsed.Resource, ":")
	if err != nil || parsed.Service != "states" || len(parts) != 3 || parts[0] != "execution" || parts[1] == "" || parts[2] == "" {
		return Execution{}, fmt.Errorf("%q is not the ARN of a Standard execution", text)
	}
	return Execution{ARN: parsed, Machine: parts[1], Name: parts[2]}, nil
}

// ParseMachine reads the ARN of a state machine and returns its name too. A version
// or an alias of the machine, which may follow the name, is left out of the name.
func ParseMachine(text string) (parsed ARN, name string, err error) {
	parsed, err = Parse(text)
	parts := strings.Split(parsed.Resource, ":")
	if err != nil || parsed.Service != "states" || len(parts) < 2 || parts[0] != "stateMachine" || parts[1] == "" {
		return ARN{}, "", fmt.Errorf("%q is not the ARN of a state machine", text)
	}
	return parsed, parts[1], nil
}
