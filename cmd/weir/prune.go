package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/internal/prune"
	"weir/internal/release"
)

type pruneCmd struct {
	Function string `required:"" help:"The function."`
	Keep     int    `default:"10" help:"How many of the newest versions to keep, needed or not."`
	Yes      bool   `help:"Delete; without it, only say what would be deleted."`
}

// Run deletes the versions that nothing needs. Lambda itself refuses to delete
// one that an alias has come to serve meanwhile.
func (c *pruneCmd) Run(ctx context.Context) error {
	if c.Keep < 0 {
		return fmt.Errorf("--keep is %d; it must be 0 or more", c.Keep)
	}
	cfg, err := awsConfig(ctx)
	if err != nil {
		return err
	}
	return c.prune(ctx, lambda.NewFromConfig(cfg), os.Stdout)
}

func (c *pruneCmd) prune(ctx context.Context, api *lambda.Client, out io.Writer) error {
	versions, err := c.versions(ctx, api)
	if err != nil {
		return err
	}
	aliases, err := c.aliases(ctx, api)
	if err != nil {
		return err
	}
	var unneeded []string
	for _, choice := range prune.Choose(versions, aliases, nil, c.Keep) {
		if choice.Keep == "" {
			unneeded = append(unneeded, choice.Version)
		}
	}
	uses, err := usesOf(ctx, api, c.Function, unneeded)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "VERSION\tDECISION\tWHY")
	var failures []error
	deleted := 0
	for _, choice := range prune.Choose(versions, aliases, uses, c.Keep) {
		decision, why := "keep", choice.Keep
		if choice.Keep == "" {
			decision, why, err = c.remove(ctx, api, choice.Version)
			failures = append(failures, err)
			deleted++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", choice.Version, decision, why)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	if !c.Yes && deleted > 0 {
		fmt.Fprintf(out, "Nothing was deleted. Delete the %d with: weir prune --function %s --keep %d --yes\n", deleted, c.Function, c.Keep)
	}
	return errors.Join(failures...)
}

// remove deletes one version, or says that it would.
func (c *pruneCmd) remove(ctx context.Context, api *lambda.Client, version string) (decision, why string, err error) {
	if !c.Yes {
		return "would delete", "nothing needs it", nil
	}
	_, err = api.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &c.Function, Qualifier: &version})
	if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone {
		return "deleted", "by somebody else meanwhile", nil
	}
	if _, needed := errors.AsType[*types.ResourceConflictException](err); needed {
		return "keep", "an alias has come to serve it", nil
	}
	if err != nil {
		return "failed", err.Error(), fmt.Errorf("delete version %s of %s: %w", version, c.Function, err)
	}
	return "deleted", "nothing needs it", nil
}

func (c *pruneCmd) versions(ctx context.Context, api *lambda.Client) ([]string, error) {
	var versions []string
	pages := lambda.NewListVersionsByFunctionPaginator(api, &lambda.ListVersionsByFunctionInput{FunctionName: &c.Function})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the versions of %s: %w", c.Function, err)
		}
		for _, version := range page.Versions {
			versions = append(versions, aws.ToString(version.Version))
		}
	}
	return versions, nil
}

func (c *pruneCmd) aliases(ctx context.Context, api *lambda.Client) ([]release.Alias, error) {
	var aliases []release.Alias
	pages := lambda.NewListAliasesPaginator(api, &lambda.ListAliasesInput{FunctionName: &c.Function})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the aliases of %s: %w", c.Function, err)
		}
		for _, found := range page.Aliases {
			alias := release.Alias{Target: release.Target{Function: c.Function, Alias: aws.ToString(found.Name)},
				Version: aws.ToString(found.FunctionVersion), Description: release.ParseDescription(aws.ToString(found.Description)), Weights: map[string]float64{}}
			if found.RoutingConfig != nil {
				for version := range found.RoutingConfig.AdditionalVersionWeights {
					alias.Weights[version] = 1 // that it has traffic is what counts
				}
			}
			aliases = append(aliases, alias)
		}
	}
	return aliases, nil
}
