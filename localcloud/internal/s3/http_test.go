package s3_test

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
	"weir/localcloud/internal/s3"
)

var env = api.Env{Partition: "aws", Account: "000000000000", Region: "us-east-1"}

// newS3 returns a service with the bucket "box", and its handler as the
// operator sees it.
func newS3(t *testing.T) (*s3.Service, http.Handler) {
	t.Helper()
	bus := api.NewBus()
	service := s3.New(s3.Options{Env: env, Clock: clock.Stepped(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), Bus: bus, Dir: t.TempDir()})
	bus.Register(service.API())
	if err := service.CreateBucket("box"); err != nil {
		t.Fatal(err)
	}
	handler := service.API().Handler
	return service, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(api.WithCaller(r.Context(), api.Operator(env))))
	})
}

type request struct {
	method, url, body string
	header            map[string]string
}

func (q request) send(t *testing.T, handler http.Handler) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), q.method, q.url, strings.NewReader(q.body))
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func TestStoredObjectsComeBack(t *testing.T) {
	urls := map[string]string{
		"by path":              "http://127.0.0.1/box/folder/a%20b+c%2Fd",
		"by host name":         "http://box.localhost/folder/a%20b+c%2Fd",
		"by S3's own name":     "http://box.s3.us-east-1.amazonaws.com/folder/a%20b+c%2Fd",
		"by name with service": "http://box.s3.localhost:4566/folder/a%20b+c%2Fd",
	}
	for name, url := range urls {
		t.Run(name, func(t *testing.T) {
			service, handler := newS3(t)
			put := request{"PUT", url, "hello", map[string]string{"Content-Type": "text/plain", "X-Amz-Meta-Who": "me"}}.send(t, handler)
			if want := fmt.Sprintf(`"%x"`, md5.Sum([]byte("hello"))); put.Code != 200 || put.Header().Get("ETag") != want {
				t.Errorf("put: status %d, ETag %s, want %s", put.Code, put.Header().Get("ETag"), want)
			}
			body, err := service.Object(t.Context(), "box", "folder/a b+c/d")
			if err != nil || string(body) != "hello" {
				t.Errorf("object = %q, error %v", body, err)
			}
			get := request{"GET", url, "", map[string]string{"Range": "bytes=1-2"}}.send(t, handler)
			if get.Code != 206 || get.Body.String() != "el" || get.Header().Get("X-Amz-Meta-Who") != "me" || get.Header().Get("Content-Type") != "text/plain" {
				t.Errorf("get: %d %q %v", get.Code, get.Body, get.Header())
			}
			if gone := (request{"DELETE", url, "", nil}).send(t, handler); gone.Code != 204 {
				t.Errorf("delete: status %d", gone.Code)
			}
			if head := (request{"HEAD", url, "", nil}).send(t, handler); head.Code != 404 || head.Body.Len() > 0 {
				t.Errorf("head: %d %q", head.Code, head.Body)
			}
		})
	}
}

// chunked writes a body as SDKs stream it.
func chunked(body, trailer string) request {
	var b bytes.Buffer
	half := len(body) / 2
	for _, piece := range []string{body[:half], body[half:], ""} {
		fmt.Fprintf(&b, "%x;chunk-signature=00\r\n%s", len(piece), piece)
		if piece != "" {
			b.WriteString("\r\n")
		}
	}
	b.WriteString(trailer + "\r\n")
	return request{"PUT", "http://127.0.0.1/box/k", b.String(), map[string]string{
		"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": fmt.Sprint(len(body)),
	}}
}

func TestStreamedBodies(t *testing.T) {
	sum := crc32.ChecksumIEEE([]byte("hello world"))
	right := "x-amz-checksum-crc32:" + base64.StdEncoding.EncodeToString([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}) + "\r\n"
	short := chunked("hello world", right)
	short.header["X-Amz-Decoded-Content-Length"] = "12"
	tests := []struct {
		name    string
		request request
		status  int
	}{
		{"with its checksum", chunked("hello world", right), 200},
		{"without a checksum", chunked("hello world", ""), 200},
		{"with a wrong checksum", chunked("hello worle", right), 400},
		{"shorter than declared", short, 400},
		{"no chunks", request{"PUT", "http://127.0.0.1/box/k", "hello world", short.header}, 400},
		{"cut off", request{"PUT", "http://127.0.0.1/box/k", "ff\r\nhello", short.header}, 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			service, handler := newS3(t)
			if got := test.request.send(t, handler); got.Code != test.status {
				t.Errorf("status %d (%s), want %d", got.Code, got.Body, test.status)
			}
			body, err := service.Object(t.Context(), "box", "k")
			if test.status == 200 && string(body) != "hello world" {
				t.Errorf("object = %q, error %v", body, err)
			}
			if test.status != 200 && err == nil {
				t.Errorf("a refused body was stored: %q", body)
			}
		})
	}
}

