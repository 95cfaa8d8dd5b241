package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// declines writes the custom metric Shop Declined of one version behind prod in
// every cloud minute from now on, with no event.
func (w *world) declines(version string) {
	var minute func()
	minute = func() {
		if w.t.Context().Err() != nil {
			return
		}
		w.clock.AfterFunc(time.Minute, minute)
		if _, err := w.metrics.PutMetricData(w.t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"),
			MetricData: []types.MetricDatum{{MetricName: aws.String("Declined"), Value: aws.Float64(0), Dimensions: []types.Dimension{
				{Name: aws.String("FunctionName"), Value: &w.function},
				{Name: aws.String("Resource"), Value: aws.String(w.function + ":prod")},
				{Name: aws.String("ExecutedVersion"), Value: &version},
			}}}}); err != nil {
			w.t.Errorf("put metric data: %v", err)
		}
	}
	w.clock.AfterFunc(time.Second, minute)
}

const declining = `{"target": {"function": "FUNCTION"}, "watch": "0m", "strategy": {"steps": [{"weight": 50, "bake": "5m"}]},
  "judge": {"holdFor": "5m", "signals": [{"name": "declined", "metric": {"namespace": "Shop", "name": "NAME"}}]}}`

// A metric that nobody writes is not a metric without events: not when its name
// is misspelt, and not when the candidate stops writing it.
func TestAMetricThatIsNotWrittenPassesNothing(t *testing.T) {
	w := newWorld(t)
	w.traffic(120)
	w.declines("1")
	w.deploy(assemblies.changed)
	w.clock.Advance(5 * time.Minute)
	w.failed(w.run(named(declining, "Declinde")), "Release.MetricNotFound", "Shop Declinde", "ExecutedVersion=1", "onEventsOnly")
	w.wantProd("1")
	w.failed(w.run(named(declining, "Declined")), "Release.HeldTooLong", "declined was not measured")
	w.wantProd("1")
}

func TestAMetricThatBothVersionsWriteIsJudged(t *testing.T) {
	w := newWorld(t)
	w.traffic(200)
	w.declines("1")
	w.declines("2")
	w.deploy(assemblies.changed)
	w.clock.Advance(5 * time.Minute)
	w.succeeded(w.run(named(declining, "Declined")))
	w.wantProd("2")
}

func named(request, metric string) string { return strings.ReplaceAll(request, "NAME", metric) }
