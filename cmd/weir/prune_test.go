package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud"
)

// published is a function with so many versions, on a local cloud.
func published(t *testing.T, versions int) *lambda.Client {
	t.Helper()
	running := localcloud.SteppedClock(time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC))
	cloud, err := localcloud.Start(t.Context(), localcloud.Options{Clock: running})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	cfg, err := cloud.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	api := lambda.NewFromConfig(cfg)
	if _, err := api.CreateFunction(t.Context(), &lambda.CreateFunctionInput{FunctionName: aws.String("orders"), Publish: true,
		Role: aws.String("arn:aws:iam::000000000000:role/orders"), Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
		Code: &types.FunctionCode{ZipFile: bootstrap(t, 1)}}); err != nil {
		t.Fatal(err)
	}
	running.Advance(time.Minute)
	for v := 2; v <= versions; v++ {
		if _, err := api.UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{FunctionName: aws.String("orders"),
			ZipFile: bootstrap(t, v), Publish: true}); err != nil {
			t.Fatal(err)
		}
		running.Advance(time.Minute)
	}
	return api
}

func bootstrap(t *testing.T, version int) []byte {
	t.Helper()
	var code bytes.Buffer
	archive := zip.NewWriter(&code)
	file, err := archive.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(file, "#!/bin/sh\n# %d\n", version); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return code.Bytes()
}

func TestPruneDeletesWhatNothingNeeds(t *testing.T) {
	api := published(t, 8)
	if _, err := api.CreateAlias(t.Context(), &lambda.CreateAliasInput{FunctionName: aws.String("orders"), Name: aws.String("prod"), FunctionVersion: aws.String("3"),
		Description:   aws.String("weir/1 stable=3 candidate=5 previous=2 lock=weir-release/monday"),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"5": 0.1}}}); err != nil {
		t.Fatal(err)
	}
	remaining := func() string {
		t.Helper()
		versions, err := (&pruneCmd{Function: "orders"}).versions(t.Context(), api)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(versions, " ")
	}
	all := remaining()
	var out bytes.Buffer
	if err := (&pruneCmd{Function: "orders", Keep: 1}).prune(t.Context(), api, &out); err != nil {
		t.Fatal(err)
	}
	if remaining() != all || !strings.Contains(out.String(), "Nothing was deleted. Delete the 4") {
		t.Errorf("without --yes, %s remain and it says\n%s", remaining(), out.String())
	}
	out.Reset()
	if err := (&pruneCmd{Function: "orders", Keep: 1, Yes: true}).prune(t.Context(), api, &out); err != nil {
		t.Fatal(err)
	}
	if got := remaining(); got != "$LATEST 2 3 5 8" {
		t.Errorf("%s remain, want $LATEST and 2, 3, 5, 8; it says\n%s", got, out.String())
	}
	if err := (&pruneCmd{Function: "nobody", Keep: 1}).prune(t.Context(), api, &out); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("of an unknown function it says %v", err)
	}
}
