package doctor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"weir/internal/doctor"
	"weir/internal/release"
)

// answers answer one call with what the test wants.
type answers struct {
	identity *sts.GetCallerIdentityOutput
	account  *lambda.GetAccountSettingsOutput
	err      error
}

func (a answers) GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	return a.identity, a.err
}

func (a answers) GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error) {
	return a.account, a.err
}

func identity(arn string) *sts.GetCallerIdentityOutput {
	return &sts.GetCallerIdentityOutput{Account: aws.String("123456789012"), Arn: &arn}
}

func account(unreserved int32, stored int64) *lambda.GetAccountSettingsOutput {
	return &lambda.GetAccountSettingsOutput{
		AccountLimit: &lambdatypes.AccountLimit{UnreservedConcurrentExecutions: &unreserved, TotalCodeSize: 75 << 30},
		AccountUsage: &lambdatypes.AccountUsage{TotalCodeSize: stored},
	}
}

func TestChecksOfTheAccount(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not you"}
	for name, test := range map[string]struct {
		check doctor.Check
		want  []string // "check: status" and a part of what was found
	}{
		"at home in a partition": {doctor.Credentials(answers{identity: identity("arn:aws-cn:iam::123456789012:user/ann")}, "cn-north-1"),
			[]string{"credentials: ok: account 123456789012 as user/ann", "region: ok: cn-north-1 in partition aws-cn"}},
		"a region of another partition": {doctor.Credentials(answers{identity: identity("arn:aws:iam::123456789012:user/ann")}, "us-gov-west-1"),
			[]string{"credentials: ok", "region: failed: region us-gov-west-1 belongs to partition aws-us-gov"}},
		"credentials that expired": {doctor.Credentials(answers{err: &smithy.GenericAPIError{Code: "ExpiredToken", Message: "too old"}}, "us-east-1"), []string{"credentials: failed: AWS does not take these credentials: too old"}},
		"nobody answers":           {doctor.Credentials(answers{err: errors.New("no route")}, "us-east-1"), []string{"credentials: not checked: There was no answer: no route"}},
		"an account with room":     {doctor.Quotas(answers{account: account(1000, 1<<20)}), []string{"concurrency: ok: 1000", "code storage: ok: 1 of 76800 MB"}},
		"a new account":            {doctor.Quotas(answers{account: account(10, 0)}), []string{"concurrency: warning: 10 executions", "code storage: ok"}},
		"a full account":           {doctor.Quotas(answers{account: account(1000, 70<<30)}), []string{"concurrency: ok", "code storage: warning"}},
		"who may not ask":          {doctor.Quotas(answers{err: denied}), []string{"lambda quotas: not checked: You may not ask: not you"}},
		"a service that is down":   {doctor.Quotas(answers{err: errors.New("no route")}), []string{"lambda quotas: not checked: There was no answer: no route"}},
	} {
		t.Run(name, func(t *testing.T) {
			findings := doctor.Run(t.Context(), []doctor.Check{test.check})
			if len(findings) != len(test.want) {
				t.Fatalf("%d findings, want %d: %+v", len(findings), len(test.want), findings)
			}
			for i, want := range test.want {
				got := findings[i].Check + ": " + string(findings[i].Status) + ": " + findings[i].Found
				if !strings.HasPrefix(got, want) {
					t.Errorf("found %q, want %q", got, want)
				}
				if findings[i].Status != doctor.OK && findings[i].Remedy == "" {
					t.Errorf("%q has no remedy", got)
				}
			}
		})
	}
}

// targets answer for a target and for what it serves.
type targets struct {
	alias       release.Alias
	version     release.Version
	provisioned bool
	err         error
}

func (a targets) Alias(context.Context, release.Target) (release.Alias, error) { return a.alias, a.err }
func (a targets) Version(context.Context, string, string) (release.Version, error) {
	return a.version, nil
}
func (a targets) Provisioned(context.Context, release.Target) (bool, error) {
	return a.provisioned, nil
}

func TestChecksOfATarget(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not you"}
	for name, test := range map[string]struct {
		targets targets
		want    string
	}{
		"an alias that serves an active version":   {targets{alias: release.Alias{Version: "3"}, version: release.Version{Number: "3", State: "Active"}}, "ok: it serves version 3"},
		"a version that is on its way":             {targets{alias: release.Alias{Version: "3"}, version: release.Version{Number: "3", State: "Pending", StateReason: "creating"}}, "failed: version 3 is Pending: creating"},
		"a version that nobody has used for weeks": {targets{alias: release.Alias{Version: "3"}, version: release.Version{Number: "3", State: "Inactive", StateReason: "idle"}}, "failed: version 3 is Inactive: idle"},
		"an alias that does not exist":             {targets{err: release.Errorf(release.TargetNotFound, "no such alias")}, "failed: Release.TargetNotFound: no such alias"},
		"an alias that the caller may not read":    {targets{err: &release.Error{Name: release.TargetNotFound, Message: "not yours", Err: denied}}, "not checked: You may not ask: not you"},
	} {
		t.Run(name, func(t *testing.T) {
			check := doctor.Target(test.targets, test.targets, release.Target{Function: "orders", Alias: "prod"})
			found := doctor.Run(t.Context(), []doctor.Check{check})[0]
			if got := string(found.Status) + ": " + found.Found; !strings.HasPrefix(got, test.want) {
				t.Errorf("found %q, want %q", got, test.want)
			}
			if found.Status != doctor.OK && found.Remedy == "" {
				t.Errorf("%q has no remedy", found.Found)
			}
		})
	}
}

