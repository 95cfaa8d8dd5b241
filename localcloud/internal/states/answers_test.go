package states_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"weir/localcloud/internal/api"
)

// answered is one row of testdata/answers.json: a state, a definition, an expression
// of JSONata or a path, and what AWS is documented or reported to make of it.
type answered struct {
	Name       string
	State      json.RawMessage // on its own
	Definition json.RawMessage // whole
	JSONata    string
	Path       string // on pathInput

	Answer string // accepted, refused, or gap: accepted by AWS alone
	Says   string // a part of the refusal
	Gives  json.RawMessage
	Fails  string // a part of the cause
	Source string
}

const pathInput = `{"abc": {"def ghi": 1}, "a-b-c": 2, "lists": [[1, 2], [3]], "films": [{"name": "old", "year": 1990}, {"name": "new", "year": 2001}]}`

func TestAnswersAreThoseOfAWS(t *testing.T) {
	text, err := os.ReadFile("testdata/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []answered
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			if !strings.HasPrefix(row.Source, "https://") {
				t.Errorf("the source is %q", row.Source)
			}
			switch {
			case row.JSONata != "":
				row.evaluated(t, jsonataPass(row.JSONata), `{}`)
			case row.Path != "":
				row.evaluated(t, one(`"Type":"Pass","InputPath":`+quoted(row.Path)), pathInput)
			default:
				row.created(t)
			}
		})
	}
}

func quoted(text string) string {
	encoded, _ := json.Marshal(text)
	return string(encoded)
}

func jsonataPass(expression string) string {
	return one(`"Type":"Pass","QueryLanguage":"JSONata","Output":` + quoted("{% "+expression+" %}"))
}

func (row *answered) evaluated(t *testing.T, definition, input string) {
	out := newCloud(t).run(definition, input)
	if row.Fails == "" {
		sameJSON(t, out.Output, string(row.Gives))
	} else if !strings.Contains(aws.ToString(out.Cause), row.Fails) {
		t.Errorf("it ended %s: %s", out.Status, aws.ToString(out.Cause))
	}
}

func (row *answered) created(t *testing.T) {
	definition := string(row.Definition)
	if row.State != nil {
		definition = `{"StartAt":"S","States":{"S":` + string(row.State) + `}}`
	}
	_, err := do[sfn.CreateStateMachineOutput](newCloud(t), "CreateStateMachine", &sfn.CreateStateMachineInput{Name: aws.String("m"), RoleArn: aws.String(role), Definition: &definition})
	code := map[string]string{"refused": "InvalidDefinition", "gap": "NotImplemented"}[row.Answer]
	switch {
	case row.Answer == "accepted" && err == nil:
	case code != "" && api.IsCode(err, code) && strings.Contains(err.Error(), row.Says):
	default:
		t.Errorf("%s, and says %q; got %v", row.Answer, row.Says, err)
	}
}
