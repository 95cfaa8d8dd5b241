package lambda_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

const fn = "recorded-function"

func pythonFunction() *awslambda.CreateFunctionInput {
	return &awslambda.CreateFunctionInput{
		FunctionName: aws.String(fn), Runtime: types.RuntimePython312, Handler: aws.String("index.handler"),
		Role: aws.String("arn:aws:iam::111111111111:role/role"), Code: &types.FunctionCode{ZipFile: handlerZip},
	}
}

func (r *replay) create(step string, in *awslambda.CreateFunctionInput) {
	r.t.Helper()
	_, err := r.client.CreateFunction(r.t.Context(), in)
	r.step(step, err)
	r.settle(fn)
}

func (r *replay) get(step, function, qualifier string) {
	r.t.Helper()
	in := &awslambda.GetFunctionInput{FunctionName: &function}
	if qualifier != "" {
		in.Qualifier = &qualifier
	}
	_, err := r.client.GetFunction(r.t.Context(), in)
	r.step(step, err)
}

func (r *replay) publish(step string, in awslambda.PublishVersionInput) {
	r.t.Helper()
	in.FunctionName = aws.String(fn)
	_, err := r.client.PublishVersion(r.t.Context(), &in)
	r.step(step, err)
}

func (r *replay) versions(step string) {
	r.t.Helper()
	_, err := r.client.ListVersionsByFunction(r.t.Context(), &awslambda.ListVersionsByFunctionInput{FunctionName: aws.String(fn)})
	r.step(step, err)
}

func (r *replay) describe(step, description string) {
	r.t.Helper()
	_, err := r.client.UpdateFunctionConfiguration(r.t.Context(),
		&awslambda.UpdateFunctionConfigurationInput{FunctionName: aws.String(fn), Description: &description})
	r.step(step, err)
	r.settle(fn)
}

// alias creates an alias; no name of a function means the recorded one.
func (r *replay) alias(step string, in awslambda.CreateAliasInput, weights map[string]float64) {
	r.t.Helper()
	if in.FunctionName == nil {
		in.FunctionName = aws.String(fn)
	}
	if weights != nil {
		in.RoutingConfig = &types.AliasRoutingConfiguration{AdditionalVersionWeights: weights}
	}
	_, err := r.client.CreateAlias(r.t.Context(), &in)
	r.step(step, err)
}

func (r *replay) getAlias(step, name string) {
	r.t.Helper()
	_, err := r.client.GetAlias(r.t.Context(), &awslambda.GetAliasInput{FunctionName: aws.String(fn), Name: &name})
	r.step(step, err)
}

func (r *replay) aliases(step string, version *string) {
	r.t.Helper()
	_, err := r.client.ListAliases(r.t.Context(), &awslambda.ListAliasesInput{FunctionName: aws.String(fn), FunctionVersion: version})
	r.step(step, err)
}

// twoVersions publishes staging as 1 and prod as 2.
func (r *replay) twoVersions(published bool) {
	r.t.Helper()
	in := pythonFunction()
	in.Publish = published
	in.Environment = &types.Environment{Variables: map[string]string{"testenv": "staging"}}
	r.create("create_response", in)
	r.publish("publish_v1", awslambda.PublishVersionInput{})
	_, err := r.client.UpdateFunctionConfiguration(r.t.Context(), &awslambda.UpdateFunctionConfigurationInput{
		FunctionName: aws.String(fn), Environment: &types.Environment{Variables: map[string]string{"testenv": "prod"}}})
	if err != nil {
		r.t.Fatal(err)
	}
	r.settle(fn)
	r.publish("publish_v2", awslambda.PublishVersionInput{})
}

func TestConformanceVersionLifecycle(t *testing.T) {
	r := newReplay(t, "lambda-versions.json", "test_version_lifecycle")
	in := pythonFunction()
	in.Description = aws.String("No version :(")
	r.create("create_response", in)
	r.get("get_function_result", fn, "")
	r.versions("list_versions_result")
	r.describe("first_update_response", "First version :)")
	r.get("first_update_get_function", fn, "")
	r.publish("first_publish_response", awslambda.PublishVersionInput{Description: aws.String("First version description :)")})
	r.get("first_publish_get_function", fn, "1")
	_, err := r.client.GetFunctionConfiguration(t.Context(), &awslambda.GetFunctionConfigurationInput{FunctionName: aws.String(fn), Qualifier: aws.String("1")})
	r.step("first_publish_get_function_config", err)
	r.describe("second_update_response", "Second version :))")
	r.get("first_publish_get_function_after_update", fn, "1")
	r.publish("second_publish_response", awslambda.PublishVersionInput{})
	r.publish("third_publish_response", awslambda.PublishVersionInput{Description: aws.String("Third version description :)))")})
	r.versions("list_versions_result_after_third_publish")
	if _, err := r.client.DeleteFunction(t.Context(), &awslambda.DeleteFunctionInput{FunctionName: aws.String(fn), Qualifier: aws.String("1")}); err != nil {
		t.Fatal(err)
	}
	r.versions("list_versions_result_after_deletion_of_first_version")
}