// A pipeline that cannot be read is a finding, and the account is looked at all the same.
func TestPipelineThatCannotBeRead(t *testing.T) {
	call := func(err error) error {
		return fmt.Errorf("read the targets: %w", &smithy.OperationError{ServiceID: "Lambda", OperationName: "GetFunctionConfiguration", Err: err})
	}
	for name, test := range map[string]struct {
		reason error
		want   string
	}{
		"another account's":       {call(&smithy.GenericAPIError{Code: "ResourceNotFoundException", Message: "not found"}), "failed: shop is no release pipeline of this account and region: not found"},
		"one that is not to read": {call(&smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not you"}), "not checked: You may not ask: not you"},
		"no answer":               {call(errors.New("no route")), "not checked: There was no answer"},
		"another region's":        {errors.New("the state machine is in eu-west-1"), "failed: the state machine is in eu-west-1"},
	} {
		t.Run(name, func(t *testing.T) {
			check := doctor.Unread("shop", test.reason)
			found := doctor.Run(t.Context(), []doctor.Check{check})[0]
			if got := string(found.Status) + ": " + found.Found; !strings.HasPrefix(got, test.want) || found.Remedy == "" {
				t.Errorf("found %q (%s), want %q and a remedy", got, found.Remedy, test.want)
			}
		})
	}
}

// An account that does not answer is told of within a minute, whatever the checks.
func TestRunEndsWithinAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := doctor.Check{Name: "silent", Look: func(ctx context.Context) []doctor.Finding {
			<-ctx.Done()
			return []doctor.Finding{{Status: doctor.NotChecked}}
		}}
		began := time.Now()
		if findings := doctor.Run(t.Context(), slices.Repeat([]doctor.Check{silent}, 100)); len(findings) != 100 {
			t.Errorf("%d findings, want one of each check", len(findings))
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// A check that another one decides is left out where that did not succeed.
func TestWhatComesAfterAFailedCheck(t *testing.T) {
	look := func(status doctor.Status) func(context.Context) []doctor.Finding {
		return func(context.Context) []doctor.Finding { return []doctor.Finding{{Status: status}} }
	}
	for status, want := range map[doctor.Status]int{doctor.OK: 3, doctor.Warning: 3, doctor.Failed: 1, doctor.NotChecked: 1} {
		findings := doctor.Run(t.Context(), []doctor.Check{
			{Name: "a", Look: look(status)}, {Name: "b", Look: look(doctor.OK), After: "a"}, {Name: "c", Look: look(doctor.OK), After: "b"},
		})
		if len(findings) != want {
			t.Errorf("after one that is %s there are %d findings, want %d", status, len(findings), want)
		}
	}
}

func TestPartitionOf(t *testing.T) {
	for region, want := range map[string]string{"us-east-1": "aws", "eu-central-1": "aws", "cn-northwest-1": "aws-cn", "us-gov-east-1": "aws-us-gov",
		"eusc-de-east-1": "aws-eusc", "us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b"} {
		if got := doctor.PartitionOf(region); got != want {
			t.Errorf("%s belongs to %s, want %s", region, got, want)
		}
	}
}

// The template's expressions, statistics and grants are what is asked about.
func TestChecksAskForWhatTheStackUses(t *testing.T) {
	text, err := os.ReadFile("../../infra/testdata/all.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`"Expression": "([^"]+)"`).FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(doctor.Expressions, found[1]) {
			t.Errorf("the expression %s is not asked about", found[1])
		}
	}
	if !strings.Contains(string(text), doctor.Expressions[0]) || !strings.Contains(string(text), strings.Split(doctor.Expressions[1], " ")[0]) {
		t.Error("an expression that is asked about is used nowhere")
	}
	statistics := regexp.MustCompile(`"(?:Stat|Statistic|ExtendedStatistic)": "([^"]+)"|', '([A-Za-z0-9]+)', \d+\)`)
	for _, found := range statistics.FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(doctor.Statistics, found[1]+found[2]) {
			t.Errorf("the statistic %s is not asked about", found[1]+found[2])
		}
	}
	granted := grants(t, text)
	for _, owner := range []string{"plan", "shift", "verify", "rollback", "workflow"} {
		if want, got := granted[owner], doctor.Actions(owner); !slices.Equal(got, want) {
			t.Errorf("the role of %s is asked about %q, and granted %q", owner, got, want)
		}
	}
}

// grants are the actions of each role of the pipeline but those of logs and traces.
func grants(t *testing.T, text []byte) map[string][]string {
	t.Helper()
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties struct {
				PolicyDocument struct {
					Statement []struct{ Action any }
				}
			}
		}
	}
	if err := json.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	owner := regexp.MustCompile(`^Release(Plan|Shift|Verify|Rollback|Workflow)Role`)
	granted := map[string][]string{}
	for id, resource := range template.Resources {
		of := owner.FindStringSubmatch(id)
		if of == nil || resource.Type != "AWS::IAM::Policy" {
			continue
		}
		name := strings.ToLower(of[1])
		for _, statement := range resource.Properties.PolicyDocument.Statement {
			actions, several := statement.Action.([]any)
			if !several {
				actions = []any{statement.Action}
			}
			for _, action := range actions {
				if text := action.(string); !strings.HasPrefix(text, "logs:") && !strings.HasPrefix(text, "xray:") {
					granted[name] = append(granted[name], text)
				}
			}
		}
		slices.Sort(granted[name])
	}
	return granted
}
