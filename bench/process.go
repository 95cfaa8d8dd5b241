package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"weir/localcloud"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// warm is how many processes of a function are kept warm to see what they take.
const warm = 50

// processRows measures `weir local up` from outside, as whoever runs it meets it:
// how soon it answers, and how much memory it takes.
func processRows(ctx context.Context, in inputs) (rows []row, err error) {
	var starts []time.Duration
	for range 5 {
		up, err := localUp(ctx, in.weir)
		if err != nil {
			return nil, err
		}
		starts = append(starts, up.took)
		if err := up.end(); err != nil {
			return nil, err
		}
	}
	up, err := localUp(ctx, in.weir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, up.end()) }()
	rest, _, _, err := up.memory(ctx)
	if err != nil {
		return nil, err
	}
	if err := up.warm(ctx, filepath.Join(in.functions, "app"), warm); err != nil {
		return nil, err
	}
	own, children, count, err := up.memory(ctx)
	if err != nil {
		return nil, err
	}
	return []row{
		{"weir local up: from its start to its first line", median(starts).Round(time.Millisecond).String(), "target under 200ms"},
		{"weir local up: memory at rest", megabytes(rest), "target under 100 MB"},
		{fmt.Sprintf("weir local up: memory with %d warm processes", count), megabytes(own),
			fmt.Sprintf("and %s for the processes, code that they share counted in each", megabytes(children))},
	}, nil
}

func megabytes(kib int) string { return fmt.Sprintf("%.0f MB", float64(kib)*1024/1e6) }

// up is a running `weir local up`.
type up struct {
	command *exec.Cmd
	url     string
	took    time.Duration // until it said where it is
}

func localUp(ctx context.Context, weir string) (*up, error) {
	command := exec.CommandContext(ctx, weir, "local", "up", "--listen", "127.0.0.1:0")
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the local cloud: %w", err)
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start the local cloud: %w", err)
	}
	u := &up{command: command}
	line, err := bufio.NewReader(out).ReadString('\n')
	u.took = time.Since(began)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the local cloud said nothing: %w", err), u.end())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // until it ends
	_, u.url, _ = strings.Cut(line, "http://")
	u.url, _, _ = strings.Cut(u.url, ";")
	u.url = "http://" + strings.TrimSpace(u.url)
	return u, nil
}

// end interrupts it, as Ctrl-C does.
func (u *up) end() error {
	if err := u.command.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("end the local cloud: %w", err)
	}
	if err := u.command.Wait(); err != nil {
		return fmt.Errorf("end the local cloud: %w", err)
	}
	return nil
}

// memory is the resident memory in KiB of the cloud itself and of its child
// processes, and how many of those there are.
func (u *up) memory(ctx context.Context) (own, children, count int, err error) {
	table, err := exec.CommandContext(ctx, "ps", "-A", "-o", "pid=,ppid=,rss=").Output()
	if err != nil {
		return 0, 0, 0, fmt.Errorf("list processes: %w", err)
	}
	me := strconv.Itoa(u.command.Process.Pid)
	for line := range bytes.Lines(table) {
		fields := strings.Fields(string(line))
		if len(fields) != 3 {
			continue
		}
		kib, err := strconv.Atoi(fields[2])
		if err != nil {
			return 0, 0, 0, fmt.Errorf("list processes: %w", err)
		}
		switch me {
		case fields[0]:
			own = kib
		case fields[1]:
			children += kib
			count++
		}
	}
	return own, children, count, nil
}

// warm makes a function that takes its time, and calls it n times at once.
func (u *up) warm(ctx context.Context, folder string, n int) error {
	cfg, err := clientConfig(ctx, u.url)
	if err != nil {
		return err
	}
	if err := createRole(ctx, cloudformation.NewFromConfig(cfg)); err != nil {
		return err
	}
	api, name := lambda.NewFromConfig(cfg), aws.String("warm")
	code, err := localcloud.Package(folder)
	if err != nil {
		return fmt.Errorf("zip the app: %w", err)
	}
	if _, err := api.CreateFunction(ctx, &lambda.CreateFunctionInput{FunctionName: name, Role: aws.String("arn:aws:iam::000000000000:role/" + roleName),
		Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"), Code: &types.FunctionCode{ZipFile: code}, Timeout: aws.Int32(30),
		Environment: &types.Environment{Variables: map[string]string{"FAULT_LATENCY_MS": "2000"}}}); err != nil {
		return fmt.Errorf("create a function: %w", err)
	}
	active := lambda.NewFunctionActiveV2Waiter(api, func(o *lambda.FunctionActiveV2WaiterOptions) { o.MinDelay = 50 * time.Millisecond })
	if err := active.Wait(ctx, &lambda.GetFunctionInput{FunctionName: name}, time.Minute); err != nil {
		return fmt.Errorf("await the function: %w", err)
	}
	return each(n, func(int) error {
		out, err := api.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, Payload: []byte(`{}`)})
		if err != nil {
			return fmt.Errorf("invoke: %w", err)
		}
		if out.FunctionError != nil {
			return fmt.Errorf("invoke: the app failed: %s", out.Payload)
		}
		return nil
	})
}

// roleName is the role of the warm function, which Lambda may take and which may
// do nothing.
const (
	roleName     = "bench"
	roleTemplate = `{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "` + roleName + `",
		"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
			{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]}}}}}`
)

func createRole(ctx context.Context, api *cloudformation.Client) error {
	if _, err := api.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: aws.String("bench"), TemplateBody: aws.String(roleTemplate),
		Capabilities: []cloudformationtypes.Capability{cloudformationtypes.CapabilityCapabilityNamedIam}}); err != nil {
		return fmt.Errorf("create a role: %w", err)
	}
	created := cloudformation.NewStackCreateCompleteWaiter(api, func(o *cloudformation.StackCreateCompleteWaiterOptions) { o.MinDelay = 50 * time.Millisecond })
	if err := created.Wait(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String("bench")}, time.Minute); err != nil {
		return fmt.Errorf("await the role: %w", err)
	}
	return nil
}

// clientConfig points the SDK at an endpoint.
func clientConfig(ctx context.Context, endpoint string) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"), config.WithBaseEndpoint(endpoint),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("bench", "bench", "")))
	if err != nil {
		return aws.Config{}, fmt.Errorf("configure the SDK: %w", err)
	}
	return cfg, nil
}
