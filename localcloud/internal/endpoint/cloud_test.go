package endpoint_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/iam"
)

var begin = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func TestStartsFastAndOnLoopback(t *testing.T) {
	before := time.Now()
	cloud := start(t, endpoint.Options{})
	if took := time.Since(before); took > 200*time.Millisecond {
		t.Errorf("start took %v, want less than 200ms", took)
	}
	if !strings.HasPrefix(cloud.URL(), "http://127.0.0.1:") {
		t.Errorf("URL = %s, want loopback", cloud.URL())
	}
}

func TestSaysSoWhenOtherMachinesCanReachIt(t *testing.T) {
	for listen, want := range map[string]bool{"127.0.0.1:0": false, "0.0.0.0:0": true} {
		var log bytes.Buffer
		cloud := start(t, endpoint.Options{Listen: listen, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if got := strings.Contains(log.String(), "can be reached from other machines"); got != want {
			t.Errorf("listen on %s: said so = %v, want %v", listen, got, want)
		}
		if status := control(t, cloud, "GET", "health", "", nil); status != 200 {
			t.Errorf("listen on %s: %s answers %d", listen, cloud.URL(), status)
		}
	}
}

func TestRolesDecideWhatSessionsMayDo(t *testing.T) {
	cloud := start(t, endpoint.Options{Clock: clock.Stepped(begin)})
	config := assume(t, cloud, role(t, cloud, "Reader", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
		"Action":["lambda:GetAlias","cloudwatch:DescribeAlarms"],"Resource":["arn:aws:lambda:us-east-1:000000000000:function:f:*","arn:aws:lambda:us-east-1:000000000000:function:f"]}]}`))

	identity, err := sts.NewFromConfig(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || aws.ToString(identity.Arn) != "arn:aws:sts::000000000000:assumed-role/Reader/session" {
		t.Errorf("identity = %v, error %v", identity, err)
	}
	_, err = lambda.NewFromConfig(config).GetAlias(t.Context(), &lambda.GetAliasInput{FunctionName: aws.String("f"), Name: aws.String("prod")})
	if code(err) != "ResourceNotFoundException" { // allowed, but there is none
		t.Errorf("GetAlias: %v", err)
	}
	_, err = lambda.NewFromConfig(config).UpdateAlias(t.Context(), &lambda.UpdateAliasInput{FunctionName: aws.String("f"), Name: aws.String("prod")})
	want := "User: arn:aws:sts::000000000000:assumed-role/Reader/session is not authorized to perform: lambda:UpdateAlias on resource: "
	because := " because no identity-based policy allows the lambda:UpdateAlias action"
	if code(err) != "AccessDeniedException" || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), because) {
		t.Errorf("UpdateAlias: %v, want %s...%s", err, want, because)
	}
	_, err = eventbridge.NewFromConfig(config).ListRules(t.Context(), &eventbridge.ListRulesInput{})
	if code(err) != "AccessDeniedException" {
		t.Errorf("ListRules: %v", err)
	}
	_, err = cloudwatch.NewFromConfig(config).GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		MetricDataQueries: []cwtypes.MetricDataQuery{}, StartTime: aws.Time(begin), EndTime: aws.Time(begin)})
	if code(err) != "AccessDenied" {
		t.Errorf("GetMetricData: %v", err)
	}
	_, err = sts.NewFromConfig(as(cloud, "ASIAUNKNOWN")).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if code(err) != "InvalidClientTokenId" {
		t.Errorf("unknown session: %v", err)
	}
}

func TestGrantsNeverUsedAreListed(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	arn := role(t, cloud, "Reader", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lambda:GetAlias","lambda:UpdateAlias"],"Resource":"*"}]}`)
	_, err := lambda.NewFromConfig(assume(t, cloud, arn)).GetAlias(t.Context(), &lambda.GetAliasInput{FunctionName: aws.String("f"), Name: aws.String("prod")})
	if code(err) != "ResourceNotFoundException" {
		t.Fatal(err)
	}
	var unused []iam.Grant
	control(t, cloud, "GET", "permissions?unused", "", &unused)
	var ours []string
	for _, grant := range unused {
		if grant.Role == arn {
			ours = append(ours, grant.Action)
		}
	}
	if len(ours) != 1 || ours[0] != "lambda:UpdateAlias" {
		t.Errorf("unused = %v, want lambda:UpdateAlias alone", ours)
	}
}

func TestClockOverTheControlAPI(t *testing.T) {
	cloud := start(t, endpoint.Options{Clock: clock.Stepped(begin)})
	if status := control(t, cloud, "POST", "clock", `{"Advance":"10m"}`, nil); status != 200 || !cloud.Clock().Now().Equal(begin.Add(10*time.Minute)) {
		t.Errorf("status %d, time %v", status, cloud.Clock().Now())
	}
	for _, body := range []string{`{"Speed":60}`, `{"Advance":"-1s"}`, `{"Advance":"soon"}`, `{}`, `{"Sped":1}`, `x`} {
		if status := control(t, cloud, "POST", "clock", body, nil); status != 400 {
			t.Errorf("%s: status %d, want 400", body, status)
		}
	}
	running := start(t, endpoint.Options{})
	if status := control(t, running, "POST", "clock", `{"Speed":60}`, nil); status != 200 || running.Clock().Speed() != 60 {
		t.Errorf("status %d, speed %v", status, running.Clock().Speed())
	}
}
