package states

import "weir/localcloud/internal/ordered"

// maxPayload is the size of an input or output, in bytes of UTF-8
// (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
const maxPayload = 256 << 10

// whole is a number without a fraction.
func whole(value any) (int64, bool) {
	n, ok := ordered.Number(value)
	if !ok || n != float64(int64(n)) {
		return 0, false
	}
	return int64(n), true
}
