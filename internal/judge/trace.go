package judge

// Trace returns the verdicts of a release after each of its minutes, in order. It
// ends at the first verdict that fails. It returns an error where Judge does.
func Trace(release Release) ([]Verdict, error) {
	r, err := release.withDefaults()
	if err != nil {
		return nil, err
	}
	watchMinutes := 0
	for i := range r.Signals {
		if w := r.Signals[i].Watch; w != nil {
			watchMinutes = max(watchMinutes, len(w.Minutes))
		}
	}
	var verdicts []Verdict
	for minute := range longest(r.Signals) + watchMinutes {
		v, err := Judge(r.upTo(minute + 1))
		if err != nil {
			return nil, err
		}
		verdicts = append(verdicts, v)
		if v.Outcome == Fail {
			break
		}
	}
	return verdicts, nil
}

// upTo returns the release as it was after a number of minutes. The minutes of
// the watch follow those of the bake.
func (r Release) upTo(minutes int) Release {
	bakeMinutes := longest(r.Signals)
	signals := make([]Signal, len(r.Signals))
	for i, s := range r.Signals {
		s.Minutes = s.Minutes[:min(minutes, len(s.Minutes))]
		if s.Watch != nil {
			watch := *s.Watch
			watch.Minutes = watch.Minutes[:min(max(0, minutes-bakeMinutes), len(watch.Minutes))]
			if s.Watch = &watch; minutes <= bakeMinutes {
				s.Watch = nil
			}
		}
		signals[i] = s
	}
	r.Signals = signals
	return r
}
