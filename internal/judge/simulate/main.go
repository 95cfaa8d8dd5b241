package main

import (
	"flag"
	"fmt"
)

func main() {
	releases := flag.Int("releases", 20000, "")
	flag.Parse()
	cells := run(all(), rules[:2], *releases)
	worst := 0.0
	for _, c := range cells {
		weir, wald := c.results[0], c.results[1]
		mark := ""
		if c.ratio > 1 && c.difference-2.6*c.noise > 0.05 {
			mark += " SLOW"
		}
		if c.ratio > 1 && wald.power() > 0.5 && weir.power() < wald.power()-0.01 {
			mark += " WEAK"
		}
		if c.ratio == 1 && weir.power() > 0.05 {
			mark += " FALSE"
		}
		worst = max(worst, c.difference)
		fmt.Printf("%-24s weir %6.4f %9.0f  wald %6.4f %9.0f  %+.3f ±%.3f%s\n", c.String(), weir.power(), weir.requests, wald.power(), wald.requests, c.difference, c.noise, mark)
	}
	fmt.Println("worst", worst)
}
