package release

import "testing"

// More signals and targets share alpha, so that only a worse version is found.
func TestForecastSharesAlpha(t *testing.T) {
	orders := Target{Function: "orders", Alias: "prod"}
	plan, err := DefaultPlan(orders)
	if err != nil {
		t.Fatal(err)
	}
	const requests, failures = 100 * 24 * 60, 24 * 60 // of a day: 1 % fail
	one, err := plan.Foresee(orders, requests, failures)
	if err != nil {
		t.Fatal(err)
	}
	for range 9 {
		plan.Judge.Signals = append(plan.Judge.Signals, plan.Judge.Signals[0])
		plan.Targets = append(plan.Targets, plan.Targets[0])
	}
	many, err := plan.Foresee(orders, requests, failures)
	if err != nil {
		t.Fatal(err)
	}
	if one.SmallestRate == 0 || many.SmallestRate <= one.SmallestRate {
		t.Errorf("the smallest rate found is %g with one signal, and %g with ten on ten targets", one.SmallestRate, many.SmallestRate)
	}
}

// The default plan is what a request without anything else gets.
func TestDefaultPlan(t *testing.T) {
	plan, err := DefaultPlan(Target{Function: "orders"})
	if err != nil {
		t.Fatal(err)
	}
	if weights := plan.WeightsByMinute(); len(weights) != 10 || weights[0] != 10 || plan.Watch == 0 || plan.Targets[0].Alias != "prod" || len(plan.Judge.Signals) != 1 {
		t.Errorf("it is %+v", plan)
	}
}
