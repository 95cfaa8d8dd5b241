package states

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/states/asl"
)

// The notes that are no members of the inspection data: which entry of Retry and
// of Catch a failure met, and the seconds until the next attempt.
const (
	noteRetry   = "retry"
	noteBackoff = "backoff"
	noteCatch   = "catch"
)

// note keeps what TestState shows of the state's data on its way, by the name
// that it has in the inspection data.
func (v *visit) note(name string, value any) {
	if v.trial != nil {
		v.trial.notes[name] = value
	}
}

// noteResult keeps a state's result. TestState shows no results of iterations
// and branches.
func (v *visit) noteResult(result any) {
	if v.state.Type == asl.Task || v.state.Type == asl.Pass {
		v.note("Result", result)
	}
}

func (v *visit) inspection() *types.InspectionData {
	shown := func(name string) *string {
		value, ok := v.trial.notes[name]
		if !ok {
			return nil
		}
		return aws.String(v.trial.shown(value))
	}
	data := &types.InspectionData{
		Input: aws.String(ordered.Encode(v.raw)), AfterInputPath: shown("AfterInputPath"), AfterParameters: shown("AfterParameters"),
		AfterArguments: shown("AfterArguments"), AfterItemsPath: shown("AfterItemsPath"), AfterItemSelector: shown("AfterItemSelector"),
		Result: shown("Result"), AfterResultSelector: shown("AfterResultSelector"), AfterResultPath: shown("AfterResultPath"),
		MaxConcurrency: v.noted("MaxConcurrency"), ToleratedFailureCount: v.noted("ToleratedFailureCount"),
		ErrorDetails: v.errorDetails(),
	}
	if percentage, ok := v.trial.notes["ToleratedFailurePercentage"].(float64); ok {
		data.ToleratedFailurePercentage = aws.Float32(float32(percentage))
	}
	if v.vars.Len() > 0 {
		data.Variables = aws.String(ordered.Encode(v.vars))
	}
	return data
}

func (v *visit) errorDetails() *types.InspectionErrorDetails {
	details := types.InspectionErrorDetails{
		CatchIndex: v.noted(noteCatch), RetryIndex: v.noted(noteRetry), RetryBackoffIntervalSeconds: v.noted(noteBackoff),
	}
	if details == (types.InspectionErrorDetails{}) {
		return nil
	}
	return &details
}

// noted is a note that is a whole number.
func (v *visit) noted(name string) *int32 {
	switch n := v.trial.notes[name].(type) {
	case int:
		return aws.Int32(int32(n))
	case float64:
		return aws.Int32(int32(n))
	}
	return nil
}
