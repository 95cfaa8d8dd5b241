package assembly

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/google/go-cmp/cmp"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

var env = api.Env{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

// write makes an assembly of one stack with a zipped asset and its template.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	all := map[string]string{
		"manifest.json": `{"artifacts": {
			"app.assets": {"type": "cdk:asset-manifest", "properties": {"file": "app.assets.json"}},
			"app": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "app.template.json", "stackName": "my-app",
				"parameters": {"Stage": "dev"}, "tags": {"team": "checkout"},
				"stackTemplateAssetObjectUrl": "s3://assets-${AWS::AccountId}-${AWS::Region}/t.json"}},
			"Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}}}}`,
		"app.assets.json": `{"files": {
			"code": {"source": {"path": "asset.code", "packaging": "zip"},
				"destinations": {"d": {"bucketName": "assets-${AWS::AccountId}-${AWS::Region}", "objectKey": "code.zip"}}},
			"template": {"source": {"path": "app.template.json", "packaging": "file"},
				"destinations": {"d": {"bucketName": "assets-${AWS::AccountId}-${AWS::Region}", "objectKey": "t.json"}}}}}`,
		"app.template.json":    `{"Resources": {}}`,
		"asset.code/bootstrap": "#!/bin/sh\n",
	}
	for name, text := range files {
		all[name] = text
	}
	for name, text := range all {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// bucketed keeps what is put, by bucket and key.
type bucketed map[string]int

func (b bucketed) PutObject(_ context.Context, bucket, key string, body []byte) error {
	b[bucket+"/"+key] = len(body)
	return nil
}

// stacks plays CloudFormation: each operation ends in the next status, after
// one look at the stack under way.
type stacks struct {
	mu      sync.Mutex
	exists  bool
	looks   int
	end     types.StackStatus
	events  []types.StackEvent
	created *cloudformation.CreateStackInput
	updated *cloudformation.UpdateStackInput
	// refuse is what UpdateStack answers.
	refuse error
}

func (s *stacks) bus() *api.Bus {
	bus := api.NewBus()
	bus.Register(&api.Service{Name: "cloudformation", Operations: api.Table(
		api.Op("CreateStack", func(_ context.Context, _ api.Caller, in *cloudformation.CreateStackInput) (*cloudformation.CreateStackOutput, error) {
			s.created, s.exists = in, true
			return &cloudformation.CreateStackOutput{}, nil
		}),
		api.Op("UpdateStack", func(_ context.Context, _ api.Caller, in *cloudformation.UpdateStackInput) (*cloudformation.UpdateStackOutput, error) {
			s.updated = in
			s.events = append([]types.StackEvent{failedEvent("new", "Function", "no such role")}, s.events...)
			return &cloudformation.UpdateStackOutput{}, s.refuse
		}),
		api.Op("DescribeStacks", s.describe),
		api.Op("DescribeStackEvents", func(context.Context, api.Caller, *cloudformation.DescribeStackEventsInput) (*cloudformation.DescribeStackEventsOutput, error) {
			return &cloudformation.DescribeStackEventsOutput{StackEvents: s.events}, nil
		}),
	)})
	return bus
}

func (s *stacks) describe(context.Context, api.Caller, *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.exists {
		return nil, api.Errorf("ValidationError", "Stack with id my-app does not exist")
	}
	s.looks++
	status := s.end
	if s.looks == 1 {
		status = types.StackStatusCreateInProgress
	}
	return &cloudformation.DescribeStacksOutput{Stacks: []types.Stack{{
		StackName: aws.String("my-app"), StackStatus: status,
		Outputs: []types.Output{{OutputKey: aws.String("Arn"), OutputValue: aws.String("arn:x")}},
	}}}, nil
}

func failedEvent(id, resource, reason string) types.StackEvent {
	return types.StackEvent{EventId: aws.String(id), LogicalResourceId: aws.String(resource), ResourceType: aws.String("AWS::Lambda::Function"),
		ResourceStatus: types.ResourceStatusUpdateFailed, ResourceStatusReason: aws.String(reason)}
}

func TestDeployCreates(t *testing.T) {
	objects, fake := bucketed{}, &stacks{end: types.StackStatusCreateComplete}
	outputs, err := Deploy(t.Context(), fake.bus(), objects, env, write(t, nil), clock.Running(t.Context(), time.Now(), 100).Hold())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"Arn": "arn:x"}, outputs); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	for _, key := range []string{"assets-111122223333-eu-west-1/code.zip", "assets-111122223333-eu-west-1/t.json"} {
		if objects[key] == 0 {
			t.Errorf("%s was not put: %v", key, objects)
		}
	}
	in := fake.created
	if got := aws.ToString(in.StackName) + " " + aws.ToString(in.TemplateBody); got != `my-app {"Resources": {}}` {
		t.Errorf("created %s", got)
	}
	if len(in.Parameters) != 1 || aws.ToString(in.Parameters[0].ParameterValue) != "dev" || len(in.Tags) != 1 {
		t.Errorf("parameters %v, tags %v", in.Parameters, in.Tags)
	}
}