func TestConformancePublishWithUpdate(t *testing.T) {
	r := newReplay(t, "lambda-versions.json", "test_publish_with_update")
	r.create("create_response", pythonFunction())
	r.get("get_function_result", fn, "")
	_, err := r.client.UpdateFunctionCode(t.Context(), &awslambda.UpdateFunctionCodeInput{FunctionName: aws.String(fn), ZipFile: otherZip(t), Publish: true})
	r.step("update_function_code_result", err)
	r.get("get_function_version_result", fn, "1")
	r.get("get_function_latest_result", fn, "$LATEST")
}

func TestConformanceRevisions(t *testing.T) {
	r := newReplay(t, "lambda-revisions.json", "test_function_revisions_version_and_alias")
	in := pythonFunction()
	in.Handler, in.Timeout, in.Environment = aws.String("handler.handler"), aws.Int32(30), &types.Environment{Variables: map[string]string{}}
	r.create("create_function_response_rev1", in)
	r.get("get_function_active_rev2", fn, "")
	r.publish("publish_version_revision_exception", awslambda.PublishVersionInput{RevisionId: aws.String("wrong")})
	r.publish("publish_version_response_rev_v1", awslambda.PublishVersionInput{RevisionId: aws.String(r.matcher["<uuid:2>"])})
	r.get("get_function_published_version_rev_v2", fn, "1")
	r.get("get_function_latest_rev3", fn, "")
	r.alias("create_alias_response_rev_a1", awslambda.CreateAliasInput{Name: aws.String("revision_alias"), FunctionVersion: aws.String("1")}, nil)
	r.get("get_function_latest_rev4", fn, "")
	r.get("get_function_published_version_rev_v3", fn, "1")
	update := func(step, revision string) {
		_, err := r.client.UpdateAlias(t.Context(), &awslambda.UpdateAliasInput{FunctionName: aws.String(fn), Name: aws.String("revision_alias"),
			RevisionId: &revision, Description: aws.String("something changed")})
		r.step(step, err)
	}
	update("update_alias_revision_exception", "wrong")
	update("update_alias_response_rev_a2", r.matcher["<uuid:5>"])
}

func TestConformanceAliasLifecycle(t *testing.T) {
	r := newReplay(t, "lambda-aliases.json", "test_alias_lifecycle")
	arn := "arn:aws:lambda:us-east-1:111111111111:function:" + fn
	one, two, described := aws.String("1"), aws.String("2"), aws.String("custom-alias")
	r.twoVersions(false)
	r.alias("create_alias_1_1", awslambda.CreateAliasInput{Name: aws.String("aliasname1_1"), FunctionVersion: one, Description: described}, map[string]float64{"2": 0.2})
	r.getAlias("get_alias_1_1", "aliasname1_1")
	r.get("get_function_alias_1_1", fn, "aliasname1_1")
	r.get("get_function_byarn_alias_1_1", arn+":aliasname1_1", "")
	r.get("get_function_alias_notfound_exc", fn, "aliasdoesnotexist")
	r.get("get_function_alias_byarn_notfound_exc", arn+":aliasdoesnotexist", "")
	r.alias("create_alias_1_2", awslambda.CreateAliasInput{Name: aws.String("aliasname1_2"), FunctionVersion: one, Description: described}, nil)
	r.getAlias("get_alias_1_2", "aliasname1_2")
	r.alias("create_alias_1_3", awslambda.CreateAliasInput{Name: aws.String("aliasname1_3"), FunctionVersion: one}, nil)
	r.getAlias("get_alias_1_3", "aliasname1_3")
	r.alias("create_alias_2", awslambda.CreateAliasInput{Name: aws.String("aliasname2"), FunctionVersion: two, Description: described}, nil)
	r.getAlias("get_alias_2", "aliasname2")
	r.aliases("list_aliases_for_fnname", nil)
	update := func(step string, in awslambda.UpdateAliasInput) {
		in.FunctionName = aws.String(fn)
		_, err := r.client.UpdateAlias(t.Context(), &in)
		r.step(step, err)
	}
	update("update_alias_1_1", awslambda.UpdateAliasInput{Name: aws.String("aliasname1_1"),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}}})
	r.getAlias("get_alias_1_1_after_update", "aliasname1_1")
	r.aliases("list_aliases_for_fnname_after_update", nil)
	update("update_alias_1_2", awslambda.UpdateAliasInput{Name: aws.String("aliasname1_2")})
	r.getAlias("get_alias_1_2_after_update", "aliasname1_2")
	r.aliases("list_aliases_for_fnname_after_update_2", nil)
	r.aliases("list_aliases_for_version", one)
	_, err := r.client.DeleteAlias(t.Context(), &awslambda.DeleteAliasInput{FunctionName: aws.String(fn), Name: aws.String("aliasname1_1")})
	r.step("delete_alias_response", err)
	r.aliases("list_aliases_for_fnname_afterdelete", nil)
}

