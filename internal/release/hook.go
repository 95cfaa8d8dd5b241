package release

// Stage is a point of a release at which hooks are called.
type Stage string

// The stages.
const (
	BeforeTraffic   Stage = "beforeTraffic"
	AtStep          Stage = "step" // after each shift
	BeforePromotion Stage = "beforePromotion"
	AfterPromotion  Stage = "afterPromotion"
)

// Hook is a Lambda function that is asked at a stage. It answers at once or by
// task token; refusing, failing and silence fail the release.
type Hook struct {
	At       Stage    `json:"at"`
	Function string   `json:"function"`
	Limit    Duration `json:"limit,omitempty"`
}

// PlannedHook is a hook with its default filled in.
type PlannedHook struct {
	At           Stage  `json:"at"`
	Function     string `json:"function"`
	LimitSeconds int    `json:"limitSeconds"`
}

func planHooks(hooks []Hook) []PlannedHook {
	planned := []PlannedHook{}
	for _, hook := range hooks {
		planned = append(planned, PlannedHook{At: hook.At, Function: hook.Function, LimitSeconds: hook.Limit.Seconds()})
	}
	return planned
}

// hooksBefore are the stages passed before a move, made at the step in force.
func hooksBefore(move Move, step int) []Stage {
	var stages []Stage
	if step < 0 {
		stages = append(stages, BeforeTraffic)
	}
	if move == MovePromote {
		stages = append(stages, BeforePromotion)
	}
	return stages
}
