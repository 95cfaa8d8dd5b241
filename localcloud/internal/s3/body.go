package s3

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"weir/localcloud/internal/api"
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
	// The checksums of a trailer count as if they had come at once.
	for name, values := range trailer {
		header[name] = values
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
