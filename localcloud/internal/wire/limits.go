package wire

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// maxBody bounds a request: a function's code is at most 50 MB zipped, 70 MB in
// base64. maxCall bounds a call of the protocols that carry no code; AWS's own
// bounds are 1 MB and less.
const (
	maxBody = 128 << 20
	maxCall = 8 << 20
)

// bodyTime is how long a body may take to arrive.
const bodyTime = time.Minute

// Limited bounds the time that a request's body takes. The bound ends with the
// body: an invocation may take longer to be answered, and a bound on the whole
// connection would cancel it.
func Limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			connection := http.NewResponseController(w)
			// A connection without deadlines has no bound; tests use such.
			if connection.SetReadDeadline(time.Now().Add(bodyTime)) == nil {
				r.Body = &timedBody{ReadCloser: r.Body, end: func() { _ = connection.SetReadDeadline(time.Time{}) }}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// timedBody lifts the bound at the body's end.
type timedBody struct {
	io.ReadCloser
	end func()
}

// Read reads on, and lifts the bound once there is no more. It
// stays after any other error, since the server then drains the connection.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.end()
	}
	return n, err
}
