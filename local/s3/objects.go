package s3

import (
	"context"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"weir/local/api"
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
	return nil, noSuchKey()
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
		return nil, api.StatusErrorf(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
	}
	o, err := s.store(b, r.Key, r.Body, etag(r.Body), kept(r.Header))
	if err != nil {
		return nil, err
	}
	return &Answer{Header: http.Header{"Etag": {o.etag}}}, nil
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

// kept are the headers that come back with the object.
func kept(all http.Header) http.Header {
	headers := http.Header{}
	for name, values := range all {
		switch {
		case name == "Content-Type", name == "Cache-Control", name == "Content-Disposition", strings.HasPrefix(name, "X-Amz-Meta-"):
			headers[name] = values
		}
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
	headers := o.headers.Clone()
	headers.Set("Etag", o.etag)
	return &Answer{File: o.file, At: o.modified, Header: headers}, nil
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
	if err := xml.Unmarshal(r.Body, &wanted); err != nil {
		return nil, api.Errorf("MalformedXML", "The XML you provided was not well-formed: %v", err)
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

type contentXML struct {
	Key, LastModified, ETag string
	Size                    int64
	StorageClass            string
}

type listXML struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name, Prefix          string
	Delimiter             string `xml:",omitempty"`
	KeyCount, MaxKeys     int
	IsTruncated           bool
	NextContinuationToken string `xml:",omitempty"`
	Contents              []contentXML
	CommonPrefixes        []struct{ Prefix string }
}

// maxKeys is the longest page of a listing.
const maxKeys = 1000

func (s *Service) listObjects(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, err := s.find(r)
	if err != nil {
		return nil, err
	}
	out := listXML{Name: r.Bucket, Prefix: r.query("prefix"), Delimiter: r.query("delimiter"), MaxKeys: maxKeys}
	if text := r.query("max-keys"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, api.Errorf("InvalidArgument", "Provided max-keys not an integer or within integer range")
		}
		out.MaxKeys = min(n, maxKeys)
	}
	after := max(r.query("continuation-token"), r.query("start-after"), r.query("marker"))
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		rest, ok := strings.CutPrefix(key, out.Prefix)
		if !ok || key <= after {
			continue
		}
		if folder, _, nested := strings.Cut(rest, out.Delimiter); nested && out.Delimiter != "" {
			prefix := out.Prefix + folder + out.Delimiter
			if n := len(out.CommonPrefixes); n == 0 || out.CommonPrefixes[n-1].Prefix != prefix {
				out.CommonPrefixes = append(out.CommonPrefixes, struct{ Prefix string }{prefix})
			}
			continue
		}
		if len(out.Contents) == out.MaxKeys {
			out.IsTruncated = true
			break
		}
		out.NextContinuationToken = key
		o := b.objects[key]
		out.Contents = append(out.Contents, contentXML{Key: key, LastModified: iso(o.modified), ETag: o.etag, Size: o.size, StorageClass: "STANDARD"})
	}
	if !out.IsTruncated {
		out.NextContinuationToken = ""
	}
	out.KeyCount = len(out.Contents) + len(out.CommonPrefixes)
	return &Answer{XML: out}, nil
}
