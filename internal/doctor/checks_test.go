package doctor_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"weir/internal/awsmetrics"
	"weir/internal/doctor"
	"weir/internal/judge"
	"weir/internal/release"
)

// cloud answers every check with what the test wants.
type cloud struct {
	targets

	bootstrap string // the parameter's value; empty for none
	denied    string // an action that IAM denies
	refuses   string // an expression or statistic that CloudWatch refuses
	result    sfntypes.ValidateStateMachineDefinitionResultCode
	severity  sfntypes.ValidateStateMachineDefinitionSeverity
	day       judge.Counts
	measured  bool
	listed    []cwtypes.Metric
	points    []float64
	simulated []string
	validated string
}

func (c *cloud) GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	if c.bootstrap == "" {
		return nil, &ssmtypes.ParameterNotFound{}
	}
	return &ssm.GetParameterOutput{Parameter: &ssmtypes.Parameter{Value: &c.bootstrap}}, nil
}

// SimulatePrincipalPolicy answers one action a page.
func (c *cloud) SimulatePrincipalPolicy(_ context.Context, in *iam.SimulatePrincipalPolicyInput, _ ...func(*iam.Options)) (*iam.SimulatePrincipalPolicyOutput, error) {
	at := 0
	for i, action := range in.ActionNames {
		if action == aws.ToString(in.Marker) {
			at = i
		}
	}
	decision := iamtypes.PolicyEvaluationDecisionTypeAllowed
	if in.ActionNames[at] == c.denied {
		decision = iamtypes.PolicyEvaluationDecisionTypeExplicitDeny
	}
	c.simulated = append(c.simulated, in.ActionNames[at]+" on "+strings.Join(in.ResourceArns, " "))
	out := &iam.SimulatePrincipalPolicyOutput{EvaluationResults: []iamtypes.EvaluationResult{
		{EvalActionName: &in.ActionNames[at], EvalResourceName: aws.String("r"), EvalDecision: decision}}}
	if at+1 < len(in.ActionNames) {
		out.IsTruncated, out.Marker = true, &in.ActionNames[at+1]
	}
	return out, nil
}

func (c *cloud) ValidateStateMachineDefinition(_ context.Context, in *sfn.ValidateStateMachineDefinitionInput, _ ...func(*sfn.Options)) (*sfn.ValidateStateMachineDefinitionOutput, error) {
	c.validated = aws.ToString(in.Definition)
	out := &sfn.ValidateStateMachineDefinitionOutput{Result: c.result}
	if c.severity != "" {
		out.Diagnostics = []sfntypes.ValidateStateMachineDefinitionDiagnostic{{Severity: c.severity, Code: aws.String("C"), Message: aws.String("so it is"), Location: aws.String("/States")}}
	}
	return out, nil
}

func (c *cloud) GetMetricData(_ context.Context, in *cloudwatch.GetMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	for _, query := range in.MetricDataQueries {
		if text := aws.ToString(query.Expression); c.refuses != "" && text == c.refuses || query.MetricStat != nil && aws.ToString(query.MetricStat.Stat) == c.refuses {
			return nil, &smithy.GenericAPIError{Code: "ValidationError", Message: "not so"}
		}
	}
	return &cloudwatch.GetMetricDataOutput{MetricDataResults: []cwtypes.MetricDataResult{{Values: c.points}}}, nil
}

func (c *cloud) ListMetrics(context.Context, *cloudwatch.ListMetricsInput, ...func(*cloudwatch.Options)) (*cloudwatch.ListMetricsOutput, error) {
	return &cloudwatch.ListMetricsOutput{Metrics: c.listed}, nil
}

func (c *cloud) Traffic(context.Context, []release.Target, time.Time, time.Time) ([]judge.Counts, error) {
	return []judge.Counts{c.day}, nil
}

func (c *cloud) Measured(context.Context, []awsmetrics.Query, time.Time, time.Time) ([]bool, error) {
	return []bool{c.measured}, nil
}

// sound is a cloud in which nothing is wrong.
func sound() *cloud {
	return &cloud{
		targets:   targets{alias: release.Alias{Version: "3"}, version: release.Version{Number: "3", State: "Active", TimeoutSeconds: 30}},
		bootstrap: "28", result: sfntypes.ValidateStateMachineDefinitionResultCodeOk, day: judge.Counts{Requests: 600 * 24 * 60},
		measured: true, listed: make([]cwtypes.Metric, 1), points: []float64{1},
	}
}

var (
	orders   = release.Target{Function: "orders", Alias: "prod"}
	pipeline = doctor.Pipeline{Name: "shop", Partition: "aws", Region: "us-east-1", Account: "123456789012", Targets: []release.Target{orders}}
	now      = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
)

