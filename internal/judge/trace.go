package judge

// Trace gives the verdict that each minute of a release would have brought, in
// order, up to the one that fails.
func Trace(release Release) ([]Verdict, error) {
	r, err := release.withDefaults()
	if err != nil {
		return nil, err
	}
	watched := 0
	for i := range r.Signals {
		if w := r.Signals[i].Watch; w != nil {
			watched = max(watched, len(w.Minutes))
		}
	}
	var verdicts []Verdict
	for minute := range longest(r.Signals) + watched {
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

// upTo is the release as it was after so many minutes.
func (r Release) upTo(minutes int) Release {
	baked := longest(r.Signals)
	signals := make([]Signal, len(r.Signals))
	for i, s := range r.Signals {
		s.Minutes = s.Minutes[:min(minutes, len(s.Minutes))]
		if s.Watch != nil {
			watch := *s.Watch
			watch.Minutes = watch.Minutes[:min(max(0, minutes-baked), len(watch.Minutes))]
			if s.Watch = &watch; minutes <= baked {
				s.Watch = nil
			}
		}
		signals[i] = s
	}
	r.Signals = signals
	return r
}
