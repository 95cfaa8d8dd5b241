// Package local is a local cloud to rehearse releases on: the AWS services that
// Weir's template uses, in one process, on one loopback endpoint that unmodified
// SDKs and tools talk to. Each service has a package of its own below this one;
// this package puts them together.
package endpoint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/assembly"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/cloudformation"
	"weir/localcloud/internal/cloudwatch"
	"weir/localcloud/internal/events"
	"weir/localcloud/internal/fault"
	"weir/localcloud/internal/iam"
	"weir/localcloud/internal/lambda"
	"weir/localcloud/internal/logs"
	"weir/localcloud/internal/s3"
	"weir/localcloud/internal/scheduler"
	"weir/localcloud/internal/sns"
	"weir/localcloud/internal/sqs"
	"weir/localcloud/internal/ssm"
	"weir/localcloud/internal/states"
	"weir/localcloud/internal/wire"
	"weir/localcloud/internal/wire/guard"
)

// Options of a local cloud. The zero value is one on a free loopback port at the
// wall's own pace.
type Options struct {
	// Env is where the cloud claims to be. Default: partition aws, account
	// 000000000000, region us-east-1.
	Env api.Env
	// Listen is the address of the endpoint. Default: 127.0.0.1:0.
	Listen string
	// Names are host names by which the endpoint may be reached, beside addresses,
	// localhost and AWS's own: any other may be a web page's.
	Names []string
	// Speed is how many cloud seconds pass in a second of the wall. Default 1.
	Speed float64
	// Clock, where given, is used instead of one that runs at Speed; tests give
	// a stepped one.
	Clock *clock.Clock
	// MetricDelay is how long it takes at most until metrics can be read. Default two
	// minutes, as in production; negative for none.
	MetricDelay time.Duration
	// MetricLags are for metrics whose data are late by a time of their own.
	// CloudWatch.SetLag sets one while the cloud runs.
	MetricLags []cloudwatch.Lag
	// Twice delivers every event two times.
	Twice bool
	// Seed of the choice between weighted versions; 0 for chance.
	Seed uint64
	// Gates see every call to a service before faults and IAM do: to count calls,
	// or to watch one.
	Gates []api.Gate
	// Log takes what happens inside. Default: nothing.
	Log *slog.Logger
}

// Cloud is a running local cloud.
type Cloud struct {
	Lambda     *lambda.Service
	States     *states.Service
	CloudWatch *cloudwatch.Service
	Events     *events.Service
	Logs       *logs.Service
	SNS        *sns.Service
	SQS        *sqs.Service
	IAM        *iam.Service
	Faults     *fault.Faults

	options        Options
	bus            *api.Bus
	clock          *clock.Clock
	objects        *s3.Service
	parameters     *ssm.Service
	cloudFormation *cloudformation.Service
	listener       net.Listener
	server         *http.Server
	directory      string
	stop           context.CancelFunc
	closing        sync.Once
}

