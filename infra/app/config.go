package main

import (
	"encoding/json"
	"fmt"
	"os"

	"weir/infra"
)

// config is what the context says, as plain values.
type config struct {
	stack        string
	architecture infra.Architecture
	handlers     string
	app          string
	environment  map[string]string
	account      string
	region       string
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

// configOf reads the context values stack, arch, handlers, app, account, region
// and environment (an object, or its JSON as -c passes it).
func configOf(context func(name string) any) (config, error) {
	read := config{}
	architecture := ""
	for _, field := range []struct {
		name     string
		value    *string
		standard string
	}{
		{"stack", &read.stack, "weir"},
		{"arch", &architecture, string(infra.ARM64)},
		{"handlers", &read.handlers, ""},
		{"app", &read.app, ""},
		{"account", &read.account, ""},
		{"region", &read.region, ""},
	} {
		value := context(field.name)
		text, ok := value.(string)
		if value != nil && !ok {
			return config{}, fmt.Errorf("context %s is %v; it must be a string", field.name, value)
		}
		if text == "" {
			text = field.standard
		}
		*field.value = text
	}
	read.architecture = infra.Architecture(architecture)
	if read.architecture != infra.ARM64 && read.architecture != infra.X8664 {
		return config{}, fmt.Errorf("context arch is %q; it must be %s or %s", architecture, infra.ARM64, infra.X8664)
	}
	if read.handlers == "" {
		read.handlers = "build/functions/" + architecture
	}
	var err error
	read.environment, err = environmentOf(context("environment"))
	return read, err
}

func environmentOf(value any) (map[string]string, error) {
	if text, ok := value.(string); ok {
		if text == "" {
			return nil, nil
		}
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			return nil, fmt.Errorf("context environment is %q; it must be a JSON object of strings", text)
		}
	}
	if value == nil {
		return nil, nil
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("context environment is %v; it must be an object of strings", value)
	}
	environment := map[string]string{}
	for name, given := range object {
		text, ok := given.(string)
		if !ok {
			return nil, fmt.Errorf("context environment.%s is %v; it must be a string", name, given)
		}
		environment[name] = text
	}
	return environment, nil
}
