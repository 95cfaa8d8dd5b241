package s3

import (
	"context"
	"encoding/xml"
	"maps"
	"regexp"
	"slices"
	"time"

	"weir/localcloud/internal/api"
)

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

type bucketXML struct {
	Name         string
	CreationDate string
}

type bucketsXML struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Owner   ownerXML
	Buckets []bucketXML `xml:"Buckets>Bucket"`
}

func (s *Service) listBuckets(context.Context, api.Caller, *Request) (*Answer, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := bucketsXML{Owner: ownerXML{DisplayName: s.Env.Account, ID: s.Env.Account}}
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		list.Buckets = append(list.Buckets, bucketXML{Name: name, CreationDate: iso(s.buckets[name].created)})
	}
	return &Answer{XML: list}, nil
}

func iso(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

func (s *Service) createBucket(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	if err := s.CreateBucket(r.Bucket); err != nil {
		return nil, err
	}
	return &Answer{Header: map[string][]string{"Location": {"/" + r.Bucket}}}, nil
}

// CreateBucket makes a bucket, for what exists from the start.
func (s *Service) CreateBucket(name string) error {
	if !bucketName.MatchString(name) {
		return failed(400, "InvalidBucketName", "The specified bucket is not valid.", "BucketName", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.buckets[name]; exists {
		return failed(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.", "BucketName", name)
	}
	s.buckets[name] = &bucket{created: s.Clock.Now(), objects: map[string]*object{}}
	return nil
}

func (s *Service) deleteBucket(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(r)
	if err != nil {
		return nil, err
	}
	if len(b.objects) > 0 {
		return nil, failed(409, "BucketNotEmpty", "The bucket you tried to delete is not empty", "BucketName", r.Bucket)
	}
	delete(s.buckets, r.Bucket)
	return &Answer{Status: 204}, nil
}

// find returns a request's bucket; the lock must be held.
func (s *Service) find(r *Request) (*bucket, error) {
	if owner := r.Header.Get("X-Amz-Expected-Bucket-Owner"); owner != "" && owner != s.Env.Account {
		return nil, api.StatusErrorf(403, "AccessDenied", "Access Denied")
	}
	if b, ok := s.buckets[r.Bucket]; ok {
		return b, nil
	}
	return nil, noSuchBucket(r.Bucket)
}

func (s *Service) headBucket(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, err := s.find(r); err != nil {
		return nil, err
	}
	return &Answer{Header: map[string][]string{
		"Content-Type": {"application/xml"}, "X-Amz-Access-Point-Alias": {"false"}, "X-Amz-Bucket-Region": {s.Env.Region},
	}}, nil
}

type locationXML struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
	Region  string   `xml:",chardata"`
}

func (s *Service) getBucketLocation(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, err := s.find(r); err != nil {
		return nil, err
	}
	region := s.Env.Region
	if region == "us-east-1" {
		region = "" // S3's oldest region has no name here
	}
	return &Answer{XML: locationXML{Region: region}}, nil
}

type encryptionXML struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ServerSideEncryptionConfiguration"`
	Rule    struct {
		Default          struct{ SSEAlgorithm string } `xml:"ApplyServerSideEncryptionByDefault"`
		BucketKeyEnabled bool
	}
}

// getBucketEncryption answers what every bucket has had since 2023.
func (s *Service) getBucketEncryption(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, err := s.find(r); err != nil {
		return nil, err
	}
	answer := encryptionXML{}
	answer.Rule.Default.SSEAlgorithm = "AES256"
	return &Answer{XML: answer}, nil
}
