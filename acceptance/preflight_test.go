package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// reconfigure changes $LATEST of the sample function and publishes it.
func (w *world) reconfigure(change lambda.UpdateFunctionConfigurationInput) string {
	w.t.Helper()
	change.FunctionName = &w.function
	if _, err := w.lambda.UpdateFunctionConfiguration(w.t.Context(), &change); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(2 * time.Second)
	out, err := w.lambda.PublishVersion(w.t.Context(), &lambda.PublishVersionInput{FunctionName: &w.function})
	if err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(2 * time.Second)
	return aws.ToString(out.Version)
}

const releaseOf = `{"target": {"function": "FUNCTION"}, "version": "VERSION", "watch": "0m", "judge": {"inconclusive": "advance"},
  "strategy": {"steps": [{"weight": 50, "bake": "1m"}]}}`

func versioned(request, version string) string {
	return strings.ReplaceAll(request, "VERSION", version)
}

func TestVersionWithAnotherRoleIsReleasedOnlyAtOnce(t *testing.T) {
	w := newWorld(t)
	another := aws.String(strings.Replace(aws.ToString(w.role()), "AppRole", "AnotherRole", 1))
	version := w.reconfigure(lambda.UpdateFunctionConfigurationInput{Role: another})
	w.failed(w.run(versioned(releaseOf, version)), "Release.Incompatible", "AnotherRole", "execution roles", "all-at-once")
	w.wantProd("1")
	w.succeeded(w.run(versioned(`{"target": {"function": "FUNCTION"}, "version": "VERSION", "strategy": "AllAtOnce", "watch": "0m"}`, version)))
	w.wantProd(version)
}

func TestVersionWithAnotherDeadLetterQueueIsRefused(t *testing.T) {
	w := newWorld(t)
	queue := &types.DeadLetterConfig{TargetArn: aws.String("arn:aws:sqs:us-east-1:000000000000:dead")}
	version := w.reconfigure(lambda.UpdateFunctionConfigurationInput{DeadLetterConfig: queue})
	w.failed(w.run(versioned(releaseOf, version)), "Release.Incompatible", "dead-letter", ":dead")
	w.wantProd("1")
}

// A function that was just created is Pending, and one that was just changed has
// an update InProgress: the plan waits.
func TestVersionThatIsNotReadyIsWaitedFor(t *testing.T) {
	w := newWorldOf(t, assemblies.fleet)
	name := aws.String(fleetName(0))
	if _, err := w.lambda.CreateFunction(t.Context(), &lambda.CreateFunctionInput{FunctionName: name, Role: w.role(), Publish: true,
		Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"), Code: &types.FunctionCode{ZipFile: w.zip(assemblies.first)}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.lambda.CreateAlias(t.Context(), &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("prod"), FunctionVersion: aws.String("1")}); err != nil {
		t.Fatal(err)
	}
	const plan = `{"target": {"function": "fleet-01"}, "version": "$LATEST", "dryRun": true}`
	w.waitedFor(w.run(plan), "$LATEST of fleet-01 is Pending")

	w.clock.Advance(time.Minute)
	if _, err := w.lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: name, Description: aws.String("new")}); err != nil {
		t.Fatal(err)
	}
	w.waitedFor(w.run(plan), "InProgress")
}

// waitedFor checks a plan that was not yet to be had, and came about.
func (w *world) waitedFor(e ended, why string) {
	w.t.Helper()
	w.succeeded(e)
	for _, event := range e.history {
		if failed := event.TaskFailedEventDetails; failed != nil && aws.ToString(failed.Error) == "Release.NotYet" && contains(aws.ToString(failed.Cause), why) {
			return
		}
	}
	w.t.Errorf("no attempt failed because %s", why)
}

func TestAliasThatIsNotWholeIsRefused(t *testing.T) {
	w := newWorld(t)
	w.deploy(assemblies.changed)
	if _, err := w.lambda.UpdateAlias(t.Context(), &lambda.UpdateAliasInput{FunctionName: &w.function, Name: aws.String("prod"),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 0.2}}}); err != nil {
		t.Fatal(err)
	}
	w.failed(w.run(versioned(releaseOf, "2")), "Release.AliasNotWhole", "80 % on version 1 and 20 % on version 2", "update-alias")
}

// $LATEST is published by the release: what it was when the release looked.
func TestLatestIsPublishedAndReleased(t *testing.T) {
	w := newWorld(t)
	if _, err := w.lambda.UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{FunctionName: &w.function, ZipFile: w.zip(assemblies.second)}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Second)
	e := w.run(versioned(`{"target": {"function": "FUNCTION"}, "version": "$LATEST", "dryRun": true}`, ""))
	w.succeeded(e)
	if !contains(e.output, `"candidate":"$LATEST"`) {
		t.Errorf("the plan does not say what it would publish: %s", e.output)
	}
	w.succeeded(w.run(versioned(releaseOf, "$LATEST")))
	w.wantProd("2")
	versions, err := w.lambda.ListVersionsByFunction(t.Context(), &lambda.ListVersionsByFunctionInput{FunctionName: &w.function})
	if err != nil || len(versions.Versions) != 3 {
		t.Errorf("%d versions with $LATEST, %v; want 3: the plan alone publishes nothing", len(versions.Versions), err)
	}
}

// Where releases publish, a deploy moves $LATEST alone, a release needs no
// version, and the alarm that guards the pipeline guards this release.
func TestStackWhoseReleasesPublish(t *testing.T) {
	w := newWorldOf(t, assemblies.onRequest[0])
	w.alarm("checkout")
	w.wantProd("1")
	w.deploy(assemblies.onRequest[1])
	w.wantProd("1")
	execution := w.start(strings.Replace(versioned(releaseOf, ""), `"version": "", `, "", 1))
	w.reach(execution, "Bake")
	w.fire("checkout")
	w.failed(w.await(execution), "Release.AlarmFired", "checkout", "prod serves version 1 whole")
	w.wantProd("1")
}
