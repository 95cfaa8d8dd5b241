package docs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// belief is a row of contribute/aws.md.
type belief struct {
	id, claim, where, source, local, status, settle string
	covers                                          []string
}

const beliefColumns = "| Id | Claim | Rests on | Source | Local cloud | Status | To settle | Covers |"

var inBackquotes = regexp.MustCompile("`([^`]+)`")

// parseBeliefs reads the tables of the register.
func parseBeliefs(text string) ([]belief, error) {
	var rows []belief
	in := false
	for i, line := range strings.Split(text, "\n") {
		if line == beliefColumns {
			in = true
			continue
		}
		if !strings.HasPrefix(line, "|") {
			in = false
			continue
		}
		if !in {
			return nil, fmt.Errorf("line %d: a table with other columns than %s", i+1, beliefColumns)
		}
		if strings.HasPrefix(line, "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 8 {
			return nil, fmt.Errorf("line %d: %d cells, want 8", i+1, len(cells))
		}
		for c := range cells {
			cells[c] = strings.TrimSpace(cells[c])
		}
		row := belief{id: cells[0], claim: cells[1], where: cells[2], source: cells[3], local: cells[4], status: cells[5], settle: cells[6]}
		for _, token := range inBackquotes.FindAllStringSubmatch(cells[7], -1) {
			row.covers = append(row.covers, token[1])
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// faultsOf tells what is wrong with the register, given the tokens in use.
func faultsOf(rows []belief, links map[string]bool, used []string) []string {
	var faults []string
	ids, covered := map[string]bool{}, map[string]string{}
	for _, row := range rows {
		if row.id == "" || ids[row.id] {
			faults = append(faults, fmt.Sprintf("id %q is empty or there twice", row.id))
		}
		ids[row.id] = true
		faults = append(faults, row.faults(links)...)
		for _, token := range row.covers {
			if other, twice := covered[token]; twice {
				faults = append(faults, fmt.Sprintf("%s: %s is covered by %s too", row.id, token, other))
			}
			covered[token] = row.id
			if !slices.Contains(used, token) {
				faults = append(faults, fmt.Sprintf("%s: %s is used nowhere", row.id, token))
			}
		}
	}
	for _, token := range used {
		if covered[token] == "" {
			faults = append(faults, token+" is used and no row covers it")
		}
	}
	return faults
}

var linkedBy = regexp.MustCompile(`\]\[([a-z-]+)\]`)

func (b belief) faults(links map[string]bool) []string {
	var faults []string
	if b.claim == "" || b.where == "" || b.source == "" || b.local == "" {
		faults = append(faults, b.id+": a cell is empty")
	}
	named := linkedBy.FindAllStringSubmatch(b.source, -1)
	for _, name := range named {
		if !links[name[1]] {
			faults = append(faults, fmt.Sprintf("%s: the link %s is not defined", b.id, name[1]))
		}
	}
	switch status, _, _ := strings.Cut(b.status, ":"); status {
	case "settled":
		if len(named) == 0 && !strings.Contains(b.source, "](https://") {
			faults = append(faults, b.id+": settled without a link")
		}
	case "unsettled":
		if b.settle == "" || b.settle == "-" {
			faults = append(faults, b.id+": unsettled, and nothing would settle it")
		}
	case "not rested on":
	default:
		faults = append(faults, fmt.Sprintf("%s: status %q", b.id, b.status))
	}
	return faults
}

var linkDefinition = regexp.MustCompile(`(?m)^\[([a-z-]+)\]: https://`)

// TestRegisterOfBeliefs holds contribute/aws.md complete: whatever the template with every
// option, the definitions and the judge's queries use of AWS has its row.
func TestRegisterOfBeliefs(t *testing.T) {
	text, err := os.ReadFile("contribute/aws.md")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := parseBeliefs(string(text))
	if err != nil {
		t.Fatal(err)
	}
	links := map[string]bool{}
	for _, found := range linkDefinition.FindAllStringSubmatch(string(text), -1) {
		links[found[1]] = true
	}
	for _, fault := range faultsOf(rows, links, usedOfAWS(t)) {
		t.Error(fault)
	}
}

// TestRegisterOfBeliefsCanFail shows each fault found.
func TestRegisterOfBeliefsCanFail(t *testing.T) {
	links := map[string]bool{"page": true}
	good := belief{id: "a", claim: "c", where: "w", source: "[p][page]", local: "l", status: "settled", settle: "-", covers: []string{"x:Y"}}
	for name, c := range map[string]struct {
		change func(*belief)
		used   []string
		want   string
	}{
		"an action without a row":       {func(*belief) {}, []string{"x:Y", "x:New"}, "x:New is used and no row covers it"},
		"a row for what is not used":    {func(*belief) {}, nil, "a: x:Y is used nowhere"},
		"settled without a link":        {func(b *belief) { b.source = "somebody" }, []string{"x:Y"}, "a: settled without a link"},
		"a link without its definition": {func(b *belief) { b.source = "[p][other]" }, []string{"x:Y"}, "a: the link other is not defined"},
		"unsettled for ever":            {func(b *belief) { b.status = "unsettled" }, []string{"x:Y"}, "a: unsettled, and nothing would settle it"},
		"another status":                {func(b *belief) { b.status = "sure" }, []string{"x:Y"}, `a: status "sure"`},
		"an empty cell":                 {func(b *belief) { b.local = "" }, []string{"x:Y"}, "a: a cell is empty"},
	} {
		row := good
		c.change(&row)
		if faults := faultsOf([]belief{row}, links, c.used); !slices.Contains(faults, c.want) {
			t.Errorf("%s: found %q, want %q", name, faults, c.want)
		}
	}
	if faults := faultsOf([]belief{good}, links, []string{"x:Y"}); len(faults) > 0 {
		t.Errorf("a good row has faults: %q", faults)
	}
	if faults := faultsOf([]belief{good, good}, links, []string{"x:Y"}); len(faults) != 2 {
		t.Errorf("a row that is there twice: %q", faults)
	}
}

// usedOfAWS are the tokens that the template, the definitions and the queries use.
func usedOfAWS(t *testing.T) []string {
	t.Helper()
	used := map[string]bool{}
	template := readAWS(t, "../infra/testdata/all.json")
	inTemplate(t, template, used)
	for _, file := range []string{"../statemachine/release.asl.json", "../statemachine/start.asl.json"} {
		inDefinition(readAWS(t, file), used)
	}
	for _, pattern := range []string{"../internal/awsmetrics/*.go", "../internal/release/signal.go", "../functions/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				addAll(used, statisticInGo, readAWS(t, file))
			}
		}
	}
	if len(used) < 50 {
		t.Fatalf("only %d tokens were found", len(used))
	}
	return slices.Sorted(maps.Keys(used))
}

func readAWS(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	mathFunction        = regexp.MustCompile(`\b([A-Z][A-Z_]+)\(`)
	alarmExpression     = regexp.MustCompile(`"Expression": ("(?:[^"\\]|\\.)*")`)
	dashboardExpression = regexp.MustCompile(`\\"expression\\":\\"(?:SEARCH|[A-Z_]+)\(`)
	alarmStatistic      = regexp.MustCompile(`"(?:Statistic|ExtendedStatistic|Stat)": "([^"]+)"`)
	dashboardStatistic  = regexp.MustCompile(`\\"stat\\":\\"([^"\\]+)`)
	searchStatistic     = regexp.MustCompile(`', '([A-Za-z0-9.]+)', \d+\)`)
	statisticInGo       = regexp.MustCompile(`"(Sum|Average|Minimum|Maximum|SampleCount|p[0-9.]+|TM|WM|TC|TS|PR)(?:\([^"]*\))?"`)
	scheduleKind        = regexp.MustCompile(`"ScheduleExpression": "([a-z]+)\(`)
)

func addAll(used map[string]bool, pattern *regexp.Regexp, text string) {
	for _, found := range pattern.FindAllStringSubmatch(text, -1) {
		used[found[1]] = true
	}
}

func inTemplate(t *testing.T, text string, used map[string]bool) {
	t.Helper()
	for _, pattern := range []*regexp.Regexp{alarmStatistic, dashboardStatistic, searchStatistic, scheduleKind} {
		addAll(used, pattern, text)
	}
	for _, pattern := range []*regexp.Regexp{alarmExpression, dashboardExpression} {
		for _, expression := range pattern.FindAllString(text, -1) {
			addAll(used, mathFunction, expression)
		}
	}
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties map[string]any
		}
	}
	if err := json.Unmarshal([]byte(text), &template); err != nil {
		t.Fatal(err)
	}
	for _, resource := range template.Resources {
		used[resource.Type] = true
		addActions(used, resource.Properties)
		if pattern, ok := resource.Properties["EventPattern"].(map[string]any); ok {
			addSources(used, pattern)
		}
	}
}

