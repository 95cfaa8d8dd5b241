package judge

import "fmt"

// withDefaults returns the release with its defaults. It returns an error if a
// field is invalid; the error names the field, its value and the valid values.
func (r Release) withDefaults() (Release, error) {
	if r.Alpha == 0 {
		r.Alpha = DefaultAlpha
	}
	if r.Power == 0 {
		r.Power = DefaultPower
	}
	switch {
	case !(r.Alpha >= LeastAlpha && r.Alpha <= 0.5):
		return r, fmt.Errorf("alpha is %v; it must be from %v to 0.5", r.Alpha, LeastAlpha)
	case !(r.Power >= 0.5 && r.Power <= 0.9999):
		return r, fmt.Errorf("power is %v; it must be from 0.5 to 0.9999", r.Power)
	case !(r.WatchShare >= 0 && r.WatchShare <= 0.9):
		return r, fmt.Errorf("watchShare is %v; it must be from 0 to 0.9", r.WatchShare)
	case r.PlannedMinutes < 0:
		return r, fmt.Errorf("plannedMinutes is %d; it must not be negative", r.PlannedMinutes)
	case len(r.Signals) == 0:
		return r, fmt.Errorf("signals is empty; name at least one, such as errors")
	}
	names := map[string]bool{}
	for i := range r.Signals {
		if name := r.Signals[i].Name; name != "" && names[name] {
			return r, fmt.Errorf("signals[%d].name is %q again; give each signal a name of its own", i, name)
		}
		names[r.Signals[i].Name] = true
		if err := r.Signals[i].check(); err != nil {
			return r, fmt.Errorf("signals[%d].%w", i, err)
		}
		if r.Signals[i].Watch != nil && r.WatchShare == 0 {
			return r, fmt.Errorf("signals[%d].watch is given but watchShare is 0; set aside a share of alpha from the start of the release, such as %v", i, DefaultWatchShare)
		}
	}
	if r.PlannedMinutes == 0 {
		r.PlannedMinutes = max(1, longest(r.Signals))
	}
	return r, nil
}

// longest returns the number of minutes of the signal that has most.
func longest(signals []Signal) int {
	n := 0
	for i := range signals {
		n = max(n, len(signals[i].Minutes))
	}
	return n
}

func (s *Signal) check() error {
	if err := s.Tolerance.check("tolerance"); err != nil {
		return err
	}
	if err := s.Smallest.check("smallest"); err != nil {
		return err
	}
	if tolerated := s.tolerated(); s.smallest().Ratio <= tolerated.Ratio {
		return fmt.Errorf("smallest.ratio is %v; it must be above the tolerated ratio, %v", s.smallest().Ratio, tolerated.Ratio)
	} else if s.smallest().Difference <= tolerated.Difference {
		return fmt.Errorf("smallest.difference is %v; it must be above the tolerated difference, %v", s.smallest().Difference, tolerated.Difference)
	}
	for i, m := range s.Minutes {
		if err := m.Stable.check(); err != nil {
			return fmt.Errorf("minutes[%d].stable.%w", i, err)
		}
		if err := m.Candidate.check(); err != nil {
			return fmt.Errorf("minutes[%d].candidate.%w", i, err)
		}
	}
	if s.Watch == nil {
		return nil
	}
	return s.Watch.check()
}

func (w *Watch) check() error {
	if w.Drift != 0 && !(w.Drift >= 1 && w.Drift <= 100) {
		return fmt.Errorf("watch.drift is %v; it must be from 1 to 100", w.Drift)
	}
	if err := w.Baseline.check(); err != nil {
		return fmt.Errorf("watch.baseline.%w", err)
	}
	for i, c := range w.Minutes {
		if err := c.check(); err != nil {
			return fmt.Errorf("watch.minutes[%d].%w", i, err)
		}
	}
	return nil
}

func (t Tolerance) check(field string) error {
	switch {
	case t.Ratio != 0 && !(t.Ratio >= 1 && t.Ratio <= 1000):
		return fmt.Errorf("%s.ratio is %v; it must be from 1 to 1000", field, t.Ratio)
	case !(t.Difference >= 0 && t.Difference < 1):
		return fmt.Errorf("%s.difference is %v; it must be from 0 to below 1", field, t.Difference)
	}
	return nil
}

// maxCount is the largest count of a minute. It is far above what a function serves
// in a minute, and so small that sums over minutes are exact in a float64.
const maxCount = 1_000_000_000

func (c Counts) check() error {
	for _, field := range []struct {
		name  string
		value int64
	}{{"requests", c.Requests}, {"events", c.Events}} {
		if field.value < 0 || field.value > maxCount {
			return fmt.Errorf("%s is %d; it must be from 0 to %d", field.name, field.value, maxCount)
		}
	}
	return nil
}

// Check returns an error if a release is invalid as a record of the past. It is
// stricter than Judge: it also refuses a signal without a name or minutes, and more
// events than requests. Judge accepts more events than requests, because CloudWatch
// does not count throttled requests; in a record they are more likely a mistake.
// The error names the field, its value and the valid values.
func Check(r Release) error {
	if _, err := r.withDefaults(); err != nil {
		return err
	}
	for i := range r.Signals {
		s := &r.Signals[i]
		if s.Name == "" {
			return fmt.Errorf("signals[%d].name is missing; name what is counted, such as errors", i)
		}
		if s.Minutes == nil {
			return fmt.Errorf("signals[%d].minutes is missing; give the minutes' counts, such as [{\"stable\": {\"requests\": 540, \"events\": 3}, \"candidate\": {\"requests\": 60, \"events\": 1}}]", i)
		}
		for k, m := range s.Minutes {
			for _, side := range []struct {
				name   string
				counts Counts
			}{{"stable", m.Stable}, {"candidate", m.Candidate}} {
				if c := side.counts; c.Events > c.Requests {
					return fmt.Errorf("signals[%d].minutes[%d].%s.events is %d; it must be at most its requests, %d", i, k, side.name, c.Events, c.Requests)
				}
			}
		}
	}
	return nil
}
