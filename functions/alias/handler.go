package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// FirstAlias makes sure that an alias exists.
type FirstAlias struct {
	api aliases
}

type aliases interface {
	GetAlias(ctx context.Context, in *lambda.GetAliasInput, opts ...func(*lambda.Options)) (*lambda.GetAliasOutput, error)
	PublishVersion(ctx context.Context, in *lambda.PublishVersionInput, opts ...func(*lambda.Options)) (*lambda.PublishVersionOutput, error)
	CreateAlias(ctx context.Context, in *lambda.CreateAliasInput, opts ...func(*lambda.Options)) (*lambda.CreateAliasOutput, error)
}

// properties are those of the Custom::FirstAlias resource.
type properties struct {
	function    string
	alias       string
	from        string // the alias whose version a new alias starts on, or $LATEST to publish one
	description string // of a new alias only
}

// Handle answers one CloudFormation request. Create and Update both mean: if
// the alias is missing, create it on the version that the alias From serves. An
// alias that exists is left exactly as found, whoever made it. Delete leaves it
// too: it goes when its function does.
func (f *FirstAlias) Handle(ctx context.Context, event cfn.Event) (physicalID string, attributes map[string]any, err error) {
	if event.RequestType == cfn.RequestDelete {
		return event.PhysicalResourceID, nil, nil
	}
	wanted, err := parse(event.ResourceProperties)
	if err != nil {
		return event.PhysicalResourceID, nil, err
	}
	arn, err := f.ensure(ctx, wanted)
	if err != nil {
		return event.PhysicalResourceID, nil, err
	}
	return arn, map[string]any{"AliasArn": arn}, nil
}

func (f *FirstAlias) ensure(ctx context.Context, wanted properties) (arn string, err error) {
	arn, exists, err := f.find(ctx, wanted)
	if err != nil || exists {
		return arn, err
	}
	version, err := f.first(ctx, wanted)
	if err != nil {
		return "", err
	}
	in := &lambda.CreateAliasInput{FunctionName: &wanted.function, Name: &wanted.alias, FunctionVersion: &version}
	if wanted.description != "" {
		in.Description = &wanted.description
	}
	created, err := f.api.CreateAlias(ctx, in)
	if _, taken := errors.AsType[*types.ResourceConflictException](err); taken {
		// Created by somebody, or by our own first attempt, since we looked.
		arn, _, err = f.find(ctx, wanted)
		return arn, err
	}
	if err != nil {
		return "", fmt.Errorf("create alias %s:%s on version %s: %w", wanted.function, wanted.alias, version, err)
	}
	return aws.ToString(created.AliasArn), nil
}

// first is the version that a new alias starts on. Publishing twice is safe:
// Lambda publishes no second version of what has not changed.
// https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
func (f *FirstAlias) first(ctx context.Context, wanted properties) (string, error) {
	if wanted.from == "$LATEST" {
		published, err := f.api.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: &wanted.function})
		if err != nil {
			return "", fmt.Errorf("publish the first version of %s: %w", wanted.function, err)
		}
		return aws.ToString(published.Version), nil
	}
	from, err := f.api.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: &wanted.function, Name: &wanted.from})
	if err != nil {
		return "", fmt.Errorf("read alias %s:%s, whose version %s should start on: %w", wanted.function, wanted.from, wanted.alias, err)
	}
	return aws.ToString(from.FunctionVersion), nil
}

func (f *FirstAlias) find(ctx context.Context, wanted properties) (arn string, exists bool, err error) {
	found, err := f.api.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: &wanted.function, Name: &wanted.alias})
	if _, missing := errors.AsType[*types.ResourceNotFoundException](err); missing {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read alias %s:%s: %w", wanted.function, wanted.alias, err)
	}
	return aws.ToString(found.AliasArn), true, nil
}

func parse(given map[string]any) (properties, error) {
	var wanted properties
	for _, field := range []struct {
		name     string
		value    *string
		required bool
	}{
		{"FunctionName", &wanted.function, true},
		{"Alias", &wanted.alias, true},
		{"From", &wanted.from, true},
		{"Description", &wanted.description, false},
	} {
		text, ok := given[field.name].(string)
		if !ok && given[field.name] != nil {
			return properties{}, fmt.Errorf("property %s is %v; it must be a string", field.name, given[field.name])
		}
		if text == "" && field.required {
			return properties{}, fmt.Errorf("property %s is missing", field.name)
		}
		*field.value = text
	}
	return wanted, nil
}
