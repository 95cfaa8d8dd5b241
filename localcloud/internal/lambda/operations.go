package lambda

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
)

const (
	functionsPath = "/2015-03-31/functions"
	functionPath  = functionsPath + "/{FunctionName}"
)

// bind is a binding whose Qualifier, marker and page size, where the operation
// has them, are in the query.
func bind(method, path string, status int, query ...string) api.Option {
	binding := api.HTTPBinding{Method: method, Path: path, Status: status, Query: map[string]string{}}
	for _, member := range query {
		binding.Query[member] = member
	}
	return api.WithHTTP(binding)
}

// API describes the service.
// https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
func (s *Service) API() *api.Service {
	operations := s.functionOperations()
	operations = append(operations, s.aliasOperations()...)
	operations = append(operations, s.concurrencyOperations()...)
	operations = append(operations, s.otherOperations()...)
	operations = append(operations, s.mappingOperations()...)
	return &api.Service{Name: "lambda", Protocols: []api.Protocol{api.RESTJSON}, Operations: api.Table(operations...)}
}

// on needs an action on a function without its qualifier.
func on[I any](s *Service, action string, function func(*I) *string) api.Option {
	return api.On("lambda:"+action, func(in *I) string {
		n, err := s.name(api.Deref(function(in)), "")
		if err != nil {
			return "*" // the operation refuses the name itself
		}
		return s.arn(n.function, "")
	})
}

// onQualified needs an action on a function with its qualifier.
func onQualified[I any](s *Service, action string, function func(*I) (functionName, qualifier *string)) api.Option {
	return api.On("lambda:"+action, func(in *I) string {
		return s.resource(function(in))
	})
}

func (s *Service) functionOperations() []api.Operation {
	return []api.Operation{
		api.Op("CreateFunction", s.createFunction, api.Refuses("CapacityProviderConfig", "DurableConfig", "PublishTo", "TenancyConfig"), bind("POST", functionsPath, 201),
			api.PassesRole("lambda.amazonaws.com", func(in *lambda.CreateFunctionInput) []*string { return []*string{in.Role} }),
			on(s, "CreateFunction", func(in *lambda.CreateFunctionInput) *string { return in.FunctionName })),
		api.Op("GetFunction", s.getFunction, bind("GET", functionPath, 200, "Qualifier"),
			onQualified(s, "GetFunction", func(in *lambda.GetFunctionInput) (*string, *string) { return in.FunctionName, in.Qualifier })),
		api.Op("GetFunctionConfiguration", s.getFunctionConfiguration, bind("GET", functionPath+"/configuration", 200, "Qualifier"),
			onQualified(s, "GetFunctionConfiguration", func(in *lambda.GetFunctionConfigurationInput) (*string, *string) {
				return in.FunctionName, in.Qualifier
			})),
		api.Op("ListFunctions", s.listFunctions, bind("GET", functionsPath, 200, "Marker", "MaxItems", "FunctionVersion", "MasterRegion"),
			api.On("lambda:ListFunctions", func(*lambda.ListFunctionsInput) string { return "*" })),
		api.Op("UpdateFunctionCode", s.updateFunctionCode, api.Refuses("PublishTo", "SourceKMSKeyArn"), bind("PUT", functionPath+"/code", 200),
			on(s, "UpdateFunctionCode", func(in *lambda.UpdateFunctionCodeInput) *string { return in.FunctionName })),
		api.Op("UpdateFunctionConfiguration", s.updateFunctionConfiguration, api.Refuses("CapacityProviderConfig", "DurableConfig"), bind("PUT", functionPath+"/configuration", 200),
			api.PassesRole("lambda.amazonaws.com", func(in *lambda.UpdateFunctionConfigurationInput) []*string { return []*string{in.Role} }),
			on(s, "UpdateFunctionConfiguration", func(in *lambda.UpdateFunctionConfigurationInput) *string { return in.FunctionName })),
		api.Op("PublishVersion", s.publishVersion, api.Refuses("PublishTo"), bind("POST", functionPath+"/versions", 201),
			on(s, "PublishVersion", func(in *lambda.PublishVersionInput) *string { return in.FunctionName })),
		api.Op("ListVersionsByFunction", s.listVersionsByFunction, bind("GET", functionPath+"/versions", 200, "Marker", "MaxItems"),
			on(s, "ListVersionsByFunction", func(in *lambda.ListVersionsByFunctionInput) *string { return in.FunctionName })),
		api.Op("DeleteFunction", s.deleteFunction, bind("DELETE", functionPath, 204, "Qualifier"),
			onQualified(s, "DeleteFunction", func(in *lambda.DeleteFunctionInput) (*string, *string) { return in.FunctionName, in.Qualifier })),
		api.Op("Invoke", s.invoke, api.Refuses("DurableExecutionName", "TenantId"), api.WithHTTP(api.HTTPBinding{
			Method: "POST", Path: functionPath + "/invocations", Query: map[string]string{"Qualifier": "Qualifier"},
			Headers: map[string]string{"X-Amz-Invocation-Type": "InvocationType", "X-Amz-Log-Type": "LogType", "X-Amz-Client-Context": "ClientContext",
				"X-Amz-Durable-Execution-Name": "DurableExecutionName", "X-Amz-Tenant-Id": "TenantId"},
			Payload: "Payload", StatusMember: "StatusCode", OutPayload: "Payload",
			OutHeaders: map[string]string{"FunctionError": "X-Amz-Function-Error", "LogResult": "X-Amz-Log-Result", "ExecutedVersion": "X-Amz-Executed-Version"},
		}), onQualified(s, "InvokeFunction", func(in *lambda.InvokeInput) (*string, *string) { return in.FunctionName, in.Qualifier })),
	}
}

