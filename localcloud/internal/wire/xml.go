package wire

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// writeXML writes an answer of the Query protocol.
func writeXML(operation, namespace, requestID string, tree any) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<%sResponse xmlns="%s">`, operation, namespace)
	element(&b, operation+"Result", tree)
	fmt.Fprintf(&b, `<ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>`, requestID, operation)
	return []byte(b.String())
}

func element(b *strings.Builder, name string, tree any) {
	b.WriteString("<" + name + ">")
	switch value := tree.(type) {
	case map[string]any:
		for _, member := range sortedKeys(value) {
			if items, flat := value[member].(flatList); flat {
				for _, item := range items {
					element(b, member, item)
				}
				continue
			}
			element(b, member, value[member])
		}
	case []any:
		for _, item := range value {
			element(b, "member", item)
		}
	case dictionary:
		for _, key := range sortedKeys(value) {
			b.WriteString("<entry>")
			element(b, "key", key)
			element(b, "value", value[key])
			b.WriteString("</entry>")
		}
	default:
		escape(b, text(value))
	}
	b.WriteString("</" + name + ">")
}

func sortedKeys[M ~map[string]any](members M) []string { return slices.Sorted(maps.Keys(members)) }

func escape(b *strings.Builder, text string) {
	// EscapeText only fails when the writer does; a Builder does not.
	_ = xml.EscapeText(b, []byte(text))
}

func text(value any) string {
	switch v := value.(type) {
	case time.Time:
		if v.UnixMilli()%1000 == 0 {
			return v.UTC().Format("2006-01-02T15:04:05Z")
		}
		return v.UTC().Format("2006-01-02T15:04:05.000Z")
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}
