package lambda

import (
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
)

// otherOperations are those on policies, tags, asynchronous invocation, URLs
// and the account.
func (s *Service) otherOperations() []api.Operation {
	const (
		policy  = functionPath + "/policy"
		tags    = "/2017-03-31/tags/{Resource}"
		async   = "/2019-09-25/functions/{FunctionName}/event-invoke-config"
		runtime = "/2021-07-20/functions/{FunctionName}/runtime-management-config"
		url     = "/2021-10-31/functions/{FunctionName}/url"
	)
	untag := api.WithHTTP(api.HTTPBinding{Method: "DELETE", Path: tags, Status: 204, Query: map[string]string{"tagKeys": "TagKeys"}})
	return []api.Operation{
		api.Op("AddPermission", s.addPermission, bind("POST", policy, 201, "Qualifier"),
			on(s, "AddPermission", func(in *lambda.AddPermissionInput) *string { return in.FunctionName })),
		api.Op("RemovePermission", s.removePermission, bind("DELETE", policy+"/{StatementId}", 204, "Qualifier", "RevisionId"),
			on(s, "RemovePermission", func(in *lambda.RemovePermissionInput) *string { return in.FunctionName })),
		api.Op("GetPolicy", s.getPolicy, bind("GET", policy, 200, "Qualifier"),
			on(s, "GetPolicy", func(in *lambda.GetPolicyInput) *string { return in.FunctionName })),
		api.Op("ListTags", s.listTags, bind("GET", tags, 200),
			on(s, "ListTags", func(in *lambda.ListTagsInput) *string { return in.Resource })),
		api.Op("TagResource", s.tagResource, bind("POST", tags, 204),
			on(s, "TagResource", func(in *lambda.TagResourceInput) *string { return in.Resource })),
		api.Op("UntagResource", s.untagResource, untag,
			on(s, "UntagResource", func(in *lambda.UntagResourceInput) *string { return in.Resource })),
		api.Op("PutFunctionEventInvokeConfig", s.putEventInvokeConfig, bind("PUT", async, 200, "Qualifier"),
			on(s, "PutFunctionEventInvokeConfig", func(in *lambda.PutFunctionEventInvokeConfigInput) *string { return in.FunctionName })),
		api.Op("UpdateFunctionEventInvokeConfig", s.updateEventInvokeConfig, bind("POST", async, 200, "Qualifier"),
			on(s, "UpdateFunctionEventInvokeConfig", func(in *lambda.UpdateFunctionEventInvokeConfigInput) *string { return in.FunctionName })),
		api.Op("GetFunctionEventInvokeConfig", s.getEventInvokeConfig, bind("GET", async, 200, "Qualifier"),
			on(s, "GetFunctionEventInvokeConfig", func(in *lambda.GetFunctionEventInvokeConfigInput) *string { return in.FunctionName })),
		api.Op("ListFunctionEventInvokeConfigs", s.listEventInvokeConfigs, bind("GET", async+"/list", 200, "Marker", "MaxItems"),
			on(s, "ListFunctionEventInvokeConfigs", func(in *lambda.ListFunctionEventInvokeConfigsInput) *string { return in.FunctionName })),
		api.Op("DeleteFunctionEventInvokeConfig", s.deleteEventInvokeConfig, bind("DELETE", async, 204, "Qualifier"),
			on(s, "DeleteFunctionEventInvokeConfig", func(in *lambda.DeleteFunctionEventInvokeConfigInput) *string { return in.FunctionName })),
		api.Op("PutRuntimeManagementConfig", s.putRuntimeConfig, bind("PUT", runtime, 200, "Qualifier"),
			onQualified(s, "PutRuntimeManagementConfig", func(in *lambda.PutRuntimeManagementConfigInput) (*string, *string) {
				return in.FunctionName, in.Qualifier
			})),
		api.Op("GetRuntimeManagementConfig", s.getRuntimeConfig, bind("GET", runtime, 200, "Qualifier"),
			onQualified(s, "GetRuntimeManagementConfig", func(in *lambda.GetRuntimeManagementConfigInput) (*string, *string) {
				return in.FunctionName, in.Qualifier
			})),
		api.Op("CreateFunctionUrlConfig", s.createURL, bind("POST", url, 201, "Qualifier"),
			on(s, "CreateFunctionUrlConfig", func(in *lambda.CreateFunctionUrlConfigInput) *string { return in.FunctionName })),
		api.Op("GetFunctionUrlConfig", s.getURL, bind("GET", url, 200, "Qualifier"),
			on(s, "GetFunctionUrlConfig", func(in *lambda.GetFunctionUrlConfigInput) *string { return in.FunctionName })),
		api.Op("UpdateFunctionUrlConfig", s.updateURL, bind("PUT", url, 200, "Qualifier"),
			on(s, "UpdateFunctionUrlConfig", func(in *lambda.UpdateFunctionUrlConfigInput) *string { return in.FunctionName })),
		api.Op("DeleteFunctionUrlConfig", s.deleteURL, bind("DELETE", url, 204, "Qualifier"),
			on(s, "DeleteFunctionUrlConfig", func(in *lambda.DeleteFunctionUrlConfigInput) *string { return in.FunctionName })),
		api.Op("ListFunctionUrlConfigs", s.listURLs, bind("GET", url+"s", 200, "Marker", "MaxItems"),
			on(s, "ListFunctionUrlConfigs", func(in *lambda.ListFunctionUrlConfigsInput) *string { return in.FunctionName })),
		api.Op("GetAccountSettings", s.getAccountSettings, bind("GET", "/2016-08-19/account-settings", 200),
			api.On("lambda:GetAccountSettings", func(*lambda.GetAccountSettingsInput) string { return "*" })),
	}
}
