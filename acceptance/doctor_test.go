package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"weir/internal/doctor"
	"weir/internal/release"
	"weir/statemachine"
)

func (w *world) pipeline() doctor.Pipeline {
	w.t.Helper()
	pipeline, err := doctor.Deployed(w.t.Context(), w.lambda, w.machine, w.config.Region)
	if err != nil {
		w.t.Fatal(err)
	}
	return pipeline
}

// finding is the one of a check; TARGET in its name stands for function:prod.
func (w *world) finding(findings []doctor.Finding, check string) doctor.Finding {
	w.t.Helper()
	check = strings.ReplaceAll(check, "TARGET", w.function+":prod")
	for _, finding := range findings {
		if finding.Check == check {
			return finding
		}
	}
	w.t.Fatalf("no finding of %s among %+v", check, findings)
	return doctor.Finding{}
}

func TestDoctorFindsASoundAccountSound(t *testing.T) {
	w := newWorld(t)
	w.traffic(10)
	w.clock.Advance(61 * time.Minute)
	before := w.prod()
	findings := doctor.Run(t.Context(), doctor.Checks(w.config, w.pipeline(), nil, w.clock.Now()))
	for _, finding := range findings {
		if finding.Status != doctor.OK && finding.Check != "metric-throttles on "+w.function+":prod" &&
			finding.Check != "traffic of "+w.function+":prod" { // of an hour, where a day is asked for
			t.Errorf("%s is %s: %s", finding.Check, finding.Status, finding.Found)
		}
	}
	if len(findings) < 14 {
		t.Errorf("only %d findings", len(findings))
	}
	if after := w.prod(); aws.ToString(after.RevisionId) != aws.ToString(before.RevisionId) {
		t.Error("production changed while it was looked at")
	}
}

// Each fault is planted, and found with what is wrong and what to do.
func TestDoctorFindsEachFault(t *testing.T) {
	for name, fault := range map[string]struct {
		plant func(w *world)
		want  []doctor.Finding // its Found is a part of the sentence
	}{
		"an account that was not prepared": {func(w *world) {
			w.config.Region = "cn-north-1"
			w.done(ssm.NewFromConfig(w.config).DeleteParameter(w.t.Context(), &ssm.DeleteParameterInput{Name: aws.String(bootstrapped)}))
		}, []doctor.Finding{
			{Check: "region", Status: doctor.Failed, Found: "belongs to partition aws-cn"},
			{Check: "cdk bootstrap", Status: doctor.Failed, Found: "nobody has bootstrapped"},
		}},
		"functions that nobody uses": {func(w *world) {
			w.done(ssm.NewFromConfig(w.config).PutParameter(w.t.Context(), &ssm.PutParameterInput{Name: aws.String(bootstrapped), Value: aws.String("4"), Overwrite: aws.Bool(true)}))
			w.slow()
			w.provision()
		}, []doctor.Finding{
			{Check: "cdk bootstrap", Status: doctor.Failed, Found: "has version 4; 6 or later"},
			{Check: "traffic of TARGET", Status: doctor.Warning, Found: "0 requests a minute in the last day"},
			{Check: "metric Shop Misspelt of TARGET", Status: doctor.Failed, Found: "no datum in the last 14 days"},
			{Check: "metric-throttles on TARGET", Status: doctor.Warning, Found: "written no Throttles"},
			{Check: "metric-executed-version-whole on TARGET", Status: doctor.Warning, Found: "written no Invocations"},
			{Check: "math-missing on TARGET", Status: doctor.Warning, Found: "no point of a sum"},
			{Check: "timeout of TARGET", Status: doctor.Warning, Found: "may last 10m0s"},
			{Check: "provisioned concurrency of TARGET", Status: doctor.Warning, Found: "it has some"},
		}},
		"roles that allow nothing": {func(w *world) {
			for _, handler := range []string{"plan", "shift", "verify", "rollback"} {
				w.disarm(handler)
			}
			w.disarmRole(w.roleOfWorkflow())
		}, []doctor.Finding{
			{Check: "role of plan", Status: doctor.Failed, Found: "lambda:PublishVersion on"},
			{Check: "role of shift", Status: doctor.Failed, Found: "lambda:UpdateAlias on"},
			{Check: "role of verify", Status: doctor.Failed, Found: "lambda:InvokeFunction on"},
			{Check: "role of rollback", Status: doctor.Failed, Found: "lambda:UpdateAlias on"},
			{Check: "role of workflow", Status: doctor.Failed, Found: "lambda:InvokeFunction on"},
		}},
		"an alias that is split": {func(w *world) { w.split() }, []doctor.Finding{{Check: "target TARGET", Status: doctor.Failed, Found: "it splits traffic"}}},
		"an alias that is gone": {func(w *world) {
			w.done(w.lambda.DeleteAlias(w.t.Context(), &lambda.DeleteAliasInput{FunctionName: &w.function, Name: aws.String("prod")}))
		}, []doctor.Finding{{Check: "target TARGET", Status: doctor.Failed, Found: "does not exist in this account and region"}}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			pipeline := w.pipeline()
			fault.plant(w)
			findings := doctor.Run(t.Context(), doctor.Checks(w.config, pipeline, []release.Metric{{Namespace: "Shop", Name: "Misspelt"}}, w.clock.Now()))
			for _, want := range fault.want {
				finding := w.finding(findings, want.Check)
				if finding.Status != want.Status || !strings.Contains(finding.Found, want.Found) || finding.Remedy == "" {
					t.Errorf("%s is %s: %s (%s); want %s: ...%s, and a remedy", finding.Check, finding.Status, finding.Found, finding.Remedy, want.Status, want.Found)
				}
			}
		})
	}
}

