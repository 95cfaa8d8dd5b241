package s3

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"weir/localcloud/internal/api"
)

// Object reads an object's body, for the other services of the local cloud.
func (s *Service) Object(_ context.Context, bucket, key string) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	o, err := s.findObject(&Request{Bucket: bucket, Key: key})
	if err != nil {
		return nil, err
	}
	body, err := os.ReadFile(o.file)
	if err != nil {
		return nil, fmt.Errorf("read object %s/%s: %w", bucket, key, err)
	}
	return body, nil
}

// PutObject stores an object, for whoever publishes assets without HTTP.
func (s *Service) PutObject(ctx context.Context, bucket, key string, body []byte) error {
	_, err := s.putObject(ctx, api.Operator(s.Env), &Request{Bucket: bucket, Key: key, Body: body})
	return err
}

func (s *Service) findObject(r *Request) (*object, error) {
	b, err := s.find(r)
	if err != nil {
		return nil, err
	}
	if o, ok := b.objects[r.Key]; ok {
		return o, nil
	}
	return nil, noSuchKey(r.Key)
}

func (s *Service) putObject(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(r)
	if err != nil {
		return nil, err
	}
	if r.Header.Get("X-Amz-Copy-Source") != "" {
		return nil, api.StatusErrorf(501, "NotImplemented", "the local cloud's S3 does not copy objects")
	}
	if _, exists := b.objects[r.Key]; exists && r.Header.Get("If-None-Match") == "*" {
		return nil, preconditionFailed("If-None-Match")
	}
	o, err := s.store(b, r.Key, r.Body, etag(r.Body), kept(r.Header))
	if err != nil {
		return nil, err
	}
	o.checksum = checksumOf(r.Body, r.Header)
	headers := http.Header{"Etag": {o.etag}}
	o.checksum.addTo(headers)
	return &Answer{Header: encrypted(headers)}, nil
}

// wholeObject says that a checksum is of an object and not of its parts'.
const wholeObject = "FULL_OBJECT"

func (c checksum) addTo(headers http.Header) {
	if c.name != "" {
		headers.Set(c.header(), c.value)
		headers.Set("X-Amz-Checksum-Type", wholeObject)
	}
}

// encrypted adds how every object is encrypted since 2023.
func encrypted(headers http.Header) http.Header {
	headers.Set("X-Amz-Server-Side-Encryption", "AES256")
	return headers
}

// store writes a body to a file and makes it the object; the lock must be held.
func (s *Service) store(b *bucket, key string, body []byte, etag string, headers http.Header) (*object, error) {
	s.files++
	file := filepath.Join(s.Dir, strconv.Itoa(s.files))
	if err := os.WriteFile(file, body, 0o600); err != nil {
		return nil, fmt.Errorf("store object: %w", err)
	}
	if old, ok := b.objects[key]; ok {
		s.discard(old)
	}
	o := &object{file: file, size: int64(len(body)), etag: etag, modified: s.Clock.Now(), headers: headers}
	b.objects[key] = o
	return o, nil
}

func (s *Service) discard(o *object) {
	if err := os.Remove(o.file); err != nil {
		s.Log.Warn("object file not removed", "file", o.file, "error", err.Error())
	}
}

// described are the headers that describe an object, beside its encoding.
var described = []string{"Content-Type", "Cache-Control", "Content-Disposition", "Content-Language", "Expires"}

// kept are the headers that come back with the object.
func kept(all http.Header) http.Header {
	headers := http.Header{}
	for name, values := range all {
		if slices.Contains(described, name) || strings.HasPrefix(name, "X-Amz-Meta-") {
			headers[name] = values
		}
	}
	if coding := strings.Trim(strings.TrimPrefix(all.Get("Content-Encoding"), "aws-chunked"), ", "); coding != "" {
		headers.Set("Content-Encoding", coding)
	}
	if headers.Get("Content-Type") == "" {
		headers.Set("Content-Type", "binary/octet-stream")
	}
	return headers
}

func (s *Service) getObject(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	o, err := s.findObject(r)
	if err != nil {
		return nil, err
	}
	if err := checkConditions(o, r.Header); err != nil {
		return nil, err
	}
	headers := o.headers.Clone()
	headers.Set("Etag", o.etag)
	if r.Header.Get("Range") == "" {
		// net/http leaves it out of what has an encoding.
		headers.Set("Content-Length", strconv.FormatInt(o.size, 10))
		if r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
			o.checksum.addTo(headers)
		}
	}
	return &Answer{File: o.file, At: o.modified, Header: encrypted(headers)}, nil
}

func (s *Service) deleteObject(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(r)
	if err != nil {
		return nil, err
	}
	s.drop(b, r.Key)
	return &Answer{Status: 204}, nil
}

// drop removes an object; one that is not there is as good as removed.
func (s *Service) drop(b *bucket, key string) {
	if o, ok := b.objects[key]; ok {
		s.discard(o)
		delete(b.objects, key)
	}
}

type keyXML struct{ Key string }

type deletedXML struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ DeleteResult"`
	Deleted []keyXML
}

func (s *Service) deleteObjects(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	var wanted struct {
		Quiet  bool
		Object []keyXML
	}
	if xml.Unmarshal(r.Body, &wanted) != nil || len(wanted.Object) == 0 {
		return nil, malformedXML()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(r)
	if err != nil {
		return nil, err
	}
	out := deletedXML{}
	for _, one := range wanted.Object {
		s.drop(b, one.Key)
		if !wanted.Quiet {
			out.Deleted = append(out.Deleted, one)
		}
	}
	return &Answer{XML: out}, nil
}
