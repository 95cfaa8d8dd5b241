// Package s3 is the part of S3 that publishing and deploying a cloud assembly
// needs: buckets, objects (put whole or in parts), and the bucket settings that
// the CDK's command reads. Buckets are addressed by path or by host name.
// Bodies live in files; there are no object versions.
package s3

import (
	"log/slog"
	"net/http"
	"sync"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// Options is what the service needs. Env, Clock, Bus and Dir are required.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	Bus   api.Invoker
	Dir   string // where bodies are kept
	Log   *slog.Logger
}

// Service is S3 as one account sees it.
type Service struct {
	Options
	mu      sync.RWMutex
	buckets map[string]*bucket
	uploads map[string]*upload // by upload id
	files   int
}

type bucket struct {
	created time.Time
	objects map[string]*object
}

// object is a stored body with its headers.
type object struct {
	file     string
	size     int64
	etag     string // quoted
	modified time.Time
	checksum checksum    // none of what came in parts
	headers  http.Header // Content-Type, x-amz-meta-...
}

// New returns a service without buckets.
func New(options Options) *Service {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{Options: options, buckets: map[string]*bucket{}, uploads: map[string]*upload{}}
}

// API describes the service to the bus. It is Raw: S3's protocol is HTTP itself.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "s3", Protocols: []api.Protocol{api.Raw}, Handler: http.HandlerFunc(s.serve),
		Operations: api.Table(
			api.Op("ListBuckets", s.listBuckets, needs("s3:ListAllMyBuckets")),
			api.Op("CreateBucket", s.createBucket, needs("s3:CreateBucket")),
			api.Op("DeleteBucket", s.deleteBucket, needs("s3:DeleteBucket")),
			api.Op("HeadBucket", s.headBucket, needs("s3:ListBucket")),
			api.Op("GetBucketLocation", s.getBucketLocation, needs("s3:GetBucketLocation")),
			api.Op("GetBucketEncryption", s.getBucketEncryption, needs("s3:GetEncryptionConfiguration")),
			api.Op("ListObjectsV2", s.listObjects, needs("s3:ListBucket")),
			api.Op("PutObject", s.putObject, needs("s3:PutObject")),
			api.Op("GetObject", s.getObject, needs("s3:GetObject")),
			api.Op("HeadObject", s.getObject, needs("s3:GetObject")),
			api.Op("DeleteObject", s.deleteObject, needs("s3:DeleteObject")),
			api.Op("DeleteObjects", s.deleteObjects, needs("s3:DeleteObject")),
			api.Op("CreateMultipartUpload", s.createUpload, needs("s3:PutObject")),
			api.Op("UploadPart", s.uploadPart, needs("s3:PutObject")),
			api.Op("CompleteMultipartUpload", s.completeUpload, needs("s3:PutObject")),
			api.Op("AbortMultipartUpload", s.abortUpload, needs("s3:AbortMultipartUpload")),
		),
	}
}

// Request is the input of every operation: a request taken apart.
type Request struct {
	Bucket, Key string
	Header      http.Header
	Query       map[string][]string
	Body        []byte
}

func (r *Request) query(name string) string {
	if values := r.Query[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Answer is the output of every operation: either XML, or an object's body.
type Answer struct {
	XML    any
	Header http.Header
	Status int // 200 when zero
	File   string
	At     time.Time
}

// needs is the IAM action on the request's bucket or object.
func needs(action string) api.Option {
	return api.On(action, func(r *Request) string {
		switch {
		case r.Bucket == "":
			return "*"
		case r.Key == "":
			return "arn:aws:s3:::" + r.Bucket
		}
		return "arn:aws:s3:::" + r.Bucket + "/" + r.Key
	})
}
