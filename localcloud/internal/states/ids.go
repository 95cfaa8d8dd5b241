package states

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	mathrand "math/rand/v2"
	"time"
)

func randomFloat() float64 { return mathrand.Float64() }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails, by its contract
	return b
}

// newTraceID is a header of X-Ray for a trace that is not sampled
// (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
func newTraceID(now time.Time) string {
	return fmt.Sprintf("Root=1-%08x-%x;Parent=%x;Sampled=0", now.Unix(), randomBytes(12), randomBytes(8))
}

// tokenBytes is the size of a task token before its encoding; AWS's tokens are
// as opaque and somewhat longer.
const tokenBytes = 96

func newToken() string { return base64.StdEncoding.EncodeToString(randomBytes(tokenBytes)) }

func wellFormedToken(token string) bool {
	b, err := base64.StdEncoding.DecodeString(token)
	return err == nil && len(b) == tokenBytes
}
