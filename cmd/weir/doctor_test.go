package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"weir/internal/doctor"
)

// A check that could not be made is no success, and a warning is one.
func TestFitness(t *testing.T) {
	of := func(statuses ...doctor.Status) []doctor.Finding {
		var findings []doctor.Finding
		for _, status := range statuses {
			findings = append(findings, doctor.Finding{Status: status})
		}
		return findings
	}
	for _, test := range []struct {
		findings []doctor.Finding
		want     string
	}{
		{of(doctor.OK, doctor.Warning), ""},
		{of(doctor.OK, doctor.NotChecked), "a check could not be made"},
		{of(doctor.NotChecked, doctor.Failed), "a check failed"},
	} {
		got := ""
		if err := fitness(test.findings); err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, test.want) || (test.want == "") != (got == "") {
			t.Errorf("%v: %q, want %q", test.findings, got, test.want)
		}
	}
}

func TestFindingsAsTableAndAsJSON(t *testing.T) {
	findings := []doctor.Finding{{Check: "credentials", Status: doctor.OK, Found: "account 1"}, {Check: "region", Status: doctor.Failed, Found: "a & b", Remedy: "Set it."}}
	var table, text bytes.Buffer
	if err := (&doctorCmd{Output: "table"}).print(&table, findings); err != nil {
		t.Fatal(err)
	}
	if want := "CHECK        STATUS  FOUND\ncredentials  ok      account 1\nregion       failed  a & b\n                     -> Set it.\n"; table.String() != want {
		t.Errorf("the table is\n%s", table.String())
	}
	if err := (&doctorCmd{Output: "json"}).print(&text, findings); err != nil {
		t.Fatal(err)
	}
	var back []doctor.Finding
	if err := json.Unmarshal(text.Bytes(), &back); err != nil || len(back) != 2 || back[1] != findings[1] {
		t.Errorf("the JSON is %s (%v)", text.String(), err)
	}
}

func TestMetricsAndTargetsOfTheCommandLine(t *testing.T) {
	for _, test := range []struct {
		cmd  doctorCmd
		want string
	}{
		{doctorCmd{Metric: []string{"Refused"}, Target: []string{"orders:prod"}}, `--metric is "Refused"`},
		{doctorCmd{Metric: []string{"Shop Refused"}}, "--metric needs a target"},
		{doctorCmd{Target: []string{"orders"}}, `--target: "orders" is no target`},
	} {
		_, err := test.cmd.metrics()
		if err == nil {
			_, err = test.cmd.targets()
		}
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.cmd, err, test.want)
		}
	}
}
