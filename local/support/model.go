package support

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"weir/local/api"
)

// catalogue is all that the page says of the services.
type catalogue struct{ services []service }

// service is one section of the page.
type service struct {
	title, signedAs string
	operations      []operation
	structures      []structure
	// known says that the SDK's list of operations was there to compare with.
	known bool
	// raw services have requests that are HTTP itself.
	raw bool
}

// operation is one row. An operation that is not served has a name alone.
type operation struct {
	name            string
	served, refused bool
	request, answer members
}

// structure is a type within requests or answers.
type structure struct {
	name string
	members
}

// members of a request, an answer or a structure, each sorted by name.
type members struct {
	used, inPart, refused, unused []string
}

func (s service) status(o operation) string {
	switch {
	case !o.served || o.refused:
		return "refused"
	case !s.known:
		return "served"
	case len(o.request.inPart)+len(o.request.refused)+len(o.request.unused)+len(o.answer.unused) > 0:
		return "partial"
	}
	return "supported"
}

// home is where a service lives and how people call it.
type home struct {
	name, title, path string
	client            reflect.Type // of the SDK, where the module has it
}

// describe gathers the catalogue of the services on the bus.
func describe(ctx context.Context, bus *api.Bus, sources []source, homes []home) (catalogue, error) {
	var c catalogue
	for _, found := range bus.Services() {
		at := slices.IndexFunc(homes, func(h home) bool { return h.name == found.Name })
		if at < 0 {
			return c, fmt.Errorf("where the service %q lives is not known here", found.Name)
		}
		h, u := homes[at], newUses()
		for _, s := range sources {
			if s.path == h.path || strings.HasPrefix(s.path, h.path+"/") {
				u.add(s)
			}
		}
		one := service{title: h.title, signedAs: h.name, known: h.client != nil, raw: found.Handler != nil}
		reach := structures{uses: u, seen: map[reflect.Type]bool{}}
		for _, name := range operationNames(found, h.client) {
			op, err := one.describe(ctx, bus, found, name, u, &reach)
			if err != nil {
				return c, err
			}
			one.operations = append(one.operations, op)
		}
		one.structures = reach.sorted()
		c.services = append(c.services, one)
	}
	slices.SortFunc(c.services, func(a, b service) int { return cmp.Compare(a.title, b.title) })
	return c, nil
}

// operationNames are the service's own and those of the SDK's client.
func operationNames(s *api.Service, client reflect.Type) []string {
	var names []string
	for name := range s.Operations {
		names = append(names, name)
	}
	if client != nil {
		for i := range client.NumMethod() {
			if m := client.Method(i); isOperation(m.Type) {
				names = append(names, m.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isOperation tells the SDK's operations from a client's other methods: they
// take a context, an input and options, and answer an output and an error.
func isOperation(method reflect.Type) bool {
	return method.NumIn() == 4 && method.IsVariadic() && method.NumOut() == 2 &&
		method.In(1) == reflect.TypeFor[context.Context]() && method.Out(1) == reflect.TypeFor[error]()
}

func (s service) describe(ctx context.Context, bus *api.Bus, found *api.Service, name string, u *uses, reach *structures) (operation, error) {
	op, served := found.Operations[name]
	row := operation{name: name, served: served}
	if !served {
		return row, nil
	}
	in := reflect.TypeOf(op.New()).Elem()
	for _, refused := range op.Refuses {
		if _, ok := in.FieldByName(refused); !ok {
			return row, fmt.Errorf("%s %s refuses %s, which is no member of its input", found.Name, name, refused)
		}
		u.refused[member{fullName(in), refused}] = true
	}
	if row.refused = refuses(ctx, bus, found.Name, op); row.refused {
		return row, nil
	}
	row.request = requestMembers(in, u)
	for _, name := range slices.Concat(row.request.used, row.request.inPart) {
		if field, ok := in.FieldByName(name); ok {
			reach.visit(field.Type)
		}
	}
	row.answer = answerMembers(op.Answer, u)
	for _, name := range row.answer.used {
		if field, ok := op.Answer.FieldByName(name); ok {
			reach.visit(field.Type)
		}
	}
	return row, nil
}

// refuses asks an operation with an empty input: one that is refused whatever it
// is asked says that it is not implemented, or not supported.
func refuses(ctx context.Context, bus *api.Bus, service string, op api.Operation) bool {
	_, err := bus.Call(ctx, api.Caller{}, service, op.Name, op.New())
	return err != nil && (api.IsCode(err, "NotImplemented") || strings.Contains(err.Error(), "The local cloud does not support "+op.Name))
}

func requestMembers(in reflect.Type, u *uses) members {
	var m members
	for _, name := range fieldsOf(in) {
		key := member{fullName(in), name}
		switch {
		case u.refused[key] && u.read[key]:
			m.inPart = append(m.inPart, name)
		case u.refused[key]:
			m.refused = append(m.refused, name)
		case u.read[key]:
			m.used = append(m.used, name)
		default:
			m.unused = append(m.unused, name)
		}
	}
	return m
}

func answerMembers(out reflect.Type, u *uses) members {
	var m members
	if out == nil {
		return m
	}
	for _, name := range fieldsOf(out) {
		field, _ := out.FieldByName(name) // it is one of the fields
		switch {
		case u.fills(fullName(out), name):
			m.used = append(m.used, name)
		case field.Type.Kind() == reflect.Bool:
			m.used = append(m.used, name+" (always false)")
		case field.Type.Kind() == reflect.Int32, field.Type.Kind() == reflect.Int64:
			m.used = append(m.used, name+" (always 0)")
		default:
			m.unused = append(m.unused, name)
		}
	}
	return m
}

// fieldsOf lists the members of a struct; ResultMetadata and the serde marker
// are the SDK's own.
func fieldsOf(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && !f.Anonymous && f.Name != "ResultMetadata" {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return names
}

func fullName(t reflect.Type) string { return t.PkgPath() + "." + t.Name() }
