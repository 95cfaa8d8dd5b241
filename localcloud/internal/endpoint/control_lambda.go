package endpoint

import (
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/lambda"
)

// setVersionState puts a version of a function in a state:
// {"Function": "f", "Version": "2", "State": "Inactive", "For": "2m"}. For is the
// cloud time that a Pending version takes to be Active, and an Inactive one once
// it was invoked.
func (c *Cloud) setVersionState(r *http.Request) (any, error) {
	var wanted struct {
		Function, Version string
		State             types.State
		For               string
	}
	if err := read(r, &wanted); err != nil {
		return nil, err
	}
	to := lambda.VersionState{State: wanted.State}
	if wanted.For != "" {
		duration, err := time.ParseDuration(wanted.For)
		if err != nil {
			return nil, fmt.Errorf("for %q: want a duration such as 2m", wanted.For)
		}
		to.For = duration
	}
	return map[string]any{}, c.Lambda.SetVersionState(wanted.Function, wanted.Version, to)
}
