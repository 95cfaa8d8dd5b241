package endpoint_test

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/endpoint"
)

// calls remembers the calls that reached services, as a gate of a cloud.
type calls struct {
	mu    sync.Mutex
	names []string
}

func (c *calls) gate(ctx context.Context, call api.Call, next func(context.Context) (any, error)) (any, error) {
	c.mu.Lock()
	c.names = append(c.names, call.Service.Name+" "+call.Operation.Name)
	c.mu.Unlock()
	return next(ctx)
}

// take returns the calls since it was asked last.
func (c *calls) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := c.names
	c.names = nil
	return names
}

// attack is a request that a page can make a browser send without asking first.
type attack struct{ method, target, media, body string }

const (
	credential = "X-Amz-Credential=weir%2F20260101%2Fus-east-1%2Fiam%2Faws4_request"
	roleForm   = "Action=CreateRole&Version=2010-05-08&RoleName=page&AssumeRolePolicyDocument=" +
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}}`
)

// attacks run code as the developer where nothing refuses them: a role, a
// function, its invocation. The others turn the clock and lose events.
var attacks = map[string]attack{
	"a role by a form":           {"POST", "/?" + credential, "application/x-www-form-urlencoded", roleForm},
	"a role by an image":         {"GET", "/?" + credential + "&" + strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D").Replace(roleForm), "", ""},
	"a function by text":         {"POST", "/2015-03-31/functions", "text/plain", createBody()},
	"its invocation by text":     {"POST", "/2015-03-31/functions/page/invocations", "text/plain", "{}"},
	"an event by Query":          {"POST", "/?Action=PutEvents&X-Amz-Credential=weir%2F20260101%2Fus-east-1%2Fevents%2Faws4_request", "application/x-www-form-urlencoded", "Entries.member.1.Source=weir"},
	"the clock by text":          {"POST", "/_weir/clock", "text/plain", `{"Speed": 1000}`},
	"the loss of events by text": {"POST", "/_weir/events", "text/plain", `{"Lose": {"source": [{"exists": true}]}}`},
	"a look at what runs":        {"GET", "/_weir/health", "", ""},
}

// createBody makes a function whose code is a package that holds nothing.
func createBody() string {
	empty := base64.StdEncoding.EncodeToString(append([]byte("PK\x05\x06"), make([]byte, 18)...))
	return `{"FunctionName":"page","Role":"arn:aws:iam::000000000000:role/page","Runtime":"provided.al2023","Handler":"bootstrap","Code":{"ZipFile":"` + empty + `"}}`
}

// TestPagesReachNothing sends what a page can make a browser send: a browser of
// today, one that does not say where requests come from, and one that a page
// led here by a name of its own.
func TestPagesReachNothing(t *testing.T) {
	seen := &calls{}
	cloud := start(t, endpoint.Options{Gates: []api.Gate{seen.gate}})
	seen.take()
	browsers := map[string]struct {
		host   string
		header map[string]string
	}{
		"today's":            {"", map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}},
		"of another port":    {"", map[string]string{"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-site"}},
		"old":                {"", nil},
		"by a name":          {"evil.example", map[string]string{"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"}},
		"by a function URL":  {"abc.lambda-url.us-east-1.localhost", map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}},
		"that sends headers": {"evil.example", map[string]string{"X-Weir-Control": "1", "Authorization": "AWS4-HMAC-SHA256 Credential=weir/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0"}},
	}
	for browser, as := range browsers {
		for name, attack := range attacks {
			t.Run(browser+"/"+name, func(t *testing.T) {
				request, err := http.NewRequestWithContext(t.Context(), attack.method, cloud.URL()+attack.target, strings.NewReader(attack.body))
				if err != nil {
					t.Fatal(err)
				}
				request.Host = as.host
				request.Header.Set("Content-Type", attack.media)
				for header, value := range as.header {
					request.Header.Set(header, value)
				}
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(response.Body)
				if _ = response.Body.Close(); err != nil {
					t.Fatal(err)
				}
				if response.StatusCode < 400 || response.Header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s %v: %s", response.Status, response.Header, text)
				}
			})
		}
	}
	wantUntouched(t, cloud, seen)
}

// wantUntouched fails if anything was called, or the clock changed.
func wantUntouched(t *testing.T, cloud *endpoint.Cloud, seen *calls) {
	t.Helper()
	if got := seen.take(); len(got) > 0 {
		t.Errorf("pages called %v", got)
	}
	if got := cloud.Clock().Speed(); got != 1 {
		t.Errorf("pages set the clock's speed to %v", got)
	}
}

func TestTheControlAPIWantsItsHeader(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	for _, path := range []string{"health", "clock", "faults", "permissions", "none"} {
		response, err := http.Get(cloud.URL() + "/_weir/" + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		if _ = response.Body.Close(); err != nil || response.StatusCode != http.StatusForbidden || !strings.Contains(string(text), endpoint.ControlHeader) {
			t.Errorf("%s without the header: %s %s, error %v", path, response.Status, text, err)
		}
	}
	if status := control(t, cloud, http.MethodGet, "health", "", nil); status != http.StatusOK {
		t.Errorf("with the header: %d", status)
	}
}

func TestTheEndpointIsReachedByNamesOfItsOwn(t *testing.T) {
	cloud := start(t, endpoint.Options{Names: []string{"weir"}})
	for host, want := range map[string]int{"weir:4566": 200, "localhost": 200, "lambda.us-east-1.amazonaws.com": 200, "other:4566": 403} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, cloud.URL()+"/_weir/health", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		request.Header.Set(endpoint.ControlHeader, "1")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _ = response.Body.Close(); response.StatusCode != want {
			t.Errorf("%s: %s, want %d", host, response.Status, want)
		}
	}
}
