package events

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"weir/localcloud/internal/api"
)

// event is an event as targets get it, and as patterns see it. The text is kept
// because a target gets the detail as it was put, in its order and with its
// numbers, only without the spaces.
type event struct {
	envelope
	text   json.RawMessage
	fields map[string]any
	hops   int // how many rules passed it from bus to bus
}

// envelope is what events are made of, in EventBridge's order.
// https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
type envelope struct {
	Version    string          `json:"version"`
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       string          `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// newEvent makes an event of what is particular to it; the detail is a JSON
// object.
func (s *Service) newEvent(e envelope) event {
	e.Version, e.ID, e.Account, e.Region = "0", api.NewID(), s.Env.Account, s.Env.Region
	if e.Resources == nil {
		e.Resources = []string{}
	}
	made := event{envelope: e, text: json.RawMessage(marshal(e))}
	_ = json.Unmarshal(made.text, &made.fields) // what came out of JSON goes back into it
	return made
}

// bare is the event that a template names <aws.events.event>: without its
// detail, and with one name spelled otherwise.
func (e event) bare() json.RawMessage {
	return json.RawMessage(marshal(struct {
		ID         string   `json:"id"`
		Account    string   `json:"account"`
		DetailType string   `json:"detailType"`
		Time       string   `json:"time"`
		Source     string   `json:"source"`
		Region     string   `json:"region"`
		Resources  []string `json:"resources"`
		Version    string   `json:"version"`
	}{e.ID, e.Account, e.DetailType, e.Time, e.Source, e.Region, e.Resources, e.Version}))
}

// at finds a value by a JSON path of the simple kind: $.detail.items[0].name. It
// is nil where there is none.
func at(value json.RawMessage, path string) json.RawMessage {
	for part := range strings.SplitSeq(strings.TrimPrefix(strings.TrimPrefix(path, "$"), "."), ".") {
		name, index, indexed := strings.Cut(part, "[")
		if name != "" {
			var object map[string]json.RawMessage
			if err := json.Unmarshal(value, &object); err != nil {
				return nil
			}
			value = object[name]
		}
		if indexed {
			var list []json.RawMessage
			n, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			if err != nil || json.Unmarshal(value, &list) != nil || n < 0 || n >= len(list) {
				return nil
			}
			value = list[n]
		}
	}
	return value
}

// marshal writes JSON as EventBridge does, with < and & as they are.
func marshal(value any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "null" // it is all strings, and JSON that was read
	}
	return strings.TrimSuffix(b.String(), "\n")
}
