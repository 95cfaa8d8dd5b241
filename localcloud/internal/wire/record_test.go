package wire_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/wire"
)

// record is a fake service's memory: what it was asked and by whom, and what it
// is to answer.
type record struct {
	mu     sync.Mutex
	in     any
	caller api.Caller
	out    any
	err    error
}

func op[I, O any](r *record, name string, options ...api.Option) api.Operation {
	return api.Op(name, func(_ context.Context, caller api.Caller, in *I) (*O, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.in, r.caller = in, caller
		if r.err != nil || r.out == nil {
			return nil, r.err
		}
		return r.out.(*O), nil
	}, options...)
}

// serve puts fake services on an endpoint and returns a client configuration
// for it.
func serve(t testing.TB, services ...*api.Service) aws.Config {
	t.Helper()
	bus := api.NewBus()
	bus.Register(services...)
	identify := func(key string) (api.Caller, error) {
		if key == "UNKNOWN" {
			return api.Caller{}, api.StatusErrorf(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
		}
		return api.Caller{ARN: "arn:of:" + key}, nil
	}
	server := httptest.NewServer(wire.New(bus, identify, slog.New(slog.DiscardHandler)))
	t.Cleanup(server.Close)
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "secret", ""),
	}
}

var at = time.Date(2026, 3, 4, 5, 6, 7, 250_000_000, time.UTC)