// aliasOperations need actions on the function: aliases have no ARN for them.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
func (s *Service) aliasOperations() []api.Operation {
	const path = functionPath + "/aliases"
	return []api.Operation{
		api.Op("CreateAlias", s.createAlias, bind("POST", path, 201),
			on(s, "CreateAlias", func(in *lambda.CreateAliasInput) *string { return in.FunctionName })),
		api.Op("GetAlias", s.getAlias, bind("GET", path+"/{Name}", 200),
			on(s, "GetAlias", func(in *lambda.GetAliasInput) *string { return in.FunctionName })),
		api.Op("UpdateAlias", s.updateAlias, bind("PUT", path+"/{Name}", 200),
			on(s, "UpdateAlias", func(in *lambda.UpdateAliasInput) *string { return in.FunctionName })),
		api.Op("DeleteAlias", s.deleteAlias, bind("DELETE", path+"/{Name}", 204),
			on(s, "DeleteAlias", func(in *lambda.DeleteAliasInput) *string { return in.FunctionName })),
		api.Op("ListAliases", s.listAliases, bind("GET", path, 200, "FunctionVersion", "Marker", "MaxItems"),
			on(s, "ListAliases", func(in *lambda.ListAliasesInput) *string { return in.FunctionName })),
	}
}

func (s *Service) concurrencyOperations() []api.Operation {
	const provisioned = "/2019-09-30/functions/{FunctionName}/provisioned-concurrency"
	return []api.Operation{
		api.Op("PutFunctionConcurrency", s.putFunctionConcurrency, bind("PUT", "/2017-10-31/functions/{FunctionName}/concurrency", 200),
			on(s, "PutFunctionConcurrency", func(in *lambda.PutFunctionConcurrencyInput) *string { return in.FunctionName })),
		api.Op("GetFunctionConcurrency", s.getFunctionConcurrency, bind("GET", "/2019-09-30/functions/{FunctionName}/concurrency", 200),
			on(s, "GetFunctionConcurrency", func(in *lambda.GetFunctionConcurrencyInput) *string { return in.FunctionName })),
		api.Op("DeleteFunctionConcurrency", s.deleteFunctionConcurrency, bind("DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", 204),
			on(s, "DeleteFunctionConcurrency", func(in *lambda.DeleteFunctionConcurrencyInput) *string { return in.FunctionName })),
		api.Op("PutProvisionedConcurrencyConfig", s.putProvisioned, bind("PUT", provisioned, 202, "Qualifier"),
			onQualified(s, "PutProvisionedConcurrencyConfig", func(in *lambda.PutProvisionedConcurrencyConfigInput) (*string, *string) {
				return in.FunctionName, in.Qualifier
			})),
		s.readProvisioned(provisioned),
		api.Op("ListProvisionedConcurrencyConfigs", s.listProvisioned,
			on(s, "ListProvisionedConcurrencyConfigs", func(in *lambda.ListProvisionedConcurrencyConfigsInput) *string { return in.FunctionName })),
		api.Op("DeleteProvisionedConcurrencyConfig", s.deleteProvisioned, bind("DELETE", provisioned, 204, "Qualifier"),
			onQualified(s, "DeleteProvisionedConcurrencyConfig", func(in *lambda.DeleteProvisionedConcurrencyConfigInput) (*string, *string) {
				return in.FunctionName, in.Qualifier
			})),
	}
}