func TestConformanceInvalidRouting(t *testing.T) {
	r := newReplay(t, "lambda-aliases.json", "test_notfound_and_invalid_routingconfigs")
	r.twoVersions(true)
	custom := func(version string) awslambda.CreateAliasInput {
		return awslambda.CreateAliasInput{Name: aws.String("custom"), FunctionVersion: &version}
	}
	r.alias("routing_config_exc_toomany", custom("1"), map[string]float64{"1": 0.8, "2": 0.2})
	r.alias("routing_config_exc_toohigh", custom("1"), map[string]float64{"2": 2})
	r.alias("routing_config_exc_subzero", custom("1"), map[string]float64{"2": -1})
	r.alias("routing_config_exc_sameversion", custom("1"), map[string]float64{"1": 0.5})
	r.alias("target_version_doesnotexist", custom("10"), map[string]float64{"2": 0.5})
	r.alias("routing_config_exc_version_doesnotexist", custom("1"), map[string]float64{"10": 0.5})
	r.alias("target_version_exc_version_latest", custom("$LATEST"), map[string]float64{"1": 0.5})
	r.alias("routing_config_exc_version_latest", custom("1"), map[string]float64{"$LATEST": 0.5})
	r.alias("create-alias-latest", awslambda.CreateAliasInput{Name: aws.String("custom-latest"), FunctionVersion: aws.String("$LATEST")}, nil)
	unknown := custom("1")
	unknown.FunctionName = aws.String(fn + "-unknown")
	r.alias("routing_config_exc_fn_doesnotexist", unknown, map[string]float64{"2": 0.5})
	r.alias("create_alias_empty_routingconfig", awslambda.CreateAliasInput{Name: aws.String("custom-empty-routingconfig"), FunctionVersion: aws.String("1")}, map[string]float64{})
	r.alias("create_alias_response", custom("1"), map[string]float64{"2": 0.5})
	r.alias("routing_config_exc_already_exist", custom("1"), map[string]float64{"2": 0.5})
	r.getAlias("alias_does_not_exist_esc", "non-existent")
}

// The recorded functions are Python's. What Lambda adds is the same for any
// runtime, so a handler that speaks the Runtime API itself tells Python's error.
func TestConformanceInvokeErrors(t *testing.T) {
	for name, do := range map[string]string{"test_lambda_handler_error": "python", "test_lambda_runtime_exit": "exit"} {
		r := newReplay(t, "lambda-invoke-errors.json", name)
		in := pythonFunction()
		in.Runtime = types.RuntimeProvidedal2023
		in.Environment = &types.Environment{Variables: map[string]string{"RAW": do}}
		if _, err := r.client.CreateFunction(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		r.settle(fn)
		_, err := r.client.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String(fn), Payload: []byte("{}")})
		r.step("invocation_error", err)
	}
}

// TestConformancePythonErrors is the recorded functions themselves.
func TestConformancePythonErrors(t *testing.T) {
	needs(t, "python3")
	for name, code := range map[string]string{
		"test_lambda_handler_error": "def handler(event, context):\n    raise Exception(\"Handler fails\")\n",
		"test_lambda_runtime_exit":  "import sys\n\nsys.exit(0)\n",
	} {
		r := newReplay(t, "lambda-invoke-errors.json", name)
		in := pythonFunction()
		in.Handler = aws.String("lambda_handler_error.handler")
		in.Code.ZipFile = files{"lambda_handler_error.py": code}.zip(t)
		if _, err := r.client.CreateFunction(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		r.settle(fn)
		_, err := r.client.Invoke(t.Context(), &awslambda.InvokeInput{FunctionName: aws.String(fn), Payload: []byte("{}")})
		r.step("invocation_error", err)
	}
}
