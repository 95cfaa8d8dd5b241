package lambda

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda/runtime"
)

// urlRequest is a request for a function's URL, as IAM sees it.
type urlRequest struct{ FunctionName, Qualifier *string }

// URLService is what a signed request for a function URL passes: its one
// operation needs both actions that AWS asks for since October 2025, and does
// nothing.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
func (s *Service) URLService() *api.Service {
	pass := func(context.Context, api.Caller, *urlRequest) (*struct{}, error) { return nil, nil }
	return &api.Service{Name: "lambda", Operations: api.Table(api.Op("InvokeFunctionUrl", pass, api.Needs(func(in *urlRequest) []api.Permission {
		arn := s.resource(in.FunctionName, in.Qualifier)
		return []api.Permission{
			{Action: "lambda:InvokeFunctionUrl", Resource: arn, Context: map[string][]string{"lambda:FunctionUrlAuthType": {"AWS_IAM"}}},
			{Action: "lambda:InvokeFunction", Resource: arn, Context: map[string][]string{"lambda:InvokedViaFunctionUrl": {"true"}}},
		}
	})))}
}

func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// URLs serves function URLs by their Host, without streaming and without the
// headers of a CORS setting. authorise decides on a signed request: it holds
// URLService; identify tells who signed.
func (s *Service) URLs(authorise api.Invoker, identify func(accessKeyID string) (api.Caller, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _, _ := strings.Cut(hostname(r.Host), ".")
		url, found := s.findURL(id)
		if !found {
			deny(w, "") // as AWS, which does not tell what there is
			return
		}
		if url.auth == types.FunctionUrlAuthTypeNone && !url.public || url.auth != types.FunctionUrlAuthTypeNone && !signed(r, url, authorise, identify) {
			deny(w, "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html")
			return
		}
		s.serveURL(w, r, id, url)
	})
}

// foundURL is a function URL as a request meets it.
type foundURL struct {
	function, qualifier string
	auth                types.FunctionUrlAuthType
	public              bool // the policy lets everyone in
}

func (s *Service) findURL(id string) (foundURL, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.functions {
		for q, config := range f.urls {
			if s.urlID(f.name, q) == strings.ToLower(id) {
				return foundURL{f.name, q, config.AuthType, f.policies[q].admitsEveryone()}, true
			}
		}
	}
	return foundURL{}, false
}

// admitsEveryone tells whether a policy lets everyone use the URL: both actions
// are needed.
func (p *policy) admitsEveryone() bool {
	if p == nil {
		return false
	}
	var url, function bool
	for _, st := range p.Statement {
		if st.Principal != "*" || !st.metByURL() {
			continue
		}
		action := strings.ToLower(st.Action)
		url = url || wildcard(action, "lambda:invokefunctionurl")
		function = function || wildcard(action, "lambda:invokefunction")
	}
	return url && function
}

// metByURL tells whether an unsigned request for a URL meets the conditions.
func (st statement) metByURL() bool {
	for _, keys := range st.Condition {
		for key, want := range keys {
			if key != "lambda:FunctionUrlAuthType" && key != "lambda:InvokedViaFunctionUrl" ||
				key == "lambda:FunctionUrlAuthType" && want != "NONE" || key == "lambda:InvokedViaFunctionUrl" && want != "true" {
				return false
			}
		}
	}
	return true
}

// signed tells whether a request is signed by somebody who may use the URL.
func signed(r *http.Request, url foundURL, authorise api.Invoker, identify func(string) (api.Caller, error)) bool {
	_, credential, found := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, scoped := strings.Cut(credential, "/")
	if !found || !scoped {
		return false
	}
	caller, err := identify(key)
	if err != nil {
		return false
	}
	_, err = authorise.Call(r.Context(), caller, "lambda", "InvokeFunctionUrl", &urlRequest{&url.function, &url.qualifier})
	return err == nil
}

func deny(w http.ResponseWriter, message string) {
	text := "null"
	if message != "" {
		text = strconv.Quote(message)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, `{"Message":`+text+`}`) // a client that went away is not told
}

