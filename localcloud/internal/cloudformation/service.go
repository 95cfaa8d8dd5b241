package cloudformation

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/cloudformation/resource"
)

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	Bus   *api.Bus
	Log   *slog.Logger
	// ResponseURL is the address at which Responses is served
	// ("http://127.0.0.1:4566/_weir/cloudformation/responses"); custom
	// resources fail without it.
	ResponseURL string
	// Objects reads templates given by URL; nil makes TemplateURL refused.
	Objects Objects
}

// Objects reads what S3 holds.
type Objects interface {
	GetObject(ctx context.Context, bucket, key string) ([]byte, error)
}

// Service is CloudFormation. Make one with New.
type Service struct {
	env       api.Env
	clock     *clock.Clock
	bus       *api.Bus
	log       *slog.Logger
	objects   Objects
	responses *resource.Responses

	// work ends when Close is called; operations run until then.
	work    context.Context
	stop    context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	stacks []*stack // oldest first; deleted ones stay, as AWS keeps them 90 days
}

// New returns a CloudFormation without stacks.
func New(options Options) *Service {
	log := options.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	work, stop := context.WithCancel(context.Background())
	s := &Service{
		env: options.Env, clock: options.Clock, bus: options.Bus, log: log,
		objects: options.Objects, work: work, stop: stop,
	}
	if options.ResponseURL != "" {
		s.responses = resource.NewResponses(options.ResponseURL)
	}
	return s
}

// Responses takes the answers of custom resources.
func (s *Service) Responses() http.Handler {
	if s.responses == nil {
		return http.NotFoundHandler()
	}
	return s.responses
}

// Close ends the operations under way and waits for them.
func (s *Service) Close() {
	s.stop()
	s.running.Wait()
}

// API describes the service for the bus.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name:         "cloudformation",
		Protocols:    []api.Protocol{api.Query},
		XMLNamespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
		Version:      "2010-05-15",
		Operations:   api.Table(s.operations()...),
	}
}
