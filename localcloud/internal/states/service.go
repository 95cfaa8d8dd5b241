package states

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/jsonata"
)

// Bus is how executions reach other services; *api.Bus is the one.
type Bus interface {
	api.Invoker
	Service(name string) (*api.Service, bool)
}

// Options of a Service. Env, Clock and Bus are required.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	Bus   Bus
	// Recorder takes the metrics of AWS/States; nil drops them.
	Recorder api.Recorder
	Log      *slog.Logger
	// Vend takes a line for a log group, which a machine's logging writes; nil drops
	// them.
	Vend func(group, stream string, at time.Time, line []byte)
	// Random is the source of jitter, uniform in [0,1); math/rand when nil.
	Random func() float64
}

// Service is the Step Functions of one account and region.
type Service struct {
	Options
	jsonata *jsonata.Engine
	// base ends with Close and ends every execution with it.
	base    context.Context
	close   context.CancelFunc
	running sync.WaitGroup

	mu         sync.Mutex
	machines   map[string]*machine   // by ARN
	executions map[string]*execution // by ARN
	byMachine  map[string][]*execution

	tokens tokenTable
}

// New returns a service without machines.
func New(options Options) *Service {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Random == nil {
		options.Random = randomFloat
	}
	base, cancel := context.WithCancel(context.Background())
	return &Service{
		Options: options,
		jsonata: jsonata.New(jsonata.Options{Now: options.Clock.Now}),
		base:    base, close: cancel,
		machines:   map[string]*machine{},
		executions: map[string]*execution{},
		byMachine:  map[string][]*execution{},
		tokens:     tokenTable{open: map[string]*callback{}},
	}
}

// Close abandons all executions where they stand and waits for their
// goroutines.
func (s *Service) Close() error {
	s.close()
	s.running.Wait()
	return nil
}

// now is cloud time at the resolution that Step Functions shows, milliseconds.
func (s *Service) now() time.Time { return s.Clock.Now().Truncate(time.Millisecond) }

// API describes the service to the bus.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name:         "states",
		Protocols:    []api.Protocol{api.JSON10},
		TargetPrefix: "AWSStepFunctions",
		LowerCamel:   true,
		Operations:   s.operations(),
	}
}