// provisionedQuery is what a GET of provisioned concurrency carries: with
// List=ALL it is ListProvisionedConcurrencyConfigs, which has the same path.
type provisionedQuery struct {
	FunctionName *string
	Qualifier    *string
	List         *string
	Marker       *string
	MaxItems     *int32
}

func (s *Service) readProvisioned(path string) api.Operation {
	get := api.Op("GetProvisionedConcurrencyConfig", s.getProvisioned, bind("GET", path, 200, "Qualifier", "List", "Marker", "MaxItems"))
	list := func(in any) (*lambda.ListProvisionedConcurrencyConfigsInput, bool) {
		q, ok := in.(*provisionedQuery)
		if !ok || api.Deref(q.List) != "ALL" {
			return nil, false
		}
		return &lambda.ListProvisionedConcurrencyConfigsInput{FunctionName: q.FunctionName, Marker: q.Marker, MaxItems: q.MaxItems}, true
	}
	one := func(in any) *lambda.GetProvisionedConcurrencyConfigInput {
		if q, ok := in.(*provisionedQuery); ok {
			return &lambda.GetProvisionedConcurrencyConfigInput{FunctionName: q.FunctionName, Qualifier: q.Qualifier}
		}
		typed, _ := in.(*lambda.GetProvisionedConcurrencyConfigInput)
		return typed
	}
	get.New = func() any { return new(provisionedQuery) }
	get.Do = func(ctx context.Context, caller api.Caller, in any) (any, error) {
		if query, ok := list(in); ok {
			return s.listProvisioned(ctx, caller, query)
		}
		query := one(in)
		if query == nil {
			return nil, fmt.Errorf("GetProvisionedConcurrencyConfig: input is %T", in)
		}
		return s.getProvisioned(ctx, caller, query)
	}
	get.Actions = func(in any) []api.Permission {
		if query, ok := list(in); ok {
			return []api.Permission{{Action: "lambda:ListProvisionedConcurrencyConfigs", Resource: s.resource(query.FunctionName, nil)}}
		}
		query := one(in)
		if query == nil {
			return nil
		}
		return []api.Permission{{Action: "lambda:GetProvisionedConcurrencyConfig", Resource: s.resource(query.FunctionName, query.Qualifier)}}
	}
	return get
}

// resource is a request's function as an ARN, for IAM.
func (s *Service) resource(functionName, qualifier *string) string {
	n, err := s.name(api.Deref(functionName), api.Deref(qualifier))
	if err != nil {
		return "*" // the operation refuses the name itself
	}
	return s.arn(n.function, n.qualifier)
}
