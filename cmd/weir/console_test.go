package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/internal/awslambda"
	"weir/internal/console"
	"weir/localcloud"
)

// TestConsoleOnTheLocalCloud serves the pages of an execution that ran there, by
// the real clients, over a real connection.
func TestConsoleOnTheLocalCloud(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	defer end()
	cloud, err := localcloud.Start(ctx, localcloud.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	cfg, err := cloud.Config(ctx)
	if err != nil {
		t.Fatal(err)
	}
	states := sfn.NewFromConfig(cfg)
	machine := refusingMachine(t, iam.NewFromConfig(cfg), states)

	handler, err := console.New(console.Options{Machine: machine, States: states, Aliases: awslambda.New(cfg)})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if !loopback(listener.Addr()) {
		t.Errorf("%s is taken for an address that others reach", listener.Addr())
	}
	served := make(chan error, 1)
	go func() { served <- serve(ctx, listener, handler) }()
	url := "http://" + listener.Addr().String()
	for path, words := range map[string][]string{
		"/":                          {"monday", "orders", "refused", "orders is frozen."},
		"/release/monday":            {`class="node failed"`, `class="node succeeded"`, "Release refused", "orders is frozen.", "target orders:prod does not exist"},
		"/release/monday/input.json": {`"function": "orders"`},
	} {
		page := fetch(t, url+path)
		for _, word := range words {
			if !strings.Contains(page, word) {
				t.Errorf("%s does not show %q:\n%s", path, word, page)
			}
		}
	}
	end()
	if err := <-served; err != nil {
		t.Errorf("the console ended with %v", err)
	}
}

// refusingMachine runs one execution of a machine that refuses it.
func refusingMachine(t *testing.T, roles *iam.Client, states *sfn.Client) (arn string) {
	t.Helper()
	role, err := roles.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("states"), AssumeRolePolicyDocument: aws.String(
		`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "states.amazonaws.com"}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	machine, err := states.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("weir-release"), RoleArn: role.Role.Arn, Definition: aws.String(
		`{"StartAt": "Plan release", "States": {"Plan release": {"Type": "Pass", "Next": "Release refused"},
		"Release refused": {"Type": "Fail", "Error": "Release.Frozen", "Cause": "orders is frozen."}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	started, err := states.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: machine.StateMachineArn, Name: aws.String("monday"),
		Input: aws.String(`{"target": {"function": "orders"}}`)})
	if err != nil {
		t.Fatal(err)
	}
	for {
		described, err := states.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		if err != nil {
			t.Fatal(err)
		}
		if described.Status != "RUNNING" {
			return aws.ToString(machine.StateMachineArn)
		}
	}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %d: %s", url, answer.StatusCode, page)
	}
	return string(page)
}

func TestConsoleSaysWhenOthersReachIt(t *testing.T) {
	for address, only := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "0.0.0.0:1": false, "[::]:1": false, "192.0.2.1:1": false} {
		tcp, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if loopback(tcp) != only {
			t.Errorf("%s: loopback is %t", address, !only)
		}
	}
}
