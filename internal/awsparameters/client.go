// Package awsparameters keeps short texts in Systems Manager's Parameter Store.
package awsparameters

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"weir/internal/awserr"
)

// Client reads and writes parameters.
type Client struct {
	api *ssm.Client
}

// New returns a client for the account and region of config.
func New(config aws.Config) *Client { return &Client{api: ssm.NewFromConfig(config)} }

// perCall is how many names one GetParameters call takes.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
const perCall = 10

// Parameters reads the values of those named parameters that exist, by name.
func (c *Client) Parameters(ctx context.Context, names []string) (map[string]string, error) {
	values := map[string]string{}
	for some := range slices.Chunk(names, perCall) {
		out, err := c.api.GetParameters(ctx, &ssm.GetParametersInput{Names: some})
		if err != nil {
			return nil, awserr.Wrap(err, "read parameters %v", some)
		}
		for _, parameter := range out.Parameters {
			values[aws.ToString(parameter.Name)] = aws.ToString(parameter.Value)
		}
	}
	return values, nil
}

// SetParameter writes a parameter; an empty value deletes it.
func (c *Client) SetParameter(ctx context.Context, name, value string) error {
	if value == "" {
		_, err := c.api.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: &name})
		if _, none := errors.AsType[*types.ParameterNotFound](err); err != nil && !none {
			return awserr.Wrap(err, "delete parameter %s", name)
		}
		return nil
	}
	_, err := c.api.PutParameter(ctx, &ssm.PutParameterInput{Name: &name, Value: &value,
		Type: types.ParameterTypeString, Overwrite: aws.Bool(true)})
	if err != nil {
		return awserr.Wrap(err, "write parameter %s", name)
	}
	return nil
}
