package lambda

import (
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/local/api"
)

// API describes the service to the bus and the wire.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "lambda", Protocols: []api.Protocol{api.RESTJSON},
		Operations: api.Table(append(append(s.functionOperations(), s.aliasOperations()...), s.settingOperations()...)...),
	}
}

const (
	functions = "/2015-03-31/functions"
	one       = functions + "/{FunctionName}"
	aliasPath = one + "/aliases"
)

var qualifier = map[string]string{"Qualifier": "Qualifier"}

func (s *Service) functionOperations() []api.Operation {
	return []api.Operation{
		api.Op("CreateFunction", s.createFunction, api.On("lambda:CreateFunction", func(in *lambda.CreateFunctionInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "POST", Path: functions, Status: 201})),
		api.Op("GetFunction", s.getFunction, api.On("lambda:GetFunction", func(in *lambda.GetFunctionInput) string { return s.named(in.FunctionName, in.Qualifier) }),
			api.WithHTTP(api.HTTPBinding{Method: "GET", Path: one, Query: qualifier})),
		api.Op("GetFunctionConfiguration", s.getFunctionConfiguration, api.On("lambda:GetFunctionConfiguration", func(in *lambda.GetFunctionConfigurationInput) string {
			return s.named(in.FunctionName, in.Qualifier)
		}), api.WithHTTP(api.HTTPBinding{Method: "GET", Path: one + "/configuration", Query: qualifier})),
		api.Op("ListFunctions", s.listFunctions, api.WithHTTP(api.HTTPBinding{Method: "GET", Path: functions})),
		api.Op("UpdateFunctionCode", s.updateFunctionCode, api.On("lambda:UpdateFunctionCode", func(in *lambda.UpdateFunctionCodeInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "PUT", Path: one + "/code"})),
		api.Op("UpdateFunctionConfiguration", s.updateFunctionConfiguration, api.On("lambda:UpdateFunctionConfiguration", func(in *lambda.UpdateFunctionConfigurationInput) string {
			return s.named(in.FunctionName, nil)
		}), api.WithHTTP(api.HTTPBinding{Method: "PUT", Path: one + "/configuration"})),
		api.Op("DeleteFunction", s.deleteFunction, api.On("lambda:DeleteFunction", func(in *lambda.DeleteFunctionInput) string { return s.named(in.FunctionName, in.Qualifier) }),
			api.WithHTTP(api.HTTPBinding{Method: "DELETE", Path: one, Query: qualifier, Status: 204})),
		api.Op("PublishVersion", s.publishVersion, api.On("lambda:PublishVersion", func(in *lambda.PublishVersionInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "POST", Path: one + "/versions", Status: 201})),
		api.Op("ListVersionsByFunction", s.listVersions, api.On("lambda:ListVersionsByFunction", func(in *lambda.ListVersionsByFunctionInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "GET", Path: one + "/versions", Query: map[string]string{"Marker": "Marker", "MaxItems": "MaxItems"}})),
		api.Op("Invoke", s.invoke, api.On("lambda:InvokeFunction", func(in *lambda.InvokeInput) string { return s.named(in.FunctionName, in.Qualifier) }),
			api.WithHTTP(api.HTTPBinding{Method: "POST", Path: one + "/invocations", Query: qualifier, Payload: "Payload",
				Headers:      map[string]string{"X-Amz-Invocation-Type": "InvocationType", "X-Amz-Log-Type": "LogType", "X-Amz-Client-Context": "ClientContext"},
				StatusMember: "StatusCode", OutPayload: "Payload",
				OutHeaders: map[string]string{"ExecutedVersion": "X-Amz-Executed-Version", "FunctionError": "X-Amz-Function-Error", "LogResult": "X-Amz-Log-Result"}})),
	}
}

func (s *Service) aliasOperations() []api.Operation {
	return []api.Operation{
		// The resource of alias actions is the function, whatever the alias.
		// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
		api.Op("CreateAlias", s.createAlias, api.On("lambda:CreateAlias", func(in *lambda.CreateAliasInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "POST", Path: aliasPath, Status: 201})),
		api.Op("GetAlias", s.getAlias, api.On("lambda:GetAlias", func(in *lambda.GetAliasInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "GET", Path: aliasPath + "/{Name}"})),
		api.Op("UpdateAlias", s.updateAlias, api.On("lambda:UpdateAlias", func(in *lambda.UpdateAliasInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "PUT", Path: aliasPath + "/{Name}"})),
		api.Op("DeleteAlias", s.deleteAlias, api.On("lambda:DeleteAlias", func(in *lambda.DeleteAliasInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "DELETE", Path: aliasPath + "/{Name}", Status: 204})),
		api.Op("ListAliases", s.listAliases, api.On("lambda:ListAliases", func(in *lambda.ListAliasesInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "GET", Path: aliasPath,
				Query: map[string]string{"FunctionVersion": "FunctionVersion", "Marker": "Marker", "MaxItems": "MaxItems"}})),
	}
}

