package wire

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"weir/localcloud/internal/api"
)

// admit tells why a request has none of the forms that clients of its service
// send. A page cannot set the Authorization header, X-Amz-Target or a media type
// of AWS's without asking first, which is answered to no page. So these rules
// hold in browsers too that do not say which page a request comes from.
func admit(r *http.Request, service *api.Service, as protocol) error {
	if !isSigned(r, service) {
		return api.StatusErrorf(http.StatusForbidden, "MissingAuthenticationToken",
			"the local cloud serves only requests with an Authorization header of AWS Signature Version 4 (%s %s has none); any credentials will do", r.Method, r.URL.Path)
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Header.Get("Content-Type") != "" {
		return unsupported(service, "the Content-Type %q cannot be read: %v", r.Header.Get("Content-Type"), err)
	}
	switch as {
	case overQuery:
		return posted(r, service, "Query", slices.Contains(service.Protocols, api.Query), media == "application/x-www-form-urlencoded", media)
	case overJSON:
		speaks := slices.Contains(service.Protocols, api.JSON10) || slices.Contains(service.Protocols, api.JSON11)
		return posted(r, service, "JSON", speaks, media == "application/x-amz-json-1.0" || media == "application/x-amz-json-1.1", media)
	case overCBOR:
		return posted(r, service, "CBOR", service.CBOR, media == "application/cbor" || media == "" && r.ContentLength == 0, media)
	}
	return nil // REST's methods and media types are each operation's
}

// posted admits a POST of a protocol that a service speaks.
func posted(r *http.Request, service *api.Service, protocol string, speaks, fits bool, media string) error {
	switch {
	case !speaks:
		return unsupported(service, "it does not speak the %s protocol", protocol)
	case r.Method != http.MethodPost:
		return unsupported(service, "it takes requests of the %s protocol by POST alone, not by %s", protocol, r.Method)
	case !fits:
		return unsupported(service, "a request of the %s protocol does not have the Content-Type %q", protocol, media)
	}
	return nil
}

func unsupported(service *api.Service, format string, args ...any) error {
	return api.StatusErrorf(http.StatusUnsupportedMediaType, "UnsupportedProtocol", "the local cloud's "+service.Name+": "+format, args...)
}

// isSigned tells whether a request carries a signature where its service's
// clients put one: in the Authorization header, for S3 in a presigned URL too.
// Of the methods of presigned URLs, POST is one that any page may send.
func isSigned(r *http.Request, service *api.Service) bool {
	algorithm, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.HasPrefix(algorithm, "AWS4-") && strings.Contains(rest, "Signature=") && strings.Contains(rest, "Credential=") {
		return true
	}
	return service.Name == "s3" && r.Method != http.MethodPost && r.URL.Query().Get("X-Amz-Signature") != ""
}

// fromForm tells whether a media type is one that a page's form can have. No
// client sends JSON so, but an invocation's payload may have any type.
func fromForm(r *http.Request, binding *api.HTTPBinding) bool {
	if binding.Payload != "" {
		return false
	}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // admit read it
	return slices.Contains([]string{"text/plain", "multipart/form-data", "application/x-www-form-urlencoded"}, media)
}
