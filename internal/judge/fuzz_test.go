package judge

import (
	"encoding/binary"
	"encoding/json"
	"testing"
)

// FuzzJudge judges counts of any size. Judge must return an error, or a verdict that
// JSON can encode, which has neither NaN nor infinities.
func FuzzJudge(f *testing.F) {
	f.Add([]byte{1, 0, 2, 0, 3, 0, 4, 0}, 0.05, 0.9, 1.0, 0.0, 10, uint8(0))
	f.Add([]byte{255, 255, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, 0.5, 0.5, 2.0, 0.01, 0, uint8(31))
	f.Add([]byte{0, 0, 1, 0, 1, 0, 0, 0}, 1e-4, 0.9999, 1000.0, 0.999, 1, uint8(15))
	f.Fuzz(func(t *testing.T, raw []byte, alpha, power, ratio, difference float64, planned int, shift uint8) {
		var minutes []Minute
		for len(raw) >= 8 && len(minutes) < 200 {
			var n [4]int64
			for i := range n {
				n[i] = int64(binary.LittleEndian.Uint16(raw[2*i:])) << (shift % 14)
			}
			minutes = append(minutes, Minute{Counts{n[0], n[1]}, Counts{n[2], n[3]}})
			raw = raw[8:]
		}
		release := Release{Alpha: alpha, Power: power, PlannedMinutes: planned, WatchShare: float64(shift%2) / 10,
			Signals: []Signal{{Name: "errors", Tolerance: Tolerance{ratio, difference}, Minutes: minutes}, {Name: "slow", Minutes: minutes}}}
		if shift%2 == 1 {
			watch := &Watch{}
			for _, m := range minutes {
				watch.Baseline = m.Stable
				watch.Minutes = append(watch.Minutes, m.Candidate)
			}
			release.Signals[0].Watch = watch
		}
		v, err := Judge(release)
		if err != nil {
			return
		}
		if _, err := json.Marshal(v); err != nil {
			t.Fatal(err)
		}
		if v.Outcome != Pass && v.Outcome != Fail && v.Outcome != Inconclusive || v.Reason == "" {
			t.Fatalf("verdict %+v", v)
		}
	})
}
