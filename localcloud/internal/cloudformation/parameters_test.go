package cloudformation

import (
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

func given(key, value string) types.Parameter {
	return types.Parameter{ParameterKey: aws.String(key), ParameterValue: aws.String(value)}
}

func previous(key string) types.Parameter {
	return types.Parameter{ParameterKey: aws.String(key), UsePreviousValue: aws.Bool(true)}
}

const withParameters = `{
	"Parameters":{
		"Secret":{"Type":"String","NoEcho":true},
		"Stage":{"Type":"String","Default":"test","AllowedValues":["test","prod"]},
		"Stored":{"Type":"AWS::SSM::Parameter::Value<String>","Default":"/elsewhere"}},
	"Conditions":{"Prod":{"Fn::Equals":[{"Ref":"Stage"},"prod"]}},
	"Resources":{
		"A":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Name":"/a",
			"Value":{"Fn::Sub":["${Secret}-${Stored}-${x}-${AWS::Region}",{"x":{"Fn::If":["Prod","big","small"]}}]}}},
		"OnlyProd":{"Type":"AWS::SSM::Parameter","Condition":"Prod","Properties":{"Type":"String","Name":"/prod","Value":"1"}}},
	"Outputs":{"Name":{"Value":{"Ref":"A"}},"Prod":{"Condition":"Prod","Value":{"Ref":"OnlyProd"}}}}`

func TestParametersAndConditions(t *testing.T) {
	w := newWorld(t)
	w.parameters["/elsewhere"] = "s1"
	st := w.create(withParameters, given("Secret", "hush"))
	if got := w.stored()["/a"]; got != "hush-s1-small-eu-west-1" {
		t.Errorf("/a is %q", got)
	}
	for _, parameter := range st.Parameters {
		if aws.ToString(parameter.ParameterValue) == "hush" {
			t.Errorf("%s is shown", aws.ToString(parameter.ParameterKey))
		}
	}
	if len(st.Outputs) != 1 || aws.ToString(st.Outputs[0].OutputValue) != "/a" {
		t.Errorf("outputs %v", st.Outputs)
	}
	w.parameters["/elsewhere"] = "s2"
	st = w.update(withParameters, previous("Secret"), given("Stage", "prod"))
	if got := w.stored(); !maps.Equal(got, map[string]string{"/a": "hush-s2-big-eu-west-1", "/prod": "1", "/elsewhere": "s2"}) {
		t.Errorf("stored %v", got)
	}
	if len(st.Outputs) != 2 {
		t.Errorf("outputs %v", st.Outputs)
	}
}

func TestParametersRefused(t *testing.T) {
	for _, c := range []struct {
		name       string
		parameters []types.Parameter
		want       string
	}{
		{"missing", nil, "Parameters: [Secret] must have values"},
		{"unknown", []types.Parameter{given("Secret", "x"), given("Nope", "x")}, "Parameters: [Nope] do not exist in the template"},
		{"not allowed", []types.Parameter{given("Secret", "x"), given("Stage", "moon")}, "Parameter 'Stage' must be one of AllowedValues"},
		{"nothing stored", []types.Parameter{given("Secret", "x")}, "Unable to fetch parameters [/elsewhere] from parameter store for this account."},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			if _, err := w.tryCreate(withParameters, c.parameters...); err == nil || err.Error() != "ValidationError: "+c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestExportsInUseStay(t *testing.T) {
	w := newWorld(t)
	exporting := func(value string) string {
		return strings.TrimSuffix(declare(`A=/a=`+value), "}") + `,"Outputs":{"O":{"Value":{"Fn::GetAtt":["A","Value"]},"Export":{"Name":"shared"}}}}`
	}
	w.create(exporting("1"))
	_, err := call[cloudformation.CreateStackOutput](w, "CreateStack", &cloudformation.CreateStackInput{
		StackName: aws.String("user"), TemplateBody: aws.String(declare(`U=/u={"Fn::ImportValue":"shared"}`)),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.service.running.Wait()
	if got := w.stored()["/u"]; got != "1" {
		t.Errorf("/u is %q", got)
	}
	if st := w.update(exporting("2")); st.StackStatus != types.StackStatusUpdateRollbackComplete ||
		!strings.Contains(strings.Join(w.history(), "\n"), "Export shared cannot be updated as it is in use by user") {
		t.Errorf("changing the export: %s", st.StackStatus)
	}
	_, err = call[cloudformation.DeleteStackOutput](w, "DeleteStack", &cloudformation.DeleteStackInput{StackName: aws.String("s")})
	if err == nil || !strings.Contains(err.Error(), "Export shared cannot be deleted as it is in use by user") {
		t.Errorf("deleting the exporter: %v", err)
	}
	if got := w.stored()["/a"]; got != "1" {
		t.Errorf("/a is %q after the rollback", got)
	}
}

func TestRolledBackUpdateKeepsWhatIsRetained(t *testing.T) {
	w := newWorld(t)
	w.create(declare(`A=/a=1`))
	w.refuse = "/z"
	w.update(declare(`A=/a=1`, `K=/keep=1|"DeletionPolicy":"Retain"`, `N=/new=1|"DeletionPolicy":"RetainExceptOnCreate"`, `Z=/z=1`))
	if got := w.stored(); !maps.Equal(got, map[string]string{"/a": "1", "/keep": "1"}) {
		t.Errorf("stored %v", got)
	}
}

func TestOfTwoUpdatesOneBegins(t *testing.T) {
	w := newWorld(t)
	w.create(declare(`A=/a=1`))
	failures := make(chan error, 2)
	for range 2 {
		go func() { failures <- w.tryUpdate(declare(`A=/a=2`)) }()
	}
	first, second := <-failures, <-failures
	w.service.running.Wait()
	if (first == nil) == (second == nil) {
		t.Errorf("errors %v and %v, want one", first, second)
	}
}
