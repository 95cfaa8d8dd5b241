package s3

import (
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"weir/localcloud/internal/api"
)

// maxBody bounds a request; one PutObject of S3's could be larger, a function's
// code cannot.
const maxBody = 512 << 20

// serve answers one S3 request.
func (s *Service) serve(w http.ResponseWriter, r *http.Request) {
	answer, err := s.handle(w, r)
	if errors.Is(err, api.ErrNoAnswer) {
		panic(http.ErrAbortHandler) // net/http closes the connection
	}
	if err != nil {
		s.fail(w, r, api.AsError(err))
		return
	}
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	switch {
	case answer.File != "":
		s.sendFile(w, r, answer)
	case answer.XML != nil:
		s.sendXML(w, http.StatusOK, answer.XML)
	default:
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(max(answer.Status, http.StatusOK))
	}
}

func (s *Service) handle(w http.ResponseWriter, r *http.Request) (*Answer, error) {
	caller, ok := api.CallerOf(r.Context())
	if !ok {
		return nil, api.StatusErrorf(403, "AccessDenied", "Access Denied")
	}
	body, err := readBody(http.MaxBytesReader(w, r.Body, maxBody), r.Header)
	if err != nil {
		return nil, err
	}
	in := &Request{Header: r.Header, Query: r.URL.Query(), Body: body}
	if version := in.query("versionId"); version != "" && version != "null" {
		return nil, invalidArgument("Invalid version id specified", "versionId", version)
	}
	if in.Bucket, in.Key, err = address(r); err != nil {
		return nil, err
	}
	operation, err := operationOf(r.Method, in)
	if err != nil {
		return nil, err
	}
	out, err := s.Bus.Call(r.Context(), caller, "s3", operation, in)
	if err != nil {
		return nil, err
	}
	return out.(*Answer), nil
}

// address finds bucket and key, by host name (bucket.s3.REGION.amazonaws.com,
// bucket.localhost) or by path.
func address(r *http.Request) (bucket, key string, err error) {
	path, err := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), "/"))
	if err != nil {
		return "", "", api.Errorf("InvalidURI", "Couldn't parse the specified URI.")
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if bucket, ok := strings.CutSuffix(host, ".localhost"); ok && bucket != "s3" {
		return strings.TrimSuffix(bucket, ".s3"), path, nil
	}
	if bucket, rest, ok := strings.Cut(host, ".s3."); ok && strings.HasSuffix(rest, "amazonaws.com") {
		return bucket, path, nil
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key, nil
}

// subresources are the query parameters that choose another operation; those
// not among the operations below are refused by name.
var subresources = []string{
	"acl", "cors", "delete", "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "location",
	"logging", "metrics", "notification", "object-lock", "ownershipControls", "policy", "policyStatus",
	"publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select", "tagging", "torrent",
	"uploadId", "uploads", "versioning", "versions", "website", "attributes",
}

// operations by method, what is addressed, and subresource.
var operations = map[string]string{
	"GET service": "ListBuckets",
	"PUT bucket":  "CreateBucket", "DELETE bucket": "DeleteBucket", "HEAD bucket": "HeadBucket", "GET bucket": "ListObjectsV2",
	"GET bucket location": "GetBucketLocation", "GET bucket encryption": "GetBucketEncryption",
	"POST bucket delete": "DeleteObjects",
	"PUT object":         "PutObject", "GET object": "GetObject", "HEAD object": "HeadObject", "DELETE object": "DeleteObject",
	"POST object uploads": "CreateMultipartUpload", "PUT object uploadId": "UploadPart",
	"POST object uploadId": "CompleteMultipartUpload", "DELETE object uploadId": "AbortMultipartUpload",
}

func operationOf(method string, in *Request) (string, error) {
	what := method + " object"
	switch {
	case in.Bucket == "":
		what = method + " service"
	case in.Key == "":
		what = method + " bucket"
	}
	for name := range in.Query {
		if slices.Contains(subresources, name) {
			what += " " + name
		}
	}
	if operation, ok := operations[what]; ok {
		return operation, nil
	}
	return "", api.StatusErrorf(501, "NotImplemented", "the local cloud's S3 has no operation %q", what)
}

func (s *Service) sendFile(w http.ResponseWriter, r *http.Request, answer *Answer) {
	file, err := os.Open(answer.File)
	if err != nil {
		s.fail(w, r, api.AsError(err))
		return
	}
	defer func() { _ = file.Close() }() // only read from
	r.Header.Del("If-Match")            // held, and perhaps in a form that net/http does not take
	r.Header.Del("If-Unmodified-Since")
	http.ServeContent(w, r, "", answer.At, file)
}

func (s *Service) sendXML(w http.ResponseWriter, status int, body any) {
	text, err := xml.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	if _, err := io.WriteString(w, xml.Header+string(text)); err != nil {
		s.Log.Debug("answer not delivered", "error", err.Error())
	}
}
