package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// parseJSON reads a template in JSON.
func parseJSON(body []byte) (map[string]any, error) {
	var tree map[string]any
	body = withoutTrailingCommas(body)
	if err := json.Unmarshal(body, &tree); err != nil {
		return nil, malformed(body, err)
	}
	if path, found := firstNull(json.NewDecoder(bytes.NewReader(body)), ""); found {
		return nil, nullAt(path)
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	return tree, decoder.Decode(&tree)
}

// withoutTrailingCommas puts a space for each comma before a closing bracket:
// CloudFormation was recorded to read such templates.
func withoutTrailingCommas(body []byte) []byte {
	var read []byte
	comma, quoted := -1, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++ // what is escaped ends no text
		case c == '"':
			quoted, comma = !quoted, -1
		case quoted:
		case c == ',':
			comma = i
		case (c == '}' || c == ']') && comma >= 0:
			if read == nil {
				read = bytes.Clone(body)
			}
			read[comma], comma = ' ', -1
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			comma = -1
		}
	}
	if read == nil {
		return body
	}
	return read
}

// malformed tells where a text stops being JSON.
func malformed(body []byte, err error) error {
	syntax, is := errors.AsType[*json.SyntaxError](err)
	if !is {
		return errors.New("Template format error: unsupported structure.")
	}
	read := body[:syntax.Offset]
	line := 1 + bytes.Count(read, []byte("\n"))
	column := 1 + len(read) - (bytes.LastIndexByte(read, '\n') + 1)
	return fmt.Errorf("Template format error: JSON not well-formed. (line %d, column %d)", line, column)
}

func nullAt(path string) error {
	return fmt.Errorf("[%s] 'null' values are not allowed in templates", path)
}

// firstNull reads a value that is known to be well-formed and answers the path of
// the first null in it, in the order of the text.
func firstNull(decoder *json.Decoder, path string) (string, bool) {
	token, err := decoder.Token()
	if err != nil {
		return "", false
	}
	for i := 0; token == json.Delim('{') || token == json.Delim('['); i++ {
		if !decoder.More() {
			_, _ = decoder.Token() // the closing delimiter: the text is well-formed
			return "", false
		}
		member := strconv.Itoa(i)
		if token == json.Delim('{') {
			key, _ := decoder.Token()
			member, _ = key.(string)
		}
		if at, found := firstNull(decoder, path+"/"+member); found {
			return at, true
		}
	}
	return path, token == nil
}
