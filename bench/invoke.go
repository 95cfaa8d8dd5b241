package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// client invokes the sample app through its production alias.
type client struct {
	api      *lambda.Client
	function string
}

func (c *client) invoke(ctx context.Context) error {
	out, err := c.api.Invoke(ctx, &lambda.InvokeInput{FunctionName: &c.function, Qualifier: aws.String("prod"), Payload: []byte(`{"order": 1}`)})
	if err != nil {
		return fmt.Errorf("invoke: %w", err)
	}
	if out.FunctionError != nil {
		return fmt.Errorf("invoke: the app failed: %s", out.Payload)
	}
	return nil
}

// latencies is the median of n invocations, one after another.
func (c *client) latencies(ctx context.Context, n int) (time.Duration, error) {
	took := make([]time.Duration, 0, n)
	for i := range n + 100 { // the first hundred warm up
		began := time.Now()
		if err := c.invoke(ctx); err != nil {
			return 0, err
		}
		if i >= 100 {
			took = append(took, time.Since(began))
		}
	}
	return median(took), nil
}

// throughput is how many invocations a second eight callers get through.
func (c *client) throughput(ctx context.Context, span time.Duration) (float64, error) {
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var group sync.WaitGroup
	began := time.Now()
	for range 8 {
		group.Go(func() {
			for time.Since(began) < span {
				if err := c.invoke(ctx); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(began).Seconds(), nil
}
