package cloudformation

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// world is a CloudFormation with Parameter Store, event bus and Lambda played
// by fakes that remember what was asked of them.
type world struct {
	t       *testing.T
	ctx     context.Context
	env     api.Env
	clock   *clock.Clock
	bus     *api.Bus
	service *Service

	mu sync.Mutex
	// calls in order: "PutParameter /a=1".
	calls      []string
	parameters map[string]string
	// refuse fails a call whose text contains it, or one of several with bars
	// between them.
	refuse string
	events []string
	// resourceEvents are the status changes of resources.
	resourceEvents []string
	// answer plays the function behind custom resources; nil means it never
	// answers.
	answer func(event map[string]any) map[string]any
	asked  []map[string]any
}

type (
	putParameterInput struct {
		Name, Type, Value, Description string
		Overwrite                      bool
	}
	putParameterOutput struct{ Version int64 }
	parameterInput     struct {
		Name           string
		WithDecryption bool
	}
	parameterValue     struct{ Name, Value string }
	getParameterOutput struct{ Parameter parameterValue }
)

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, ctx: t.Context(), env: api.Env{Partition: "aws", Account: "111122223333", Region: "eu-west-1"},
		clock: clock.Stepped(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), bus: api.NewBus(),
		parameters: map[string]string{},
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.service.Responses().ServeHTTP(rw, r)
	}))
	w.service = New(Options{Env: w.env, Clock: w.clock, Bus: w.bus, ResponseURL: server.URL + "/responses"})
	w.bus.Register(w.service.API(), w.ssm(), w.eventBus(), w.lambda())
	t.Cleanup(func() {
		w.service.Close()
		server.Close()
	})
	return w
}

func (w *world) note(call string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, call)
	if w.refuse != "" && slices.ContainsFunc(strings.Split(w.refuse, "|"), func(text string) bool { return strings.Contains(call, text) }) {
		return api.Errorf("Refused", "%s was refused", call)
	}
	return nil
}

// refuseAll fails the calls whose text contains one of the texts.
func (w *world) refuseAll(texts ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = strings.Join(texts, "|")
}

func (w *world) operator() api.Caller { return api.Operator(w.env) }

// take answers the calls since the last take.
func (w *world) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = nil
	return calls
}

