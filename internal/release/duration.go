package release

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// Duration is a length of time that reads "10m", "1h30m" or ISO 8601 "PT10M".
type Duration time.Duration

// isoDuration is compiled on first use: few processes read a duration.
var isoDuration = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)
})

// ParseDuration reads both spellings. Years and months are refused: their
// length is not fixed.
func ParseDuration(text string) (Duration, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return Duration(d), nil
	}
	parts := isoDuration().FindStringSubmatch(text)
	if parts == nil || text == "P" || text[len(text)-1] == 'T' {
		return 0, fmt.Errorf("%q is not a duration: write 10m, 1h30m or ISO 8601 such as PT10M", text)
	}
	var total time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if parts[i+1] == "" {
			continue
		}
		n, err := strconv.ParseInt(parts[i+1], 10, 64)
		if err != nil || n > int64(1000*24*time.Hour/unit) {
			return 0, fmt.Errorf("%q is too long for a duration", text)
		}
		total += time.Duration(n) * unit
	}
	return Duration(total), nil
}

// UnmarshalJSON reads a JSON string in either spelling.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("%s is not a duration: write \"10m\" or \"PT10M\"", data)
	}
	parsed, err := ParseDuration(text)
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// MarshalJSON writes Go's spelling, "10m0s".
func (d Duration) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Duration(d).String())
}

// Seconds is the duration in whole seconds, rounded up.
func (d Duration) Seconds() int {
	return int((time.Duration(d) + time.Second - 1) / time.Second)
}
