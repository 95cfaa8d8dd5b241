package resource

import (
	"context"
	"strings"
)

// bucket makes a bucket of a name. Encryption and the block of public access are
// taken and change nothing: nobody reads without a signature here. Versioning,
// lifecycle and notifications are refused, since nothing here would honour them.
func bucket() Kind {
	return Kind{
		Properties: []string{"BucketEncryption", "BucketName", "PublicAccessBlockConfiguration"},
		Immutable:  []string{"BucketName"},
		Update: func(_ context.Context, r *Request) (Result, error) {
			return Result{Physical: r.Physical, Attributes: r.Attributes}, nil
		},
		Create: func(ctx context.Context, r *Request) (Result, error) {
			name := r.text("BucketName")
			if name == "" {
				name = strings.ToLower(r.uniqueName(63))
			}
			_, err := r.call(ctx, "s3", "CreateBucket", map[string]any{"Bucket": name})
			return unlessFailed(Result{Physical: name, Attributes: map[string]any{
				"Arn":                "arn:" + r.Env.Partition + ":s3:::" + name,
				"DomainName":         name + ".s3.amazonaws.com",
				"RegionalDomainName": name + ".s3." + r.Env.Region + ".amazonaws.com",
			}}, err)
		},
		Delete: func(ctx context.Context, r *Request) error {
			_, err := r.call(ctx, "s3", "DeleteBucket", map[string]any{"Bucket": r.Physical})
			return ignoring(err, "NoSuchBucket")
		},
	}
}
