package wire

import (
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"
)

var decoder = sync.OnceValues(cbor.DecOptions{
	DefaultMapType:  reflect.TypeFor[map[string]any](),
	MaxNestedLevels: 64,
}.DecMode)

// parseCBOR reads a Smithy RPC v2 CBOR body into a tree.
func parseCBOR(body []byte) (any, error) {
	if len(body) == 0 {
		return map[string]any{}, nil
	}
	mode, err := decoder()
	if err != nil {
		return nil, fmt.Errorf("set up CBOR: %w", err)
	}
	var tree any
	if err := mode.Unmarshal(body, &tree); err != nil {
		return nil, fmt.Errorf("read CBOR: %w", err)
	}
	return tree, nil
}

// writeCBOR writes a tree as CBOR: times are tag 1 with epoch seconds.
func writeCBOR(tree any) ([]byte, error) {
	body, err := cbor.Marshal(cborTree(tree))
	if err != nil {
		return nil, fmt.Errorf("write CBOR: %w", err)
	}
	return body, nil
}

func cborTree(tree any) any {
	switch value := tree.(type) {
	case map[string]any:
		members := make(map[string]any, len(value))
		for name, member := range value {
			members[name] = cborTree(member)
		}
		return members
	case dictionary:
		return cborTree(map[string]any(value))
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = cborTree(item)
		}
		return list
	case time.Time:
		return cbor.Tag{Number: 1, Content: float64(value.UnixMilli()) / 1000}
	}
	return tree
}
