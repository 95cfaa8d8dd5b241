package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"

	"weir/infra"
)

// stage is one deployment of the stack: what a configuration file says of it,
// or the context of that name.
type stage struct {
	// Stack is the stack's name; its resources are called after it.
	Stack string `json:"stack"`
	// Account and Region of the stage. Default: those of the credentials.
	Account string `json:"account"`
	Region  string `json:"region"`
	// Arch is arm64 or x86_64. Default: what Handlers are built for, and arm64
	// without them.
	Arch string `json:"arch"`
	// Handlers is the directory of the built functions. Default:
	// build/functions/ARCH.
	Handlers string `json:"handlers"`
	// App is the directory of the app's bootstrap. Default: app in Handlers.
	App string `json:"app"`
	// Environment configures the app.
	Environment map[string]string `json:"environment"`
	// OnRequest names the sources whose events may ask for a release.
	OnRequest []string `json:"onRequest"`
	// OnStackUpdate has a finished update of the stack start a release.
	OnStackUpdate bool `json:"onStackUpdate"`
	// Hooks are functions that a release may ask, by name.
	Hooks []string `json:"hooks"`
	// Targets are further functions to release on, as name:alias.
	Targets []string `json:"targets"`
	// Alarms guard every release, by name.
	Alarms []string `json:"alarms"`
	// PublishOnRequest leaves publishing a version to the releases.
	PublishOnRequest bool `json:"publishOnRequest"`
	// Email is told how releases end and which alarms fire.
	Email string `json:"email"`
	// RunbooksURL is where the runbooks can be read.
	RunbooksURL string `json:"runbooksUrl"`
	// Monitoring is false to leave out alarms, dashboard and topic.
	Monitoring *bool `json:"monitoring"`
}

func (s stage) props() infra.StackProps {
	return infra.StackProps{
		Handlers: s.Handlers, App: s.App, Architecture: infra.Architecture(s.Arch),
		AppEnvironment: s.Environment, Account: s.Account, Region: s.Region, Hooks: s.Hooks, Email: s.Email, RunbooksURL: s.RunbooksURL,
		Targets: s.Targets, Alarms: s.Alarms, PublishOnRequest: s.PublishOnRequest,
		Triggers:     infra.Triggers{RequestSources: s.OnRequest, StackUpdated: s.OnStackUpdate},
		NoMonitoring: s.Monitoring != nil && !*s.Monitoring,
	}
}

// contextNames are the context values that describe a stage, as in
// cdk synth -c arch=x86_64.
var contextNames = []string{
	"stack", "account", "region", "arch", "handlers", "app", "environment",
	"onRequest", "onStackUpdate", "hooks", "targets", "alarms", "publishOnRequest", "email", "runbooksUrl", "monitoring",
}

// contextOf reads the context that a cdk.json holds: the CLI passes it on, a
// run without the CLI would miss it.
func contextOf(file string) (map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("run this in the folder of cdk.json: %w", err)
	}
	var parsed struct {
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal(text, &parsed); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return parsed.Context, nil
}

// stagesOf reads the stages: those of the configuration file that the context
// config names, each with the context's values put over it, or one of the
// context alone.
func stagesOf(context func(name string) any, readFile func(string) ([]byte, error)) ([]stage, error) {
	stages := []stage{{Stack: "weir"}}
	if named := context("config"); named != nil {
		file, ok := named.(string)
		if !ok {
			return nil, fmt.Errorf("context config is %v; it must be the name of a file", named)
		}
		text, err := readFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the stages: %w", err)
		}
		if stages, err = parseStages(file, text); err != nil {
			return nil, err
		}
	}
	over, err := overrides(context)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i := range stages {
		if err := strict(over, &stages[i]); err != nil {
			return nil, fmt.Errorf("context: %w", err)
		}
		if err := stages[i].complete(); err != nil {
			return nil, fmt.Errorf("stage %d: %w", i+1, err)
		}
		if seen[stages[i].Stack] {
			return nil, fmt.Errorf("stage %d: stack %q is there already; name each stack once", i+1, stages[i].Stack)
		}
		seen[stages[i].Stack] = true
	}
	return stages, nil
}

func parseStages(file string, text []byte) ([]stage, error) {
	var parsed struct {
		Stages []stage `json:"stages"`
	}
	if err := strict(text, &parsed); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(parsed.Stages) == 0 {
		return nil, fmt.Errorf(`%s: stages is missing or empty; write {"stages": [{"stack": "weir-dev"}]}`, file)
	}
	return parsed.Stages, nil
}

// overrides gathers the context into one JSON object. The CLI passes every
// value as a string; what a field wants as an object or a boolean is parsed.
func overrides(context func(name string) any) ([]byte, error) {
	given := map[string]any{}
	for _, name := range contextNames {
		value := context(name)
		if value == nil {
			continue
		}
		if text, ok := value.(string); ok {
			switch name {
			case "environment", "hooks", "targets", "alarms", "onRequest", "onStackUpdate", "publishOnRequest", "monitoring":
				if err := json.Unmarshal([]byte(text), &value); err != nil {
					return nil, fmt.Errorf("context %s is %q; it must be %s", name, text, wanted[name])
				}
			}
		}
		given[name] = value
	}
	return json.Marshal(given)
}

var wanted = map[string]string{
	"environment": "a JSON object of strings",
	"hooks":       "a JSON array of strings", "targets": "a JSON array of strings", "alarms": "a JSON array of strings",
	"publishOnRequest": "true or false",
	"onRequest":        "a JSON array of strings", "onStackUpdate": "true or false", "monitoring": "true or false",
}

func strict(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

var (
	stackName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]{0,39}$`)
	account   = regexp.MustCompile(`^[0-9]{12}$`)
	region    = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`)
)

// complete fills in the defaults and checks.
func (s *stage) complete() error {
	if s.Arch == "" && s.Handlers == "" {
		s.Arch = string(infra.ARM64)
	}
	switch {
	case !stackName.MatchString(s.Stack):
		return fmt.Errorf("stack is %q; it must be a letter and up to 39 letters, digits and hyphens", s.Stack)
	case s.Account != "" && !account.MatchString(s.Account):
		return fmt.Errorf("account is %q; it must be 12 digits", s.Account)
	case s.Region != "" && !region.MatchString(s.Region):
		return fmt.Errorf("region is %q; it must be a region such as eu-west-1", s.Region)
	case s.Arch != "" && s.Arch != string(infra.ARM64) && s.Arch != string(infra.X8664):
		return fmt.Errorf("arch is %q; it must be %s or %s", s.Arch, infra.ARM64, infra.X8664)
	}
	if s.Handlers == "" {
		s.Handlers = "build/functions/" + s.Arch
	}
	return nil
}
