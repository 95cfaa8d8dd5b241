// Package lambda is the Lambda service of the local cloud: functions, their
// immutable versions, aliases with weights, and invocations that run the real
// binaries through local/lambda/runtime. Its answers and errors follow the API
// reference and the recorded answers in testdata.
package lambda

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/local/api"
	"weir/local/clock"
	"weir/local/lambda/runtime"
)

// Objects reads code from S3.
type Objects interface {
	Object(ctx context.Context, bucket, key string) ([]byte, error)
}

// Options is what the service needs.
type Options struct {
	Env      api.Env
	Clock    *clock.Clock
	Bus      api.Invoker
	Metrics  api.Recorder
	Objects  Objects
	Log      *slog.Logger
	Dir      string                                     // where code is unpacked
	Endpoint func() string                              // the local cloud's URL, for the functions' SDKs
	Output   func(function, stream string, line []byte) // what functions print
	Seed     uint64                                     // of the choice between weighted versions; 0 for chance
}

// Service is the Lambda service.
type Service struct {
	Options
	mu        sync.Mutex
	functions map[string]*function
	random    *rand.Rand
	seed      sync.Mutex
	async     sync.WaitGroup
}

// function is a function with all that hangs on it.
type function struct {
	name        string
	latest      *version
	versions    map[string]*version // published, by number
	published   int                 // the newest number
	aliases     map[string]*alias
	tags        map[string]string
	policies    map[string][]statement // by qualifier; "" is the function's
	concurrency *int32                 // reserved
	provisioned map[string]int32       // by qualifier
	retries     map[string]*eventConfig
	urls        map[string]*types.FunctionUrlConfig
	running     int
}

// version is $LATEST or a published version, with its warm processes.
type version struct {
	config types.FunctionConfiguration
	code   string // folder with the unpacked code
	// published is the description that $LATEST had when this was published.
	published string
	pool      *runtime.Pool
}

// alias is a name for one or two versions.
type alias struct {
	config types.AliasConfiguration
}

// New returns a service without functions.
func New(options Options) *Service {
	seed := options.Seed
	if seed == 0 {
		seed = rand.Uint64()
	}
	return &Service{Options: options, functions: map[string]*function{}, random: rand.New(rand.NewPCG(seed, seed))}
}

// Close ends every process.
func (s *Service) Close() {
	s.mu.Lock()
	var pools []*runtime.Pool
	for _, f := range s.functions {
		pools = append(pools, f.latest.pool)
		for _, v := range f.versions {
			pools = append(pools, v.pool)
		}
	}
	s.mu.Unlock()
	for _, pool := range pools {
		pool.Close()
	}
}

// Processes is how many processes run.
func (s *Service) Processes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, f := range s.functions {
		n += f.latest.pool.Size()
		for _, v := range f.versions {
			n += v.pool.Size()
		}
	}
	return n
}

// chance is a number in [0, 1).
func (s *Service) chance() float64 {
	s.seed.Lock()
	defer s.seed.Unlock()
	return s.random.Float64()
}

// lastModified is how Lambda writes that time.
func lastModified(at time.Time) string { return at.Format("2006-01-02T15:04:05.000-0700") }
