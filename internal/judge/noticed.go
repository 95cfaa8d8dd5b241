package judge

import "math"

// Noticed returns the smallest rate, in events per request, that would have shown more
// events than the counts have with probability 1 - alpha: the upper end of the one-sided
// interval of Clopper and Pearson (Biometrika 26, 1934). It returns 1 if there are no
// requests.
func Noticed(c Counts, alpha float64) float64 {
	c = c.withProvenRequests()
	if c.Requests == 0 || c.Events >= c.Requests {
		return 1
	}
	low, high := c.Rate(), 1.0
	for range 50 {
		middle := (low + high) / 2
		if binomialAtMost(c.Events, c.Requests, middle) > alpha {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// binomialAtMost returns the probability of at most a number of events in a number of
// requests, each of which is an event with a probability.
func binomialAtMost(events, requests int64, p float64) float64 {
	n, k := float64(requests), float64(events)
	all, _ := math.Lgamma(n + 1)
	some, _ := math.Lgamma(k + 1)
	rest, _ := math.Lgamma(n - k + 1)
	term := math.Exp(all - some - rest + k*math.Log(p) + (n-k)*math.Log1p(-p))
	sum := 0.0
	for i := k; i >= 0 && term > 0; i-- {
		sum += term
		if term < sum*1e-12 {
			break
		}
		term *= i * (1 - p) / ((n - i + 1) * p)
	}
	return math.Min(1, sum)
}
