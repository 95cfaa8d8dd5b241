// Package lambda is the Lambda service of the local cloud: functions, their
// immutable versions, aliases with weights, and invocations that run the real
// binaries through localcloud/internal/lambda/runtime. Its answers and errors follow the API
// reference and the recorded answers in testdata.
//
// Functions on provided.al2023 and provided.al2 run, and those on Node.js and
// Python where the host has these; those on other runtimes can be created,
// published and aliased, but not invoked. VPC, tracing, memory and dead-letter
// settings are kept and shown, and change nothing: an asynchronous event that
// fails for good is told in the log.
package lambda

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/lambda/runtime"
)

// Objects reads code from S3.
type Objects interface {
	Object(ctx context.Context, bucket, key string) ([]byte, error)
}

// Logs keeps what functions print. at is cloud time, line has no newline and is
// the callee's to copy.
type Logs interface {
	Write(group, stream string, at time.Time, line []byte)
}

// Options is what the service needs. Env, Clock and Dir must be set.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	// Bus finds "sts", for the credentials of a function's role; without it
	// functions run with none.
	Bus     api.Invoker
	Metrics api.Recorder // nil records nothing
	Objects Objects      // nil refuses code in S3
	Logs    Logs         // nil keeps nothing
	Queues  Queues       // nil refuses event source mappings
	Log     *slog.Logger // nil is silent
	Dir     string       // where code is unpacked
	// Packages is the URL below which the handler of ServePackages is reached.
	Packages string
	// Endpoint is the local cloud's URL, for the functions' SDKs.
	Endpoint func() string
	// Seed of the choice between weighted versions; 0 for chance.
	Seed uint64
	// Processes is how many processes one version may have; more concurrent
	// events wait for one. 100 when zero.
	Processes int
	// IdleAfter is the wall time after which an idle process ends; 5 minutes
	// when zero.
	IdleAfter time.Duration
	// Settle is the wall time for which a created function is Pending and an
	// update InProgress (or the cloud time, where a clock is stepped past it);
	// 150 ms when zero, none when negative.
	Settle time.Duration
	// Storage is how many bytes of deployment packages the account may keep;
	// 75 GB when zero.
	Storage int64
	// Allocate is the cloud time that provisioned concurrency takes to be
	// allocated; one minute when zero, none when negative or where Settle is.
	Allocate time.Duration
}

// Service is the Lambda service.
type Service struct {
	Options
	ctx  context.Context // ends with Close
	stop context.CancelFunc
	work sync.WaitGroup // asynchronous events and the reaper
	// secret is in the URLs of packages, so that only who may call GetFunction
	// fetches one.
	secret string
	// unpackScripts makes the folder of scripts, once.
	unpackScripts func() error

	mu        sync.Mutex
	functions map[string]*function
	// numbers is the highest version that a deleted function of that name had.
	numbers  map[string]int
	mappings map[string]*mapping // event source mappings by UUID
	random   *rand.Rand
	running  int // events under way in the account
}

// New returns a service without functions.
func New(options Options) *Service {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Endpoint == nil {
		options.Endpoint = func() string { return "" }
	}
	if options.Processes == 0 {
		options.Processes = 100
	}
	if options.IdleAfter == 0 {
		options.IdleAfter = 5 * time.Minute
	}
	if options.Settle == 0 {
		options.Settle = 150 * time.Millisecond
	}
	if options.Storage == 0 {
		options.Storage = 75 << 30
	}
	switch {
	case options.Allocate == 0 && options.Settle > 0:
		options.Allocate = time.Minute
	case options.Allocate < 0:
		options.Allocate = 0
	}
	first, second := options.Seed, options.Seed
	if options.Seed == 0 {
		first, second = rand.Uint64(), rand.Uint64()
	}
	s := &Service{Options: options, secret: api.NewID(), functions: map[string]*function{}, numbers: map[string]int{}, mappings: map[string]*mapping{},
		random: rand.New(rand.NewPCG(first, second))}
	s.unpackScripts = sync.OnceValue(func() error { return runtime.Unpack(s.scripts()) })
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.work.Go(s.reap)
	return s
}

// reap ends idle processes until the service closes.
func (s *Service) reap() {
	ticker := time.NewTicker(max(s.IdleAfter/4, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case now := <-ticker.C:
			for _, pool := range s.pools() {
				pool.Reap(now.Add(-s.IdleAfter))
			}
		}
	}
}

// Close ends every process, and the events that wait to be tried again.
func (s *Service) Close() {
	s.stop()
	for _, pool := range s.pools() {
		pool.Close()
	}
	s.work.Wait()
}

// KillBusy ends the processes of a function that work on an event, as a crash
// does.
func (s *Service) KillBusy(name string) {
	s.mu.Lock()
	var pools []*runtime.Pool
	if f, known := s.functions[name]; known {
		pools = f.pools()
	}
	s.mu.Unlock()
	for _, pool := range pools {
		pool.KillBusy()
	}
}

// ProcessCount is how many processes run.
func (s *Service) ProcessCount() int {
	n := 0
	for _, pool := range s.pools() {
		n += pool.Size()
	}
	return n
}

func (s *Service) pools() []*runtime.Pool {
	s.mu.Lock()
	defer s.mu.Unlock()
	var pools []*runtime.Pool
	for _, f := range s.functions {
		pools = append(pools, f.pools()...)
	}
	return pools
}
