package states

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
)

// invokeLambda is arn:aws:states:::lambda:invoke.
func (v *visit) invokeLambda(ctx context.Context, arguments any) (any, error) {
	members, ok := arguments.(*ordered.Object)
	if !ok {
		return nil, failf(errRuntime, "The arguments of lambda:invoke must be an object")
	}
	in := &lambda.InvokeInput{InvocationType: lambdatypes.InvocationTypeRequestResponse}
	for name, value := range members.All() {
		text, isText := value.(string)
		switch {
		case name == "Payload" && isText: // a text is the payload as it stands
			in.Payload = []byte(text)
		case name == "Payload" && value != nil:
			in.Payload = []byte(ordered.Encode(value))
		case name == "Payload": // null is none: the function gets {}
		case name == "FunctionName" && isText:
			in.FunctionName = &text
		case name == "Qualifier" && isText:
			in.Qualifier = &text
		case name == "ClientContext" && isText:
			in.ClientContext = &text
		case name == "InvocationType" && isText:
			in.InvocationType = lambdatypes.InvocationType(text)
		case name == "LogType" && isText:
			in.LogType = lambdatypes.LogType(text)
		default:
			return nil, failf(errRuntime, "The field '%s' is not supported by Step Functions", name)
		}
	}
	out, err := v.callLambda(ctx, in)
	if err != nil {
		return nil, err
	}
	var payload any
	if len(out.Payload) > 0 {
		if payload, err = ordered.Decode(string(out.Payload)); err != nil {
			payload = string(out.Payload)
		}
	}
	result := ordered.New().Set("StatusCode", float64(out.StatusCode)).Set("Payload", payload)
	if version := aws.ToString(out.ExecutedVersion); version != "" {
		result.Set("ExecutedVersion", version)
	}
	if log := aws.ToString(out.LogResult); log != "" {
		result.Set("LogResult", log)
	}
	addMetadata(result, v.exec.service.now(), int(out.StatusCode), len(out.Payload), [][2]string{
		{"Connection", "keep-alive"}, {"Content-Type", "application/json"}, {"X-Amzn-Trace-Id", newTraceID(v.exec.service.now())},
		{"X-Amz-Executed-Version", aws.ToString(out.ExecutedVersion)}, {"X-Amz-Log-Result", aws.ToString(out.LogResult)},
		{"x-amzn-Remapped-Content-Length", "0"},
	})
	return result, nil
}

// invokeDirect is a Resource that is a function's ARN: the whole input is the
// payload, the whole payload the result.
func (v *visit) invokeDirect(ctx context.Context, r resource, arguments any) (any, error) {
	out, err := v.callLambda(ctx, &lambda.InvokeInput{FunctionName: aws.String(r.arn), Payload: []byte(ordered.Encode(arguments))})
	if err != nil {
		return nil, err
	}
	result, err := ordered.Decode(string(out.Payload))
	if err != nil {
		return nil, failf("Lambda.Unknown", "The function's answer is not JSON: %v", err)
	}
	return result, nil
}

// callLambda invokes and turns what went wrong into the errors that Step
// Functions has for it.
func (v *visit) callLambda(ctx context.Context, in *lambda.InvokeInput) (*lambda.InvokeOutput, error) {
	out, err := api.Do[lambda.InvokeOutput](ctx, v.exec.service.Bus, v.exec.caller(), "lambda", "Invoke", in)
	if err != nil {
		return nil, v1Failure("lambda", "Lambda", "AWSLambda", err)
	}
	if out.FunctionError == nil {
		return out, nil
	}
	var report struct{ ErrorType, ErrorMessage string }
	if err := json.Unmarshal(out.Payload, &report); err != nil || report.ErrorType == "" {
		return nil, failf("Lambda.Unknown", "The cause could not be determined because Lambda did not return an error type. Returned payload: %s", out.Payload)
	}
	var cause bytes.Buffer
	if err := json.Compact(&cause, out.Payload); err != nil {
		return nil, failf(report.ErrorType, "%s", out.Payload)
	}
	return nil, failf(report.ErrorType, "%s", &cause)
}

// addMetadata puts SdkHttpMetadata and SdkResponseMetadata into a result, whose
// members then come by name.
func addMetadata(result *ordered.Object, now time.Time, status, length int, extra [][2]string) {
	id := api.NewID()
	headers := append([][2]string{
		{"Content-Length", strconv.Itoa(length)},
		{"Date", now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")}, {"x-amzn-RequestId", id},
	}, extra...)
	headers = slices.DeleteFunc(headers, func(h [2]string) bool { return h[1] == "" })
	slices.SortFunc(headers, func(a, b [2]string) int {
		return strings.Compare(strings.ToLower(a[0]), strings.ToLower(b[0]))
	})
	single := ordered.New()
	for _, header := range headers {
		single.Set(header[0], header[1])
	}
	all := ordered.New()
	for _, name := range single.Names() {
		all.Set(name, []any{single.Get(name)})
	}
	result.Set("SdkHttpMetadata", ordered.New().Set("AllHttpHeaders", all).Set("HttpHeaders", single).Set("HttpStatusCode", float64(status)))
	result.Set("SdkResponseMetadata", ordered.New().Set("RequestId", id)).Sort()
}

// pascal turns a camelCase action into an operation's name.
func pascal(action string) string {
	if action == "" {
		return ""
	}
	return strings.ToUpper(action[:1]) + action[1:]
}