func TestDeployOfALongTemplateGoesByURL(t *testing.T) {
	fake := &stacks{end: types.StackStatusCreateComplete}
	long := `{"Resources": {}, "Description": "` + strings.Repeat("x", maxTemplateBody) + `"}`
	if _, err := Deploy(t.Context(), fake.bus(), bucketed{}, env, write(t, map[string]string{"app.template.json": long}), clock.Running(t.Context(), time.Now(), 100).Hold()); err != nil {
		t.Fatal(err)
	}
	if got, want := aws.ToString(fake.created.TemplateURL), "https://s3.eu-west-1.amazonaws.com/assets-111122223333-eu-west-1/t.json"; got != want || fake.created.TemplateBody != nil {
		t.Errorf("TemplateURL = %q, want %q and no body", got, want)
	}
}

func TestDeployUpdates(t *testing.T) {
	for name, test := range map[string]struct {
		end     types.StackStatus
		refuse  error
		wantErr []string
	}{
		"done":       {types.StackStatusUpdateComplete, nil, nil},
		"no changes": {types.StackStatusUpdateComplete, api.Errorf("ValidationError", "No updates are to be performed."), nil},
		"refused":    {types.StackStatusUpdateComplete, api.Errorf("ValidationError", "Template error"), []string{"Template error"}},
		"rolled back": {types.StackStatusUpdateRollbackComplete, nil,
			[]string{"my-app", "UPDATE_ROLLBACK_COMPLETE", "Function (AWS::Lambda::Function) UPDATE_FAILED: no such role"}},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &stacks{exists: true, looks: 1, end: test.end, refuse: test.refuse,
				events: []types.StackEvent{failedEvent("old", "Alarm", "what failed the time before")}}
			outputs, err := Deploy(t.Context(), fake.bus(), bucketed{}, env, write(t, nil), clock.Running(t.Context(), time.Now(), 100).Hold())
			if test.wantErr == nil {
				if err != nil || outputs["Arn"] != "arn:x" {
					t.Errorf("Deploy = %v, %v", outputs, err)
				}
				return
			}
			for _, want := range test.wantErr {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error is %v, want %q in it", err, want)
				}
			}
			if err != nil && strings.Contains(err.Error(), "the time before") {
				t.Errorf("error tells of an earlier operation: %v", err)
			}
		})
	}
}

func TestReadRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"images":          {map[string]string{"app.assets.json": `{"dockerImages": {"x": {}}}`}, "container image assets"},
		"made by command": {map[string]string{"app.assets.json": `{"files": {"x": {"source": {"executable": ["make"]}}}}`}, "made by a command"},
		"no stack":        {map[string]string{"manifest.json": `{"artifacts": {}}`}, "0 stacks, want one"},
		"broken":          {map[string]string{"manifest.json": `{`}, "manifest.json"},
		"no template":     {map[string]string{"manifest.json": `{"artifacts": {"a": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "gone"}}}}`}, "gone"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(write(t, test.files), env)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Read = %v, want an error with %q", err, test.want)
			}
		})
	}
}
