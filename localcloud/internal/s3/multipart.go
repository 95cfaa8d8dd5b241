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
	"slices"
	"strconv"
	"strings"

	"weir/localcloud/internal/api"
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
	return &Answer{Header: encrypted(http.Header{}), XML: uploadXML{Bucket: r.Bucket, Key: r.Key, UploadId: id}}, nil
}

// findUpload returns a request's upload; the lock must be held.
func (s *Service) findUpload(r *Request) (*upload, error) {
	u, ok := s.uploads[r.query("uploadId")]
	if !ok || u.bucket != r.Bucket || u.key != r.Key {
		return nil, failed(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
			"UploadId", r.query("uploadId"))
	}
	return u, nil
}

func (s *Service) uploadPart(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	number, err := strconv.Atoi(r.query("partNumber"))
	if err != nil || number < 1 || number > 10_000 {
		return nil, invalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", r.query("partNumber"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.findUpload(r)
	if err != nil {
		return nil, err
	}
	u.parts[number] = r.Body
	headers := http.Header{"Etag": {etag(r.Body)}}
	if c := checksumOf(r.Body, r.Header); r.Header.Get(c.header()) != "" {
		headers.Set(c.header(), c.value)
	}
	return &Answer{Header: encrypted(headers)}, nil
}

func etag(body []byte) string {
	sum := md5.Sum(body)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

type completedXML struct {
	XMLName                     xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUploadResult"`
	Location, Bucket, Key, ETag string
}

// minPart is the size that all parts but the last have at least.
const minPart = 5 << 20

type partXML struct {
	PartNumber int
	ETag       string
}

func (s *Service) completeUpload(_ context.Context, _ api.Caller, r *Request) (*Answer, error) {
	var wanted struct{ Part []partXML }
	if len(r.Body) > 0 && xml.Unmarshal(r.Body, &wanted) != nil {
		return nil, malformedXML()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.find(r)
	if err != nil {
		return nil, err
	}
	u, err := s.findUpload(r)
	if err != nil {
		return nil, err
	}
	if err := u.check(wanted.Part, r.query("uploadId")); err != nil {
		return nil, err
	}
	var body bytes.Buffer
	var sums []byte
	for _, part := range wanted.Part {
		piece := u.parts[part.PartNumber]
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
	done := completedXML{Location: "/" + r.Bucket + "/" + r.Key, Bucket: r.Bucket, Key: r.Key, ETag: o.etag}
	return &Answer{Header: encrypted(http.Header{}), XML: done}, nil
}

// check refuses a list of parts that cannot be put together.
func (u *upload) check(parts []partXML, id string) error {
	if len(parts) == 0 {
		return api.Errorf("InvalidRequest", "You must specify at least one part")
	}
	if !slices.IsSortedFunc(parts, func(a, b partXML) int { return a.PartNumber - b.PartNumber }) {
		return failed(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.", "UploadId", id)
	}
	for i, part := range parts {
		piece, ok := u.parts[part.PartNumber]
		tag, number := strings.Trim(part.ETag, `"`), strconv.Itoa(part.PartNumber)
		if !ok || strings.Trim(etag(piece), `"`) != tag {
			return failed(400, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, "+
				"or the specified entity tag may not match the part's entity tag.", "ETag", tag, "PartNumber", number, "UploadId", id)
		}
		if i < len(parts)-1 && len(piece) < minPart {
			return failed(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
				"ETag", tag, "MinSizeAllowed", strconv.Itoa(minPart), "PartNumber", number, "ProposedSize", strconv.Itoa(len(piece)))
		}
	}
	return nil
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
