package wire

import (
	"compress/gzip"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"weir/localcloud/internal/api"
)

// Identify finds out who signed a request, from the access key id in its
// signature. Signatures are not verified: the endpoint is loopback's.
type Identify func(accessKeyID string) (api.Caller, error)

// Front is the HTTP endpoint of the local cloud.
type Front struct {
	bus      *api.Bus
	identify Identify
	log      *slog.Logger
	rest     map[string][]route // by service name
}

// New returns a front for the services registered on the bus so far.
func New(bus *api.Bus, identify Identify, log *slog.Logger) *Front {
	front := &Front{bus: bus, identify: identify, log: log, rest: map[string][]route{}}
	for _, service := range bus.Services() {
		front.rest[service.Name] = routes(service)
	}
	return front
}

// ServeHTTP answers one AWS request.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID()
	api.SetRequestID(w.Header(), id)
	signed := signatureOf(r)
	service, err := f.service(r, signed)
	if err != nil {
		failJSON(w, api.AsError(err), "application/json")
		return
	}
	e := &exchange{front: f, w: w, r: r, service: service, id: id}
	if err := admit(r, service, e.protocol()); err != nil {
		e.fail(err)
		return
	}
	if e.caller, err = f.identify(signed.accessKey); err != nil {
		e.fail(err)
		return
	}
	if service.Handler != nil {
		service.Handler.ServeHTTP(w, r.WithContext(api.WithCaller(r.Context(), e.caller)))
		return
	}
	if e.body, err = readBody(w, r, e.limit()); err != nil {
		e.fail(err)
		return
	}
	e.serve()
}

// limit is how long a request's body may be.
func (e *exchange) limit() int64 {
	if e.protocol() == overREST {
		return maxBody
	}
	return maxCall
}

// readBody reads a request's body, which SDKs may have compressed.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	var reader io.Reader = http.MaxBytesReader(w, r.Body, limit)
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		unzipped, err := gzip.NewReader(reader)
		if err != nil {
			return nil, api.Errorf("SerializationException", "read gzip: %v", err)
		}
		reader = http.MaxBytesReader(w, unzipped, limit)
	}
	body, err := io.ReadAll(reader)
	if err != nil {
		return nil, api.StatusErrorf(http.StatusRequestEntityTooLarge, "RequestTooLargeException", "%v", err)
	}
	return body, nil
}

// protocol is how a request is read and answered, and how it is refused.
type protocol int

const (
	overQuery protocol = iota
	overCBOR
	overJSON
	overREST
	overHandler // the service reads it itself
)

func (e *exchange) protocol() protocol {
	switch {
	case strings.EqualFold(e.r.Header.Get("smithy-protocol"), "rpc-v2-cbor"):
		return overCBOR
	case e.r.Header.Get("X-Amz-Target") != "":
		return overJSON
	case len(e.front.rest[e.service.Name]) > 0:
		return overREST
	case e.service.Handler != nil:
		return overHandler
	}
	return overQuery
}

func (e *exchange) serve() {
	switch e.protocol() {
	case overCBOR:
		e.rpcCBOR()
	case overJSON:
		e.rpcJSON()
	case overREST:
		e.restJSON()
	case overQuery:
		e.query()
	case overHandler: // ServeHTTP passed it on
	}
}

// fail answers with an error in the form of the request's protocol.
func (e *exchange) fail(err error) {
	awsErr := api.AsError(err)
	switch e.protocol() {
	case overCBOR:
		tellQueryCode(e.w, e.service, awsErr)
		failCBOR(e.w, awsErr)
	case overJSON:
		tellQueryCode(e.w, e.service, awsErr)
		failJSON(e.w, awsErr, e.mediaType())
	case overREST:
		failREST(e.w, awsErr)
	case overQuery, overHandler:
		failXML(e.w, awsErr, e.service.XMLNamespace, e.id)
	}
}

// mediaType is the one of the service's JSON RPC protocol.
func (e *exchange) mediaType() string {
	if slices.Contains(e.service.Protocols, api.JSON11) {
		return "application/x-amz-json-1.1"
	}
	return "application/x-amz-json-1.0"
}

// exchange is one request on its way.
type exchange struct {
	front   *Front
	w       http.ResponseWriter
	r       *http.Request
	service *api.Service
	caller  api.Caller
	body    []byte
	id      string
}

