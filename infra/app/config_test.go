package main

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"weir/infra"
)

func contextFrom(values map[string]any) func(string) any {
	return func(name string) any { return values[name] }
}

func files(content map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if text, ok := content[name]; ok {
			return []byte(text), nil
		}
		return nil, os.ErrNotExist
	}
}

func TestStagesWithoutContextAreOneWithDefaults(t *testing.T) {
	stages, err := stagesOf(contextFrom(nil), files(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []stage{{Stack: "weir", Arch: "arm64", Handlers: "build/functions/arm64"}}
	if diff := cmp.Diff(want, stages); diff != "" {
		t.Error(diff)
	}
}

func TestContextOfTheCommandLineIsParsed(t *testing.T) {
	// As `cdk synth -c key=value` passes it: strings.
	stages, err := stagesOf(contextFrom(map[string]any{
		"stack": "shop", "arch": "x86_64", "onRequest": `["shop.ci"]`, "monitoring": "false",
		"environment": `{"FAULT_ERROR_RATE": "0.2"}`,
	}), files(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := infra.StackProps{
		Handlers: "build/functions/x86_64", Architecture: infra.X8664, NoMonitoring: true,
		AppEnvironment: map[string]string{"FAULT_ERROR_RATE": "0.2"},
		Triggers:       infra.Triggers{RequestSources: []string{"shop.ci"}},
	}
	if diff := cmp.Diff(want, stages[0].props()); diff != "" {
		t.Error(diff)
	}
}

func TestConfigurationFileHoldsStagesAndContextGoesOverIt(t *testing.T) {
	stages, err := stagesOf(contextFrom(map[string]any{"config": "weir.json", "handlers": "elsewhere"}), files(map[string]string{
		"weir.json": `{"stages": [
			{"stack": "weir-dev", "onRequest": ["shop.ci"]},
			{"stack": "weir-prod", "account": "123456789012", "region": "eu-west-1", "arch": "x86_64", "email": "on-call@example.com"}]}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := []stage{
		{Stack: "weir-dev", OnRequest: []string{"shop.ci"}, Handlers: "elsewhere"},
		{Stack: "weir-prod", Account: "123456789012", Region: "eu-west-1", Arch: "x86_64", Email: "on-call@example.com", Handlers: "elsewhere"},
	}
	if diff := cmp.Diff(want, stages); diff != "" {
		t.Error(diff)
	}
}

func TestWrongConfigurationIsRefusedWithASentence(t *testing.T) {
	for name, c := range map[string]struct {
		context map[string]any
		file    string
		wants   []string
	}{
		"arch":          {context: map[string]any{"arch": "amd64"}, wants: []string{"arch", "amd64", "x86_64"}},
		"account":       {context: map[string]any{"account": "1234"}, wants: []string{"account", "1234", "12 digits"}},
		"region":        {context: map[string]any{"region": "Ireland"}, wants: []string{"region", "Ireland"}},
		"stack":         {context: map[string]any{"stack": "1st"}, wants: []string{"stack", "1st"}},
		"switch":        {context: map[string]any{"onRequest": "yes"}, wants: []string{"onRequest", "yes", "a JSON array of strings"}},
		"environment":   {context: map[string]any{"environment": "RELEASE=v2"}, wants: []string{"environment", "JSON object"}},
		"missing file":  {context: map[string]any{"config": "none.json"}, wants: []string{"read the stages"}},
		"unknown field": {context: map[string]any{"config": "weir.json"}, file: `{"stages": [{"stack": "a", "regoin": "x"}]}`, wants: []string{"weir.json", "regoin"}},
		"no stages":     {context: map[string]any{"config": "weir.json"}, file: `{}`, wants: []string{"weir.json", "stages is missing"}},
		"same stack":    {context: map[string]any{"config": "weir.json"}, file: `{"stages": [{"stack": "a"}, {"stack": "a"}]}`, wants: []string{"stage 2", `"a"`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := stagesOf(contextFrom(c.context), files(map[string]string{"weir.json": c.file}))
			if err == nil {
				t.Fatal("it is accepted")
			}
			for _, want := range c.wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not name %q", err, want)
				}
			}
		})
	}
}

func TestContextOfNamesTheFolderToRunIn(t *testing.T) {
	_, err := contextOf("no-such-folder/cdk.json")
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "folder of cdk.json") {
		t.Errorf("error is %v", err)
	}
}

// Every region that AWS's partitions hold is accepted, European Sovereign Cloud,
// China, GovCloud and the isolated ones included.
// https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json
func TestEveryRegionIsAccepted(t *testing.T) {
	for _, name := range strings.Fields(`
	af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2
	ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1
	ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2
	eu-west-3 il-central-1 me-central-1 me-south-1 me-west-1 mx-central-1 sa-east-1 sa-west-1
	us-east-1 us-east-2 us-west-1 us-west-2 cn-north-1 cn-northwest-1 eusc-de-east-1 us-iso-east-1
	us-iso-west-1 us-isob-east-1 us-isob-west-1 eu-isoe-west-1 us-isof-east-1 us-isof-south-1 us-gov-east-1 us-gov-west-1`) {
		s := stage{Stack: "weir", Region: name}
		if err := s.complete(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
