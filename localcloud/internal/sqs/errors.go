package sqs

import "weir/localcloud/internal/api"

// queryCodes are the codes that the Query protocol had for what the JSON
// protocol calls otherwise.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
var queryCodes = map[string]string{
	"BatchEntryIdsNotDistinct":          "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
	"BatchRequestTooLong":               "AWS.SimpleQueueService.BatchRequestTooLong",
	"EmptyBatchRequest":                 "AWS.SimpleQueueService.EmptyBatchRequest",
	"InvalidBatchEntryId":               "AWS.SimpleQueueService.InvalidBatchEntryId",
	"InvalidParameterValueException":    "InvalidParameterValue",
	"MissingRequiredParameterException": "MissingParameter",
	"PurgeQueueInProgress":              "AWS.SimpleQueueService.PurgeQueueInProgress",
	"QueueDeletedRecently":              "AWS.SimpleQueueService.QueueDeletedRecently",
	"QueueDoesNotExist":                 "AWS.SimpleQueueService.NonExistentQueue",
	"QueueNameExists":                   "QueueAlreadyExists",
	"TooManyEntriesInBatchRequest":      "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
}

func failure(code, format string, args ...any) *api.Error {
	err := api.Errorf(code, format, args...)
	err.QueryCode = queryCodes[code]
	return err
}

// noQueue is the error for a queue that does not exist. The Query protocol goes
// on calling itself by the name of another.
func noQueue() error {
	err := failure("QueueDoesNotExist", "The specified queue does not exist.")
	err.QueryMessage = "The specified queue does not exist for this wsdl version."
	return err
}

func missing(parameter string) error {
	return failure("MissingRequiredParameterException", "The request must contain the parameter %s.", parameter)
}

func unknown(attribute string) error {
	return failure("InvalidAttributeName", "Unknown Attribute %s.", attribute)
}

// invalid is the refusal of a parameter's value, for a reason that AWS gives.
func invalid(value any, parameter, reason string) error {
	return failure("InvalidParameterValueException", "Value %v for parameter %s is invalid. Reason: %s", value, parameter, reason)
}
