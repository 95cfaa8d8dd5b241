// Package guard keeps the web pages that a developer opens away from a server
// on the developer's machine. A browser sends requests to loopback for any page.
// It says so in headers that a page cannot change, and it says by which name the
// page reached the server.
package guard

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
)

// Handler serves with next what Refuse lets pass, and answers 403 to the rest.
func Handler(next http.Handler, names ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := Refuse(r, names...)
		if err == nil {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		// The client that would not read this has gone away.
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": "AccessDeniedException", "message": err.Error()})
	})
}

// Refuse tells why a request is not served: a page of another site sent it, or
// the server was reached by a name that is not its own. It returns nil for what
// any other client sends. The names are accepted beside IP addresses, localhost
// and the names of AWS.
func Refuse(r *http.Request, names ...string) error {
	if !knownHost(r.Host, names) {
		return fmt.Errorf("the local cloud is not reached by the name %q: a page could have bound it to this machine; use localhost or the address, or start it with --name", r.Host)
	}
	for _, origin := range r.Header.Values("Origin") {
		if !strings.EqualFold(origin, "http://"+r.Host) {
			return fmt.Errorf("the local cloud serves no web pages: the request's Origin is %q; use the AWS CLI or an SDK outside a browser", origin)
		}
	}
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		if site != "none" && site != "same-origin" {
			return fmt.Errorf("the local cloud serves no web pages: the request's Sec-Fetch-Site is %q; use the AWS CLI or an SDK outside a browser", site)
		}
	}
	return nil
}

// awsSuffixes end the names of AWS's endpoints, which clients send when they are
// made to reach this server in their place. Nobody but AWS can bind such a name.
var awsSuffixes = []string{".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"}

// knownHost tells whether a Host header is one that a page cannot have bound to
// this machine. An IP address is never bound to another.
func knownHost(host string, names []string) bool {
	host = hostname(host)
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	for _, suffix := range awsSuffixes {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	for _, name := range names {
		if name != "" && strings.EqualFold(host, name) {
			return true
		}
	}
	return false
}

// hostname is a Host header without its port and brackets, in lower case.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
}

// FunctionURL reads the Host header of a request for a function URL, of the exact
// form "<id>.lambda-url.<region>.localhost" with or without a port. Pages may
// call function URLs, so that whoever routes by this must serve nothing else at
// such a name.
func FunctionURL(host string) (id, region string, ok bool) {
	parts := functionURL.FindStringSubmatch(strings.ToLower(host))
	if parts == nil {
		return "", "", false
	}
	return parts[1], parts[2], true
}

var functionURL = regexp.MustCompile(`^([a-z0-9]+)\.lambda-url\.([a-z0-9-]+)\.localhost(?::\d+)?$`)