func (w *world) ssm() *api.Service {
	put := func(_ context.Context, _ api.Caller, in *putParameterInput) (*putParameterOutput, error) {
		if err := w.note("Put " + in.Name + "=" + in.Value); err != nil {
			return nil, err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if _, exists := w.parameters[in.Name]; exists && !in.Overwrite {
			return nil, api.Errorf("ParameterAlreadyExists", "The parameter already exists.")
		}
		w.parameters[in.Name] = in.Value
		return &putParameterOutput{Version: 1}, nil
	}
	remove := func(_ context.Context, _ api.Caller, in *parameterInput) (*struct{}, error) {
		if err := w.note("Delete " + in.Name); err != nil {
			return nil, err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.parameters, in.Name)
		return nil, nil
	}
	get := func(_ context.Context, _ api.Caller, in *parameterInput) (*getParameterOutput, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		value, ok := w.parameters[in.Name]
		if !ok {
			return nil, api.Errorf("ParameterNotFound", "")
		}
		return &getParameterOutput{Parameter: parameterValue{Name: in.Name, Value: value}}, nil
	}
	return &api.Service{Name: "ssm", Operations: api.Table(
		api.Op("PutParameter", put), api.Op("DeleteParameter", remove), api.Op("GetParameter", get))}
}

func (w *world) eventBus() *api.Service {
	put := func(_ context.Context, caller api.Caller, in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
		var detail struct {
			Status struct {
				Status string `json:"status"`
			} `json:"status-details"`
			Resource string `json:"logical-resource-id"`
		}
		if err := json.Unmarshal([]byte(aws.ToString(in.Entries[0].Detail)), &detail); err != nil {
			return nil, err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if aws.ToString(in.Entries[0].DetailType) == "CloudFormation Resource Status Change" {
			w.resourceEvents = append(w.resourceEvents, detail.Resource+" "+detail.Status.Status)
			return &eventbridge.PutEventsOutput{}, nil
		}
		w.events = append(w.events, caller.Service+" "+detail.Status.Status)
		return &eventbridge.PutEventsOutput{}, nil
	}
	return &api.Service{Name: "events", Operations: api.Table(api.Op("PutEvents", put))}
}

// lambda answers custom resources after Invoke has returned, as a function
// that runs by itself does.
func (w *world) lambda() *api.Service {
	invoke := func(_ context.Context, _ api.Caller, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
		var event map[string]any
		if err := json.Unmarshal(in.Payload, &event); err != nil {
			return nil, err
		}
		w.mu.Lock()
		w.asked = append(w.asked, event)
		answer := w.answer
		w.mu.Unlock()
		if answer != nil {
			hold := w.clock.Hold()
			go func() {
				defer hold.Release()
				w.respond(event, answer(event))
			}()
		}
		return &lambda.InvokeOutput{StatusCode: 202}, nil
	}
	return &api.Service{Name: "lambda", Operations: api.Table(api.Op("Invoke", invoke))}
}

func (w *world) respond(event, answer map[string]any) {
	body, err := json.Marshal(answer)
	if err != nil {
		w.t.Error(err)
		return
	}
	request, err := http.NewRequest(http.MethodPut, event["ResponseURL"].(string), strings.NewReader(string(body)))
	if err != nil {
		w.t.Error(err)
		return
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Error(err)
		return
	}
	response.Body.Close()
}

// call runs an operation of CloudFormation as the operator.
func call[O any](w *world, operation string, in any) (*O, error) {
	return api.Do[O](w.ctx, w.bus, api.Operator(w.env), "cloudformation", operation, in)
}

func (w *world) create(template string, parameters ...types.Parameter) types.Stack {
	w.t.Helper()
	if _, err := w.tryCreate(template, parameters...); err != nil {
		w.t.Fatal(err)
	}
	return w.ended()
}

func (w *world) tryCreate(template string, parameters ...types.Parameter) (*cloudformation.CreateStackOutput, error) {
	return call[cloudformation.CreateStackOutput](w, "CreateStack", &cloudformation.CreateStackInput{
		StackName: aws.String("s"), TemplateBody: aws.String(template), Parameters: parameters,
	})
}

func (w *world) update(template string, parameters ...types.Parameter) types.Stack {
	w.t.Helper()
	if err := w.tryUpdate(template, parameters...); err != nil {
		w.t.Fatal(err)
	}
	return w.ended()
}

func (w *world) tryUpdate(template string, parameters ...types.Parameter) error {
	_, err := call[cloudformation.UpdateStackOutput](w, "UpdateStack", &cloudformation.UpdateStackInput{
		StackName: aws.String("s"), TemplateBody: aws.String(template), Parameters: parameters,
	})
	return err
}

// ended waits for the operation under way and describes the stack.
func (w *world) ended() types.Stack {
	w.t.Helper()
	w.service.running.Wait()
	return w.describe("s")
}

func (w *world) describe(name string) types.Stack {
	w.t.Helper()
	out, err := call[cloudformation.DescribeStacksOutput](w, "DescribeStacks", &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.Stacks[0]
}

// history tells the stack's events oldest first: "A CREATE_COMPLETE".
func (w *world) history() []string {
	w.t.Helper()
	out, err := call[cloudformation.DescribeStackEventsOutput](w, "DescribeStackEvents", &cloudformation.DescribeStackEventsInput{StackName: aws.String("s")})
	if err != nil {
		w.t.Fatal(err)
	}
	lines := make([]string, 0, len(out.StackEvents))
	for _, event := range slices.Backward(out.StackEvents) {
		lines = append(lines, strings.TrimSpace(aws.ToString(event.LogicalResourceId)+" "+string(event.ResourceStatus)+" "+aws.ToString(event.ResourceStatusReason)))
	}
	return lines
}

func (w *world) stored() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	copied := map[string]string{}
	for name, value := range w.parameters {
		copied[name] = value
	}
	return copied
}
