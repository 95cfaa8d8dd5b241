package wire

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"weir/localcloud/internal/api"
)

func TestAdmit(t *testing.T) {
	const (
		header    = "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0"
		presigned = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=key%2F20260101%2Fus-east-1%2Fx%2Faws4_request&X-Amz-Signature=0"
		form      = "application/x-www-form-urlencoded; charset=utf-8"
	)
	query := &api.Service{Name: "iam", Protocols: []api.Protocol{api.Query}}
	json := &api.Service{Name: "events", Protocols: []api.Protocol{api.JSON11}}
	both := &api.Service{Name: "monitoring", Protocols: []api.Protocol{api.JSON10, api.Query}, CBOR: true}
	rest := &api.Service{Name: "lambda", Protocols: []api.Protocol{api.RESTJSON}}
	raw := &api.Service{Name: "s3", Protocols: []api.Protocol{api.Raw}}
	for _, test := range []struct {
		name           string
		service        *api.Service
		as             protocol
		method, target string
		media, signed  string
		body           string
		want           string // a part of the refusal; empty when it is admitted
	}{
		{"Query is a form", query, overQuery, "POST", "/", form, header, "Action=X", ""},
		{"the asymmetric signature is one too", query, overQuery, "POST", "/", form, strings.Replace(header, "HMAC", "ECDSA-P256", 1), "Action=X", ""},
		{"JSON has AWS's media type", json, overJSON, "POST", "/", "application/x-amz-json-1.1", header, "{}", ""},
		{"JSON of the other version is read", json, overJSON, "POST", "/", "application/x-amz-json-1.0", header, "{}", ""},
		{"CBOR has its media type", both, overCBOR, "POST", "/", "application/cbor", header, "\xa0", ""},
		{"CBOR without a body has none", both, overCBOR, "POST", "/", "", header, "", ""},
		{"a service may speak Query beside JSON", both, overQuery, "POST", "/", form, header, "Action=X", ""},
		{"REST reads", rest, overREST, "GET", "/", "", header, "", ""},
		{"an object may have any type", raw, overHandler, "PUT", "/", "text/plain", header, "x", ""},
		{"an object may be put with a presigned URL", raw, overHandler, "PUT", presigned, "", "", "x", ""},
		{"an object may be read with a presigned URL", raw, overHandler, "GET", presigned, "", "", "", ""},

		{"a form post without a signature", query, overQuery, "POST", "/", form, "", "Action=X", "Authorization"},
		{"a form post with a signature in its query", query, overQuery, "POST", presigned, form, "", "Action=X", "Authorization"},
		{"an image with a signature in its query", query, overQuery, "GET", presigned + "&Action=X", "", "", "", "Authorization"},
		{"text to REST", rest, overREST, "POST", "/", "text/plain", "", "{}", "Authorization"},
		{"an object read without a signature", raw, overHandler, "GET", "/", "", "", "", "Authorization"},
		{"an object posted with a presigned URL", raw, overHandler, "POST", presigned, "text/plain", "", "x", "Authorization"},
		{"another scheme of authorization", query, overQuery, "POST", "/", form, "Basic Credential=Signature=", "Action=X", "Authorization"},
		{"Query read by GET", query, overQuery, "GET", "/?Action=X", "", header, "", "by POST alone"},
		{"Query as text", query, overQuery, "POST", "/", "text/plain", header, "Action=X", "text/plain"},
		{"Query to a service of JSON", json, overQuery, "POST", "/?Action=X", form, header, "Action=X", "does not speak the Query protocol"},
		{"JSON to a service of Query", query, overJSON, "POST", "/", "application/x-amz-json-1.1", header, "{}", "does not speak the JSON protocol"},
		{"CBOR to a service of JSON", json, overCBOR, "POST", "/", "application/cbor", header, "", "does not speak the CBOR protocol"},
		{"JSON as text", json, overJSON, "POST", "/", "text/plain", header, "{}", "text/plain"},
		{"JSON of no type", json, overJSON, "POST", "/", "", header, "{}", `""`},
		{"CBOR as text", both, overCBOR, "POST", "/", "text/plain", header, "\xa0", "text/plain"},
		{"a broken type", json, overJSON, "POST", "/", "; ;", header, "{}", "cannot be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), test.method, test.target, strings.NewReader(test.body))
			for name, value := range map[string]string{"Content-Type": test.media, "Authorization": test.signed} {
				if value != "" {
					r.Header.Set(name, value)
				}
			}
			err := admit(r, test.service, test.as)
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("refused with %v, want %q", err, test.want)
			}
		})
	}
}

func TestOnlyAPayloadMayHaveTheTypeOfAForm(t *testing.T) {
	for media, want := range map[string]bool{
		"": false, "application/json": false, "application/octet-stream": false,
		"text/plain": true, "text/plain; charset=utf-8": true, "application/x-www-form-urlencoded": true, "multipart/form-data; boundary=b": true,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
		r.Header.Set("Content-Type", media)
		if fromForm(r, &api.HTTPBinding{}) != want || fromForm(r, &api.HTTPBinding{Payload: "Payload"}) {
			t.Errorf("%q is taken for a form's: %v, want %v", media, !want, want)
		}
	}
}
