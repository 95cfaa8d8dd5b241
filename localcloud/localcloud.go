// Package localcloud is a local cloud to rehearse releases on. It runs the AWS
// services that stacks of Lambda functions and Step Functions use in one process,
// on one loopback endpoint that unmodified SDKs, the AWS CLI and the CDK talk to.
// README.md beside this file says how far to believe it.
package localcloud

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/cloudwatch"
	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/lambda"
)

// Options of a local cloud. The zero value is a cloud on a free loopback port
// whose clock runs at the wall clock's speed.
type Options struct {
	// Partition, Account and Region are where the cloud claims to be. Default:
	// aws, 000000000000 and us-east-1.
	Partition, Account, Region string
	// Listen is the address of the endpoint. Default: 127.0.0.1:0.
	Listen string
	// Names are host names by which clients reach the endpoint, beside loopback
	// addresses, localhost and AWS's own. The cloud refuses every other name,
	// because a web page may have chosen it.
	Names []string
	// Speed is how many cloud seconds pass in one second of the wall clock. Default: 1.
	Speed float64
	// Clock replaces the clock that runs at Speed. Tests give a SteppedClock.
	Clock *Clock
	// MetricDelay is the longest time until a metric can be read. Default: two
	// minutes, as in production. A negative value means no delay.
	MetricDelay time.Duration
	// MetricLags give single metrics a delay of their own.
	MetricLags []MetricLag
	// Twice delivers every event two times: EventBridge promises at least once.
	Twice bool
	// Seed makes the choice between two weighted versions repeatable. 0 leaves it
	// to chance.
	Seed uint64
	// Gates see every call before faults and IAM do.
	Gates []Gate
	// Log receives what happens inside. Default: nothing.
	Log *slog.Logger
}

// Cloud is a running local cloud.
type Cloud struct {
	inside *endpoint.Cloud
}

// Start starts an empty cloud, bootstrapped for the CDK. The cloud ends with
// Close, or with ctx.
func Start(ctx context.Context, o Options) (*Cloud, error) {
	env := api.Env{Partition: o.Partition, Account: o.Account, Region: o.Region}
	inside, err := endpoint.Start(ctx, endpoint.Options{Env: env, Listen: o.Listen, Names: o.Names, Speed: o.Speed, Clock: o.Clock,
		MetricDelay: o.MetricDelay, MetricLags: o.MetricLags, Twice: o.Twice, Seed: o.Seed, Gates: o.Gates, Log: o.Log})
	if err != nil {
		return nil, err
	}
	return &Cloud{inside: inside}, nil
}

// URL returns the address of the endpoint, as reached from this machine.
func (c *Cloud) URL() string { return c.inside.URL() }

// Config returns a configuration for SDK clients that call this cloud. The
// credentials are the operator's, who may do everything.
func (c *Cloud) Config(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(c.inside.Env().Region), config.WithBaseEndpoint(c.URL()),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("operator", "operator", "")))
	if err != nil {
		return aws.Config{}, fmt.Errorf("configure the SDK for the local cloud: %w", err)
	}
	return cfg, nil
}

// ToolEnv returns the environment that points SDKs, the AWS CLI and the CDK at
// this cloud, one NAME=value each.
func (c *Cloud) ToolEnv() []string { return c.inside.ToolEnv() }

// Export returns ToolEnv as one line for a shell.
func (c *Cloud) Export() string { return c.inside.Export() }

// Deploy creates or updates the stack of the synthesised cloud assembly in dir
// and returns the stack's outputs. The error of a failed stack names the resources
// that failed. Deploy moves a stepped clock on by the time that the stack takes.
func (c *Cloud) Deploy(ctx context.Context, dir string) (map[string]string, error) {
	return c.inside.Deploy(ctx, dir)
}

// Clock returns the cloud's time.
func (c *Cloud) Clock() *Clock { return c.inside.Clock() }

// Faults returns the faults in force, to add and remove some.
func (c *Cloud) Faults() *Faults { return c.inside.Faults }

// RecordMetric adds data to metrics, as a service of AWS does. They can be read
// after the metric's delay.
func (c *Cloud) RecordMetric(data ...Datum) { c.inside.CloudWatch.Record(data...) }

// Close ends the endpoint, all executions and every function's process.
func (c *Cloud) Close() error { return c.inside.Close() }

// The types of what a test gives to the cloud and reads from it.
type (
	// MetricLag gives the metrics with certain dimensions a delay of their own.
	MetricLag = cloudwatch.Lag
	// Datum is one value of a metric at a time.
	Datum = api.Datum
	// Dimension is a name and a value of a metric.
	Dimension = api.Dimension
	// Gate sees a call and decides whether it goes on.
	Gate = api.Gate
	// Call is a call of a service's operation.
	Call = api.Call
)

// Package returns the zip file of the folder of a built function, for
// CreateFunction and UpdateFunctionCode.
func Package(folder string) ([]byte, error) { return lambda.Package(folder) }
