package wire

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"weir/localcloud/internal/api"
)

// bound is an input with a member in each place of an HTTP request.
type bound struct {
	Name    *string
	Marker  *string
	Most    *int32
	Keys    []string
	Kind    string
	Payload []byte
	Rest    *everything
}

func restOp(binding api.HTTPBinding) api.Operation {
	return api.Operation{Name: "Do", New: func() any { return new(bound) }, HTTP: &binding}
}

// FuzzREST reads a request whose members are in its path, query, headers and
// body, and wants each back as it was sent.
func FuzzREST(f *testing.F) {
	f.Add("a name", "m/1", "7", "k1", "RequestResponse", []byte(`{"Rest":{"Text":"x","At":1.5,"Blob":"AAE="}}`))
	f.Add("%2F", "", "-1", "&=", "", []byte("not JSON"))
	f.Fuzz(func(t *testing.T, name, marker, most, key, kind string, body []byte) {
		values := url.Values{"Marker": {marker}, "Most": {most}, "tagKeys": {key, "second"}}
		r := httptest.NewRequest(http.MethodPost, "/v1/things/x?"+values.Encode(), strings.NewReader(string(body)))
		r.URL.RawPath, r.URL.Path = "/v1/things/"+url.PathEscape(name)+"/do", "/v1/things/"+name+"/do"
		r.Header.Set("X-Kind", kind)
		binding := api.HTTPBinding{Method: "POST", Path: "/v1/things/{Name}/do", Headers: map[string]string{"X-Kind": "Kind"},
			Query: map[string]string{"Marker": "Marker", "Most": "Most", "tagKeys": "Keys"}}
		service := &api.Service{Name: "things", Operations: api.Table(restOp(binding))}
		found := routes(service)[0]
		members, ok := found.match(r.Method, r.URL.EscapedPath())
		if !ok {
			if name != "" && name != "." && name != ".." {
				t.Fatalf("the path %q is not the operation's", r.URL.EscapedPath())
			}
			return
		}
		if members["Name"] != name {
			t.Fatalf("name %q became %q", name, members["Name"])
		}
		e := &exchange{r: r, body: body, service: service}
		var in bound
		if e.fillREST(&in, &binding, members) == nil {
			checkBound(t, in, marker, key, kind)
		}
		binding.Payload = "Payload"
		var raw bound
		binding.Query = nil
		if err := e.fillREST(&raw, &binding, members); err != nil || string(raw.Payload) != string(body) {
			t.Fatalf("payload %q became %q, error %v", body, raw.Payload, err)
		}
	})
}

func checkBound(t *testing.T, in bound, marker, key, kind string) {
	t.Helper()
	if in.Marker == nil || *in.Marker != marker || len(in.Keys) != 2 || in.Keys[0] != key {
		t.Fatalf("the query became %+v", in)
	}
	if kind != "" && in.Kind != kind {
		t.Fatalf("header %q became %q", kind, in.Kind)
	}
	if in.Rest != nil && in.Rest.Text != nil && !utf8.ValidString(*in.Rest.Text) {
		t.Fatalf("text %q is not UTF-8", *in.Rest.Text)
	}
}

// FuzzSignature reads who signed from whatever a client may send.
func FuzzSignature(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0", "")
	f.Add("", "X-Amz-Credential=AKID%2F20260101%2Fus-east-1%2Fs3%2Faws4_request")
	f.Fuzz(func(t *testing.T, header, query string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.RawQuery = query
		r.Header["Authorization"] = []string{header}
		if signed := signatureOf(r); strings.Contains(signed.accessKey+signed.service, "/") {
			t.Fatalf("a part %+v has a slash", signed)
		}
	})
}
