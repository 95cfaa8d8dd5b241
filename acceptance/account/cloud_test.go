package account_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"weir/localcloud"
)

// cloud is where the cycle runs. What is done to it afterwards is done by SDK
// clients and is the same for both.
type cloud interface {
	config() aws.Config
	// deploy brings up a cloud assembly and gives the stack's outputs.
	deploy(assembly string) (map[string]string, error)
	now() time.Time
	// pace is how many cloud seconds pass in one of the wall.
	pace() float64
}

// rehearsal is the local cloud.
type rehearsal struct {
	*localcloud.Cloud
	ctx     context.Context //nolint:containedctx // of the test, which the cloud lives as long as
	clients aws.Config
}

const fast = 60

func rehearse(t *testing.T) *rehearsal {
	t.Helper()
	running, err := localcloud.Start(context.WithoutCancel(t.Context()), localcloud.Options{Speed: fast})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	clients, err := running.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &rehearsal{Cloud: running, ctx: t.Context(), clients: clients}
}

func (r *rehearsal) config() aws.Config { return r.clients }
func (r *rehearsal) pace() float64      { return fast }
func (r *rehearsal) now() time.Time     { return r.Clock().Now() }
func (r *rehearsal) deploy(assembly string) (map[string]string, error) {
	return r.Deploy(r.ctx, assembly)
}

// account is the AWS account of the credentials in the environment, by the CDK's
// own CLI.
type account struct {
	t       *testing.T
	clients aws.Config
	cdk     []string
}

// enter refuses any account but the one that was named.
func enter(t *testing.T, named string) *account {
	t.Helper()
	clients, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	who, err := sts.NewFromConfig(clients).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatalf("who is asking? %v", err)
	}
	if got := aws.ToString(who.Account); got != named {
		t.Fatalf("the credentials are of account %s, and %s was named; nothing was done", got, named)
	}
	cdk := strings.Fields(os.Getenv("CDK"))
	if len(cdk) == 0 {
		t.Fatal("CDK is not set; run this by make verify-aws")
	}
	return &account{t: t, clients: clients, cdk: cdk}
}

func (a *account) config() aws.Config { return a.clients }
func (a *account) pace() float64      { return 1 }
func (a *account) now() time.Time     { return time.Now() }

func (a *account) deploy(assembly string) (map[string]string, error) {
	outputs := filepath.Join(a.t.TempDir(), "outputs.json")
	args := append(a.cdk[1:len(a.cdk):len(a.cdk)], "deploy", "--app", assembly, "--require-approval", "never", "--outputs-file", outputs)
	command := exec.CommandContext(a.t.Context(), a.cdk[0], args...)
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cdk deploy: %w\n%s", err, out)
	}
	text, err := os.ReadFile(outputs)
	if err != nil {
		return nil, fmt.Errorf("read the outputs: %w", err)
	}
	var stacks map[string]map[string]string
	if err := json.Unmarshal(text, &stacks); err != nil {
		return nil, fmt.Errorf("read the outputs: %w", err)
	}
	return stacks[stackName], nil
}

// destroy deletes the stack and waits until it is gone. It is not stopped by the
// end of the test: what was brought up is taken down.
func destroy(clients aws.Config) error {
	api := cloudformation.NewFromConfig(clients)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	if _, err := api.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String(stackName)}); err != nil {
		return fmt.Errorf("delete the stack: %w", err)
	}
	waiter := cloudformation.NewStackDeleteCompleteWaiter(api, func(o *cloudformation.StackDeleteCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = time.Second, 15*time.Second
	})
	if err := waiter.Wait(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(stackName)}, 30*time.Minute); err != nil {
		return fmt.Errorf("wait for the stack to go: %w", err)
	}
	return nil
}
