package states

import (
	"context"
	"fmt"
	"strings"

	"weir/localcloud/internal/api"
)

// How a task waits for its work.
const (
	modeRequest = ""
	modeToken   = "waitForTaskToken"
	modeSync    = "sync"
	modeSync2   = "sync:2"
)

// resource is a Task's Resource. For arn:aws:states:::lambda:invoke.waitForTaskToken
// the kind is "lambda", the action as in histories "invoke.waitForTaskToken" and
// the verb "invoke". The ARN of a function has no kind.
type resource struct {
	arn, kind, action, verb, mode string
}

// An integration of another partition is taken when the machine is created, and
// fails its executions where nothing can catch it; the text is from a report of a
// live account.
// https://github.com/aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws/pull/478
func parseResource(partition, arn string) (resource, error) {
	was, rest, ok := strings.Cut(strings.TrimPrefix(arn, "arn:"), ":states:::")
	if ok && was != partition {
		return resource{}, otherPartition(partition, was)
	}
	if !ok {
		if was, _, isFunction := strings.Cut(strings.TrimPrefix(arn, "arn:"), ":lambda:"); isFunction {
			if was != partition {
				return resource{}, otherPartition(partition, was)
			}
			return resource{arn: arn}, nil
		}
		return resource{}, failf(errRuntime, "The local cloud has no integration for the resource %s", arn)
	}
	r := resource{arn: arn}
	r.kind, r.action, _ = strings.Cut(rest, ":")
	if r.kind == "aws-sdk" {
		service, action, _ := strings.Cut(r.action, ":")
		r.kind, r.action = "aws-sdk:"+service, action
	}
	r.verb, r.mode, _ = strings.Cut(r.action, ".")
	switch r.mode {
	case modeRequest, modeToken, modeSync, modeSync2:
		return r, nil
	}
	return resource{}, failf(errRuntime, "The local cloud has no integration for the resource %s", arn)
}

func otherPartition(expected, was string) *failure {
	return failf(errRuntime, "The resource belongs to a different partition from the running execution. Expected '%s', was '%s'.", expected, was)
}

// call makes a task's call, and answers once the call has: a callback or a child
// execution is yet to be waited for.
func (v *visit) call(r resource, arguments any) (any, error) {
	ctx := context.WithoutCancel(v.ctx)
	switch {
	case r.kind == "":
		return v.invokeDirect(ctx, r, arguments)
	case r.kind == "lambda" && r.verb == "invoke":
		return v.invokeLambda(ctx, arguments)
	case r.kind == "states" && r.verb == "startExecution":
		return v.startChild(ctx, r, arguments)
	case r.kind == "aws-sdk:s3":
		return v.callS3(ctx, r, arguments)
	case strings.HasPrefix(r.kind, "aws-sdk:"):
		return v.callSDK(ctx, r, arguments)
	}
	if target, ok := optimized[r.kind+":"+r.verb]; ok && (r.mode == modeRequest || r.mode == modeToken) {
		return v.callOptimized(ctx, r, target, arguments)
	}
	return nil, failf(errRuntime, "The local cloud has no integration for the resource %s", r.arn)
}

// caller is the execution acting in the machine's role.
func (x *execution) caller() api.Caller {
	role := x.revision.roleARN
	name := role[strings.LastIndex(role, "/")+1:]
	env := x.service.Env
	return api.Caller{
		RoleARN: role, Service: "states.amazonaws.com", SourceARN: x.machine.arn,
		ARN: fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", env.Partition, env.Account, name, x.name),
	}
}
