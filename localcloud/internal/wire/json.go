package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// parseJSON reads a JSON object into a tree; an empty body is an empty object.
func parseJSON(body []byte) (any, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return map[string]any{}, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read JSON: there is more after the value")
	}
	return tree, nil
}

// writeJSON writes a tree as JSON: times are epoch seconds, blobs base64.
func writeJSON(tree any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(jsonTree(tree)); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return bytes.TrimRight(buffer.Bytes(), "\n"), nil
}

func jsonTree(tree any) any {
	switch value := tree.(type) {
	case map[string]any:
		members := make(map[string]any, len(value))
		for name, member := range value {
			members[name] = jsonTree(member)
		}
		return members
	case dictionary:
		return jsonTree(map[string]any(value))
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = jsonTree(item)
		}
		return list
	case time.Time:
		return json.Number(fmt.Sprintf("%.3f", float64(value.UnixMilli())/1000))
	case []byte:
		return base64.StdEncoding.EncodeToString(value)
	case float64:
		// JSON has no NaN and no infinity; AWS writes them as strings.
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Sprint(value)
		}
	}
	return tree
}
