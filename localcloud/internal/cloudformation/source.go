package cloudformation

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// The largest templates, in bytes: given in the request, and by URL.
const (
	maxBody    = 51_200
	maxURLBody = 1_000_000
)

// body is the template's text from a request's TemplateBody or TemplateURL, or
// the stack's own where the request keeps it.
func (s *Service) body(ctx context.Context, given, at *string, previous *bool, st *stack) (string, error) {
	keep := aws.ToBool(previous)
	switch {
	case given != nil && at != nil, keep && (given != nil || at != nil):
		return "", validation("Specify only one of TemplateBody, TemplateURL and UsePreviousTemplate.")
	case keep && st != nil && st.body != "":
		return st.body, nil
	case at != nil:
		return s.fetch(ctx, *at)
	case given == nil || *given == "":
		return "", validation("Either Template URL or Template Body must be specified.")
	case len(*given) > maxBody:
		return "", validation("1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to %d", maxBody)
	}
	return *given, nil
}

func (s *Service) fetch(ctx context.Context, at string) (string, error) {
	bucket, key, err := s3Location(at)
	if err != nil {
		return "", err
	}
	if s.objects == nil {
		return "", validation("TemplateURL %s cannot be read: this CloudFormation was given no S3", at)
	}
	content, err := s.objects.GetObject(ctx, bucket, key)
	if err != nil {
		return "", validation("S3 error: %v", err)
	}
	if len(content) > maxURLBody {
		return "", validation("Template may not exceed %d bytes in size.", maxURLBody)
	}
	return string(content), nil
}

// s3Location reads bucket and key from a URL of either style:
// https://s3.region.amazonaws.com/bucket/key, https://bucket.s3.region.amazonaws.com/key,
// or a local endpoint with the bucket in the path.
func s3Location(at string) (bucket, key string, err error) {
	parsed, err := url.Parse(at)
	if err != nil || parsed.Host == "" {
		return "", "", unsupportedURL()
	}
	if parsed.Scheme == "s3" {
		return "", "", validation("S3 error: Domain name specified in %s is not a valid S3 domain", parsed.Host)
	}
	host, found := parsed.Hostname(), false
	key = strings.TrimPrefix(parsed.Path, "/")
	for _, infix := range []string{".s3.", ".s3-"} {
		if bucket, _, found = strings.Cut(host, infix); found {
			break
		}
	}
	if !found {
		bucket, key, found = strings.Cut(key, "/")
	}
	if !found || key == "" {
		return "", "", unsupportedURL()
	}
	return bucket, key, nil
}

func unsupportedURL() error { return validation("TemplateURL must be a supported URL.") }
