package s3

import (
	"bufio"
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"weir/local/api"
)

// readBody reads a request's body, in the chunks of aws-chunked if so, and
// checks the checksums that came with it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
func readBody(r io.Reader, header http.Header) ([]byte, error) {
	if !strings.HasPrefix(header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		body, err := io.ReadAll(r)
		if err != nil {
			return nil, incomplete(err)
		}
		return body, check(body, header)
	}
	reader := bufio.NewReader(r)
	var body bytes.Buffer
	for {
		size, err := chunkSize(reader)
		if err != nil {
			return nil, err
		}
		if size == 0 {
			break
		}
		if _, err := io.CopyN(&body, reader, size); err != nil {
			return nil, incomplete(err)
		}
		if line, err := reader.ReadString('\n'); err != nil || strings.TrimSpace(line) != "" {
			return nil, incomplete(err)
		}
	}
	trailer, err := textproto.NewReader(reader).ReadMIMEHeader()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, incomplete(err)
	}
	if want := header.Get("X-Amz-Decoded-Content-Length"); want != "" && want != strconv.Itoa(body.Len()) {
		return nil, api.Errorf("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")
	}
	if err := check(body.Bytes(), header); err != nil {
		return nil, err
	}
	return body.Bytes(), check(body.Bytes(), http.Header(trailer))
}

func incomplete(err error) error {
	return api.Errorf("IncompleteBody", "The request body terminated unexpectedly (%v)", err)
}

// chunkSize reads the line before a chunk: its size in hexadecimal, and perhaps
// a signature.
func chunkSize(reader *bufio.Reader) (int64, error) {
	line, err := reader.ReadString('\n')
	if err != nil {
		return 0, incomplete(err)
	}
	digits, _, _ := strings.Cut(strings.TrimSpace(line), ";")
	size, err := strconv.ParseInt(digits, 16, 64)
	if err != nil || size < 0 || size > maxBody {
		return 0, api.Errorf("InvalidChunkSizeError", "the size of a chunk is %q", digits)
	}
	return size, nil
}

// sums are the checksums by header. CRC64NVME's polynomial is the one of the
// NVM Express specification, bits reversed.
var sums = map[string]func() hash.Hash{
	"Content-Md5":              md5.New,
	"X-Amz-Checksum-Crc32":     func() hash.Hash { return crc32.NewIEEE() },
	"X-Amz-Checksum-Crc32c":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"X-Amz-Checksum-Crc64nvme": func() hash.Hash { return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) },
	"X-Amz-Checksum-Sha1":      sha1.New,
	"X-Amz-Checksum-Sha256":    sha256.New,
}

func check(body []byte, header http.Header) error {
	for name, sumOf := range sums {
		want := header.Get(name)
		if want == "" {
			continue
		}
		sum := sumOf()
		sum.Write(body) // a hash never fails, by its documentation
		if got := base64.StdEncoding.EncodeToString(sum.Sum(nil)); got != want {
			return api.Errorf("BadDigest", "The %s you specified did not match the calculated checksum.", strings.TrimPrefix(name, "X-Amz-Checksum-"))
		}
	}
	return nil
}