func TestPartsMakeAnObject(t *testing.T) {
	service, handler := newS3(t)
	started := request{"POST", "http://127.0.0.1/box/k?uploads", "", nil}.send(t, handler).Body.String()
	_, rest, _ := strings.Cut(started, "<UploadId>")
	id, _, _ := strings.Cut(rest, "<")
	var parts strings.Builder
	first := strings.Repeat("hello ", 1<<20) // of at least 5 MiB
	for i, piece := range []string{first, "world"} {
		answer := request{"PUT", fmt.Sprintf("http://127.0.0.1/box/k?partNumber=%d&uploadId=%s", i+1, id), piece, nil}.send(t, handler)
		fmt.Fprintf(&parts, "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>", i+1, strings.Trim(answer.Header().Get("ETag"), `"`))
	}
	finish := func(parts string) *httptest.ResponseRecorder {
		return request{"POST", "http://127.0.0.1/box/k?uploadId=" + id, "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>", nil}.send(t, handler)
	}
	if got := finish("<Part><PartNumber>1</PartNumber><ETag>wrong</ETag></Part>"); got.Code != 400 || !strings.Contains(got.Body.String(), "InvalidPart") {
		t.Errorf("a wrong part: %d %s", got.Code, got.Body)
	}
	if got := finish(parts.String()); got.Code != 200 {
		t.Errorf("complete: %d %s", got.Code, got.Body)
	}
	if body, err := service.Object(t.Context(), "box", "k"); err != nil || string(body) != first+"world" {
		t.Errorf("object of %d bytes, error %v", len(body), err)
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		request request
		status  int
		code    string
	}{
		{request{"GET", "http://127.0.0.1/box/none", "", nil}, 404, "NoSuchKey"},
		{request{"GET", "http://127.0.0.1/none/k", "", nil}, 404, "NoSuchBucket"},
		{request{"PUT", "http://127.0.0.1/box", "", nil}, 409, "BucketAlreadyOwnedByYou"},
		{request{"PUT", "http://127.0.0.1/B", "", nil}, 400, "InvalidBucketName"},
		{request{"GET", "http://127.0.0.1/box?lifecycle", "", nil}, 501, "NotImplemented"},
		{request{"GET", "http://127.0.0.1/box?location", "", map[string]string{"X-Amz-Expected-Bucket-Owner": "111111111111"}}, 403, "AccessDenied"},
		{request{"PUT", "http://127.0.0.1/box/k", "", map[string]string{"X-Amz-Copy-Source": "/box/other"}}, 501, "NotImplemented"},
		{request{"PUT", "http://127.0.0.1/box/k?partNumber=1&uploadId=none", "x", nil}, 404, "NoSuchUpload"},
	}
	for _, test := range tests {
		t.Run(test.request.method+" "+test.request.url, func(t *testing.T) {
			_, handler := newS3(t)
			got := test.request.send(t, handler)
			body, err := io.ReadAll(got.Body)
			if err != nil || got.Code != test.status || !strings.Contains(string(body), "<Code>"+test.code+"</Code>") {
				t.Errorf("status %d, body %s, want %d %s", got.Code, body, test.status, test.code)
			}
		})
	}
}

func FuzzStreamedBody(f *testing.F) {
	f.Add("5;chunk-signature=0\r\nhello\r\n0\r\n\r\n")
	f.Add("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n")
	f.Add("ffffffffffffffff\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		_, handler := newS3(t)
		r := request{"PUT", "http://127.0.0.1/box/k", body, map[string]string{"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}}
		if got := r.send(t, handler); got.Code != 200 && got.Code != 400 {
			t.Errorf("status %d: %s", got.Code, got.Body)
		}
	})
}
