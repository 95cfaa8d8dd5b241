package wire

import (
	"net/http"
	"net/url"
	"reflect"
	"sort"
	"strings"

	"weir/localcloud/internal/api"
)

// route is a REST operation's path, split at its slashes; members are in
// braces.
type route struct {
	operation api.Operation
	method    string
	parts     []string
}

// routes lists the REST operations of a service, fixed paths before those with
// members.
func routes(service *api.Service) []route {
	var list []route
	for _, op := range service.Operations {
		if op.HTTP != nil {
			list = append(list, route{operation: op, method: op.HTTP.Method, parts: split(op.HTTP.Path)})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].rank() < list[j].rank() })
	return list
}

func (r route) rank() string {
	return strings.ReplaceAll(strings.Join(r.parts, "/"), "{", "~") + r.method
}

func split(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// match tells whether a request is for this route, and which members its path
// holds.
func (r route) match(method, escapedPath string) (map[string]string, bool) {
	parts := split(escapedPath)
	if method != r.method || len(parts) != len(r.parts) {
		return nil, false
	}
	members := map[string]string{}
	for i, part := range r.parts {
		if !strings.HasPrefix(part, "{") {
			if part != parts[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(parts[i])
		if err != nil || value == "" {
			return nil, false
		}
		members[strings.Trim(part, "{}")] = value
	}
	return members, true
}

func (e *exchange) restJSON() {
	for _, route := range e.front.rest[e.service.Name] {
		if members, ok := route.match(e.r.Method, e.r.URL.EscapedPath()); ok {
			if fromForm(e.r, route.operation.HTTP) {
				e.fail(unsupported(e.service, "%s does not have the Content-Type %q", route.operation.Name, e.r.Header.Get("Content-Type")))
				return
			}
			e.restCall(route.operation, members)
			return
		}
	}
	e.fail(api.StatusErrorf(http.StatusNotFound, "UnknownOperationException",
		"the local cloud's %s has no operation at %s %s", e.service.Name, e.r.Method, e.r.URL.Path))
}

func (e *exchange) restCall(op api.Operation, members map[string]string) {
	in := op.New()
	if err := e.fillREST(in, op.HTTP, members); err != nil {
		e.fail(api.Errorf("SerializationException", "%v", err))
		return
	}
	out, err := e.call(op.Name, in)
	if err != nil {
		e.fail(err)
		return
	}
	e.answerREST(op.HTTP, out)
}

func (e *exchange) fillREST(in any, binding *api.HTTPBinding, members map[string]string) error {
	if binding.Payload != "" {
		reflect.ValueOf(in).Elem().FieldByName(binding.Payload).SetBytes(e.body)
	} else {
		tree, err := parseJSON(e.body)
		if err != nil {
			return err
		}
		if err := Fill(in, tree); err != nil {
			return err
		}
	}
	bound := map[string]any{}
	for member, value := range members {
		bound[member] = value
	}
	query := e.r.URL.Query()
	for parameter, member := range binding.Query {
		if values, ok := query[parameter]; ok {
			bound[member] = queryValue(in, member, values)
		}
	}
	for header, member := range binding.Headers {
		if value := e.r.Header.Get(header); value != "" {
			bound[member] = value
		}
	}
	return Fill(in, bound)
}

// queryValue is a repeated parameter for a list member, else its first value.
func queryValue(in any, member string, values []string) any {
	field := reflect.ValueOf(in).Elem().FieldByName(member)
	if field.Kind() != reflect.Slice {
		return values[0]
	}
	list := make([]any, len(values))
	for i, value := range values {
		list[i] = value
	}
	return list
}

func (e *exchange) answerREST(binding *api.HTTPBinding, out any) {
	status := binding.Status
	if status == 0 {
		status = http.StatusOK
	}
	if out == nil {
		e.w.WriteHeader(status)
		return
	}
	v := reflect.ValueOf(out).Elem()
	if binding.StatusMember != "" {
		status = int(v.FieldByName(binding.StatusMember).Int())
	}
	for member, header := range binding.OutHeaders {
		if field := v.FieldByName(member); field.Kind() == reflect.Pointer && !field.IsNil() {
			e.w.Header().Set(header, field.Elem().String())
		}
	}
	if binding.OutPayload != "" {
		e.w.Header().Set("Content-Type", "application/json")
		e.send(status, v.FieldByName(binding.OutPayload).Bytes())
		return
	}
	body, err := writeJSON(Tree(out, e.service.LowerCamel))
	if err != nil {
		e.fail(err)
		return
	}
	if status == http.StatusNoContent {
		body = nil
	}
	e.w.Header().Set("Content-Type", "application/json")
	e.send(status, body)
}
