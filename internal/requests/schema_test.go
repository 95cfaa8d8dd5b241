package requests_test

import (
	"encoding/json"
	"strings"
	"testing"

	"weir/internal/release"
	"weir/internal/requests"
)

// everything is a request with every field.
const everything = `{
	"targets": [{"function": "orders", "alias": "prod", "version": "7"}, {"function": "stock"}], "target": {"function": "orders"},
	"version": "$LATEST",
	"strategy": {"type": "linear", "weight": 5, "increment": 20, "start": 1, "factor": 2.5, "bake": "5m", "advanceOnPass": true,
		"steps": [{"weight": 1, "bake": "5m"}, {"weight": 50, "bake": "PT1H"}]},
	"judge": {"alpha": 0.05, "interval": "1m", "metricDelay": "2m", "warmUp": "0m", "inconclusive": "hold", "holdFor": "30m",
		"signals": [{"name": "slow", "thresholdMilliseconds": 250, "tolerance": {"ratio": 2, "difference": 0.01},
			"metric": {"namespace": "Shop", "name": "Refused"}}]},
	"probes": [{"name": "health", "payload": {"any": [1, null]}, "expect": {"statusCode": 200, "matches": "ok = true"},
		"withinMilliseconds": 800, "times": 3}],
	"alarms": ["orders-5xx"], "approvals": [{"before": 100, "limit": "1h", "otherwise": "rollBack"}],
	"hooks": [{"at": "step", "function": "smoke", "limit": "5m"}],
	"watch": "5m", "ask": "pause", "rollBack": {"to": "6"}, "freeze": {"for": "1h", "everything": true},
	"rollBackOver": "5m", "dryRun": true, "force": false, "reason": "because", "by": "ann"
}`

// Every field of the schema is known to the request's Go type: nothing that is
// allowed to be asked for is ignored.
func TestEveryFieldOfTheSchemaIsRead(t *testing.T) {
	decoder := json.NewDecoder(strings.NewReader(everything))
	decoder.DisallowUnknownFields()
	var request release.Request
	if err := decoder.Decode(&request); err != nil {
		t.Fatal(err)
	}
	// It asks for two things at once, which only the rules beside the schema see.
	if _, err := requests.Parse([]byte(everything)); !release.IsError(err, release.InvalidRequest) || !strings.Contains(err.Error(), "target and targets") {
		t.Errorf("the schema refuses a request with every field: %v", err)
	}
}
