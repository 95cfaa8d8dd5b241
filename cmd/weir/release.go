package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/release"
)

type releaseCmd struct {
	StateMachine string `required:"" env:"WEIR_STATE_MACHINE" help:"ARN of the release workflow (output StateMachineArn of the stack)."`
	Function     string `help:"The function to release."`
	Alias        string `help:"The alias to move. Default: prod."`
	Version      string `help:"Version number, alias to promote from, or $$LATEST. Default: what staging serves."`
	Strategy     string `help:"Name of a strategy preset, or its JSON."`
	Request      string `type:"existingfile" help:"A file with the request, as JSON. Flags add what it leaves out; a flag that contradicts it is refused."`
	DryRun       bool   `help:"Plan only; move nothing."`
	Force        bool   `help:"Release a version again that was rolled back before."`
	Reason       string `help:"Why, for the record."`
	By           string `help:"Who asks, for the record. Default: the user of this machine."`
	Name         string `help:"Name of the execution: the same name never starts twice."`
	NoWait       bool   `help:"Do not follow the release."`
}

// Run starts a release and follows it; it fails when the release does.
func (c *releaseCmd) Run(ctx context.Context) error {
	request, err := c.request()
	if err != nil {
		return err
	}
	states, err := statesClient(ctx)
	if err != nil {
		return err
	}
	input := &sfn.StartExecutionInput{StateMachineArn: &c.StateMachine, Input: aws.String(string(request))}
	if c.Name != "" {
		input.Name = &c.Name
	}
	started, err := states.StartExecution(ctx, input)
	if err != nil {
		return fmt.Errorf("start the release: %w", err)
	}
	fmt.Println(aws.ToString(started.ExecutionArn))
	if c.NoWait {
		return nil
	}
	return followExecution(ctx, states, aws.ToString(started.ExecutionArn))
}

// request is the execution's input: the file, or what the flags say. It is
// validated here too, so that a slip is found before anything is started.
func (c *releaseCmd) request() ([]byte, error) {
	raw, err := c.rawRequest()
	if err != nil {
		return nil, err
	}
	_, err = release.ParseRequest(raw)
	return raw, err
}

func (c *releaseCmd) rawRequest() ([]byte, error) {
	if strings.HasPrefix(c.Strategy, "{") && !json.Valid([]byte(c.Strategy)) {
		return nil, fmt.Errorf("--strategy is %q; give the name of a preset, or a JSON object such as {\"type\": \"canary\", \"weight\": 10}", c.Strategy)
	}
	if c.Request == "" && c.Function == "" {
		return nil, errors.New("--function is missing; name the function to release, or give a file with --request")
	}
	fields, err := c.fileFields()
	if err != nil {
		return nil, err
	}
	if err := c.otherVersion(fields); err != nil {
		return nil, err
	}
	for _, add := range c.flagFields() {
		if err := add.to(fields); err != nil {
			return nil, err
		}
	}
	if _, given := fields["by"]; !given {
		fields["by"] = onTarget{}.by()
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	return raw, nil
}

// otherVersion refuses --version beside a target that has a version of its own:
// the target's would be released, whatever the flag says.
func (c *releaseCmd) otherVersion(fields map[string]any) error {
	several, _ := fields["targets"].([]any)
	for _, item := range append([]any{fields["target"]}, several...) {
		target, _ := item.(map[string]any)
		if own, given := target["version"]; c.Version != "" && given && own != c.Version {
			return fmt.Errorf("--version is %q, and the request file says %s for %v; take one of them out", c.Version, jsonText(own), target["function"])
		}
	}
	return nil
}

// fileFields are the fields of the request file, or none.
func (c *releaseCmd) fileFields() (map[string]any, error) {
	fields := map[string]any{}
	if c.Request == "" {
		fields["target"] = map[string]any{}
		return fields, nil
	}
	raw, err := os.ReadFile(c.Request)
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, fmt.Errorf("%s is not a JSON object: %w", c.Request, err)
	}
	if fields == nil {
		return nil, fmt.Errorf("%s is not a JSON object: it says null; write the request as an object", c.Request)
	}
	return fields, nil
}

// flagField is a flag that was given, and the field of the request that it sets.
type flagField struct {
	flag  string
	path  []string // the field's name; two names for a field of target
	value any
}

// flagFields are the flags that were given.
func (c *releaseCmd) flagFields() []flagField {
	var given []flagField
	text := func(flag, value string, path ...string) {
		if value != "" {
			given = append(given, flagField{flag, path, value})
		}
	}
	yes := func(flag string, value bool, path ...string) {
		if value {
			given = append(given, flagField{flag, path, true})
		}
	}
	text("--function", c.Function, "target", "function")
	text("--alias", c.Alias, "target", "alias")
	text("--version", c.Version, "version")
	if strings.HasPrefix(c.Strategy, "{") {
		given = append(given, flagField{"--strategy", []string{"strategy"}, json.RawMessage(c.Strategy)})
	} else {
		text("--strategy", c.Strategy, "strategy")
	}
	text("--reason", c.Reason, "reason")
	text("--by", c.By, "by")
	yes("--dry-run", c.DryRun, "dryRun")
	yes("--force", c.Force, "force")
	return given
}

// to sets the field, unless the request says something else already.
func (f flagField) to(fields map[string]any) error {
	at, name := fields, f.path[0]
	if len(f.path) == 2 {
		if _, several := fields["targets"]; several {
			return fmt.Errorf("%s is given, and the request file has targets; name the functions in one of the two", f.flag)
		}
		old, given := fields[name]
		target, ok := old.(map[string]any)
		switch {
		case given && !ok:
			return fmt.Errorf("%s is given, and the request file's target is %s; write it as an object, or take it out", f.flag, jsonText(old))
		case !ok:
			target = map[string]any{}
			fields[name] = target
		}
		at, name = target, f.path[1]
	}
	old, given := at[name]
	switch {
	case !given:
		at[name] = f.value
	case jsonText(old) != jsonText(f.value):
		return fmt.Errorf("%s is %s, and the request file says %s; take one of them out", f.flag, jsonText(f.value), jsonText(old))
	}
	return nil
}

// jsonText is a value as canonical JSON: objects with their members in order.
func jsonText(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	var plain any
	if json.Unmarshal(raw, &plain) != nil {
		return string(raw)
	}
	if raw, err = json.Marshal(plain); err != nil {
		return fmt.Sprint(value)
	}
	return string(raw)
}
