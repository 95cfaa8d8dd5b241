package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"text/tabwriter"
	"time"

	"weir/localcloud"
)

// localCmd groups what concerns the local cloud.
type localCmd struct {
	Up          localUpCmd          `cmd:"" help:"Start an empty local cloud, bootstrapped for the CDK; Ctrl-C ends it."`
	Permissions localPermissionsCmd `cmd:"" help:"List actions that roles are granted and never used."`
}

type localUpCmd struct {
	Listen      string        `default:"127.0.0.1:4566" help:"Address of the endpoint."`
	Name        []string      `placeholder:"HOST" help:"A host name by which tools reach the endpoint, beside localhost; others are refused as a web page's."`
	Speed       float64       `default:"1" help:"Cloud seconds per second of the wall."`
	MetricDelay time.Duration `default:"2m" help:"Cloud time until metrics can be read."`
	Twice       bool          `help:"Deliver every event twice: EventBridge promises at least once."`
}

// Run serves until the context ends.
func (c *localUpCmd) Run(ctx context.Context, log *slog.Logger) error {
	delay := c.MetricDelay
	if delay == 0 {
		delay = -1 // none, and not the default
	}
	cloud, err := localcloud.Start(ctx, localcloud.Options{Listen: c.Listen, Names: c.Name, Speed: c.Speed, MetricDelay: delay, Twice: c.Twice, Log: log})
	if err != nil {
		return err
	}
	fmt.Printf("local cloud at %s; point the tools at it with:\n%s\n", cloud.URL(), cloud.Export())
	<-ctx.Done()
	return cloud.Close()
}

type localPermissionsCmd struct {
	Endpoint string `default:"http://127.0.0.1:4566" env:"AWS_ENDPOINT_URL" help:"The local cloud's endpoint."`
	All      bool   `help:"List used actions too."`
}

// Run prints the grants of the roles on a running local cloud.
func (c *localPermissionsCmd) Run(ctx context.Context) error {
	url := c.Endpoint + "/_weir/permissions"
	if !c.All {
		url += "?unused"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("endpoint is %q: %w", c.Endpoint, err)
	}
	request.Header.Set(localcloud.ControlHeader, "1")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask the local cloud (is `weir local up` running?): %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	var grants []struct {
		Role, Policy, Action, Resource string
		Uses                           int
	}
	if err := json.Unmarshal(body, &grants); err != nil {
		return fmt.Errorf("the answer of %s is not a list of grants: %s", url, body)
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "role\taction\tresource\tused")
	for _, grant := range grants {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\n", grant.Role, grant.Action, grant.Resource, grant.Uses)
	}
	return table.Flush()
}
