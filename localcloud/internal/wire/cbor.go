package wire

import (
	"bytes"
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

// writeCBOR writes a tree as CBOR in AWS's way: structures and lists are of no
// stated length, times are tag 1 with epoch seconds.
func writeCBOR(tree any) ([]byte, error) {
	var b bytes.Buffer
	if err := encodeCBOR(cbor.NewEncoder(&b), tree); err != nil {
		return nil, fmt.Errorf("write CBOR: %w", err)
	}
	return b.Bytes(), nil
}

func encodeCBOR(e *cbor.Encoder, tree any) error {
	switch value := tree.(type) {
	case map[string]any:
		return encodeMembers(e, value)
	case dictionary:
		return encodeMembers(e, value)
	case []any:
		if err := e.StartIndefiniteArray(); err != nil {
			return err
		}
		for _, item := range value {
			if err := encodeCBOR(e, item); err != nil {
				return err
			}
		}
		return e.EndIndefinite()
	case time.Time:
		return e.Encode(cbor.Tag{Number: 1, Content: float64(value.UnixMilli()) / 1000})
	}
	return e.Encode(tree)
}

func encodeMembers(e *cbor.Encoder, members map[string]any) error {
	if err := e.StartIndefiniteMap(); err != nil {
		return err
	}
	for _, name := range sortedKeys(members) {
		if err := e.Encode(name); err != nil {
			return err
		}
		if err := encodeCBOR(e, members[name]); err != nil {
			return err
		}
	}
	return e.EndIndefinite()
}
