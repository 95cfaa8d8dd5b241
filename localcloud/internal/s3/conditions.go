package s3

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// checkConditions refuses to read an object that is not as the request expects
// it. What is left, If-None-Match and If-Modified-Since, net/http decides.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html
func checkConditions(o *object, header http.Header) error {
	if match := header.Get("If-Match"); match != "" {
		if match != "*" && strings.Trim(match, `"`) != strings.Trim(o.etag, `"`) {
			return preconditionFailed("If-Match")
		}
	} else if until, err := http.ParseTime(header.Get("If-Unmodified-Since")); err == nil && o.modified.Truncate(time.Second).After(until) {
		return preconditionFailed("If-Unmodified-Since")
	}
	return checkRange(o, header.Get("Range"))
}

// checkRange refuses a range that begins after the object's end. What is no
// range is left to net/http.
func checkRange(o *object, wanted string) error {
	span, _ := strings.CutPrefix(wanted, "bytes=")
	first, _, _ := strings.Cut(span, "-")
	if from, err := strconv.ParseInt(first, 10, 64); err == nil && from >= o.size {
		return failed(416, "InvalidRange", "The requested range is not satisfiable",
			"ActualObjectSize", strconv.FormatInt(o.size, 10), "RangeRequested", wanted)
	}
	return nil
}
