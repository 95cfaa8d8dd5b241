package judge

import (
	"encoding/json"
	"testing"
)

func steady(minutes int, stable, candidate Counts) []Minute {
	list := make([]Minute, minutes)
	for i := range list {
		list[i] = Minute{Stable: stable, Candidate: candidate}
	}
	return list
}

func TestVerdictOfSteadyTraffic(t *testing.T) {
	tests := []struct {
		name              string
		stable, candidate Counts
		minutes           int
		want              Outcome
	}{
		{"a clear regression", Counts{540, 3}, Counts{60, 6}, 10, Fail},
		{"no difference", Counts{540, 5}, Counts{600, 5}, 60, Pass},
		{"no events at all", Counts{540, 0}, Counts{60, 0}, 20, Pass},
		{"hardly any traffic", Counts{9, 0}, Counts{1, 0}, 10, Inconclusive},
		{"no candidate", Counts{540, 3}, Counts{}, 10, Inconclusive},
		{"no stable", Counts{}, Counts{60, 30}, 10, Inconclusive},
		{"a stable version that is itself failing", Counts{540, 270}, Counts{60, 30}, 20, Pass},
		{"a candidate that mends it", Counts{540, 270}, Counts{60, 0}, 10, Pass},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			v, err := Judge(Release{Signals: []Signal{{Name: "errors", Minutes: steady(test.minutes, test.stable, test.candidate)}}})
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if v.Outcome != test.want {
				t.Errorf("verdict %s, want %s: %s", v.Outcome, test.want, text)
			}
			t.Log(string(text))
		})
	}
}
