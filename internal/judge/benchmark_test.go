package judge

import (
	"math"
	"math/rand/v2"
	"testing"
)

// drawn returns an hour of three signals with random counts. The argument events is
// the mean of a signal's events in a minute.
func drawn(events float64) Release {
	random := rand.New(rand.NewPCG(1, 2))
	release := Release{Alpha: 0.05, PlannedMinutes: 60}
	for _, name := range []string{"errors", "slow", "throttles"} {
		s := Signal{Name: name}
		for range 60 {
			noise := 1 + random.NormFloat64()/10
			s.Minutes = append(s.Minutes, Minute{
				Stable:    Counts{5400 + int64(60*random.NormFloat64()), int64(math.Round(0.9 * events * noise))},
				Candidate: Counts{600 + int64(20*random.NormFloat64()), int64(math.Round(0.1 * events * noise))},
			})
		}
		release.Signals = append(release.Signals, s)
	}
	return release
}

func BenchmarkJudge(b *testing.B) {
	for _, test := range []struct {
		name   string
		events float64
	}{{"10 events a minute", 10}, {"30", 30}, {"300", 300}, {"3000", 3000}} {
		release := drawn(test.events)
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Judge(release); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
