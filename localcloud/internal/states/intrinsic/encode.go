package intrinsic

import (
	"crypto/md5" // #nosec: States.Hash offers it
	"crypto/rand"
	"crypto/sha1" // #nosec: States.Hash offers it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"weir/localcloud/internal/ordered"
)

// maxText is how long a string Base64 and Hash functions take.
const maxText = 10_000

func short(value any) (string, error) {
	s, ok := value.(string)
	if !ok || len(s) > maxText {
		return "", fmt.Errorf("the argument must be a string of at most %d characters", maxText)
	}
	return s, nil
}

func base64Encode(args []any) (any, error) {
	s, err := short(args[0])
	return base64.StdEncoding.EncodeToString([]byte(s)), err
}

func base64Decode(args []any) (any, error) {
	s, err := short(args[0])
	if err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("the argument is not base64: %w", err)
	}
	return string(data), nil
}

func hash(args []any) (any, error) {
	s, isText := args[0].(string)
	if !isText {
		s = ordered.Encode(args[0])
	}
	if len(s) > maxText {
		return nil, fmt.Errorf("the data must have at most %d characters", maxText)
	}
	data := []byte(s)
	switch args[1] {
	case "MD5":
		sum := md5.Sum(data) // #nosec
		return hex.EncodeToString(sum[:]), nil
	case "SHA-1":
		sum := sha1.Sum(data) // #nosec
		return hex.EncodeToString(sum[:]), nil
	case "SHA-256":
		sum := sha256.Sum256(data)
		return hex.EncodeToString(sum[:]), nil
	case "SHA-384":
		sum := sha512.Sum384(data)
		return hex.EncodeToString(sum[:]), nil
	case "SHA-512":
		sum := sha512.Sum512(data)
		return hex.EncodeToString(sum[:]), nil
	}
	return nil, fmt.Errorf("the algorithm must be one of MD5, SHA-1, SHA-256, SHA-384, SHA-512")
}

func uuid([]any) (any, error) {
	var b [16]byte
	rand.Read(b[:]) // never fails, by its contract
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
