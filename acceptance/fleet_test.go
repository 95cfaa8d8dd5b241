package acceptance_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"weir/localcloud"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// fleetSize is how many functions beside the sample app the pipeline may
// release: 50 targets in all.
const fleetSize = 49

func fleetName(i int) string { return fmt.Sprintf("fleet-%02d", i+1) }

func fleetTargets() []string {
	var targets []string
	for i := range fleetSize {
		targets = append(targets, fleetName(i)+":prod")
	}
	return targets
}

// fleet makes the first n functions of the fleet, each with version 1 in
// production and version 2, of changed code, published.
func (w *world) fleet(n int) {
	w.t.Helper()
	first, second := w.zip(assemblies.first), w.zip(assemblies.second)
	role := w.role()
	for i := range n {
		name := aws.String(fleetName(i))
		if _, err := w.lambda.CreateFunction(w.t.Context(), &lambda.CreateFunctionInput{FunctionName: name, Role: role, Publish: true,
			Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"), Code: &types.FunctionCode{ZipFile: first}}); err != nil {
			w.t.Fatal(err)
		}
		if _, err := w.lambda.CreateAlias(w.t.Context(), &lambda.CreateAliasInput{FunctionName: name, Name: aws.String("prod"),
			FunctionVersion: aws.String("1")}); err != nil {
			w.t.Fatal(err)
		}
	}
	w.clock.Advance(2 * time.Second)
	for i := range n {
		if _, err := w.lambda.UpdateFunctionCode(w.t.Context(), &lambda.UpdateFunctionCodeInput{FunctionName: aws.String(fleetName(i)),
			ZipFile: second, Publish: true}); err != nil {
			w.t.Fatal(err)
		}
	}
	w.clock.Advance(2 * time.Second)
}

func (w *world) zip(folder string) []byte {
	w.t.Helper()
	code, err := localcloud.Package(folder)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// role is the sample function's role, which other functions of a test take too.
func (w *world) role() *string {
	w.t.Helper()
	configuration, err := w.lambda.GetFunctionConfiguration(w.t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: &w.function})
	if err != nil {
		w.t.Fatal(err)
	}
	return configuration.Role
}

// fleetRequest asks for version 2 on the first n functions of the fleet.
func fleetRequest(n int, rest string) string {
	var targets []string
	for i := range n {
		targets = append(targets, fmt.Sprintf(`{"function": %q}`, fleetName(i)))
	}
	return fmt.Sprintf(`{"targets": [%s], "version": "2", %s}`, strings.Join(targets, ", "), rest)
}

// wantFleet checks that the first n functions of the fleet serve a version whole
// and are free.
func (w *world) wantFleet(n int, version string) {
	w.t.Helper()
	for i := range n {
		out, err := w.lambda.GetAlias(w.t.Context(), &lambda.GetAliasInput{FunctionName: aws.String(fleetName(i)), Name: aws.String("prod")})
		if err != nil {
			w.t.Fatal(err)
		}
		if aws.ToString(out.FunctionVersion) != version || out.RoutingConfig != nil || contains(aws.ToString(out.Description), "lock=") {
			w.t.Errorf("%s serves %s with %+v (%s), want %s whole and free", fleetName(i), aws.ToString(out.FunctionVersion),
				out.RoutingConfig, aws.ToString(out.Description), version)
		}
	}
}

const halfThenAll = `"watch": "0m", "strategy": {"steps": [{"weight": 50, "bake": "5m"}]}`

func TestTwoFunctionsAreReleasedAsOne(t *testing.T) {
	w := newWorldOf(t, assemblies.fleet)
	w.fleet(2)
	w.trafficTo(fleetName(0), 120)
	w.trafficTo(fleetName(1), 120)
	e := w.run(fleetRequest(2, halfThenAll))
	w.succeeded(e)
	w.wantFleet(2, "2")
	if record := e.record(t); len(record.Targets) != 2 || record.Targets[1].Function != fleetName(1) {
		t.Errorf("record tells of %+v", record.Targets)
	}
}

func TestOneFaultyFunctionRollsAllBack(t *testing.T) {
	w := newWorldOf(t, assemblies.fleet)
	w.fleet(2)
	faulty := aws.String(fleetName(1))
	if _, err := w.lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: faulty,
		Environment: &types.Environment{Variables: map[string]string{"FAULT_ERROR_RATE": "0.4"}}}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Second)
	if _, err := w.lambda.PublishVersion(t.Context(), &lambda.PublishVersionInput{FunctionName: faulty}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Second)
	w.trafficTo(fleetName(0), 120)
	w.trafficTo(fleetName(1), 120)
	request := strings.Replace(fleetRequest(2, halfThenAll), `{"function": "fleet-02"}`, `{"function": "fleet-02", "version": "3"}`, 1)
	w.failed(w.run(request), "Release.VerdictFailed", "errors of fleet-02:prod", "fleet-01:prod serves version 1 whole", "fleet-02:prod serves version 1 whole")
	w.wantFleet(2, "1")
}

