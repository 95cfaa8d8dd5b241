package endpoint_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/endpoint"
	"weir/localcloud/internal/fault"
)

func list(t *testing.T, config aws.Config) error {
	t.Helper()
	_, err := lambda.NewFromConfig(config).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	return err
}

func TestFaultsHitTheCallsTheyName(t *testing.T) {
	tests := []struct{ name, fault, code string }{
		{"throttle", `{"Kind":"throttle","Service":"lambda","Operation":"ListFunctions","Count":1}`, "TooManyRequestsException"},
		{"error", `{"Kind":"error","Service":"lambda","Operation":"ListFunctions","Count":1,"Code":"ServiceException","Message":"m","Status":500}`, "ServiceException"},
		{"drop", `{"Kind":"drop","Service":"lambda","Operation":"ListFunctions","Count":1}`, ""},
		{"lose", `{"Kind":"lose","Service":"lambda","Operation":"ListFunctions","Count":1}`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cloud := start(t, endpoint.Options{})
			if status := control(t, cloud, "POST", "faults", test.fault, nil); status != 200 {
				t.Fatalf("status %d", status)
			}
			if err := list(t, as(cloud, "weir")); err == nil || code(err) != test.code {
				t.Errorf("error = %v, want %q", err, test.code)
			}
			if err := list(t, as(cloud, "weir")); err != nil {
				t.Errorf("after the fault: %v", err)
			}
			if rules := cloud.Faults.Rules(); len(rules) != 1 || rules[0].Hits != 1 {
				t.Errorf("rules = %+v", rules)
			}
		})
	}
}

func TestFaultsThatMeanNothingAreRefused(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	for _, body := range []string{
		`{"Kind":"explode","Service":"lambda"}`, `{"Kind":"drop"}`, `{"Kind":"drop","Service":"lamda"}`,
		`{"Kind":"drop","Service":"lambda","Operation":"UpdateAlais"}`, `{"Kind":"delay","Service":"lambda"}`,
	} {
		if status := control(t, cloud, "POST", "faults", body, nil); status != 400 {
			t.Errorf("%s: status %d, want 400", body, status)
		}
	}
}

func TestFaultOfARoleSparesOthers(t *testing.T) {
	cloud := start(t, endpoint.Options{})
	shift := assume(t, cloud, role(t, cloud, "Shift", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:*","Resource":"*"}]}`))
	if _, err := cloud.Faults.Add(fault.Rule{Kind: fault.Throttle, Service: "lambda", Role: "Shift", Skip: 1}); err != nil {
		t.Fatal(err)
	}
	if err := list(t, as(cloud, "weir")); err != nil {
		t.Errorf("the operator was hit: %v", err)
	}
	if err := list(t, shift); err != nil {
		t.Errorf("the skipped call was hit: %v", err)
	}
	if err := list(t, shift); code(err) != "TooManyRequestsException" {
		t.Errorf("error = %v, want a throttle", err)
	}
}
