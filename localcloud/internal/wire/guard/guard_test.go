package guard_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"weir/localcloud/internal/wire/guard"
)

func TestRefuse(t *testing.T) {
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Add(pairs[i], pairs[i+1])
		}
		return h
	}
	for _, test := range []struct {
		name   string
		host   string
		header http.Header
		want   string // a part of the refusal; empty when it is served
	}{
		{"an SDK sends none of a browser's headers", "127.0.0.1:4566", nil, ""},
		{"the address may be of version 6", "[::1]:4566", nil, ""},
		{"the port may be left out", "[::1]", nil, ""},
		{"the machine's own address is one too", "192.168.1.20:4566", nil, ""},
		{"localhost is loopback's name", "LocalHost:4566", nil, ""},
		{"a bucket may be part of the name", "assets.localhost:4566", nil, ""},
		{"a proxy passes on AWS's name", "lambda.us-east-1.amazonaws.com", nil, ""},
		{"a proxy passes on AWS's name in China", "lambda.cn-north-1.amazonaws.com.cn", nil, ""},
		{"a proxy passes on AWS's name in Europe's sovereign cloud", "lambda.eusc-de-east-1.amazonaws.eu", nil, ""},
		{"a name that the user gave is its own", "Weir:4566", nil, ""},
		{"an address that a person typed is no page's", "127.0.0.1:4566", header("Sec-Fetch-Site", "none"), ""},
		{"the cloud's own page is not another site's", "127.0.0.1:4566", header("Sec-Fetch-Site", "same-origin", "Origin", "http://127.0.0.1:4566"), ""},

		{"a name that a page bound to this machine", "evil.example:4566", nil, `name "evil.example:4566"`},
		{"a name that only begins as localhost", "localhost.evil.example", nil, "name"},
		{"a name that only ends as localhost", "evillocalhost", nil, "name"},
		{"a name that only looks like AWS's", "evilamazonaws.com", nil, "name"},
		{"a name that looks like an address", "127.0.0.1.evil.example", nil, "name"},
		{"no name", "", nil, "name"},
		{"a form of another site", "127.0.0.1:4566", header("Origin", "https://evil.example"), `Origin is "https://evil.example"`},
		{"a page of another port", "127.0.0.1:4566", header("Origin", "http://127.0.0.1:8000"), "Origin"},
		{"a page in a sandbox", "127.0.0.1:4566", header("Origin", "null"), "Origin"},
		{"a page of another scheme", "localhost:4566", header("Origin", "https://localhost:4566"), "Origin"},
		{"a second origin", "localhost:4566", header("Origin", "http://localhost:4566", "Origin", "http://evil.example"), "Origin"},
		{"an image of another site", "127.0.0.1:4566", header("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "image"), `Sec-Fetch-Site is "cross-site"`},
		{"a page of another port or subdomain", "localhost:4566", header("Sec-Fetch-Site", "same-site"), "Sec-Fetch-Site"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", http.NoBody)
			r.Host = test.host
			if test.header != nil {
				r.Header = test.header
			}
			err := guard.Refuse(r, "", "weir")
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("refused with %v, want %q", err, test.want)
			}
			answer := httptest.NewRecorder()
			guard.Handler(http.NotFoundHandler(), "weir").ServeHTTP(answer, r)
			if want := map[bool]int{true: http.StatusNotFound, false: http.StatusForbidden}[err == nil]; answer.Code != want {
				t.Errorf("status %d, want %d", answer.Code, want)
			}
		})
	}
}

func TestFunctionURL(t *testing.T) {
	for host, want := range map[string]string{
		"abc.lambda-url.us-east-1.localhost:4566":          "abc us-east-1",
		"abc.lambda-url.us-east-1.localhost":               "abc us-east-1",
		"ABC.Lambda-URL.us-east-1.LOCALHOST:1":             "abc us-east-1",
		"x.abc.lambda-url.us-east-1.localhost":             " ",
		"abc.lambda-url.us-east-1.localhost.evil.example":  " ",
		".lambda-url.us-east-1.localhost":                  " ",
		"abc.lambda-url..localhost":                        " ",
		"abc.lambda-url.us-east-1.on.aws":                  " ",
		"lambda-url.us-east-1.localhost":                   " ",
		"127.0.0.1:4566":                                   " ",
		"abc.lambda-url.us-east-1.localhost:4566@evil.com": " ",
	} {
		id, region, ok := guard.FunctionURL(host)
		if got := id + " " + region; got != want || ok != (want != " ") {
			t.Errorf("FunctionURL(%q) = %q, %v, want %q", host, got, ok, want)
		}
	}
}
