package main

import (
	"context"
	"log/slog"
	"os"

	"weir/cmd/weir/demo"
)

type demoCmd struct {
	Assemblies []string `arg:"" help:"Cloud assemblies of version 1, 2 and 3."`
	Report     string   `default:"build/demo/report.json" help:"Where the report goes."`
	Speed      float64  `default:"90" help:"Cloud seconds per second of the wall."`
	PerMinute  float64  `default:"600" help:"Requests to prod per cloud minute."`
}

// Run tells the demo's story.
func (c *demoCmd) Run(ctx context.Context, log *slog.Logger) error {
	return demo.Run(ctx, demo.Options{
		Assemblies: c.Assemblies, Report: c.Report, Speed: c.Speed, PerMinute: c.PerMinute, Out: os.Stdout, Log: log,
	})
}
