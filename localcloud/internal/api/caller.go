package api

// Caller is who makes a request.
type Caller struct {
	// ARN of the principal as AWS prints it, for example
	// "arn:aws:sts::000000000000:assumed-role/ShiftRole/weir-shift".
	ARN string
	// RoleARN is the IAM role whose policies decide. Empty for the operator
	// (the person at the keyboard, allowed everything) and for services that
	// act on their own account.
	RoleARN string
	// Service is the service principal ("states.amazonaws.com",
	// "events.amazonaws.com", "cloudformation.amazonaws.com") when a service
	// makes the call; with a RoleARN it made the call in that role.
	Service string
	// Forwarded says that the service makes the call in the session of whoever
	// asked it to, so that no role has to trust the service.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
	Forwarded bool
	// SourceARN is the resource on whose behalf a service calls (a rule, a
	// topic), for resource policies.
	SourceARN string
}

// Operator is the person at the keyboard: allowed everything.
func Operator(env Env) Caller {
	return Caller{ARN: "arn:" + env.Partition + ":iam::" + env.Account + ":root"}
}

// ServiceCaller is a service that acts on its own account.
func ServiceCaller(principal, sourceARN string) Caller {
	return Caller{ARN: principal, Service: principal, SourceARN: sourceARN}
}

// Env is where the local cloud claims to be.
type Env struct {
	Partition string // "aws"
	Account   string // twelve digits
	Region    string // "us-east-1"
}

// ARN builds an ARN of this account and region.
func (e Env) ARN(service, resource string) string {
	return "arn:" + e.Partition + ":" + service + ":" + e.Region + ":" + e.Account + ":" + resource
}

// GlobalARN builds an ARN without a region, as IAM has them.
func (e Env) GlobalARN(service, resource string) string {
	return "arn:" + e.Partition + ":" + service + "::" + e.Account + ":" + resource
}