func (s *Service) settingOperations() []api.Operation {
	const tags = "/2017-03-31/tags/{Resource}"
	const concurrency = "/functions/{FunctionName}/concurrency"
	const provisioned = "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"
	const events = "/2019-09-25/functions/{FunctionName}/event-invoke-config"
	return []api.Operation{
		api.Op("ListTags", s.listTags, api.On("lambda:ListTags", func(in *lambda.ListTagsInput) string { return deref(in.Resource) }),
			api.WithHTTP(api.HTTPBinding{Method: "GET", Path: tags})),
		api.Op("TagResource", s.tagResource, api.On("lambda:TagResource", func(in *lambda.TagResourceInput) string { return deref(in.Resource) }),
			api.WithHTTP(api.HTTPBinding{Method: "POST", Path: tags, Status: 204})),
		api.Op("UntagResource", s.untagResource, api.On("lambda:UntagResource", func(in *lambda.UntagResourceInput) string { return deref(in.Resource) }),
			api.WithHTTP(api.HTTPBinding{Method: "DELETE", Path: tags, Query: map[string]string{"tagKeys": "TagKeys"}, Status: 204})),
		api.Op("PutFunctionConcurrency", s.putConcurrency, api.On("lambda:PutFunctionConcurrency", func(in *lambda.PutFunctionConcurrencyInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "PUT", Path: "/2017-10-31" + concurrency})),
		api.Op("GetFunctionConcurrency", s.getConcurrency, api.On("lambda:GetFunctionConcurrency", func(in *lambda.GetFunctionConcurrencyInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "GET", Path: "/2019-09-30" + concurrency})),
		api.Op("DeleteFunctionConcurrency", s.deleteConcurrency, api.On("lambda:DeleteFunctionConcurrency", func(in *lambda.DeleteFunctionConcurrencyInput) string { return s.named(in.FunctionName, nil) }),
			api.WithHTTP(api.HTTPBinding{Method: "DELETE", Path: "/2017-10-31" + concurrency, Status: 204})),
		api.Op("PutProvisionedConcurrencyConfig", s.putProvisioned, api.On("lambda:PutProvisionedConcurrencyConfig", func(in *lambda.PutProvisionedConcurrencyConfigInput) string {
			return s.named(in.FunctionName, in.Qualifier)
		}), api.WithHTTP(api.HTTPBinding{Method: "PUT", Path: provisioned, Query: qualifier, Status: 202})),
		api.Op("GetProvisionedConcurrencyConfig", s.getProvisioned, api.On("lambda:GetProvisionedConcurrencyConfig", func(in *lambda.GetProvisionedConcurrencyConfigInput) string {
			return s.named(in.FunctionName, in.Qualifier)
		}), api.WithHTTP(api.HTTPBinding{Method: "GET", Path: provisioned, Query: qualifier})),
		api.Op("DeleteProvisionedConcurrencyConfig", s.deleteProvisioned, api.On("lambda:DeleteProvisionedConcurrencyConfig", func(in *lambda.DeleteProvisionedConcurrencyConfigInput) string {
			return s.named(in.FunctionName, in.Qualifier)
		}), api.WithHTTP(api.HTTPBinding{Method: "DELETE", Path: provisioned, Query: qualifier, Status: 204})),
		api.Op("PutFunctionEventInvokeConfig", s.putEventConfig, api.On("lambda:PutFunctionEventInvokeConfig", func(in *lambda.PutFunctionEventInvokeConfigInput) string {
			return s.named(in.FunctionName, in.Qualifier)
		}), api.WithHTTP(api.HTTPBinding{Method: "PUT", Path: events, Query: qualifier})),
		api.Op("GetFunctionEventInvokeConfig", s.getEventConfig, api.On("lambda:GetFunctionEventInvokeConfig", func(in *lambda.GetFunctionEventInvokeConfigInput) string {
			return s.named(in.FunctionName, in.Qualifier)
		}), api.WithHTTP(api.HTTPBinding{Method: "GET", Path: events, Query: qualifier})),
		api.Op("DeleteFunctionEventInvokeConfig", s.deleteEventConfig, api.On("lambda:DeleteFunctionEventInvokeConfig", func(in *lambda.DeleteFunctionEventInvokeConfigInput) string {
			return s.named(in.FunctionName, in.Qualifier)
		}), api.WithHTTP(api.HTTPBinding{Method: "DELETE", Path: events, Query: qualifier, Status: 204})),
		api.Op("AddPermission", s.addPermission, api.On("lambda:AddPermission", func(in *lambda.AddPermissionInput) string { return s.named(in.FunctionName, in.Qualifier) }),
			api.WithHTTP(api.HTTPBinding{Method: "POST", Path: one + "/policy", Query: qualifier, Status: 201})),
		api.Op("RemovePermission", s.removePermission, api.On("lambda:RemovePermission", func(in *lambda.RemovePermissionInput) string { return s.named(in.FunctionName, in.Qualifier) }),
			api.WithHTTP(api.HTTPBinding{Method: "DELETE", Path: one + "/policy/{StatementId}", Query: qualifier, Status: 204})),
		api.Op("GetPolicy", s.getPolicy, api.On("lambda:GetPolicy", func(in *lambda.GetPolicyInput) string { return s.named(in.FunctionName, in.Qualifier) }),
			api.WithHTTP(api.HTTPBinding{Method: "GET", Path: one + "/policy", Query: qualifier})),
	}
}
