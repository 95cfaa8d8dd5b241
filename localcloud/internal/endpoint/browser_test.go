package endpoint_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/endpoint"
)

// findBrowser finds a Chromium, or skips the test with a word. WEIR_BROWSER
// names one that must be there.
func findBrowser(t *testing.T) string {
	t.Helper()
	if wanted, ok := os.LookupEnv("WEIR_BROWSER"); ok {
		path, err := exec.LookPath(wanted)
		if err != nil {
			t.Fatalf("WEIR_BROWSER is %q: %v", wanted, err)
		}
		return path
	}
	if testing.Short() {
		t.Skip("a browser takes some seconds")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no Chromium; make test-browser wants one")
	return ""
}

//go:embed testdata/page.html
var page []byte

// site is the page's own server. It serves the page, and takes what the page
// reports: "loaded" when it runs, then a list of what it could read.
type site struct {
	server  *httptest.Server
	loaded  chan struct{}
	reports chan []string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{loaded: make(chan struct{}, 8), reports: make(chan []string, 8)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /page", servePage)
	mux.HandleFunc("POST /loaded", func(http.ResponseWriter, *http.Request) { s.loaded <- struct{}{} })
	mux.HandleFunc("POST /report", func(_ http.ResponseWriter, r *http.Request) {
		var read []string
		if err := json.NewDecoder(r.Body).Decode(&read); err != nil {
			read = []string{"a broken report: " + err.Error()}
		}
		s.reports <- read
	})
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)
	return s
}

func servePage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page) // the browser that went away reports nothing
}

// browse opens a page in a browser of its own, which ends with the test.
func browse(t *testing.T, browser, url string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "weir-browser-")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	command := exec.Command(browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--no-proxy-server", "--user-data-dir="+folder, "--host-resolver-rules=MAP evil.example 127.0.0.1",
		"--remote-debugging-port=0", url)
	command.Stdout, command.Stderr = &out, &out
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // its helpers too
		_ = command.Wait()                                      // killed
		_ = os.RemoveAll(folder)
		if t.Failed() {
			t.Logf("the browser wrote:\n%s", out.String())
		}
	})
}

// pageURL is the page's address under a host name, told where to attack.
func pageURL(t *testing.T, host string, s *site, target string) string {
	t.Helper()
	list := []map[string]string{}
	for _, a := range attacks {
		list = append(list, map[string]string{"method": a.method, "url": target + a.target, "media": a.media, "body": a.body})
	}
	text, err := json.Marshal(map[string]any{"target": target, "home": s.server.URL, "attacks": list})
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(s.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + net.JoinHostPort(host, port) + "/page#" + hexed(text)
}

func hexed(text []byte) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, c := range text {
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// wait waits for what the page tells, for as long as a slow machine may take.
func wait[T any](t *testing.T, what string, told <-chan T) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case value := <-told:
		return value
	case <-ctx.Done():
		t.Fatalf("the page did not tell %s", what)
	}
	panic("unreachable")
}

// TestABrowsersPagesReachNothing opens pages of other origins that try every way
// a page has, in a real browser. That the browser sends what the pages try is
// seen by a server that guards nothing.
func TestABrowsersPagesReachNothing(t *testing.T) {
	browser := findBrowser(t)
	for _, host := range []string{"127.0.0.1", "evil.localhost", "evil.example"} {
		t.Run("a page of "+host, func(t *testing.T) {
			home, seen := newSite(t), &calls{}
			cloud := start(t, endpoint.Options{Gates: []api.Gate{seen.gate}})
			seen.take()
			browse(t, browser, pageURL(t, host, home, cloud.URL()))
			if read := wait(t, "what it read", home.reports); len(read) > 0 {
				t.Errorf("the page read %q", read)
			}
			wantUntouched(t, cloud, seen)
		})
	}
	t.Run("the page's ways lead to a server that guards nothing", func(t *testing.T) {
		home, victim := newSite(t), &victim{}
		server := httptest.NewServer(victim)
		t.Cleanup(server.Close)
		browse(t, browser, pageURL(t, "127.0.0.1", home, server.URL))
		wait(t, "what it read", home.reports)
		for name, attack := range attacks {
			want := attack.method + " " + attack.target
			if !victim.got(want) {
				t.Errorf("%s: no %s among %q", name, want, victim.requests)
			}
		}
		for _, want := range []string{"upgrade", "beacon", "OPTIONS /"} {
			if !victim.got(want) {
				t.Errorf("no %s among %q", want, victim.requests)
			}
		}
	})
}

// victim remembers what it was asked.
type victim struct {
	mu       sync.Mutex
	requests []string
}

func (v *victim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // what matters is that it came
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests = append(v.requests, r.Method+" "+r.URL.RequestURI())
	if r.Header.Get("Upgrade") != "" {
		v.requests = append(v.requests, "upgrade")
	}
	if r.URL.Query().Has("beacon") {
		v.requests = append(v.requests, "beacon")
	}
	if r.Method == http.MethodOptions {
		v.requests = append(v.requests, "OPTIONS /")
	}
	w.WriteHeader(http.StatusNoContent)
}

func (v *victim) got(want string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Contains(v.requests, want)
}

// TestABrowsersReboundNameReachesNothing loads a page by a name that leads to its
// own server, and then to the local cloud at the same port. To the browser the
// cloud is the page's own server: the page may send every header, and read.
func TestABrowsersReboundNameReachesNothing(t *testing.T) {
	browser, home, seen := findBrowser(t), newSite(t), &calls{}
	first := httptest.NewServer(http.HandlerFunc(servePage))
	address := first.Listener.Addr().String()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	self := "http://evil.example:" + port
	url := pageURL(t, "evil.example", home, self)
	browse(t, browser, self+url[strings.Index(url, "/page#"):]+"-rebound")
	wait(t, "that it runs", home.loaded)
	first.CloseClientConnections()
	first.Close()
	cloud := start(t, endpoint.Options{Listen: address, Gates: []api.Gate{seen.gate}})
	seen.take()
	for _, text := range wait(t, "what it read", home.reports) {
		if !strings.Contains(text, "is not reached by the name") {
			t.Errorf("the page read %q", text)
		}
	}
	wantUntouched(t, cloud, seen)
}
