// Package api is what the services of the local cloud have in common: how a
// service describes its operations, who may call them, and the bus on which
// services and the HTTP front call each other. Services never import one
// another; they call by service and operation name, as they would on AWS.
//
// Inputs and outputs are Go structs whose exported field names are the AWS
// member names. The types of aws-sdk-go-v2 fit as they are; small services may
// declare their own. The codecs of localcloud/internal/wire turn them into each protocol.
package api

import (
	"context"
	"fmt"
	"net/http"
)

// Protocol is how a service's requests and answers look on the wire.
type Protocol int

// The AWS protocols the local cloud speaks.
const (
	// JSON10 and JSON11 are POST with X-Amz-Target; JSON11 services spell
	// their media type application/x-amz-json-1.1.
	JSON10 Protocol = iota + 1
	JSON11
	// RESTJSON binds members to path, query, headers and a JSON body by the
	// operation's HTTPBinding.
	RESTJSON
	// Query is a form in and XML out.
	Query
	// Raw services answer HTTP themselves (Service.Handler).
	Raw
)

// Service is one AWS service of the local cloud.
type Service struct {
	// Name is the SigV4 signing name: "lambda", "states", "monitoring", "events", "sts"...
	// It is also the name by which others call it on the Bus.
	Name string
	// IAMPrefix starts the service's IAM actions; Name when empty
	// ("cloudwatch" for the service signed as "monitoring").
	IAMPrefix string
	// Protocols lists every protocol accepted; the first is the service's own.
	// Smithy RPC v2 CBOR is accepted in addition where CBOR is set.
	Protocols []Protocol
	CBOR      bool
	// TargetPrefix is the part of X-Amz-Target before the dot: "AWSStepFunctions".
	TargetPrefix string
	// XMLNamespace and Version belong to the Query protocol.
	XMLNamespace string
	Version      string
	// LowerCamel says that members start with a lower-case letter on the wire
	// (Step Functions, ECR, Logs) although Go fields do not.
	LowerCamel bool
	// Operations by name.
	Operations map[string]Operation
	// Handler serves a Raw service.
	Handler http.Handler
}

// Operation is one API action, described so that the bus can authorise it and
// the wire can decode it.
type Operation struct {
	Name string
	// New returns a pointer to a new input struct.
	New func() any
	// Do runs the operation. The input is what New returned; the output is a
	// pointer to a struct, or nil where AWS answers with an empty body.
	Do func(ctx context.Context, caller Caller, in any) (any, error)
	// Actions lists what IAM must allow, evaluated before Do. Nil means the
	// action IAMPrefix:Name on every resource ("*").
	Actions func(in any) []Permission
	// Passes lists the roles that an input hands to a service, for which IAM must
	// also allow iam:PassRole.
	Passes func(in any) []Permission
	// Policy is the policy of the resource that an input is about, by which a
	// service may call on its own account; empty when it has none. Nil lets
	// every service call.
	Policy func(in any) string
	// NoAuth skips IAM (for example sts:GetCallerIdentity needs no permission).
	NoAuth bool
	// Refuses names members of the input that the operation does not support:
	// a call that sets one is refused by the member's name before Do.
	Refuses []string
	// HTTP is set for RESTJSON services.
	HTTP *HTTPBinding
}

// Permission is one IAM action on one resource ARN.
type Permission struct {
	Action   string // "lambda:UpdateAlias"
	Resource string // ARN, or "*" where the action has no resource type
	// Shown is how a denial names the resource, where that is not its ARN.
	Shown string
	// Context holds IAM condition keys and their values.
	Context map[string][]string
}

// HTTPBinding binds an operation's members to HTTP, for REST JSON services.
type HTTPBinding struct {
	Method string
	// Path with members in braces: "/2015-03-31/functions/{FunctionName}/aliases/{Name}".
	// A member matches one path segment, URL-decoded.
	Path string
	// Query and Headers map a query parameter or request header to its member.
	Query   map[string]string
	Headers map[string]string
	// Payload names the []byte member that is the raw request body; all other
	// unbound members come from the JSON body when it is empty.
	Payload string
	// Status of a good answer; 200 when zero. StatusMember names an int32
	// output member that overrides it (Invoke's StatusCode).
	Status       int
	StatusMember string
	// OutHeaders maps an output member to its response header; OutPayload
	// names the []byte member that is the raw response body.
	OutHeaders map[string]string
	OutPayload string
}

// Option adjusts an operation made by Op.
type Option func(*Operation)

// Op describes an operation from a typed function.
func Op[I, O any](name string, do func(context.Context, Caller, *I) (*O, error), options ...Option) Operation {
	op := Operation{
		Name: name,
		New:  func() any { return new(I) },
		Do: func(ctx context.Context, caller Caller, in any) (any, error) {
			typed, ok := in.(*I)
			if !ok {
				return nil, fmt.Errorf("%s: input is %T, want %T", name, in, typed)
			}
			out, err := do(ctx, caller, typed)
			if err != nil {
				return nil, err
			}
			if out == nil {
				return nil, nil
			}
			return out, nil
		},
	}
	for _, option := range options {
		option(&op)
	}
	return op
}

// On makes the operation need one IAM action, spelt in full
// ("lambda:UpdateAlias"), on the resource that resource finds in the input.
func On[I any](action string, resource func(*I) string) Option {
	return Needs(func(in *I) []Permission {
		return []Permission{{Action: action, Resource: resource(in)}}
	})
}

// Needs makes the operation need the IAM permissions found in the input.
func Needs[I any](permissions func(*I) []Permission) Option {
	return func(op *Operation) {
		op.Actions = func(in any) []Permission { return permissions(in.(*I)) }
	}
}

// PassesRole makes the operation also need iam:PassRole on the roles that an
// input hands to a service ("lambda.amazonaws.com").
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
func PassesRole[I any](service string, roles func(*I) []*string) Option {
	return func(op *Operation) {
		op.Passes = func(in any) []Permission {
			var needed []Permission
			for _, role := range roles(in.(*I)) {
				if role != nil && *role != "" {
					needed = append(needed, Permission{Action: "iam:PassRole", Resource: *role,
						Context: map[string][]string{"iam:PassedToService": {service}}})
				}
			}
			return needed
		}
	}
}

// PolicyOf makes services that call on their own account need a resource's
// policy.
func PolicyOf[I any](policy func(*I) string) Option {
	return func(op *Operation) {
		op.Policy = func(in any) string { return policy(in.(*I)) }
	}
}

// WithHTTP gives a REST JSON operation its binding.
func WithHTTP(binding HTTPBinding) Option {
	return func(op *Operation) { op.HTTP = &binding }
}

// WithoutAuth exempts the operation from IAM.
func WithoutAuth(op *Operation) { op.NoAuth = true }

// Table keys operations by name.
func Table(operations ...Operation) map[string]Operation {
	table := make(map[string]Operation, len(operations))
	for _, op := range operations {
		table[op.Name] = op
	}
	return table
}
