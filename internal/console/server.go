package console

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"weir/internal/arn"
	"weir/internal/awserr"
)

//go:embed templates style.css
var files embed.FS

// Options of a console.
type Options struct {
	Machine string // ARN of the release workflow
	States  States
	Aliases Aliases
	// Names by which the console may be reached beside localhost and any IP
	// address. A page of somebody else's that gives its own name our address
	// (DNS rebinding) is refused by it.
	Names []string
	// Now is the time. Default: time.Now.
	Now func() time.Time
	Log *slog.Logger
}

// server answers the console's requests.
type server struct {
	Options
	store   *store
	aliases *aliasCache
	pages   *template.Template
	machine string // its name
	region  string
}

// New returns the console's handler.
func New(options Options) (http.Handler, error) {
	machine, name, err := arn.ParseMachine(options.Machine)
	if err != nil {
		return nil, fmt.Errorf("the state machine: %w; give its ARN, such as arn:aws:states:eu-west-1:123456789012:stateMachine:weir-release", err)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	pages, err := template.New("console").Funcs(functions()).ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the console's own pages: %w", err)
	}
	s := &server{Options: options, machine: name, region: machine.Region, store: newStore(options.States, options.Machine), pages: pages,
		aliases: &aliasCache{aliases: options.Aliases, now: options.Now, known: map[string]cachedAlias{}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.answer(s.list))
	mux.HandleFunc("GET /release/{name}", s.answer(s.release))
	mux.HandleFunc("GET /release/{name}/input.json", s.answer(s.input))
	mux.HandleFunc("GET /release/{name}/output.json", s.answer(s.output))
	mux.HandleFunc("GET /style.css", s.answer(s.style))
	return s.guard(mux), nil
}

// policy lets a page load its own style sheet and nothing else: no script, no
// form, no frame.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard refuses foreign names and any method that could change something, and
// sets what holds for every answer.
func (s *server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		for name, value := range map[string]string{
			"Content-Security-Policy":      policy,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cache-Control":                "no-store",
		} {
			header.Set(name, value)
		}
		switch {
		case !allowedHost(r.Host, s.Names):
			http.Error(w, fmt.Sprintf("This console is not reached by the name %q. Use localhost or the address, or start it with --name.", r.Host), http.StatusMisdirectedRequest)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			header.Set("Allow", "GET, HEAD")
			http.Error(w, "The console only shows; it changes nothing.", http.StatusMethodNotAllowed)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// allowedHost tells whether a Host header names this console: an IP address,
// which no DNS answer can forge, localhost, or a name it was told.
func allowedHost(host string, names []string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return strings.EqualFold(host, "localhost") || slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(host, name) })
}

// notFoundError is asked for and not there.
type notFoundError struct{ what string }

func (e notFoundError) Error() string { return e.what }

// body is an answer ready to be written.
type body struct {
	kind string // media type
	data []byte
}

// answer writes what a page gives, or says what went wrong. Pages are rendered
// whole before a byte is written, so that an error is never half a page.
func (s *server) answer(page func(*http.Request) (body, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, err := page(r)
		if err == nil {
			w.Header().Set("Content-Type", b.kind)
			w.Write(b.data)
			return
		}
		code := http.StatusBadGateway
		if _, ok := errors.AsType[notFoundError](err); ok || isGone(err) {
			code = http.StatusNotFound
		}
		s.Log.WarnContext(r.Context(), "cannot answer", "path", r.URL.Path, "error", err.Error())
		problem := problemPage{frame: s.frame(r, http.StatusText(code)), Message: awserr.Message(err), Whole: err.Error()}
		b, err = s.render("problem.html", problem)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", b.kind)
		w.WriteHeader(code)
		w.Write(b.data)
	}
}

func (s *server) render(name string, data any) (body, error) {
	var page bytes.Buffer
	if err := s.pages.ExecuteTemplate(&page, name, data); err != nil {
		return body{}, fmt.Errorf("render %s: %w", name, err)
	}
	return body{"text/html; charset=utf-8", page.Bytes()}, nil
}

func (s *server) style(*http.Request) (body, error) {
	css, err := fs.ReadFile(files, "style.css")
	if err != nil {
		return body{}, fmt.Errorf("read the style sheet: %w", err)
	}
	return body{"text/css; charset=utf-8", css}, nil
}

// frame is what every page has.
type frame struct {
	Title   string
	Machine string // the state machine's name
	Region  string
	// Refresh is the seconds until the page reads itself anew; zero for never.
	Refresh int
	Live    bool   // the page could refresh itself
	Toggle  string // where to turn that off or on
}

type problemPage struct {
	frame
	Message, Whole string
}

func (s *server) frame(r *http.Request, title string) frame {
	return frame{Title: title, Machine: s.machine, Region: s.region, Toggle: r.URL.Path}
}

// refreshing makes a page read itself anew every so many seconds, unless the
// reader has turned that off: a page that moves is hard to read for some.
func (f frame) refreshing(r *http.Request, seconds int) frame {
	f.Live = true
	query := r.URL.Query()
	if query.Get("live") == "off" {
		query.Del("live")
	} else {
		f.Refresh = seconds
		query.Set("live", "off")
	}
	f.Toggle = r.URL.Path + "?" + query.Encode()
	return f
}

// executionName is what StartExecution takes as a name.
var executionName = regexp.MustCompile(`^[^\x00-\x20\x7f-\x9f<>{}\[\]?*"#%\\^|~` + "`" + `$&,;:/]{1,80}$`)

func nameIn(r *http.Request) (string, error) {
	name := r.PathValue("name")
	if !executionName.MatchString(name) {
		return "", notFoundError{fmt.Sprintf("%q is no name of an execution.", name)}
	}
	return name, nil
}
