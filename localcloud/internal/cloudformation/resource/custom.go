package resource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

const customType = "AWS::CloudFormation::CustomResource"

// customTimeout is how long a custom resource may take to answer, in cloud
// time, unless its ServiceTimeout says otherwise.
const customTimeout = time.Hour

// custom resources are made by a Lambda function, named by ServiceToken, that
// gets an event and puts its answer to the event's ResponseURL.
func custom() Kind {
	return Kind{
		Required: []string{"ServiceToken"},
		// Nothing is immutable: the function decides, by answering an update
		// with a new physical id, that the resource was replaced.
		Create: func(ctx context.Context, r *Request) (Result, error) {
			return r.ask(ctx, "Create")
		},
		Update: func(ctx context.Context, r *Request) (Result, error) {
			if r.text("ServiceToken") != textOf(r.Old["ServiceToken"]) {
				return Result{}, errors.New("Modifying service token is not allowed.")
			}
			return r.ask(ctx, "Update")
		},
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.ask(ctx, "Delete")
			return err
		},
	}
}

func (r *Request) ask(ctx context.Context, requestType string) (Result, error) {
	if r.Responses == nil {
		return Result{}, errors.New("custom resources need an address for their answers, and the local cloud was given none")
	}
	limit, err := r.serviceTimeout()
	if err != nil {
		return Result{}, err
	}
	token, url, answer := r.Responses.expect(r.Hold)
	event, err := json.Marshal(r.event(requestType, token, url))
	if err != nil {
		return Result{}, err
	}
	_, err = r.call(ctx, "lambda", "Invoke", map[string]any{
		"FunctionName": r.text("ServiceToken"), "InvocationType": "Event", "Payload": event,
	})
	if err != nil {
		r.Responses.forget(token)
		return Result{}, err
	}
	// A function that was asked may have made something, whatever became of its
	// answer: it is asked to delete it too, by an id made up if need be.
	asked := Result{Physical: r.keptOr(r.uniqueName(128))}
	got, err := r.await(ctx, token, answer, limit)
	if err != nil {
		return asked, err
	}
	if got.PhysicalResourceId != "" {
		asked.Physical = got.PhysicalResourceId
	}
	if got.Status == "FAILED" {
		return asked, fmt.Errorf("Received response status [FAILED] from custom resource. Message returned: %s", got.Reason)
	}
	return Result{Physical: got.PhysicalResourceId, Attributes: flatten(got.Data)}, nil
}

// await lets go of the clock, since the function may take cloud time (another
// attempt comes a minute after a failed one).
func (r *Request) await(ctx context.Context, token string, answer <-chan response, limit time.Duration) (response, error) {
	late := make(chan struct{})
	timer := r.Clock.AfterFunc(limit, func() {
		if r.Responses.forget(token) { // no answer can come any more
			r.Hold.Retake()
			close(late)
		}
	})
	defer timer.Stop()
	r.Hold.Release()
	defer r.Hold.Retake()
	select {
	case got := <-answer:
		return got, got.malformed
	case <-late:
		return response{}, unanswered(token)
	case <-ctx.Done():
	}
	if r.Responses.forget(token) {
		return response{}, ctx.Err()
	}
	select { // whoever came first is about to say so
	case got := <-answer:
		return got, got.malformed
	case <-late:
		return response{}, unanswered(token)
	}
}

func unanswered(token string) error {
	return errors.New("CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [" + token + "]. If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.")
}

func (r *Request) event(requestType, token, url string) map[string]any {
	event := map[string]any{
		"RequestType":        requestType,
		"ServiceToken":       r.text("ServiceToken"),
		"ResponseURL":        url,
		"StackId":            r.StackID,
		"RequestId":          token,
		"LogicalResourceId":  r.LogicalID,
		"ResourceType":       r.Type,
		"ResourceProperties": stringified(r.Properties),
	}
	if requestType != "Create" {
		event["PhysicalResourceId"] = r.Physical
	}
	if requestType == "Update" {
		event["OldResourceProperties"] = stringified(r.Old)
	}
	return event
}

func (r *Request) serviceTimeout() (time.Duration, error) {
	given, present := r.Properties["ServiceTimeout"]
	if !present {
		return customTimeout, nil
	}
	seconds, err := strconv.Atoi(textOf(given))
	if err != nil || seconds < 1 || seconds > 3600 {
		return 0, fmt.Errorf("ServiceTimeout must be a whole number from 1 to 3600, not %v", given)
	}
	return time.Duration(seconds) * time.Second, nil
}

// stringified turns numbers and booleans into texts, as CloudFormation does
// with the properties of custom resources.
func stringified(value any) any {
	switch value := value.(type) {
	case map[string]any:
		members := make(map[string]any, len(value))
		for name, member := range value {
			members[name] = stringified(member)
		}
		return members
	case []any:
		items := make([]any, 0, len(value))
		for _, item := range value {
			items = append(items, stringified(item))
		}
		return items
	case json.Number, bool:
		return textOf(value)
	}
	return value
}

// flatten lets GetAtt name a member of a structure with a dot.
func flatten(data map[string]any) map[string]any {
	flat := map[string]any{}
	for name, value := range data {
		flat[name] = value
		if members, ok := value.(map[string]any); ok {
			for inner, member := range flatten(members) {
				flat[name+"."+inner] = member
			}
		}
	}
	return flat
}
