package states

import (
	"cmp"
	"strings"

	"weir/localcloud/internal/api"
)

// unmodelled are codes that the SDKs for Java have no exception for, of all
// services or of one ("lambda:ValidationException"): they throw the service's
// general exception.
var unmodelled = map[string]bool{
	"AccessDenied": true, "AccessDeniedException": true, "InternalFailure": true, "MissingRequiredParameterException": true,
	"NotImplemented": true, "Throttling": true, "ValidationError": true,
	"events:ValidationException": true, "lambda:ValidationException": true, "sqs:InvalidParameterValueException": true,
}

// exception is the name of what an SDK throws for a code of a service.
func exception(service, code, general string) string {
	if unmodelled[code] || unmodelled[service+":"+code] {
		code = general
	}
	return strings.TrimSuffix(code, "Exception") + "Exception"
}

// v1Failure words an error as the first AWS SDK for Java does, which the
// optimized integrations show: "text (Service: AWSLambda; Status Code: 404; ...)".
func v1Failure(service, prefix, v1 string, err error) *failure {
	e := api.AsError(err)
	name := exception(service, e.Code, v1)
	if service == "lambda" && e.HTTPStatus() >= 500 && e.HTTPStatus() != 501 {
		name = "ServiceException"
	}
	return failf(prefix+"."+name, "%s (Service: %s; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)",
		e.Message, v1, e.HTTPStatus(), cmp.Or(e.QueryCode, e.Code), api.NewID())
}

// v2Failure words an error of a service as the second one does, which the SDK
// integrations show. A failure is worded already.
func v2Failure(service, name string, err error) error {
	if _, worded := err.(*failure); worded || err == nil {
		return err
	}
	e := api.AsError(err)
	extended := ""
	if service == "s3" {
		extended = ", Extended Request ID: " + api.NewID()
	}
	return failf(name+"."+exception(service, e.Code, name), "%s (Service: %s, Status Code: %d, Request ID: %s%s)",
		e.Message, name, e.HTTPStatus(), api.NewID(), extended)
}
