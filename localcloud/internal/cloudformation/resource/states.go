package resource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"weir/localcloud/internal/states/asl"
)

var statesTags = tagging{service: "states", tag: "TagResource", untag: "UntagResource", arn: "ResourceArn", tags: "Tags"}

func stateMachine() Kind {
	return Kind{
		Properties: []string{
			"Definition", "DefinitionS3Location", "DefinitionString", "DefinitionSubstitutions", "EncryptionConfiguration",
			"LoggingConfiguration", "RoleArn", "StateMachineName", "StateMachineType", "Tags", "TracingConfiguration",
		},
		Required:  []string{"RoleArn"},
		Immutable: []string{"StateMachineName", "StateMachineType"},
		Gap:       machineGaps,
		Create:    createStateMachine,
		Update:    updateStateMachine,
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "states", "DeleteStateMachine", map[string]any{"StateMachineArn": r.Physical})
			return ignoring(err, "StateMachineDoesNotExist")
		},
	}
}

// machineGaps finds kinds of state machines that the local cloud does not run.
func machineGaps(properties map[string]any) error {
	if textOf(properties["StateMachineType"]) == "EXPRESS" {
		return errors.New("the local cloud does not run state machines of type EXPRESS")
	}
	encoded, err := json.Marshal(properties["Definition"])
	if err != nil {
		return fmt.Errorf("read Definition: %w", err)
	}
	known := maps.Clone(structure(properties["DefinitionSubstitutions"]))
	maps.DeleteFunc(known, func(_ string, value any) bool { return textOf(value) == "" }) // those of resources not yet made
	for _, text := range []string{textOf(properties["DefinitionString"]), string(encoded)} {
		definition, err := substituted(text, known)
		if err != nil {
			return err
		}
		if gaps := asl.Gaps(definition); len(gaps) > 0 {
			return fmt.Errorf("%s, at %s", gaps[0].Message, gaps[0].Location)
		}
	}
	return nil
}

func createStateMachine(ctx context.Context, r *Request) (Result, error) {
	definition, err := machineDefinition(ctx, r)
	if err != nil {
		return Result{}, err
	}
	name := r.text("StateMachineName")
	if name == "" {
		name = r.LogicalID + "-" + Suffix(12)
	}
	in := r.take("EncryptionConfiguration", "LoggingConfiguration", "RoleArn", "Tags", "TracingConfiguration")
	in["Name"], in["Definition"], in["Type"] = name, definition, r.Properties["StateMachineType"]
	out, err := r.call(ctx, "states", "CreateStateMachine", in)
	if err != nil {
		return Result{}, err
	}
	return describeMachine(ctx, r, textOf(out["StateMachineArn"]))
}

func updateStateMachine(ctx context.Context, r *Request) (Result, error) {
	kept := Result{Physical: r.Physical, Attributes: r.Attributes}
	definition, err := machineDefinition(ctx, r)
	if err != nil {
		return kept, err
	}
	in := r.take("EncryptionConfiguration", "LoggingConfiguration", "RoleArn", "TracingConfiguration")
	in["StateMachineArn"], in["Definition"] = r.Physical, definition
	for name, fallback := range map[string]any{
		"LoggingConfiguration": map[string]any{"Level": "OFF"},
		"TracingConfiguration": map[string]any{"Enabled": false},
	} {
		if _, given := in[name]; !given {
			in[name] = fallback
		}
	}
	if _, err := r.call(ctx, "states", "UpdateStateMachine", in); err != nil {
		return kept, err
	}
	if err := statesTags.retag(ctx, r, r.Physical); err != nil {
		return kept, err
	}
	return describeMachine(ctx, r, r.Physical)
}

func describeMachine(ctx context.Context, r *Request, arn string) (Result, error) {
	made := Result{Physical: arn, Attributes: map[string]any{"Arn": arn}}
	out, err := r.call(ctx, "states", "DescribeStateMachine", map[string]any{"StateMachineArn": arn})
	if err != nil {
		return made, err
	}
	made.Attributes["Name"] = textOf(out["Name"])
	made.Attributes["StateMachineRevisionId"] = "INITIAL"
	if revision := textOf(out["RevisionId"]); revision != "" {
		made.Attributes["StateMachineRevisionId"] = revision
	}
	return made, nil
}

// machineDefinition is the definition's text with its substitutions made.
func machineDefinition(ctx context.Context, r *Request) (string, error) {
	definition := r.text("DefinitionString")
	switch {
	case definition != "":
	case r.Properties["Definition"] != nil:
		encoded, err := json.Marshal(r.Properties["Definition"])
		if err != nil {
			return "", err
		}
		definition = string(encoded)
	case r.Properties["DefinitionS3Location"] != nil:
		stored, err := storedDefinition(ctx, r)
		if err != nil {
			return "", err
		}
		definition = stored
	default:
		return "", errors.New("Property DefinitionString is required but was not given")
	}
	return substituted(definition, structure(r.Properties["DefinitionSubstitutions"]))
}

func substituted(definition string, substitutions map[string]any) (string, error) {
	pairs := make([]string, 0, 2*len(substitutions))
	for name, value := range substitutions {
		switch value.(type) {
		case map[string]any, []any:
			return "", fmt.Errorf("DefinitionSubstitutions of %s must be a text, a number or a boolean", name)
		}
		pairs = append(pairs, "${"+name+"}", textOf(value))
	}
	return strings.NewReplacer(pairs...).Replace(definition), nil
}

// storedDefinition reads the definition from S3, JSON only.
func storedDefinition(ctx context.Context, r *Request) (string, error) {
	location := structure(r.Properties["DefinitionS3Location"])
	if _, given := location["Version"]; given {
		return "", errors.New("the local cloud does not read versions of S3 objects; leave out DefinitionS3Location.Version")
	}
	if r.Objects == nil {
		return "", errors.New("DefinitionS3Location cannot be read: this CloudFormation was given no S3")
	}
	bucket, key := textOf(location["Bucket"]), textOf(location["Key"])
	content, err := r.Objects.GetObject(ctx, bucket, key)
	if err != nil {
		return "", fmt.Errorf("read s3://%s/%s: %w", bucket, key, err)
	}
	return string(content), nil
}
