package api

import (
	"net/http"
	"strings"
)

// requestIDHeader is the header of an answer's id, spelt as AWS spells it and
// not as the methods of http.Header would.
const requestIDHeader = "x-amzn-RequestId"

// SetRequestID gives an answer its id.
func SetRequestID(header http.Header, id string) { header[requestIDHeader] = []string{id} }

// RequestID is the id that an answer was given.
func RequestID(header http.Header) string {
	return strings.Join(header[requestIDHeader], "") //nolint:staticcheck // it was set by this very key
}
