// Package iam decides who may do what in the local cloud. It holds roles,
// their inline and managed policies and the sessions that assume them, answers
// the part of the IAM and STS APIs that CloudFormation and the CDK's command
// use, and is a gate of the bus: every call made in a role is evaluated against
// the role's policies and the policy of the resource, and denied in AWS's words.
// What was used is counted, so that grants nobody uses can be listed.
//
// Passing a role to a service is evaluated too, with iam:PassedToService; a call
// that CloudFormation makes for whoever asked it is one by that session.
//
// Evaluation follows the IAM user guide, "Policy evaluation logic": an explicit
// deny wins, then any allow, else the call is denied. Policies with anything
// that is not understood are refused when they are put, never guessed at.
package iam
