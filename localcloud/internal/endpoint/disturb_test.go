package endpoint_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"weir/localcloud/internal/endpoint"
)

// Events are lost by pattern and repeated on request, over the control API.
func TestEventsAreLostAndRepeatedOnRequest(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	stacks, events := cloudformation.NewFromConfig(as(cloud, "weir")), eventbridge.NewFromConfig(as(cloud, "weir"))
	if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("stack"), TemplateBody: aws.String(shopBus)}); err != nil {
		t.Fatal(err)
	}
	settled(t, stacks)
	if status := control(t, cloud, http.MethodPost, "events", `{"Lose": {"detail": {"n": [1]}}, "Twice": true}`, nil); status != http.StatusOK {
		t.Fatalf("it answers %d", status)
	}
	for _, detail := range []string{`{"n":1}`, `{"n":2}`} {
		if _, err := events.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{{EventBusName: aws.String("shop"),
			Source: aws.String("mine"), DetailType: aws.String("d"), Detail: &detail}}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := received(t, cloud, "mail"); got != `{"n":2} {"n":2}` {
		t.Errorf("the queue got %q, want the second event two times", got)
	}
	if status := control(t, cloud, http.MethodPost, "events", `{"Lose": {"n": 1}}`, nil); status != http.StatusBadRequest {
		t.Errorf("what is no pattern is answered with %d", status)
	}
}
