// Package awslambda is the one place that speaks to the Lambda API. It turns
// the SDK's types into the words of internal/release, and SDK errors into named
// release errors; the 0.0-1.0 weight of the API lives only here.
package awslambda

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
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
		return release.Alias{}, &release.Error{Name: release.TargetNotFound, Err: release.ErrGone, Message: fmt.Sprintf(
			"target %s does not exist in this account and region; check the function's and the alias's name. "+
				"An alias that was deleted comes back with: aws lambda create-alias --function-name %s --name %s --function-version VERSION, where VERSION is what it should serve. Lambda says: %v",
			target, target.Function, target.Alias, awserr.Message(err))}
	}
	if awserr.Status(err) == http.StatusForbidden {
		return release.Alias{}, &release.Error{Name: release.TargetNotFound, Err: err, Message: fmt.Sprintf(
			"target %s is none of this pipeline's: its role may not touch it. Check the name, or add the function to the pipeline's targets: %v", target, awserr.Message(err))}
	}
	if err != nil {
		return release.Alias{}, awserr.Wrap(err, "read alias %s", target)
	}
	return aliasOf(target, aws.ToString(out.AliasArn), aws.ToString(out.FunctionVersion), aws.ToString(out.Description),
		aws.ToString(out.RevisionId), out.RoutingConfig), nil
}

// Write carries out one compare-and-swap. A route is sent whole: an absent
// routing configuration would keep the old weights, which is what a write of the
// description alone wants. When the alias has changed since it was read, Write fails
// with release.ErrConflict and nothing is overwritten. When an answer is lost the SDK
// sends the request again and meets its own write: that is a conflict too, and
// whoever decides anew recognizes what the release wrote.
func (c *Client) Write(ctx context.Context, write release.Write) (release.Alias, error) {
	input := &lambda.UpdateAliasInput{
		FunctionName: &write.Target.Function, Name: &write.Target.Alias,
		Description: aws.String(write.Description.String()), RevisionId: &write.RevisionID,
	}
	if write.Moves() {
		input.FunctionVersion = &write.Route.Version
		input.RoutingConfig = &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}
		if write.Route.Other != "" {
			input.RoutingConfig.AdditionalVersionWeights[write.Route.Other] = weightOf(write.Route.Percent)
		}
	}
	out, err := c.api.UpdateAlias(ctx, input)
	if stale(err) {
		return release.Alias{}, fmt.Errorf("write alias %s: %w: %s", write.Target, release.ErrConflict, awserr.Message(err))
	}
	if err != nil {
		if !write.Moves() {
			return release.Alias{}, awserr.Wrap(err, "write the description of alias %s", write.Target)
		}
		return release.Alias{}, awserr.Wrap(err, "set alias %s to %s", write.Target, write.Route)
	}
	return aliasOf(write.Target, aws.ToString(out.AliasArn), aws.ToString(out.FunctionVersion), aws.ToString(out.Description),
		aws.ToString(out.RevisionId), out.RoutingConfig), nil
}

func aliasOf(target release.Target, arn, version, description, revision string, routing *types.AliasRoutingConfiguration) release.Alias {
	alias := release.Alias{Target: target, ARN: arn, Version: version, RevisionID: revision,
		Description: release.ParseDescription(description), Weights: map[string]float64{}}
	if routing != nil {
		for other, weight := range routing.AdditionalVersionWeights {
			alias.Weights[other] = percentOf(weight)
		}
	}
	return alias
}

// percentOf turns a weight of the API into percent, in decimals: 0.07 is 7, which
// a multiplication would miss, and 0.104 is 10.4. No other weight than its own
// becomes a whole percent.
func percentOf(weight float64) float64 {
	percent := shifted(weight, 2)
	if own := weightOf(percent); percent == math.Trunc(percent) && own != weight { // rounded to another's
		return math.Nextafter(percent, math.Copysign(math.Inf(1), weight-own))
	}
	return percent
}

// weightOf is the weight whose percent is given.
func weightOf(percent float64) float64 { return shifted(percent, -2) }