func (o Options) withDefaults(ctx context.Context) Options {
	o.Env = api.Env{Partition: cmp.Or(o.Env.Partition, "aws"), Account: cmp.Or(o.Env.Account, "000000000000"), Region: cmp.Or(o.Env.Region, "us-east-1")}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.Clock == nil {
		o.Clock = clock.Running(ctx, time.Now(), o.Speed)
	}
	switch {
	case o.MetricDelay == 0:
		o.MetricDelay = 2 * time.Minute
	case o.MetricDelay < 0:
		o.MetricDelay = 0
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Start brings up an empty cloud, bootstrapped for the CDK. It ends with Close,
// or with ctx.
func Start(ctx context.Context, options Options) (*Cloud, error) {
	ctx, stop := context.WithCancel(ctx)
	options = options.withDefaults(ctx)
	c := &Cloud{options: options, clock: options.Clock, stop: stop, Faults: &fault.Faults{}}
	if err := c.listen(); err != nil {
		stop()
		return nil, err
	}
	if err := c.makeFolders(); err != nil {
		stop()
		return nil, errors.Join(err, c.listener.Close())
	}
	c.compose()
	if err := c.bootstrap(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	c.serve()
	context.AfterFunc(ctx, func() {
		if err := c.Close(); err != nil {
			options.Log.Error("close", "error", err.Error())
		}
	})
	return c, nil
}

func (c *Cloud) listen() error {
	listener, err := net.Listen("tcp", c.options.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.options.Listen, err)
	}
	if address, ok := listener.Addr().(*net.TCPAddr); ok && !address.IP.IsLoopback() {
		c.options.Log.Warn("the local cloud can be reached from other machines; it checks no signatures", "address", address.String())
	}
	c.listener = listener
	return nil
}

// makeFolders makes the folders for functions' code and for objects.
func (c *Cloud) makeFolders() error {
	directory, err := os.MkdirTemp("", "weir-local-")
	if err != nil {
		return fmt.Errorf("make a folder for the local cloud: %w", err)
	}
	c.directory = directory
	for _, name := range []string{"objects", "functions"} {
		if err := os.Mkdir(filepath.Join(directory, name), 0o700); err != nil {
			return fmt.Errorf("make a folder for the local cloud: %w", err)
		}
	}
	return nil
}

// compose makes the services and registers them on the bus. Faults come before
// IAM: a throttled call is not evaluated.
func (c *Cloud) compose() {
	o := c.options
	c.IAM = iam.New(iam.Options{Env: o.Env, Clock: c.clock, Log: o.Log})
	c.bus = api.NewBus(append(slices.Clone(o.Gates), c.Faults.Gate, c.IAM.Gate)...)
	c.CloudWatch = cloudwatch.New(cloudwatch.Options{Env: o.Env, Clock: c.clock, Bus: c.bus, Log: o.Log, Delay: o.MetricDelay, Lags: o.MetricLags})
	c.objects = s3.New(s3.Options{Env: o.Env, Clock: c.clock, Bus: c.bus, Log: o.Log, Dir: filepath.Join(c.directory, "objects")})
	c.parameters = ssm.New(ssm.Options{Env: o.Env, Clock: c.clock})
	c.SQS = sqs.New(sqs.Options{Env: o.Env, Clock: c.clock, Endpoint: c.URL, Metrics: c.CloudWatch})
	c.SNS = sns.New(sns.Options{Env: o.Env, Clock: c.clock, Bus: c.bus, Log: o.Log, Enqueue: c.enqueueMail})
	c.Events = events.New(events.Options{Env: o.Env, Clock: c.clock, Bus: c.bus, Log: o.Log, Enqueue: c.enqueue, Twice: o.Twice})
	schedules := scheduler.New(scheduler.Options{Env: o.Env, Clock: c.clock, Bus: c.bus, Log: o.Log})
	c.Logs = logs.New(logs.Options{Env: o.Env, Clock: c.clock, Metrics: c.CloudWatch})
	c.Lambda = lambda.New(lambda.Options{Env: o.Env, Clock: c.clock, Bus: c.bus, Metrics: c.CloudWatch, Objects: c.objects, Logs: c.Logs, Queues: queues{c.bus},
		Log: o.Log, Dir: filepath.Join(c.directory, "functions"), Endpoint: c.URL, Packages: c.URL() + packagesPath, Seed: o.Seed})
	c.Faults.End = c.Lambda.KillBusy
	c.States = states.New(states.Options{Env: o.Env, Clock: c.clock, Bus: c.bus, Recorder: c.CloudWatch, Log: o.Log, Vend: c.Logs.Write})
	c.cloudFormation = cloudformation.New(cloudformation.Options{Env: o.Env, Clock: c.clock, Bus: c.bus, Log: o.Log,
		ResponseURL: c.URL() + responsePath, Objects: templates{c.objects}})
	c.bus.Register(c.IAM.API(), c.IAM.STS(), c.CloudWatch.API(), c.objects.API(), c.SQS.API(), c.SNS.API(), c.Events.API(), schedules.API(), c.Logs.API(),
		c.Lambda.API(), c.States.API(), c.cloudFormation.API(), c.parameters.API())
}

// controlPath starts the paths that are the cloud's own; no AWS path does.
const controlPath = "/_weir/"

const (
	responsePath = controlPath + "cloudformation/responses"
	packagesPath = controlPath + "lambda/packages/"
)

// idleTime is longer than the SDKs keep an idle connection, so that it is they
// who close it and never in the middle of a call.
const idleTime = 2 * time.Minute

func (c *Cloud) serve() {
	c.server = &http.Server{Handler: c.handler(), ReadHeaderTimeout: time.Minute, IdleTimeout: idleTime, MaxHeaderBytes: 64 << 10}
	go func() {
		if err := c.server.Serve(c.listener); !errors.Is(err, http.ErrServerClosed) {
			c.options.Log.Error("the endpoint stopped", "error", err.Error())
		}
	}()
}

// handler sends the cloud's own paths to the control API and all else to the
// AWS front. It is no ServeMux around the front, since one redirects paths that
// it finds unclean, and object keys may be.
func (c *Cloud) handler() http.Handler {
	responses, own := c.cloudFormation.Responses(), http.NewServeMux()
	c.control(own)
	packages := http.StripPrefix(packagesPath, c.Lambda.ServePackages())
	front, urls := wire.New(c.bus, c.IAM.Identify, c.options.Log), c.functionURLs()
	guarded := guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, responsePath+"/"):
			responses.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, packagesPath):
			packages.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, controlPath):
			onlyWithHeader(own).ServeHTTP(w, r)
		default:
			front.ServeHTTP(w, r)
		}
	}), c.names()...)
	return wire.Limited(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := guard.FunctionURL(r.Host); ok {
			urls.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	}))
}