// bootstrapped is the parameter that the CDK's bootstrap stack leaves.
const bootstrapped = "/cdk-bootstrap/hnb659fds/version"

// What CloudWatch and Step Functions refuse is found before a deploy.
func TestDoctorFindsWhatAWSRefuses(t *testing.T) {
	w := newWorld(t)
	metrics, states := cloudwatch.NewFromConfig(w.config), sfn.NewFromConfig(w.config)
	findings := doctor.Run(t.Context(), []doctor.Check{
		doctor.MetricMath(metrics, []string{"100 * errors / MAX([invocations, 1])"}, nil, w.clock.Now()),
		doctor.MetricMath(metrics, nil, []string{"p101"}, w.clock.Now()),
		doctor.Definition(states, "of a stranger", strings.Replace(statemachine.Definition, `"Type": "Task"`, `"Type": "Tusk"`, 1), w.pipeline()),
	})
	if len(findings) != 3 {
		t.Fatalf("found %+v", findings)
	}
	for _, finding := range findings {
		if finding.Status != doctor.Failed || !strings.Contains(finding.Found, "refuses") || finding.Remedy == "" {
			t.Errorf("%+v", finding)
		}
	}
}

// done fails the test when a step of the planting does.
func (w *world) done(_ any, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// split gives a second version a tenth of prod.
func (w *world) split() {
	w.t.Helper()
	w.deploy(assemblies.changed)
	w.done(w.lambda.UpdateAlias(w.t.Context(), &lambda.UpdateAliasInput{FunctionName: &w.function, Name: aws.String("prod"),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 0.1}}}))
}

// slow has prod serve a version whose requests may last ten minutes.
func (w *world) slow() {
	w.t.Helper()
	w.done(w.lambda.UpdateFunctionConfiguration(w.t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: &w.function, Timeout: aws.Int32(600)}))
	w.clock.Advance(time.Minute)
	version, err := w.lambda.PublishVersion(w.t.Context(), &lambda.PublishVersionInput{FunctionName: &w.function})
	w.done(version, err)
	w.clock.Advance(time.Minute)
	w.done(w.lambda.UpdateAlias(w.t.Context(), &lambda.UpdateAliasInput{FunctionName: &w.function, Name: aws.String("prod"), FunctionVersion: version.Version}))
}

// disarm takes every policy from the role of a handler.
func (w *world) disarm(handler string) {
	w.t.Helper()
	config, err := w.lambda.GetFunctionConfiguration(w.t.Context(), &lambda.GetFunctionConfigurationInput{FunctionName: aws.String(w.pipeline().Name + "-" + handler)})
	w.done(config, err)
	w.disarmRole(aws.ToString(config.Role))
}

func (w *world) roleOfWorkflow() string {
	w.t.Helper()
	machine, err := w.states.DescribeStateMachine(w.t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &w.machine})
	w.done(machine, err)
	return aws.ToString(machine.RoleArn)
}

func (w *world) disarmRole(arn string) {
	w.t.Helper()
	name := arn[strings.LastIndex(arn, "/")+1:]
	roles := iam.NewFromConfig(w.config)
	policies, err := roles.ListRolePolicies(w.t.Context(), &iam.ListRolePoliciesInput{RoleName: &name})
	w.done(policies, err)
	if len(policies.PolicyNames) == 0 {
		w.t.Fatalf("the role %s has no policies to take", name)
	}
	for _, policy := range policies.PolicyNames {
		w.done(roles.DeleteRolePolicy(w.t.Context(), &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: &policy}))
	}
}
