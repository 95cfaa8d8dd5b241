package judge

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestQuickLogIsALog(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	check := func(x float64) {
		if got, want := quickLog(x), math.Log(x); math.Abs(got-want) > 1e-14*math.Max(1, math.Abs(want)) {
			t.Fatalf("log of %v is %v, want %v", x, got, want)
		}
	}
	for range 1_000_000 {
		check(math.Exp(200 * (random.Float64() - 0.5)))
		check(1 + random.Float64())
	}
	for _, x := range []float64{1, 2, 0.5, math.Nextafter(1, 2), math.Nextafter(2, 1), 1e-300, math.MaxFloat64, 1 + 1.0/512} {
		check(x)
	}
}
