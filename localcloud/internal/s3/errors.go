package s3

import (
	"bytes"
	"encoding/xml"
	"maps"
	"net/http"
	"slices"

	"weir/localcloud/internal/api"
)

// failed is an error with further elements, given as names and values in turn.
func failed(status int, code, message string, elements ...string) *api.Error {
	err := api.StatusErrorf(status, code, "%s", message)
	err.Fields = map[string]string{}
	for i := 0; i+1 < len(elements); i += 2 {
		err.Fields[elements[i]] = elements[i+1]
	}
	return err
}

func noSuchBucket(name string) error {
	return failed(404, "NoSuchBucket", "The specified bucket does not exist", "BucketName", name)
}

func noSuchKey(key string) error {
	return failed(404, "NoSuchKey", "The specified key does not exist.", "Key", key)
}

func preconditionFailed(condition string) error {
	return failed(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", "Condition", condition)
}

func invalidArgument(message, name, value string) error {
	return failed(400, "InvalidArgument", message, "ArgumentName", name, "ArgumentValue", value)
}

func malformedXML() error {
	return api.Errorf("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}

// fail answers with an error. One that answers to HEAD has no body.
func (s *Service) fail(w http.ResponseWriter, r *http.Request, err *api.Error) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(err.HTTPStatus())
	if r.Method == http.MethodHead {
		return
	}
	if _, sendErr := w.Write(errorXML(err, api.RequestID(w.Header()))); sendErr != nil {
		s.Log.Debug("error not delivered", "error", sendErr.Error())
	}
}

func errorXML(err *api.Error, id string) []byte {
	var b bytes.Buffer
	element := func(name, text string) {
		b.WriteString("<" + name + ">")
		_ = xml.EscapeText(&b, []byte(text)) // a Buffer never fails
		b.WriteString("</" + name + ">")
	}
	b.WriteString(xml.Header + "<Error>")
	element("Code", err.Code)
	element("Message", err.Message)
	for _, name := range slices.Sorted(maps.Keys(err.Fields)) {
		element(name, err.Fields[name])
	}
	element("RequestId", id)
	element("HostId", id)
	b.WriteString("</Error>")
	return b.Bytes()
}
