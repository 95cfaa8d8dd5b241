package main

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// usesOf finds why versions are needed beyond aliases and releases: something was
// attached to the version itself. Deleting a version deletes what is attached to
// it without a word.
func usesOf(ctx context.Context, api *lambda.Client, function string, versions []string) (map[string]string, error) {
	uses := map[string]string{}
	provisioned := lambda.NewListProvisionedConcurrencyConfigsPaginator(api, &lambda.ListProvisionedConcurrencyConfigsInput{FunctionName: &function})
	for provisioned.HasMorePages() {
		page, err := provisioned.NextPage(ctx)
		if err != nil {
			return nil, unread("the provisioned concurrency", function, err)
		}
		for _, config := range page.ProvisionedConcurrencyConfigs {
			uses[qualifierOf(aws.ToString(config.FunctionArn))] = "it has provisioned concurrency"
		}
	}
	invoke := lambda.NewListFunctionEventInvokeConfigsPaginator(api, &lambda.ListFunctionEventInvokeConfigsInput{FunctionName: &function})
	for invoke.HasMorePages() {
		page, err := invoke.NextPage(ctx)
		if err != nil {
			return nil, unread("the settings of asynchronous invocations", function, err)
		}
		for _, config := range page.FunctionEventInvokeConfigs {
			uses[qualifierOf(aws.ToString(config.FunctionArn))] = "it has settings for asynchronous invocations"
		}
	}
	for _, version := range versions {
		why, err := useOf(ctx, api, function, version)
		if err != nil {
			return nil, err
		}
		if why != "" {
			uses[version] = why
		}
	}
	return uses, nil
}

// useOf looks for what only one version can be asked for.
func useOf(ctx context.Context, api *lambda.Client, function, version string) (string, error) {
	_, err := api.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: &function, Qualifier: &version})
	switch _, none := errors.AsType[*types.ResourceNotFoundException](err); {
	case err == nil:
		return "its resource policy lets others invoke it", nil
	case !none:
		return "", unread("the resource policy of version "+version, function, err)
	}
	mappings, err := api.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: aws.String(function + ":" + version)})
	if err != nil {
		return "", unread("the event source mappings of version "+version, function, err)
	}
	if len(mappings.EventSourceMappings) > 0 {
		return "an event source mapping invokes it", nil
	}
	return "", nil
}

// unread is an error for something that must be known before anything is deleted.
func unread(what, function string, err error) error {
	return errors.Join(errors.New("nothing was deleted: "+what+" of "+function+" could not be read"), err)
}

// qualifierOf is the last part of a qualified function ARN.
func qualifierOf(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }
