package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/awslambda"
	"weir/internal/console"
)

type consoleCmd struct {
	StateMachine string   `required:"" env:"WEIR_STATE_MACHINE" help:"ARN of the release workflow (output StateMachineArn of the stack)."`
	Listen       string   `default:"127.0.0.1:8090" help:"Address of the console. There is no sign-in: who reaches it reads all releases."`
	Name         []string `help:"Name by which it is reached, beside localhost and IP addresses."`
}

// Run serves the console until the context ends.
func (c *consoleCmd) Run(ctx context.Context, log *slog.Logger) error {
	cfg, err := awsConfig(ctx)
	if err != nil {
		return err
	}
	handler, err := console.New(console.Options{
		Machine: c.StateMachine, States: sfn.NewFromConfig(cfg), Aliases: awslambda.New(cfg), Names: c.Name, Log: log,
	})
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	fmt.Printf("console at http://%s; Ctrl-C ends it\n", listener.Addr())
	if !loopback(listener.Addr()) {
		fmt.Printf("%s is not a loopback address: everybody who reaches it reads all releases, their inputs and their outputs, without signing in\n", listener.Addr())
	}
	return serve(ctx, listener, handler)
}

// loopback tells whether only this machine reaches an address.
func loopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// serve answers requests until the context ends, then lets those under way end.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
	}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		ended <- server.Shutdown(last)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the console: %w", err)
	}
	if err := <-ended; err != nil {
		return fmt.Errorf("end the console: %w", err)
	}
	return nil
}
