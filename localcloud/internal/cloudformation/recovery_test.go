package cloudformation

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// operate runs an operation of the service and waits for the stack to end it.
func (w *world) operate(operation string, in any) types.Stack {
	w.t.Helper()
	if err := w.try(operation, in); err != nil {
		w.t.Fatal(err)
	}
	return w.ended()
}

func (w *world) try(operation string, in any) error {
	_, err := w.service.API().Operations[operation].Do(w.ctx, w.operator(), in)
	return err
}

func TestRollbackOfAnUnfinishedCreation(t *testing.T) {
	w := newWorld(t)
	w.refuse = "Put /b"
	body := declare(`A=/a=1`, `B=/b=2`)
	st := w.operate("CreateStack", &cloudformation.CreateStackInput{
		StackName: aws.String("s"), TemplateBody: &body, OnFailure: types.OnFailureDoNothing})
	if st.StackStatus != types.StackStatusCreateFailed {
		t.Fatal(st.StackStatus)
	}
	if w.stored()["/a"] != "1" {
		t.Errorf("parameters are %v, want what was made to stay", w.stored())
	}
	st = w.operate("RollbackStack", &cloudformation.RollbackStackInput{StackName: aws.String("s")})
	if st.StackStatus != types.StackStatusRollbackComplete || len(w.stored()) != 0 {
		t.Errorf("the stack is %s with %v", st.StackStatus, w.stored())
	}
	err := w.try("RollbackStack", &cloudformation.RollbackStackInput{StackName: aws.String("s")})
	if err == nil || !strings.Contains(err.Error(), "is in ROLLBACK_COMPLETE state and can not be rolled back") {
		t.Errorf("a second rollback: %v", err)
	}
}

func TestRollbackOfAnUnfinishedUpdate(t *testing.T) {
	w := newWorld(t)
	w.create(declare(`A=/a=1`, `B=/b=2`))
	w.refuse = "Put /b=3"
	body := declare(`A=/a=2`, `B=/b=3`)
	st := w.operate("UpdateStack", &cloudformation.UpdateStackInput{
		StackName: aws.String("s"), TemplateBody: &body, DisableRollback: aws.Bool(true)})
	if st.StackStatus != types.StackStatusUpdateFailed || w.stored()["/a"] != "2" {
		t.Fatalf("the stack is %s with %v", st.StackStatus, w.stored())
	}
	st = w.operate("RollbackStack", &cloudformation.RollbackStackInput{StackName: aws.String("s")})
	if st.StackStatus != types.StackStatusUpdateRollbackComplete || w.stored()["/a"] != "1" {
		t.Errorf("the stack is %s with %v", st.StackStatus, w.stored())
	}
}

func TestContinueUpdateRollback(t *testing.T) {
	for name, test := range map[string]struct {
		skip []string
		mend bool
		want types.StackStatus
	}{
		"still broken": {nil, false, types.StackStatusUpdateRollbackFailed},
		"mended":       {nil, true, types.StackStatusUpdateRollbackComplete},
		"passed over":  {[]string{"A"}, false, types.StackStatusUpdateRollbackComplete},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.create(declare(`A=/a=1`, `B=/b=2`, `C=/c=3`))
			w.take()
			w.refuseAll("Put /a=1", "Put /c=4") // C fails the update, A its rollback
			st := w.update(declare(`A=/a=2`, `B=/b=3`, `C=/c=4`))
			if st.StackStatus != types.StackStatusUpdateRollbackFailed {
				t.Fatalf("%s %v", st.StackStatus, w.history())
			}
			if test.mend {
				w.refuseAll()
			}
			st = w.operate("ContinueUpdateRollback", &cloudformation.ContinueUpdateRollbackInput{
				StackName: aws.String("s"), ResourcesToSkip: test.skip})
			if st.StackStatus != test.want {
				t.Errorf("the stack is %s, want %s: %v", st.StackStatus, test.want, w.history())
			}
			if done := test.want == types.StackStatusUpdateRollbackComplete; done && w.stored()["/b"] != "2" {
				t.Errorf("parameters are %v, want B as it was", w.stored())
			}
		})
	}
}

func TestContinueUpdateRollbackRefusals(t *testing.T) {
	w := newWorld(t)
	w.create(declare(`A=/a=1`))
	err := w.try("ContinueUpdateRollback", &cloudformation.ContinueUpdateRollbackInput{StackName: aws.String("s")})
	if err == nil || !strings.Contains(err.Error(), "CREATE_COMPLETE state and can not continue update rollback") {
		t.Errorf("of a stack that stands: %v", err)
	}
	err = w.try("SignalResource", &cloudformation.SignalResourceInput{})
	if err == nil || !strings.Contains(err.Error(), "SignalResource") {
		t.Errorf("SignalResource: %v, want a refusal by name", err)
	}
}

func TestExportsAndImports(t *testing.T) {
	w := newWorld(t)
	w.create(`{"Resources":{"A":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Name":"/a","Value":"1"}}},
		"Outputs":{"Out":{"Value":{"Ref":"A"},"Export":{"Name":{"Fn::Sub":"${AWS::StackName}-a"}}}}}`)
	exports, err := w.service.listExports(w.ctx, w.operator(), nil)
	if err != nil || len(exports.Exports) != 1 || aws.ToString(exports.Exports[0].Name) != "s-a" || aws.ToString(exports.Exports[0].Value) != "/a" {
		t.Errorf("ListExports = %+v, %v", exports, err)
	}
	_, err = w.service.listImports(w.ctx, w.operator(), &cloudformation.ListImportsInput{ExportName: aws.String("s-a")})
	if err == nil || !strings.Contains(err.Error(), "Export 's-a' is not imported by any stack.") {
		t.Errorf("ListImports before an import: %v", err)
	}
	body := `{"Resources":{"B":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Name":"/b","Value":{"Fn::ImportValue":"s-a"}}}}}`
	if err := w.try("CreateStack", &cloudformation.CreateStackInput{StackName: aws.String("t"), TemplateBody: &body}); err != nil {
		t.Fatal(err)
	}
	w.service.running.Wait()
	imports, err := w.service.listImports(w.ctx, w.operator(), &cloudformation.ListImportsInput{ExportName: aws.String("s-a")})
	if err != nil || !slices.Equal(imports.Imports, []string{"t"}) {
		t.Errorf("ListImports = %+v, %v", imports, err)
	}
	if w.stored()["/b"] != "/a" {
		t.Errorf("parameters are %v, want the imported value in /b", w.stored())
	}
	err = w.try("DeleteStack", &cloudformation.DeleteStackInput{StackName: aws.String("s")})
	if err == nil || !strings.Contains(err.Error(), "Export s-a cannot be deleted as it is in use by t") {
		t.Errorf("deleting an exporter in use: %v", err)
	}
}

func TestDescribeEventsFilters(t *testing.T) {
	w := newWorld(t)
	w.refuse = "Put /b"
	w.create(declare(`A=/a=1`, `B=/b=2`))
	out, err := w.service.describeEvents(w.ctx, w.operator(), &cloudformation.DescribeEventsInput{
		StackName: aws.String("s"), Filters: &types.EventFilter{FailedEvents: aws.Bool(true)}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.OperationEvents) != 1 || aws.ToString(out.OperationEvents[0].LogicalResourceId) != "B" {
		t.Errorf("failed events: %+v, want B's alone", out.OperationEvents)
	}
}
