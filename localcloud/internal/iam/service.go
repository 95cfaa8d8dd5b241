package iam

import (
	"crypto/rand"
	"encoding/base32"
	"log/slog"
	"sync"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// Options is what the service needs. Env and Clock are required.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	Log   *slog.Logger
	// Wall tells the wall's time, by which sessions expire. Default: time.Now.
	Wall func() time.Time
}

// Service is IAM and STS of one account.
type Service struct {
	Options

	mu       sync.RWMutex
	roles    map[string]*role          // by name
	managed  map[string]*managedPolicy // customers' and AWS's, by ARN
	sessions map[string]session        // by access key id
	opened   int                       // how many sessions there have been
	usage    map[string]map[grant]*use // by role ARN
}

// role is a role with its policies.
type role struct {
	Role
	longest  int32 // seconds that a session may last
	trust    *document
	inline   map[string]inlinePolicy
	attached map[string]bool // policy ARNs
}

type inlinePolicy struct {
	text string
	doc  *document
}

type managedPolicy struct {
	Policy
	versions []policyVersion // oldest first
	made     int             // how many versions there have been
}

// New returns a service with AWS's managed policies and without roles.
func New(options Options) *Service {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Wall == nil {
		options.Wall = time.Now
	}
	s := &Service{
		Options: options, roles: map[string]*role{}, managed: map[string]*managedPolicy{},
		sessions: map[string]session{}, usage: map[string]map[grant]*use{},
	}
	for path, text := range awsManaged {
		doc, err := parseManaged(text)
		if err != nil {
			panic("AWS managed policy " + path + ": " + err.Error()) // a constant of this package
		}
		s.manage("arn:"+options.Env.Partition+":iam::aws:policy/"+path, text, doc)
	}
	return s
}

// API describes IAM to the bus.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "iam", Protocols: []api.Protocol{api.Query}, Version: "2010-05-08",
		XMLNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
		Operations:   s.operations(),
	}
}

func (s *Service) now() time.Time { return s.Clock.Now().Truncate(time.Second) }

// newID makes a unique id as IAM has them: a prefix that tells the kind and 17
// more characters.
func newID(prefix string) string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return prefix + base32.StdEncoding.EncodeToString(b[:])[:17]
}

// find returns a role; the lock must be held.
func (s *Service) find(name string) (*role, error) {
	if r, ok := s.roles[name]; ok {
		return r, nil
	}
	return nil, noSuchEntity("The role with name %s cannot be found.", name)
}
