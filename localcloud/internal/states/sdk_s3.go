package states

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/ordered"
	"weir/localcloud/internal/s3"
)

// objectInput are the arguments of a task that calls S3.
type objectInput struct {
	Bucket, Key string
	Body        any
}

// objectTasks are the actions of aws-sdk:s3 with what they answer. S3 speaks
// HTTP and not in members, so each has its own.
var objectTasks = map[string]func(*s3.Answer) (*ordered.Object, error){
	"getObject": foundObject,
	"putObject": storedObject,
}

// callS3 is arn:aws:states:::aws-sdk:s3:action. A body is stored as JSON, text
// in quotes and all.
func (v *visit) callS3(ctx context.Context, r resource, arguments any) (any, error) {
	result, ok := objectTasks[r.verb]
	if !ok {
		return nil, failf(errRuntime, "The local cloud has no integration for the resource %s", r.arn)
	}
	in := &objectInput{}
	if err := fill(in, arguments); err != nil {
		return nil, failf(errRuntime, "The arguments of s3:%s do not fit: %v", r.verb, err)
	}
	request := &s3.Request{Bucket: in.Bucket, Key: in.Key, Header: http.Header{}}
	if in.Body != nil {
		request.Body = []byte(ordered.Encode(in.Body))
	}
	answer, err := api.Do[s3.Answer](ctx, v.exec.service.Bus, v.exec.caller(), "s3", pascal(r.verb), request)
	if err != nil {
		return nil, v2Failure("s3", "S3", err)
	}
	return result(answer)
}

func storedObject(answer *s3.Answer) (*ordered.Object, error) {
	return ordered.New().Set("ETag", answer.Header.Get("Etag")).Set("ServerSideEncryption", "AES256"), nil
}

func foundObject(answer *s3.Answer) (*ordered.Object, error) {
	body, err := os.ReadFile(answer.File)
	if err != nil {
		return nil, fmt.Errorf("read an object: %w", err)
	}
	metadata := ordered.New()
	for name := range answer.Header {
		if plain, ok := strings.CutPrefix(name, "X-Amz-Meta-"); ok {
			metadata.Set(strings.ToLower(plain), answer.Header.Get(name))
		}
	}
	return ordered.New().Set("AcceptRanges", "bytes").
		Set("ContentLength", float64(len(body))).Set("ContentType", answer.Header.Get("Content-Type")).
		Set("ETag", answer.Header.Get("Etag")).Set("LastModified", answer.At.UTC().Format("2006-01-02T15:04:05Z")).
		Set("Metadata", metadata.Sort()).Set("ServerSideEncryption", "AES256").
		Set("Body", strings.ToValidUTF8(string(body), "\uFFFD")), nil
}