// call runs an operation whose input is filled already.
func (e *exchange) call(operation string, in any) (any, error) {
	ctx := api.WithRequest(e.r.Context(), api.Request{ID: e.id, Trace: e.r.Header.Get("X-Amzn-Trace-Id")})
	out, err := e.front.bus.Call(ctx, e.caller, e.service.Name, operation, in)
	if errors.Is(err, api.ErrNoAnswer) {
		panic(http.ErrAbortHandler) // net/http closes the connection
	}
	if err != nil {
		e.front.log.Debug("call failed", "service", e.service.Name, "operation", operation, "caller", e.caller.ARN, "error", err.Error())
	}
	return out, err
}

// operation finds an operation by name.
func (e *exchange) operation(name string) (api.Operation, error) {
	op, ok := e.service.Operations[name]
	if !ok {
		return op, api.StatusErrorf(501, "UnknownOperationException", "the local cloud's %s has no operation %q", e.service.Name, name)
	}
	return op, nil
}

// signature is what a request's signature says: who, and for which service.
type signature struct{ accessKey, service string }

// signatureOf reads AWS Signature Version 4, from the header or a presigned
// query: Credential=KEY/DATE/REGION/SERVICE/aws4_request.
func signatureOf(r *http.Request) signature {
	credential := r.URL.Query().Get("X-Amz-Credential")
	if _, after, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		credential, _, _ = strings.Cut(after, ",")
	}
	parts := strings.Split(credential, "/")
	if len(parts) != 5 {
		return signature{}
	}
	return signature{accessKey: parts[0], service: parts[3]}
}

// service finds the service of a request: by its signature, else by its target
// or its path.
func (f *Front) service(r *http.Request, signed signature) (*api.Service, error) {
	if service, ok := f.bus.Service(signed.service); ok {
		return service, nil
	}
	prefix, _, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	for _, service := range f.bus.Services() {
		if prefix != "" && service.TargetPrefix == prefix {
			return service, nil
		}
		for _, route := range f.rest[service.Name] {
			if _, ok := route.match(r.Method, r.URL.EscapedPath()); ok && signed.service == "" {
				return service, nil
			}
		}
	}
	return nil, api.StatusErrorf(501, "NotImplemented", "the local cloud has no service %q (request %s %s)", signed.service, r.Method, r.URL.Path)
}

func (e *exchange) rpcJSON() {
	_, name, _ := strings.Cut(e.r.Header.Get("X-Amz-Target"), ".")
	out, err := e.run(name, func(in any) error {
		tree, err := parseJSON(e.body)
		if err != nil {
			return err
		}
		return Fill(in, tree)
	})
	if err != nil {
		e.fail(err)
		return
	}
	e.answer(e.mediaType(), out, writeJSON)
}

func (e *exchange) rpcCBOR() {
	e.w.Header().Set("smithy-protocol", "rpc-v2-cbor")
	_, name, _ := strings.Cut(e.r.URL.Path, "/operation/")
	out, err := e.run(name, func(in any) error {
		tree, err := parseCBOR(e.body)
		if err != nil {
			return err
		}
		return Fill(in, tree)
	})
	if err != nil {
		e.fail(err)
		return
	}
	e.answer("application/cbor", out, writeCBOR)
}

func (e *exchange) query() {
	form, err := url.ParseQuery(string(e.body))
	if err != nil {
		e.fail(api.Errorf("MalformedQueryString", "%v", err))
		return
	}
	name := form.Get("Action")
	out, err := e.run(name, func(in any) error { return fillQuery(in, form) })
	if err != nil {
		e.fail(err)
		return
	}
	var answer any = map[string]any{} // an empty result does no harm; a missing one may
	if out != nil {
		answer = flattened(reflect.TypeOf(out), Tree(out, false))
	}
	e.w.Header().Set("Content-Type", "text/xml")
	e.send(http.StatusOK, writeXML(name, e.service.XMLNamespace, e.id, answer))
}

// run fills an operation's input and calls it.
func (e *exchange) run(name string, fill func(in any) error) (any, error) {
	op, err := e.operation(name)
	if err != nil {
		return nil, err
	}
	in := op.New()
	if err := fill(in); err != nil {
		return nil, api.Errorf("SerializationException", "%v", err)
	}
	return e.call(name, in)
}

func (e *exchange) answer(mediaType string, out any, write func(any) ([]byte, error)) {
	var answer any = map[string]any{}
	if out != nil {
		answer = Tree(out, e.service.LowerCamel)
	}
	body, err := write(answer)
	if err != nil {
		e.fail(err)
		return
	}
	e.w.Header().Set("Content-Type", mediaType)
	e.send(http.StatusOK, body)
}

func (e *exchange) send(status int, body []byte) {
	e.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	e.w.WriteHeader(status)
	if _, err := e.w.Write(body); err != nil {
		e.front.log.Debug("answer not delivered", "error", err.Error())
	}
}

// requestID makes an id in the form of AWS's: a random UUID.
func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
