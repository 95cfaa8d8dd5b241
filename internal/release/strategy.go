package release

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Strategy says how traffic moves: a preset's name, a type with its numbers, or
// a free list of steps.
type Strategy struct {
	Preset    string     `json:"-"`
	Type      string     `json:"type,omitempty"`
	Weight    int        `json:"weight,omitempty"`
	Increment int        `json:"increment,omitempty"`
	Start     int        `json:"start,omitempty"`
	Factor    float64    `json:"factor,omitempty"`
	Bake      *Duration  `json:"bake,omitempty"`
	Steps     []StepSpec `json:"steps,omitempty"`
	// AdvanceOnPass ends a step's bake early once the verdict is a pass.
	AdvanceOnPass bool `json:"advanceOnPass,omitempty"`
}

// StepSpec is a step as it is asked for.
type StepSpec struct {
	Weight int      `json:"weight"`
	Bake   Duration `json:"bake"`
}

// Step is a weight, in percent of traffic to the candidate, and how long it is
// observed.
type Step struct {
	Weight      int `json:"weight"`
	BakeSeconds int `json:"bakeSeconds"`
}

// UnmarshalJSON reads a preset's name or an object.
func (s *Strategy) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte(`"`)) {
		return json.Unmarshal(data, &s.Preset)
	}
	type plain Strategy
	return json.Unmarshal(data, (*plain)(s))
}

// presets carry the names that CodeDeploy gives its Lambda deployment
// configurations, with the same steps.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
func presets() map[string]Strategy {
	return map[string]Strategy{
		"AllAtOnce":                     {Type: "all-at-once"},
		"Canary10Percent5Minutes":       {Type: "canary", Weight: 10, Bake: durationOf("5m")},
		"Canary10Percent10Minutes":      {Type: "canary", Weight: 10, Bake: durationOf("10m")},
		"Canary10Percent15Minutes":      {Type: "canary", Weight: 10, Bake: durationOf("15m")},
		"Canary10Percent30Minutes":      {Type: "canary", Weight: 10, Bake: durationOf("30m")},
		"Linear10PercentEvery1Minute":   {Type: "linear", Increment: 10, Bake: durationOf("1m")},
		"Linear10PercentEvery2Minutes":  {Type: "linear", Increment: 10, Bake: durationOf("2m")},
		"Linear10PercentEvery3Minutes":  {Type: "linear", Increment: 10, Bake: durationOf("3m")},
		"Linear10PercentEvery10Minutes": {Type: "linear", Increment: 10, Bake: durationOf("10m")},
	}
}

// Presets lists the names of the presets, sorted.
func Presets() []string { return slices.Sorted(maps.Keys(presets())) }

// maxSteps bounds a strategy; a release with more is a mistake.
const maxSteps = 100

// Resolve turns the strategy into its steps, each below 100 percent: the last
// stretch to 100 is the promotion. All-at-once has none.
func (s Strategy) Resolve() ([]Step, error) {
	if s.Preset == "" && s.Type == "" && len(s.Steps) == 0 {
		return nil, Errorf(InvalidRequest, "strategy.type is missing; write all-at-once, canary, linear or exponential, or list the steps.")
	}
	if s.Preset != "" {
		preset, ok := presets()[strings.TrimPrefix(s.Preset, "CodeDeployDefault.Lambda")]
		if !ok {
			return nil, Errorf(InvalidRequest, "strategy is %q; the presets are %s.", s.Preset, strings.Join(Presets(), ", "))
		}
		s = preset
	}
	if err := s.onlyOwnNumbers(); err != nil {
		return nil, err
	}
	switch s.Type {
	case "all-at-once":
		return []Step{}, nil
	case "canary":
		return s.repeat("10m", func(int) int { return or(s.Weight, 10) }, 1)
	case "linear":
		return s.repeat("5m", func(i int) int { return (i + 1) * or(s.Increment, 10) }, maxSteps)
	case "exponential":
		factor := s.Factor
		if factor == 0 {
			factor = 2
		}
		return s.repeat("5m", func(i int) int {
			return int(math.Round(min(100, float64(or(s.Start, 1))*math.Pow(factor, float64(i)))))
		}, maxSteps)
	}
	return checkSteps(s.Steps)
}

// onlyOwnNumbers refuses numbers that the strategy's type would ignore.
func (s Strategy) onlyOwnNumbers() error {
	given := map[string]bool{
		"weight": s.Weight != 0, "increment": s.Increment != 0, "start": s.Start != 0,
		"factor": s.Factor != 0, "bake": s.Bake != nil, "steps": len(s.Steps) > 0, "advanceOnPass": s.AdvanceOnPass,
	}
	own := map[string][]string{
		"all-at-once": {}, "canary": {"weight", "bake", "advanceOnPass"}, "linear": {"increment", "bake", "advanceOnPass"},
		"exponential": {"start", "factor", "bake", "advanceOnPass"}, "": {"steps", "advanceOnPass"},
	}[s.Type]
	for _, field := range slices.Sorted(maps.Keys(given)) {
		if given[field] && !slices.Contains(own, field) {
			kind := s.Type
			if kind == "" {
				kind = "a list of steps"
			}
			return Errorf(InvalidRequest, "strategy.%s does not belong to %s; leave it out or change the type.", field, kind)
		}
	}
	return nil
}

// repeat makes up to most steps of ascending weights below 100, all baked alike.
func (s Strategy) repeat(bake string, weight func(i int) int, most int) ([]Step, error) {
	if s.Bake == nil {
		s.Bake = durationOf(bake)
	}
	var specs []StepSpec
	last := 0
	for i := 0; len(specs) < most; i++ {
		w := weight(i)
		if w >= 100 {
			break
		}
		if w > last {
			specs = append(specs, StepSpec{Weight: w, Bake: *s.Bake})
		}
		last = w
	}
	if len(specs) == 0 {
		return nil, Errorf(InvalidRequest, "strategy has no step below 100 %%; for a release without steps write all-at-once.")
	}
	return checkSteps(specs)
}

func checkSteps(specs []StepSpec) ([]Step, error) {
	steps := make([]Step, 0, len(specs))
	last := 0
	for i, spec := range specs {
		field := fmt.Sprintf("strategy.steps[%d]", i)
		if spec.Weight <= last {
			return nil, Errorf(InvalidRequest, "%s.weight is %d after %d; weights must ascend.", field, spec.Weight, last)
		}
		if spec.Weight == 100 && i < len(specs)-1 || spec.Weight > 100 {
			return nil, Errorf(InvalidRequest, "%s.weight is %d; only the last step may be 100.", field, spec.Weight)
		}
		last = spec.Weight
		if err := within(field+".bake", spec.Bake, "1m", "168h"); err != nil {
			return nil, err
		}
		steps = append(steps, Step{Weight: spec.Weight, BakeSeconds: spec.Bake.Seconds()})
	}
	return steps, nil
}

func or(value, standard int) int {
	if value == 0 {
		return standard
	}
	return value
}