// shifted moves the decimal point of a number's shortest form.
func shifted(number float64, places int) float64 {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(number, 'e', -1, 64), "e")
	power, err := strconv.Atoi(exponent)
	if err != nil {
		return number // not a number, which no weight is
	}
	moved, err := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(power+places), 64)
	if err != nil {
		return number
	}
	return moved
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
		TenantIsolated: out.TenancyConfig != nil,
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
//
// Publishing changes the revision of $LATEST. When an answer is lost the SDK sends
// the request again, and its own publication refuses it: code and configuration
// are as they were, and publishing them again gives the same version.
func (c *Client) Publish(ctx context.Context, function string) (release.Version, error) {
	latest, err := c.latest(ctx, function)
	if err != nil {
		return release.Version{}, err
	}
	number, err := c.publish(ctx, function, latest)
	if stale(err) {
		again, err := c.latest(ctx, function)
		if err != nil {
			return release.Version{}, err
		}
		if again.content() != latest.content() {
			return release.Version{}, changedMeanwhile(function)
		}
		if number, err = c.publish(ctx, function, again); err != nil {
			return release.Version{}, publishError(err, function)
		}
		return c.Version(ctx, function, number)
	}
	if err != nil {
		return release.Version{}, publishError(err, function)
	}
	return c.Version(ctx, function, number)
}

// unpublished is $LATEST as it was read.
type unpublished struct{ code, modified, revision string }

// content is what a publication leaves as it is, and any change does not.
func (u unpublished) content() [2]string { return [2]string{u.code, u.modified} }

func (c *Client) latest(ctx context.Context, function string) (unpublished, error) {
	out, err := c.api.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &function})
	switch {
	case notFound(err):
		return unpublished{}, release.Errorf(release.TargetNotFound, "function %s does not exist in this account and region.", function)
	case err != nil:
		return unpublished{}, awserr.Wrap(err, "read $LATEST of %s", function)
	case out.LastUpdateStatus == types.LastUpdateStatusInProgress:
		return unpublished{}, release.Errorf(release.NotYet, "the last update of $LATEST of %s is InProgress. It can be published once that is Successful.", function)
	}
	return unpublished{code: aws.ToString(out.CodeSha256), modified: aws.ToString(out.LastModified), revision: aws.ToString(out.RevisionId)}, nil
}

func (c *Client) publish(ctx context.Context, function string, latest unpublished) (number string, err error) {
	out, err := c.api.PublishVersion(ctx, &lambda.PublishVersionInput{
		FunctionName: &function, CodeSha256: &latest.code, RevisionId: &latest.revision})
	if err != nil {
		return "", err //nolint:wrapcheck // publishError does
	}
	return aws.ToString(out.Version), nil
}

func publishError(err error, function string) error {
	if stale(err) {
		return changedMeanwhile(function)
	}
	return awserr.Wrap(err, "publish $LATEST of %s", function)
}

func changedMeanwhile(function string) error {
	return release.Errorf(release.SomebodyElseChanged,
		"$LATEST of %s changed while it was published; nothing was released. Start again to release what is there now.", function)
}

func stale(err error) bool {
	_, ok := errors.AsType[*types.PreconditionFailedException](err)
	return ok
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

// MayInvoke checks that a function exists and may be invoked, without running it.
// A function that does not, or may not, is a HookNotCallable.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func (c *Client) MayInvoke(ctx context.Context, function string) error {
	_, err := c.api.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, InvocationType: types.InvocationTypeDryRun})
	switch {
	case err == nil:
		return nil
	case notFound(err):
		return release.Errorf(release.HookNotCallable, "hooks names %s, which does not exist in this account and region; check its name: %v", function, awserr.Message(err))
	case awserr.Status(err) == http.StatusForbidden:
		return release.Errorf(release.HookNotCallable,
			"hooks names %s, which this pipeline may not call. Add it to the pipeline's Hooks and deploy, or leave it out: %v", function, awserr.Message(err))
	}
	return awserr.Wrap(err, "check that %s may be invoked", function)
}

func notFound(err error) bool {
	if err == nil {
		return false
	}
	_, ok := errors.AsType[*types.ResourceNotFoundException](err)
	return ok || awserr.Status(err) == http.StatusNotFound
}
