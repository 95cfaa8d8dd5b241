// Package awslambda is the one place that speaks to the Lambda API. It turns
// the SDK's types into the words of internal/release, and SDK errors into named
// release errors; the 0.0-1.0 weight of the API lives only here.
package awslambda

import (
	"context"
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/internal/awserr"
	"weir/internal/release"
)

// Client reads and moves aliases.
type Client struct {
	api *lambda.Client
}

// New returns a client for the account and region of config.
func New(config aws.Config) *Client { return &Client{api: lambda.NewFromConfig(config)} }

// Alias reads an alias. An unknown function or alias is a TargetNotFound.
func (c *Client) Alias(ctx context.Context, target release.Target) (release.Alias, error) {
	out, err := c.api.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: &target.Function, Name: &target.Alias})
	if notFound(err) {
		return release.Alias{}, release.Errorf(release.TargetNotFound,
			"target %s does not exist in this account and region; check the function's and the alias's name: %v", target, awserr.Message(err))
	}
	if awserr.Status(err) == http.StatusForbidden {
		return release.Alias{}, release.Errorf(release.TargetNotFound,
			"target %s is none of this pipeline's: its role may not touch it. Check the name, or add the function to the pipeline's targets: %v", target, awserr.Message(err))
	}
	if err != nil {
		return release.Alias{}, awserr.Wrap(err, "read alias %s", target)
	}
	return aliasOf(target, aws.ToString(out.AliasArn), aws.ToString(out.FunctionVersion), aws.ToString(out.Description),
		aws.ToString(out.RevisionId), out.RoutingConfig), nil
}

// Write carries out one compare-and-swap. The route is always sent whole: an
// absent routing configuration would keep the old weights. When the alias has
// changed since it was read, Write fails with Drift and nothing is overwritten.
func (c *Client) Write(ctx context.Context, write release.Write) (release.Alias, error) {
	routing := &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}
	if write.Route.Other != "" {
		routing.AdditionalVersionWeights[write.Route.Other] = float64(write.Route.Percent) / 100
	}
	out, err := c.api.UpdateAlias(ctx, &lambda.UpdateAliasInput{
		FunctionName: &write.Target.Function, Name: &write.Target.Alias,
		FunctionVersion: &write.Route.Version, RoutingConfig: routing,
		Description: aws.String(write.Mark.String()), RevisionId: &write.RevisionID,
	})
	if stale, ok := errors.AsType[*types.PreconditionFailedException](err); ok {
		return c.ownWrite(ctx, write, stale.ErrorMessage())
	}
	if err != nil {
		return release.Alias{}, awserr.Wrap(err, "set alias %s to %s", write.Target, write.Route)
	}
	return aliasOf(write.Target, aws.ToString(out.AliasArn), aws.ToString(out.FunctionVersion), aws.ToString(out.Description),
		aws.ToString(out.RevisionId), out.RoutingConfig), nil
}

// ownWrite tells our own write from somebody else's: when an answer is lost the
// SDK sends the request again, and finds that the revision has moved on.
func (c *Client) ownWrite(ctx context.Context, write release.Write, refusal string) (release.Alias, error) {
	alias, err := c.Alias(ctx, write.Target)
	if err != nil {
		return release.Alias{}, err
	}
	if alias.Route() == write.Route && alias.Mark.String() == write.Mark.String() {
		return alias, nil
	}
	return release.Alias{}, release.Errorf(release.Drift,
		"Somebody else changed %s between our read and our write (%s). Nothing was overwritten.", write.Target, refusal)
}

func aliasOf(target release.Target, arn, version, description, revision string, routing *types.AliasRoutingConfiguration) release.Alias {
	alias := release.Alias{Target: target, ARN: arn, Version: version, RevisionID: revision,
		Mark: release.ParseMark(description), Weights: map[string]int{}}
	if routing != nil {
		for other, weight := range routing.AdditionalVersionWeights {
			alias.Weights[other] = int(math.Round(weight * 100))
		}
	}
	return alias
}

