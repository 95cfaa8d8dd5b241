package lambda_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestTheRuntimeManagementOfAFunctionIsKept(t *testing.T) {
	b := newBindings(t)
	get := &awslambda.GetRuntimeManagementConfigInput{FunctionName: f}
	before, err := b.client.GetRuntimeManagementConfig(b.Context(), get)
	b.check("before", err, before.UpdateRuntimeOn, types.UpdateRuntimeOnAuto)
	_, err = b.client.PutRuntimeManagementConfig(b.Context(), &awslambda.PutRuntimeManagementConfigInput{FunctionName: f, UpdateRuntimeOn: types.UpdateRuntimeOnFunctionUpdate})
	b.check("put", err, nil, nil)
	after, err := b.client.GetRuntimeManagementConfig(b.Context(), get)
	b.check("after", err, after.UpdateRuntimeOn, types.UpdateRuntimeOnFunctionUpdate)
	other, err := b.client.GetRuntimeManagementConfig(b.Context(), &awslambda.GetRuntimeManagementConfigInput{FunctionName: f, Qualifier: aws.String("1")})
	b.check("another version", err, other.UpdateRuntimeOn, types.UpdateRuntimeOnAuto)
	if _, err := b.client.PutRuntimeManagementConfig(b.Context(), &awslambda.PutRuntimeManagementConfigInput{FunctionName: f, UpdateRuntimeOn: types.UpdateRuntimeOnManual}); err == nil {
		t.Error("Manual without a version was taken")
	}
}
