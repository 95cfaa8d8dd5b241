package wire

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// pipe is a listener whose only connection is one end of a net.Pipe.
type pipe struct{ connections chan net.Conn }

func (p pipe) Accept() (net.Conn, error) {
	c, open := <-p.connections
	if !open {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (p pipe) Close() error   { return nil }
func (p pipe) Addr() net.Addr { return &net.TCPAddr{} }

// send writes a request to a server with a handler that takes long to answer, and
// returns the answer's status with the handler's own errors.
func send(t *testing.T, request string, takes time.Duration) (answer *http.Response, read, cancelled error) {
	t.Helper()
	near, far := net.Pipe()
	listener := pipe{connections: make(chan net.Conn, 1)}
	listener.connections <- far
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: Limited(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, read = io.ReadAll(r.Body); read == nil {
			select {
			case <-time.After(takes):
			case <-r.Context().Done():
				cancelled = context.Cause(r.Context())
			}
		}
		w.WriteHeader(http.StatusOK)
	}))}
	go func() { _ = server.Serve(listener) }() // ends with Close
	defer func() {
		close(listener.connections)
		_ = near.Close()
		_ = server.Close()
		synctest.Wait()
	}()
	go func() { _, _ = io.WriteString(near, request) }()
	answer, err := http.ReadResponse(bufio.NewReader(near), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer, read, cancelled
}

func TestASlowBodyEndsAndALongAnswerDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if _, read, _ := send(t, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhal", 0); read == nil || time.Since(began) != bodyTime {
			t.Errorf("half a body was read with error %v after %v", read, time.Since(began))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		answer, read, cancelled := send(t, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nwhole", 15*time.Minute)
		if read != nil || cancelled != nil || answer.StatusCode != http.StatusOK || time.Since(began) != 15*time.Minute {
			t.Errorf("%s after %v; read: %v, cancelled: %v", answer.Status, time.Since(began), read, cancelled)
		}
	})
}

func TestABodyIsBoundedBeforeAndAfterItIsUnzipped(t *testing.T) {
	zipped := func(size int) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = fmt.Fprintf(w, "%0*d", size, 0) // into memory
		_ = w.Close()
		return b.Bytes()
	}
	for name, test := range map[string]struct {
		body     []byte
		encoding string
		fits     bool
	}{
		"as long as may be":  {make([]byte, 1000), "", true},
		"longer":             {make([]byte, 1001), "", false},
		"unzipped, as long":  {zipped(1000), "gzip", true},
		"unzipped, longer":   {zipped(1001), "gzip", false},
		"unzipped, a bomb":   {zipped(100_000), "gzip", false},
		"zipped and no less": {nil, "gzip", false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(test.body))
		r.Header.Set("Content-Encoding", test.encoding)
		if body, err := readBody(httptest.NewRecorder(), r, 1000); (err == nil) != test.fits {
			t.Errorf("%s: %d bytes, error %v", name, len(body), err)
		}
	}
}
