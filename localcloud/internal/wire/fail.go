package wire

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"weir/localcloud/internal/api"
)

func fault(err *api.Error) string {
	if err.HTTPStatus() >= 500 {
		return "Receiver"
	}
	return "Sender"
}

// queryCode is the error's code in the Query protocol.
func queryCode(err *api.Error) string { return cmp.Or(err.QueryCode, err.Code) }

// tellQueryCode adds the code that clients of a service knew when it spoke the
// Query protocol only. Other services send no such header.
func tellQueryCode(w http.ResponseWriter, service *api.Service, err *api.Error) {
	if slices.Contains(service.Protocols, api.Query) {
		w.Header().Set("X-Amzn-Query-Error", queryCode(err)+";"+fault(err))
	}
}

// failJSON answers with an error of the JSON RPC protocols.
func failJSON(w http.ResponseWriter, err *api.Error, mediaType string) {
	body := map[string]string{"__type": err.Code}
	if err.Message != "" {
		body["message"] = err.Message
	}
	for name, value := range err.Fields {
		body[name] = value
	}
	w.Header().Set("X-Amzn-ErrorType", err.Code)
	sendError(w, err, mediaType, body)
}

// failREST answers with an error of the REST JSON protocol as Lambda has it:
// the code in a header and both spellings of message in the body, since AWS's
// errors have either. Type is among an error's Fields or absent: constraint
// violations, refused permissions and some errors of aliases have none. Only
// failures of the service itself have it always.
func failREST(w http.ResponseWriter, err *api.Error) {
	body := map[string]string{"Message": err.Message, "message": err.Message}
	if err.HTTPStatus() == http.StatusInternalServerError {
		body["Type"] = "Service"
	}
	for name, value := range err.Fields {
		body[name] = value
	}
	w.Header().Set("X-Amzn-ErrorType", err.Code)
	sendError(w, err, "application/json", body)
}

func sendError(w http.ResponseWriter, err *api.Error, mediaType string, body map[string]string) {
	text, marshalErr := json.Marshal(body)
	if marshalErr != nil {
		text = []byte("{}") // a map of strings always marshals
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(err.HTTPStatus())
	_, _ = w.Write(text) // the client is gone; there is nobody to tell
}

func failCBOR(w http.ResponseWriter, err *api.Error) {
	body := map[string]any{"__type": err.Code}
	if err.Message != "" {
		body["message"] = err.Message
	}
	for name, value := range err.Fields {
		body[name] = value
	}
	encoded, encodeErr := writeCBOR(body)
	if encodeErr != nil {
		encoded = nil
	}
	w.Header().Set("Content-Type", "application/cbor")
	w.WriteHeader(err.HTTPStatus())
	_, _ = w.Write(encoded) // the client is gone; there is nobody to tell
}

func failXML(w http.ResponseWriter, err *api.Error, namespace, id string) {
	var b strings.Builder
	fmt.Fprintf(&b, `<ErrorResponse xmlns="%s"><Error><Type>%s</Type>`, namespace, fault(err))
	element(&b, "Code", queryCode(err))
	if message := cmp.Or(err.QueryMessage, err.Message); message != "" {
		element(&b, "Message", message)
	}
	fmt.Fprintf(&b, `</Error><RequestId>%s</RequestId></ErrorResponse>`, id)
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(err.HTTPStatus())
	_, _ = w.Write([]byte(b.String())) // the client is gone; there is nobody to tell
}