// addActions finds the actions of every statement below a value.
func addActions(used map[string]bool, value any) {
	switch v := value.(type) {
	case []any:
		for _, each := range v {
			addActions(used, each)
		}
	case map[string]any:
		if _, statement := v["Effect"]; statement {
			switch actions := v["Action"].(type) {
			case string:
				used[actions] = true
			case []any:
				for _, action := range actions {
					used[fmt.Sprint(action)] = true
				}
			}
		}
		for _, each := range v {
			addActions(used, each)
		}
	}
}

// addSources finds the sources of a pattern, and its operators.
func addSources(used map[string]bool, pattern map[string]any) {
	if sources, ok := pattern["source"].([]any); ok {
		for _, source := range sources {
			used[fmt.Sprint(source)] = true
		}
	}
	var operators func(value any, inList bool)
	operators = func(value any, inList bool) {
		switch v := value.(type) {
		case []any:
			for _, each := range v {
				operators(each, true)
			}
		case map[string]any:
			for key, each := range v {
				if key == "$or" {
					used[key] = true
					for _, alternative := range each.([]any) {
						operators(alternative, false)
					}
					continue
				}
				if _, intrinsic := v["Ref"]; intrinsic || strings.HasPrefix(key, "Fn::") {
					continue
				}
				if inList {
					used[key] = true
					continue
				}
				operators(each, false)
			}
		}
	}
	operators(pattern, false)
}

