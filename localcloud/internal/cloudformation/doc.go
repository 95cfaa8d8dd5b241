// Package cloudformation is the local cloud's CloudFormation: it makes, changes
// and removes the resources of stacks by calling the other services, compares a
// new template with what the last one resolved to (never with live state), and
// puts the former state back when an operation fails.
package cloudformation