// Of three writes of a step, which follow the three of the lock, the second is
// refused for good: the first has been made by then.
func TestStepThatFailsHalfWayIsUndone(t *testing.T) {
	w := newWorldOf(t, assemblies.fleet)
	w.fleet(3)
	if _, err := w.cloud.Faults().Add(localcloud.Fault{Kind: localcloud.Error, Service: "lambda", Operation: "UpdateAlias", Skip: 4, Count: 1,
		Code: "AccessDeniedException", Status: 403, Message: "no"}); err != nil {
		t.Fatal(err)
	}
	w.failed(w.run(fleetRequest(3, halfThenAll)), "Release.Internal", "fleet-01:prod serves version 1 whole", "fleet-03:prod serves version 1 whole")
	w.wantFleet(3, "1")
}

// One target that must not be released refuses all, before anything is moved.
func TestOneTargetThatIsNotWholeRefusesAll(t *testing.T) {
	w := newWorldOf(t, assemblies.fleet)
	w.fleet(2)
	if _, err := w.lambda.UpdateAlias(t.Context(), &lambda.UpdateAliasInput{FunctionName: aws.String(fleetName(1)), Name: aws.String("prod"),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 0.3}}}); err != nil {
		t.Fatal(err)
	}
	w.failed(w.run(fleetRequest(2, halfThenAll)), "Release.AliasNotWhole", "fleet-02:prod")
	w.wantFleet(1, "1")
}

// Fifty functions go as one although Lambda throttles the calls now and then.
func TestFiftyFunctionsAreReleasedAsOne(t *testing.T) {
	w := newWorldOf(t, assemblies.fleet)
	w.fleet(fleetSize)
	if _, err := w.lambda.UpdateFunctionCode(t.Context(), &lambda.UpdateFunctionCodeInput{FunctionName: &w.function,
		ZipFile: w.zip(assemblies.second), Publish: true}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Second)
	if _, err := w.cloud.Faults().Add(localcloud.Fault{Kind: localcloud.Throttle, Service: "lambda", Operation: "UpdateAlias", Skip: 20, Count: 3}); err != nil {
		t.Fatal(err)
	}
	request := strings.Replace(fleetRequest(fleetSize, `"judge": {"inconclusive": "advance"}, `+strings.Replace(halfThenAll, "5m", "1m", 1)),
		`"targets": [`, `"targets": [{"function": "FUNCTION"}, `, 1)
	e := w.run(request)
	w.succeeded(e)
	w.wantFleet(fleetSize, "2")
	w.wantProd("2")
	if size := len(e.output); size > 32*1024 {
		t.Errorf("the record has %d bytes, want at most 32 KiB", size)
	}
	for _, event := range e.history {
		if exited := event.StateExitedEventDetails; exited != nil && len(aws.ToString(exited.Output)) > 200*1024 {
			t.Errorf("the state after %s has %d bytes; the limit is 256 KiB", aws.ToString(exited.Name), len(aws.ToString(exited.Output)))
		}
	}
}