var (
	integration      = regexp.MustCompile(`"Resource": "arn:[^:]+:states:::([^"]+)"`)
	expressionOf     = regexp.MustCompile(`\{% (.*?) %\}`)
	quotedText       = regexp.MustCompile(`'[^']*'`)
	jsonataFunction  = regexp.MustCompile(`(\$[a-z][A-Za-z]*)\(`)
	reservedVariable = regexp.MustCompile(`(\$states\.[a-zA-Z]+)`)
	// jsonataFeatures tell by which text a feature is used.
	jsonataFeatures = map[string]*regexp.Regexp{
		"?:": regexp.MustCompile(` \? `), ":=": regexp.MustCompile(`:=`), "in": regexp.MustCompile(` in `), "and": regexp.MustCompile(` and `),
		"or": regexp.MustCompile(` or `), "&": regexp.MustCompile(` & `), "=": regexp.MustCompile(`[^:!<>]= `), "!=": regexp.MustCompile(`!=`),
		">": regexp.MustCompile(` > `), "<": regexp.MustCompile(` < `), ">=": regexp.MustCompile(`>=`), "<=": regexp.MustCompile(`<=`),
		"[predicate]": regexp.MustCompile(`[A-Za-z]\[[^\d\]]`), ".{}": regexp.MustCompile(`\.\{`), "~>": regexp.MustCompile(`~>`),
		"^()": regexp.MustCompile(`\^\(`), "function": regexp.MustCompile(`function\(|λ`), "*": regexp.MustCompile(` \* |\.\*`),
		"+": regexp.MustCompile(` \+ `), "/": regexp.MustCompile(` / `), "%": regexp.MustCompile(` % `), "..": regexp.MustCompile(`\.\.`),
		"??": regexp.MustCompile(`\?\?`), "elvis": regexp.MustCompile(`\?:`), "@": regexp.MustCompile(`@\$`), "#": regexp.MustCompile(`#\$`),
		"|transform|": regexp.MustCompile(`\|`), "-": regexp.MustCompile(` - `),
	}
)

func inDefinition(text string, used map[string]bool) {
	addAll(used, integration, text)
	for _, found := range expressionOf.FindAllStringSubmatch(text, -1) {
		expression := quotedText.ReplaceAllString(found[1], "''")
		addAll(used, jsonataFunction, expression)
		addAll(used, reservedVariable, expression)
		for feature, pattern := range jsonataFeatures {
			if pattern.MatchString(expression) {
				used[feature] = true
			}
		}
	}
}

// TestWhatIsUsedOfAWS shows that each kind of token is found where it stands.
func TestWhatIsUsedOfAWS(t *testing.T) {
	used := map[string]bool{}
	inTemplate(t, `{"Resources": {
		"A": {"Type": "AWS::X::Y", "Properties": {"Policies": [{"Statement": [{"Effect": "Allow", "Action": ["a:B", "a:C"]}, {"Effect": "Deny", "Action": "d:E"}]}]}},
		"B": {"Type": "AWS::X::Y", "Properties": {"Metrics": [{"Expression": "FILL(m, 0)"}, {"Stat": "p12"}], "ScheduleExpression": "cron(0)"}},
		"C": {"Type": "AWS::X::Y", "Properties": {"EventPattern": {"source": ["s"], "detail": {"$or": [{"x": [{"suffix": "z"}]}, {"y": [{"Ref": "R"}]}]}}}}}}`, used)
	inDefinition(`"Resource": "arn:${Partition}:states:::sns:publish", "Output": "{% $sum($states.input.list[a > 1].b) %}"`, used)
	want := []string{"$or", "$states.input", "$sum", ">", "AWS::X::Y", "FILL", "[predicate]", "a:B", "a:C", "cron", "d:E", "p12", "s", "sns:publish", "suffix"}
	if got := slices.Sorted(maps.Keys(used)); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}
