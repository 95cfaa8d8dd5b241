package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/internal/doctor"
	"weir/internal/release"
)

type doctorCmd struct {
	StateMachine string   `env:"WEIR_STATE_MACHINE" help:"ARN (output StateMachineArn of the stack) or name of the release workflow. Without it only the account and the region are looked at."`
	Target       []string `sep:"none" help:"Another target to look at, as function:alias, such as one to be added. Repeat it for more."`
	Metric       []string `sep:"none" help:"A custom metric that a release would judge, as NAMESPACE NAME in quotes. Repeat it for more."`
	Output       string   `enum:"table,json" default:"table" help:"table or json."`
}

// Run looks at the account and prints what it found. It fails when a check failed or
// could not be made.
func (c *doctorCmd) Run(ctx context.Context) error {
	metrics, err := c.metrics()
	if err != nil {
		return err
	}
	extra, err := c.targets()
	if err != nil {
		return err
	}
	cfg, err := awsConfig(ctx)
	if err != nil {
		return err
	}
	pipeline := doctor.Pipeline{Partition: doctor.PartitionOf(cfg.Region), Region: cfg.Region}
	var unread []doctor.Check
	if c.StateMachine != "" {
		deployed, err := doctor.Deployed(ctx, lambda.NewFromConfig(cfg), c.StateMachine, cfg.Region)
		if err == nil {
			pipeline = deployed
		} else {
			unread = append(unread, doctor.Unread(c.StateMachine, err))
		}
	}
	pipeline.Targets = append(pipeline.Targets, extra...)
	findings := doctor.Run(ctx, append(doctor.Checks(cfg, pipeline, metrics, time.Now()), unread...))
	if err := c.print(os.Stdout, findings); err != nil {
		return err
	}
	return fitness(findings)
}

// fitness is what the command ends with: an error where a check failed, or could not
// be made.
func fitness(findings []doctor.Finding) error {
	switch {
	case doctor.Any(findings, doctor.Failed):
		return errors.New("a check failed: its remedy stands below it")
	case doctor.Any(findings, doctor.NotChecked):
		return errors.New("a check could not be made: what it needs stands below it")
	}
	return nil
}

func (c *doctorCmd) targets() ([]release.Target, error) {
	targets, err := release.ParseTargets(strings.Join(c.Target, ","))
	if err != nil {
		return nil, fmt.Errorf("--target: %w", err)
	}
	return targets, nil
}

func (c *doctorCmd) metrics() ([]release.Metric, error) {
	metrics := make([]release.Metric, len(c.Metric))
	for i, text := range c.Metric {
		namespace, name, ok := strings.Cut(text, " ")
		if !ok || namespace == "" || name == "" {
			return nil, fmt.Errorf(`--metric is %q; write its namespace, a space and its name, such as "Shop Refused"`, text)
		}
		metrics[i] = release.Metric{Namespace: namespace, Name: name}
	}
	if len(metrics) > 0 && c.StateMachine == "" && len(c.Target) == 0 {
		return nil, errors.New("--metric needs a target whose function writes it: add --target or --state-machine")
	}
	return metrics, nil
}

// print writes the findings; below each that is not in order stands its remedy.
func (c *doctorCmd) print(out io.Writer, findings []doctor.Finding) error {
	if c.Output == "json" {
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(findings); err != nil {
			return fmt.Errorf("write the findings: %w", err)
		}
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "CHECK\tSTATUS\tFOUND")
	for _, finding := range findings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", finding.Check, finding.Status, finding.Found)
		if finding.Remedy != "" {
			fmt.Fprintf(table, "\t\t-> %s\n", finding.Remedy)
		}
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the findings: %w", err)
	}
	return nil
}
