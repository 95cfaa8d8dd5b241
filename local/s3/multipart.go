package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"

	"weir/local/api"
)

// upload is an object that arrives in parts. Its parts stay in memory: an
// upload lasts for moments.
type upload struct {
	bucket, key string
	headers     http.Header
	parts       map[int][]byte
}

type uploadXML struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ InitiateMultipartUploadResult"`
	Bucket, Key, UploadId string
}

func (s *Service) createUpload(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(r); err != nil {
		return nil, err
	}
	id := rand.Text()
	s.uploads[id] = &upload{bucket: r.Bucket, key: r.Key, headers: kept(r.Header), parts: map[int][]byte{}}
	return &Answer{XML: uploadXML{Bucket: r.Bucket, Key: r.Key, UploadId: id}}, nil
}

// findUpload returns a request's upload; the lock must be held.
func (s *Service) findUpload(r *Request) (*upload, error) {
	u, ok := s.uploads[r.query("uploadId")]
	if !ok || u.bucket != r.Bucket || u.key != r.Key {
		return nil, api.StatusErrorf(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
	}
	return u, nil
}

func (s *Service) uploadPart(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	number, err := strconv.Atoi(r.query("partNumber"))
	if err != nil || number < 1 || number > 10_000 {
		return nil, api.Errorf("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.findUpload(r)
	if err != nil {
		return nil, err
	}
	u.parts[number] = r.Body
	return &Answer{Header: http.Header{"Etag": {etag(r.Body)}}}, nil
}

func etag(body []byte) string {
	sum := md5.Sum(body)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

type completedXML struct {
	XMLName                     xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUploadResult"`
	Location, Bucket, Key, ETag string
}

func (s *Service) completeUpload(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	var wanted struct {
		Part []struct {
			PartNumber int
			ETag       string
		}
	}
	if err := xml.Unmarshal(r.Body, &wanted); err != nil {
		return nil, api.Errorf("MalformedXML", "The XML you provided was not well-formed: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.findUpload(r)
	if err != nil {
		return nil, err
	}
	b, err := s.find(r)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	var sums []byte
	for i, part := range wanted.Part {
		piece, ok := u.parts[part.PartNumber]
		if !ok || etag(piece) != part.ETag && etag(piece) != `"`+part.ETag+`"` {
			return nil, api.Errorf("InvalidPart", "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
		}
		if i > 0 && part.PartNumber <= wanted.Part[i-1].PartNumber {
			return nil, api.Errorf("InvalidPartOrder", "The list of parts was not in ascending order. The parts list must be specified in order by part number.")
		}
		body.Write(piece)
		sum := md5.Sum(piece)
		sums = append(sums, sum[:]...)
	}
	// The entity tag of parts is the sum of their sums, and their number.
	whole := md5.Sum(sums)
	o, err := s.store(b, u.key, body.Bytes(), fmt.Sprintf("%q", fmt.Sprintf("%x-%d", whole, len(wanted.Part))), u.headers)
	if err != nil {
		return nil, err
	}
	delete(s.uploads, r.query("uploadId"))
	return &Answer{XML: completedXML{Location: "/" + r.Bucket + "/" + r.Key, Bucket: r.Bucket, Key: r.Key, ETag: o.etag}}, nil
}

func (s *Service) abortUpload(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.findUpload(r); err != nil {
		return nil, err
	}
	delete(s.uploads, r.query("uploadId"))
	return &Answer{Status: 204}, nil
}