// names are the host names that the endpoint answers to: those of the options,
// and the one that it was told to listen on.
func (c *Cloud) names() []string {
	names := slices.Clone(c.options.Names)
	if host, _, err := net.SplitHostPort(c.options.Listen); err == nil {
		names = append(names, host)
	}
	return names
}

// functionURLs serves function URLs; IAM decides on signed requests.
func (c *Cloud) functionURLs() http.Handler {
	signed := api.NewBus(c.IAM.Gate)
	signed.Register(c.Lambda.URLService())
	return c.Lambda.URLs(signed, c.IAM.Identify)
}

// templates reads templates from S3.
type templates struct{ *s3.Service }

// GetObject reads one object.
func (t templates) GetObject(ctx context.Context, bucket, key string) ([]byte, error) {
	return t.Object(ctx, bucket, key)
}

// enqueue sends a message to an SQS queue, named by its ARN.
func (c *Cloud) enqueue(ctx context.Context, caller api.Caller, queueARN, body string) error {
	return c.enqueueMail(ctx, caller, queueARN, sns.Mail{Body: body})
}

func (c *Cloud) enqueueMail(ctx context.Context, caller api.Caller, queueARN string, mail sns.Mail) error {
	in := &sqs.SendMessageInput{QueueUrl: &queueARN, MessageBody: &mail.Body, MessageGroupId: mail.GroupID}
	if len(mail.Attributes) > 0 {
		in.MessageAttributes = map[string]sqs.MessageAttributeValue{}
	}
	for name, value := range mail.Attributes {
		in.MessageAttributes[name] = sqs.MessageAttributeValue{DataType: value.DataType, StringValue: value.StringValue, BinaryValue: value.BinaryValue}
	}
	_, err := c.bus.Call(ctx, caller, "sqs", "SendMessage", in)
	return err
}

// URL is the endpoint, as reached from this machine.
func (c *Cloud) URL() string {
	address := c.listener.Addr().String()
	if tcp, ok := c.listener.Addr().(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		address = net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	return "http://" + address
}

// Bus is how code in this process calls services without HTTP.
func (c *Cloud) Bus() *api.Bus { return c.bus }

// Clock is the cloud's time.
func (c *Cloud) Clock() *clock.Clock { return c.clock }

// Env is where the cloud claims to be.
func (c *Cloud) Env() api.Env { return c.options.Env }

// deployLimit is the cloud time after which a stepped clock is no longer moved on
// for a deployment.
const deployLimit = 24 * time.Hour

// Deploy creates or updates the stack of a synthesised cloud assembly and
// returns its outputs. It moves a stepped clock on by the time that the stack takes.
func (c *Cloud) Deploy(ctx context.Context, dir string) (map[string]string, error) {
	if c.clock.Speed() > 0 {
		hold := c.clock.Hold()
		defer hold.Release()
		return assembly.Deploy(ctx, c.bus, c.objects, c.options.Env, dir, hold)
	}
	var outputs map[string]string
	var err error
	var done atomic.Bool
	ended := make(chan struct{})
	hold := c.clock.Hold()
	go func() {
		defer close(ended)
		defer hold.Release()
		outputs, err = assembly.Deploy(ctx, c.bus, c.objects, c.options.Env, dir, hold)
		done.Store(true)
	}()
	c.clock.AdvanceUntil(ctx, deployLimit, done.Load)
	<-ended
	return outputs, err
}

// Close ends the endpoint, all executions and every process.
func (c *Cloud) Close() error {
	var err error
	c.closing.Do(func() {
		c.stop()
		if c.server != nil {
			err = c.server.Close()
		} else {
			err = c.listener.Close()
		}
		// Functions first: one that is still retrying against the endpoint would
		// keep the execution that called it.
		c.Lambda.Close()
		c.cloudFormation.Close()
		err = errors.Join(err, c.States.Close())
		err = errors.Join(err, os.RemoveAll(c.directory))
	})
	return err
}