// Version reads a published version; number may also be "$LATEST".
func (c *Client) Version(ctx context.Context, function, number string) (release.Version, error) {
	out, err := c.api.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &function, Qualifier: &number})
	if notFound(err) {
		return release.Version{}, release.Errorf(release.VersionNotFound,
			"version %s of %s does not exist; see the versions with: aws lambda list-versions-by-function --function-name %s", number, function, function)
	}
	if err != nil {
		return release.Version{}, awserr.Wrap(err, "read version %s of %s", number, function)
	}
	version := release.Version{
		Number: aws.ToString(out.Version), Role: aws.ToString(out.Role), TimeoutSeconds: int(aws.ToInt32(out.Timeout)), State: string(out.State),
		StateReason: aws.ToString(out.StateReason), LastUpdateStatus: string(out.LastUpdateStatus),
	}
	if out.DeadLetterConfig != nil {
		version.DeadLetter = aws.ToString(out.DeadLetterConfig.TargetArn)
	}
	return version, nil
}

// Provisioned tells whether the alias has provisioned concurrency.
func (c *Client) Provisioned(ctx context.Context, target release.Target) (bool, error) {
	_, err := c.api.GetProvisionedConcurrencyConfig(ctx, &lambda.GetProvisionedConcurrencyConfigInput{
		FunctionName: &target.Function, Qualifier: &target.Alias})
	if _, none := errors.AsType[*types.ProvisionedConcurrencyConfigNotFoundException](err); none {
		return false, nil
	}
	if err != nil {
		return false, awserr.Wrap(err, "read provisioned concurrency of %s", target)
	}
	return true, nil
}

// Publish publishes $LATEST of a function and returns the version. It reads
// $LATEST first and pins both its code and its revision, so that what somebody
// else deploys meanwhile is refused (SomebodyElseChanged) and not released.
func (c *Client) Publish(ctx context.Context, function string) (release.Version, error) {
	latest, err := c.api.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &function})
	if notFound(err) {
		return release.Version{}, release.Errorf(release.TargetNotFound, "function %s does not exist in this account and region.", function)
	}
	if err != nil {
		return release.Version{}, awserr.Wrap(err, "read $LATEST of %s", function)
	}
	out, err := c.api.PublishVersion(ctx, &lambda.PublishVersionInput{
		FunctionName: &function, CodeSha256: latest.CodeSha256, RevisionId: latest.RevisionId})
	if _, stale := errors.AsType[*types.PreconditionFailedException](err); stale {
		return release.Version{}, release.Errorf(release.SomebodyElseChanged,
			"$LATEST of %s changed while it was published; nothing was released. Start again to release what is there now.", function)
	}
	if err != nil {
		return release.Version{}, awserr.Wrap(err, "publish $LATEST of %s", function)
	}
	return c.Version(ctx, function, aws.ToString(out.Version))
}

// Tag reads one tag of a function, by its ARN; empty when it has none.
func (c *Client) Tag(ctx context.Context, functionARN, key string) (string, error) {
	out, err := c.api.ListTags(ctx, &lambda.ListTagsInput{Resource: &functionARN})
	if err != nil {
		return "", awserr.Wrap(err, "read the tags of %s", functionARN)
	}
	return out.Tags[key], nil
}

// SetTag sets one tag of a function; an empty value removes it.
func (c *Client) SetTag(ctx context.Context, functionARN, key, value string) error {
	var err error
	if value == "" {
		_, err = c.api.UntagResource(ctx, &lambda.UntagResourceInput{Resource: &functionARN, TagKeys: []string{key}})
	} else {
		_, err = c.api.TagResource(ctx, &lambda.TagResourceInput{Resource: &functionARN, Tags: map[string]string{key: value}})
	}
	if err != nil {
		return awserr.Wrap(err, "tag %s", functionARN)
	}
	return nil
}

// Answer is what a direct invocation gave.
type Answer struct {
	Payload []byte
	Failed  bool // the function answered with an error; Payload says which
	Took    time.Duration
}

// Invoke calls one version of a function, or the function as named when version
// is empty, and waits for its answer.
func (c *Client) Invoke(ctx context.Context, function, version string, payload []byte) (Answer, error) {
	started := time.Now() // a latency, not a decision about time
	input := &lambda.InvokeInput{FunctionName: &function, Payload: payload}
	if version != "" {
		input.Qualifier = &version
	}
	out, err := c.api.Invoke(ctx, input)
	if err != nil {
		return Answer{}, awserr.Wrap(err, "invoke %s %s", function, version)
	}
	return Answer{Payload: out.Payload, Failed: out.FunctionError != nil, Took: time.Since(started)}, nil
}

func notFound(err error) bool {
	if err == nil {
		return false
	}
	_, ok := errors.AsType[*types.ResourceNotFoundException](err)
	return ok || awserr.Status(err) == http.StatusNotFound
}
