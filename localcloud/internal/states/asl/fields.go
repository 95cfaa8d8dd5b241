package asl

// language says in which query language a field may be used.
type language int

const (
	both language = iota
	pathOnly
	jsonataOnly
)

// common fields of the state types, by group.
var (
	everyState = map[string]language{"Type": both, "Comment": both, "QueryLanguage": both}
	inOut      = map[string]language{"InputPath": pathOnly, "OutputPath": pathOnly, "Output": jsonataOnly}
	flow       = map[string]language{"Next": both, "End": both, "Assign": both}
	errorPaths = map[string]language{"Retry": both, "Catch": both}
	results    = map[string]language{"ResultPath": pathOnly, "ResultSelector": pathOnly}
)

// fieldsOf lists the fields of each state type (https://states-language.net/spec.html#state-type-table).
var fieldsOf = map[string]map[string]language{
	Pass: join(everyState, inOut, flow, map[string]language{
		"Result": pathOnly, "ResultPath": pathOnly, "Parameters": pathOnly,
	}),
	Task: join(everyState, inOut, flow, errorPaths, results, map[string]language{
		"Resource": both, "Parameters": pathOnly, "Arguments": jsonataOnly, "Credentials": both,
		"TimeoutSeconds": both, "TimeoutSecondsPath": pathOnly,
		"HeartbeatSeconds": both, "HeartbeatSecondsPath": pathOnly,
	}),
	Choice: join(everyState, inOut, map[string]language{"Choices": both, "Default": both, "Assign": both}),
	Wait: join(everyState, inOut, flow, map[string]language{
		"Seconds": both, "Timestamp": both, "SecondsPath": pathOnly, "TimestampPath": pathOnly,
	}),
	Succeed: join(everyState, inOut),
	Fail: join(everyState, map[string]language{
		"Error": both, "Cause": both, "ErrorPath": pathOnly, "CausePath": pathOnly,
	}),
	Parallel: join(everyState, inOut, flow, errorPaths, results, map[string]language{
		"Branches": both, "Parameters": pathOnly, "Arguments": jsonataOnly,
	}),
	Map: join(everyState, inOut, flow, errorPaths, results, map[string]language{
		"ItemProcessor": both, "Iterator": both, "ItemSelector": both, "Parameters": pathOnly,
		"ItemsPath": pathOnly, "Items": jsonataOnly, "Label": both,
		"ItemReader": both, "ItemBatcher": both, "ResultWriter": both,
		"MaxConcurrency": both, "MaxConcurrencyPath": pathOnly,
		"ToleratedFailureCount": both, "ToleratedFailureCountPath": pathOnly,
		"ToleratedFailurePercentage": both, "ToleratedFailurePercentagePath": pathOnly,
	}),
}

func join(groups ...map[string]language) map[string]language {
	all := map[string]language{}
	for _, group := range groups {
		for field, where := range group {
			all[field] = where
		}
	}
	return all
}