// Each check is ok in a sound account, and finds the one thing that is wrong.
func TestEachCheckFindsItsFault(t *testing.T) {
	role := func(context.Context) (string, error) { return "arn:aws:iam::123456789012:role/shift", nil }
	metric := release.Metric{Namespace: "Shop", Name: "Refused"}
	for name, test := range map[string]struct {
		check func(c *cloud) doctor.Check
		fault func(c *cloud)
		want  string // "status: " and the beginning of what was found
	}{
		"no bootstrap":  {func(c *cloud) doctor.Check { return doctor.Bootstrap(c, "us-east-1") }, func(c *cloud) { c.bootstrap = "" }, "failed: the parameter /cdk-bootstrap"},
		"old bootstrap": {func(c *cloud) doctor.Check { return doctor.Bootstrap(c, "us-east-1") }, func(c *cloud) { c.bootstrap = "5" }, "failed: the bootstrap stack has version 5"},
		"a denied action on the last page": {func(c *cloud) doctor.Check { return doctor.Role("shift", role, c, pipeline) },
			func(c *cloud) { c.denied = "events:PutEvents" }, "failed: arn:aws:iam::123456789012:role/shift may not events:PutEvents on r (explicitDeny)"},
		"a refused definition": {func(c *cloud) doctor.Check { return doctor.Definition(c, "d", "{}", pipeline) },
			func(c *cloud) {
				c.result, c.severity = sfntypes.ValidateStateMachineDefinitionResultCodeFail, sfntypes.ValidateStateMachineDefinitionSeverityError
			}, "failed: Step Functions refuses it: C at /States: so it is"},
		"a definition with a warning": {func(c *cloud) doctor.Check { return doctor.Definition(c, "d", "{}", pipeline) },
			func(c *cloud) { c.severity = sfntypes.ValidateStateMachineDefinitionSeverityWarning }, "warning: Step Functions warns"},
		"a refused expression": {func(c *cloud) doctor.Check { return doctor.MetricMath(c, doctor.Expressions, doctor.Statistics, now) },
			func(c *cloud) { c.refuses = doctor.Expressions[1] }, "failed: CloudWatch refuses SEARCH("},
		"a refused statistic": {func(c *cloud) doctor.Check { return doctor.MetricMath(c, doctor.Expressions, doctor.Statistics, now) },
			func(c *cloud) { c.refuses = "PR(:250)" }, "failed: CloudWatch refuses the statistic PR(:250)"},
		"a split alias": {func(c *cloud) doctor.Check { return doctor.Target(c, c, orders) },
			func(c *cloud) { c.alias.Weights = map[string]float64{"4": 10} }, "failed: it splits traffic"},
		"little traffic": {func(c *cloud) doctor.Check { return doctor.TrafficOf(c, orders, now) },
			func(c *cloud) { c.day.Requests = 24 * 60 }, "warning: orders:prod served 1 requests a minute"},
		"a metric without a datum": {func(c *cloud) doctor.Check { return doctor.Signal(c, c, orders, metric, now) },
			func(c *cloud) { c.measured = false }, "failed: it has no datum in the last 14 days"},
		"a metric that is not listed": {func(c *cloud) doctor.Check { return doctor.Believed(c, doctor.Beliefs[0], orders, now) },
			func(c *cloud) { c.listed = nil }, "warning: Lambda has written no Throttles"},
		"a sum without points": {func(c *cloud) doctor.Check { return doctor.Believed(c, doctor.Beliefs[2], orders, now) },
			func(c *cloud) { c.points = nil }, "warning: CloudWatch gave no point"},
	} {
		t.Run(name, func(t *testing.T) {
			c := sound()
			if before := doctor.Run(t.Context(), []doctor.Check{test.check(c)})[0]; before.Status != doctor.OK {
				t.Errorf("in a sound account it is %+v", before)
			}
			test.fault(c)
			found := doctor.Run(t.Context(), []doctor.Check{test.check(c)})[0]
			if got := string(found.Status) + ": " + found.Found; !strings.HasPrefix(got, test.want) || found.Remedy == "" {
				t.Errorf("found %q (%s), want %q and a remedy", got, found.Remedy, test.want)
			}
		})
	}
}

// A timeout and provisioned concurrency are told beside a target that is in order.
func TestWhatIsToldBesideATarget(t *testing.T) {
	c := sound()
	c.version.TimeoutSeconds, c.provisioned = 600, true
	findings := doctor.Run(t.Context(), []doctor.Check{doctor.Target(c, c, orders)})
	if len(findings) != 3 || findings[1].Status != doctor.Warning || !strings.Contains(findings[1].Found, "may last 10m0s") ||
		findings[2].Check != "provisioned concurrency of orders:prod" || findings[2].Status != doctor.Warning {
		t.Errorf("found %+v", findings)
	}
}

// What is asked of IAM and Step Functions names the pipeline's own resources.
func TestWhatIsAskedOfAWS(t *testing.T) {
	c := sound()
	role := func(context.Context) (string, error) { return "arn:aws:iam::123456789012:role/shift", nil }
	doctor.Run(t.Context(), []doctor.Check{doctor.Role("plan", role, c, pipeline), doctor.Role("shift", role, c, pipeline), doctor.Definition(c, "d", "${Partition} ${ShiftFunctionArn} ${WorkflowArn}", pipeline)})
	asked := strings.Join(c.simulated, "\n")
	for _, want := range []string{
		"lambda:UpdateAlias on arn:aws:lambda:us-east-1:123456789012:function:orders:prod", "lambda:PublishVersion on arn:aws:lambda:us-east-1:123456789012:function:orders\n",
		"ssm:PutParameter on arn:aws:ssm:us-east-1:123456789012:parameter/weir/shop/freeze", "events:PutEvents on arn:aws:events:us-east-1:123456789012:event-bus/default",
	} {
		if !strings.Contains(asked, want) {
			t.Errorf("%s is not asked; asked is\n%s", want, asked)
		}
	}
	if want := "aws arn:aws:lambda:us-east-1:123456789012:function:shop-shift arn:aws:states:us-east-1:123456789012:stateMachine:shop"; c.validated != want {
		t.Errorf("validated was %q, want %q", c.validated, want)
	}
}
