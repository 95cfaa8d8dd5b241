package support

import (
	"context"
	"fmt"
	"strings"

	"weir/local/api"
)

// Page writes the page for the services on a bus of a fresh cloud, whose
// operations it calls with empty inputs. It runs the go command.
func Page(ctx context.Context, bus *api.Bus) (string, error) {
	sources, err := load(ctx, "weir/local/", "weir/local/...")
	if err != nil {
		return "", err
	}
	c, err := describe(ctx, bus, sources, homes)
	if err != nil {
		return "", err
	}
	l, err := describeLanguage(sources)
	if err != nil {
		return "", err
	}
	var w writer
	w.line("%s", preamble)
	w.overview(c)
	for _, s := range c.services {
		w.service(s, l)
	}
	w.limits(l)
	return w.String(), nil
}

const preamble = `# What the local cloud supports

Generated from the code by ` + "`go test ./local/support -update`" + `; a test fails when it is stale.

- **supported**: every member of the request is acted on and every member of the answer is given.
- **partial**: the row says what is missing. *Refused* members end the call with an error that names them. *In part* means that some values are refused. *Not read* members are taken and have no effect, and so have members that are unknown to the local cloud. *Not answered* members are never in an answer.
- **served**: the SDK's model of the service is not part of this module, so there is nothing to compare with: the row is what the service declares, and other members are not read.
- **refused**: the operation answers with an error that says so.

A member counts as read when the service's code uses it, other than to find the permissions a call needs. Structures are listed where the code uses some of their members; the others are kept and given back, or dropped. A structure that is not listed is kept and given back whole.

Differences that no table shows are on [local-cloud.md](local-cloud.md).
`

// writer gathers Markdown.
type writer struct{ strings.Builder }

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(w, format+"\n", args...)
}

func (w *writer) overview(c catalogue) {
	w.line("| Service | Signed as | Supported | Partial | Served | Refused |")
	w.line("|---|---|---|---|---|---|")
	for _, s := range c.services {
		count := map[string]int{}
		for _, op := range s.operations {
			count[s.status(op)]++
		}
		refused := fmt.Sprint(count["refused"])
		if !s.known {
			refused = "all others"
		}
		w.line("| [%s](#%s) | `%s` | %d | %d | %d | %s |", s.title, strings.ToLower(strings.ReplaceAll(s.title, " ", "-")), s.signedAs,
			count["supported"], count["partial"], count["served"], refused)
	}
}

func (w *writer) service(s service, l language) {
	w.line("\n## %s\n", s.title)
	if s.raw {
		w.rawService(s)
		w.refusals(s, l)
		return
	}
	w.line("| Operation | | Request | Answer |")
	w.line("|---|---|---|---|")
	var refused []string
	for _, op := range s.operations {
		if s.status(op) == "refused" {
			refused = append(refused, op.name)
			continue
		}
		w.line("| %s | %s | %s | %s |", op.name, s.status(op), op.request.cell("Not read"), op.answer.cell("Not answered"))
	}
	switch {
	case len(refused) > 0:
		w.line("\nRefused operations: %s.", strings.Join(refused, ", "))
	case !s.known:
		w.line("\nAll other operations are refused.")
	}
	w.structures(s.structures)
	switch s.signedAs {
	case "states":
		w.stateLanguage(l)
	case "cloudformation":
		w.templateLanguage(l)
	}
	w.refusals(s, l)
}

// rawService lists operations alone.
func (w *writer) rawService(s service) {
	names := make([]string, len(s.operations))
	for i, op := range s.operations {
		names[i] = op.name
	}
	w.line("Requests are HTTP itself and have no members to list. Operations: %s. All others are refused by the subresource they name.", strings.Join(names, ", "))
}

// cell is members as the cell of a table.
func (m members) cell(unused string) string {
	parts := []string{strings.Join(m.used, ", ")}
	for _, group := range []struct {
		name string
		list []string
	}{{"In part", m.inPart}, {"Refused", m.refused}, {unused, m.unused}} {
		if len(group.list) > 0 {
			parts = append(parts, "*"+group.name+":* "+strings.Join(group.list, ", "))
		}
	}
	return strings.TrimPrefix(strings.Join(parts, "<br>"), "<br>")
}

func (w *writer) structures(list []structure) {
	if len(list) == 0 {
		return
	}
	w.line("\n| Structure | Members |")
	w.line("|---|---|")
	for _, s := range list {
		w.line("| %s | %s |", s.name, s.cell("Not used"))
	}
}

func (w *writer) refusals(s service, l language) {
	for _, h := range homes {
		if h.name != s.signedAs || len(l.refusals[h.path]) == 0 || s.signedAs == "sts" {
			continue
		}
		w.line("\nRefusals in its words (`%%s` and the like stand for names):\n")
		for _, text := range l.refusals[h.path] {
			w.line("- %s", strings.ReplaceAll(text, "|", "\\|"))
		}
	}
}
