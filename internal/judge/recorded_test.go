package judge

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "record the verdicts in testdata anew")

// recordedReleases returns releases that differ in traffic, rates, tolerances, plan
// and number of signals. They are the same in every run.
func recordedReleases() []Release {
	var list []Release
	for n := range 90 {
		r := rand.New(rand.NewPCG(uint64(n), 4))
		release := Release{
			Alpha:          []float64{0, 0.05, 0.2}[n%3],
			PlannedMinutes: []int{0, 10, 20, 30}[n%4],
			WatchShare:     []float64{0, 0.1}[n%2],
		}
		for k := range 1 + n%3 {
			s := Signal{Name: fmt.Sprintf("signal %d", k), Tolerance: Tolerance{
				Ratio:      []float64{0, 0, 1.5, 0}[r.IntN(4)],
				Difference: []float64{0, 0, 0, 0.01}[r.IntN(4)],
			}}
			requests := []int{3, 60, 600}[r.IntN(3)]
			rate := []float64{0, 0.005, 0.05, 0.5}[r.IntN(4)]
			worse := []float64{0.5, 1, 1, 1.4, 2}[r.IntN(5)] * rate
			weight := []int{2, 10, 50}[r.IntN(3)]
			for range 10 + n%25 {
				candidate := requests * weight / 100
				m := Minute{
					Stable:    Counts{int64(requests - candidate), draw(r, requests-candidate, rate)},
					Candidate: Counts{int64(candidate), draw(r, candidate, worse)},
				}
				switch r.IntN(12) {
				case 0: // the counts of the minute are missing
					m = Minute{}
				case 1: // a throttled request is not among the requests
					m.Candidate.Requests = min(m.Candidate.Requests, m.Candidate.Events/2)
				}
				s.Minutes = append(s.Minutes, m)
			}
			if n%2 == 1 && k == 0 {
				s.Watch = &Watch{Baseline: Counts{int64(60 * requests), draw(r, 60*requests, rate)}}
				for range r.IntN(20) {
					s.Watch.Minutes = append(s.Watch.Minutes, Counts{int64(requests), draw(r, requests, worse)})
				}
			}
			release.Signals = append(release.Signals, s)
		}
		list = append(list, release)
	}
	return list
}

// The verdicts on fixed releases stay as they are recorded, to six digits. A change
// of a constant or of a formula changes some of them.
func TestRecordedVerdicts(t *testing.T) {
	const file = "testdata/verdicts.jsonl"
	var got bytes.Buffer
	for _, release := range recordedReleases() {
		v, err := Judge(release)
		if err != nil {
			t.Fatal(err)
		}
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got.Write(append(line, '\n'))
	}
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	wants, gots := bytes.Split(want, []byte("\n")), bytes.Split(got.Bytes(), []byte("\n"))
	if len(wants) != len(gots) {
		t.Fatalf("%d verdicts are recorded, want %d", len(wants), len(gots))
	}
	for i := range wants {
		if !bytes.Equal(wants[i], gots[i]) {
			t.Fatalf("release %d: verdict\n%s\nrecorded is\n%s", i, gots[i], wants[i])
		}
	}
}
