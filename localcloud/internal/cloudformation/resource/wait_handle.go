package resource

import "context"

// waitConditionHandle is made of nothing but an address. Nothing can wait for
// it here: AWS::CloudFormation::WaitCondition is not supported. Empty stacks
// use it as the one resource that every template must have.
func waitConditionHandle() Kind {
	keep := func(_ context.Context, r *Request) (Result, error) {
		return Result{Physical: r.keptOr("https://cloudformation-waitcondition-" + r.Env.Region + ".s3." + r.Env.Region +
			".amazonaws.com/" + r.uniqueName(128))}, nil
	}
	return Kind{
		Properties: []string{},
		Create:     keep,
		Update:     keep,
		Delete:     func(context.Context, *Request) error { return nil },
	}
}
