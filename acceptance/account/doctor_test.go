package account_test

import (
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"weir/internal/doctor"
	"weir/internal/release"
)

// examine looks at the account as weir doctor does. A check that failed, or could
// not be made, ends the cycle.
func (u *user) examine(pipeline doctor.Pipeline) {
	u.t.Helper()
	for _, finding := range doctor.Run(u.t.Context(), doctor.Checks(u.cloud.config(), pipeline, nil, u.cloud.now())) {
		u.t.Logf("%s: %s: %s", finding.Check, finding.Status, finding.Found)
		if finding.Status == doctor.Failed || finding.Status == doctor.NotChecked {
			u.t.Errorf("%s: %s. %s", finding.Check, finding.Found, finding.Remedy)
		}
	}
}

func (u *user) pipeline() doctor.Pipeline {
	u.t.Helper()
	pipeline, err := doctor.Deployed(u.t.Context(), u.lambda, u.machine, u.cloud.config().Region)
	if err != nil {
		u.t.Fatal(err)
	}
	return pipeline
}

// beliefs are what the account shows, at a time, of each belief that can be asked
// about. What is written for split aliases alone is told by asking before any was.
func (u *user) beliefs(when string) []doctor.Finding {
	u.t.Helper()
	metrics := cloudwatch.NewFromConfig(u.cloud.config())
	var checks []doctor.Check
	for _, belief := range doctor.Beliefs {
		checks = append(checks, doctor.Believed(metrics, belief, release.Target{Function: u.function, Alias: "prod"}, u.cloud.now()))
	}
	findings := doctor.Run(u.t.Context(), checks)
	for i := range findings {
		findings[i].Check += ", " + when
	}
	return findings
}