// serveURL invokes the function through the URL's qualifier, so that an alias's
// weights count.
func (s *Service) serveURL(w http.ResponseWriter, r *http.Request, id string, url foundURL) {
	request := api.NewID()
	payload, err := s.urlEvent(r, id, request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	api.SetRequestID(w.Header(), request)
	event := runtime.Event{ID: request, Trace: r.Header.Get("X-Amzn-Trace-Id"), Payload: payload}
	got, err := s.attempt(r.Context(), api.Operator(s.Env), &url.function, &url.qualifier, event)
	switch {
	case api.IsCode(err, "TooManyRequestsException"):
		http.Error(w, `{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}`, http.StatusTooManyRequests)
	case err != nil:
		s.Log.Warn("function URL failed", "function", url.function, "request", request, "error", err.Error())
		http.Error(w, "Internal Server Error", http.StatusBadGateway)
	case got.Failed:
		http.Error(w, "Internal Server Error", http.StatusBadGateway)
	default:
		answerURL(w, got.Payload)
	}
}

// urlEvent is a request as payload format 2.0.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
func (s *Service) urlEvent(r *http.Request, id, request string) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPayload+1))
	if err != nil || len(body) > maxPayload {
		return nil, fmt.Errorf("request body is larger than %d bytes, or cannot be read: %w", maxPayload, err)
	}
	headers := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	source := hostname(r.RemoteAddr)
	headers["x-forwarded-for"], headers["x-forwarded-proto"] = source, "http"
	now := s.Clock.Now()
	event := map[string]any{
		"version": "2.0", "routeKey": "$default", "rawPath": r.URL.EscapedPath(), "rawQueryString": r.URL.RawQuery, "headers": headers,
		"requestContext": map[string]any{
			"accountId": "anonymous", "apiId": id, "domainName": hostname(r.Host), "domainPrefix": id, "requestId": request,
			"routeKey": "$default", "stage": "$default", "time": now.Format("02/Jan/2006:15:04:05 +0000"), "timeEpoch": now.UnixMilli(),
			"http": map[string]any{"method": r.Method, "path": r.URL.EscapedPath(), "protocol": r.Proto, "sourceIp": source, "userAgent": r.UserAgent()},
		},
		"isBase64Encoded": false,
	}
	if event["rawPath"] == "" {
		event["rawPath"] = "/"
	}
	if query := r.URL.Query(); len(query) > 0 {
		parameters := map[string]string{}
		for name, values := range query {
			parameters[name] = strings.Join(values, ",")
		}
		event["queryStringParameters"] = parameters
	}
	var cookies []string
	for _, cookie := range r.Cookies() {
		cookies = append(cookies, cookie.Name+"="+cookie.Value)
	}
	if cookies != nil {
		event["cookies"] = cookies
	}
	switch {
	case len(body) == 0:
	case isText(r.Header.Get("Content-Type")) && utf8.Valid(body):
		event["body"] = string(body)
	default:
		event["body"], event["isBase64Encoded"] = base64.StdEncoding.EncodeToString(body), true
	}
	return json.Marshal(event)
}

func isText(contentType string) bool {
	contentType = strings.ToLower(contentType)
	return strings.Contains(contentType, "text") || strings.Contains(contentType, "json") || strings.Contains(contentType, "xml")
}

// urlAnswer is a function's answer with a status code; without one, the whole
// answer is the body.
type urlAnswer struct {
	StatusCode      *int
	Headers         map[string]any
	Cookies         []string
	Body            *string
	IsBase64Encoded bool
}

func answerURL(w http.ResponseWriter, payload []byte) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	var answer urlAnswer
	if err := json.Unmarshal(payload, &answer); err != nil || answer.StatusCode == nil {
		var text string
		if json.Unmarshal(payload, &text) == nil {
			payload = []byte(text)
		}
		_, _ = w.Write(payload) // a client that went away is not told
		return
	}
	for name, value := range answer.Headers {
		header.Set(name, fmt.Sprint(value))
	}
	for _, cookie := range answer.Cookies {
		header.Add("Set-Cookie", cookie)
	}
	body := []byte(api.Deref(answer.Body))
	if answer.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(api.Deref(answer.Body))
		if err != nil {
			http.Error(w, "Internal Server Error", http.StatusBadGateway)
			return
		}
		body = decoded
	}
	if *answer.StatusCode < 100 || *answer.StatusCode > 599 {
		http.Error(w, "Internal Server Error", http.StatusBadGateway)
		return
	}
	w.WriteHeader(*answer.StatusCode)
	_, _ = w.Write(body)
}
