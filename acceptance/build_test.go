package acceptance_test

import (
	"fmt"

	weirbuilt "weir/internal/built"
)

// built is what the tests deploy: the real stack, synthesised as several deploys
// would have it.
type built struct {
	good, changed, faulty string    // cloud assemblies
	fleet                 string    // the assembly of good, with further targets
	onRequest             [2]string // assemblies of a stack whose releases publish, with a standing alarm
	first, second         string    // folders with the app's code, as deployed by good and by changed
	hook                  string    // a folder with the code of a hook
}

// build compiles the functions for this machine and synthesises the stack.
func build(dir string) (built, error) {
	b, err := weirbuilt.New("..", dir, "acceptance/hook", "functions", "infra", "internal", "statemachine")
	if err != nil {
		return built{}, err
	}
	handlers, err := b.Handlers()
	if err != nil {
		return built{}, err
	}
	if _, err := b.Tool("synth", "./infra/app"); err != nil {
		return built{}, err
	}
	var result built
	for _, code := range []struct {
		into        *string
		folder, pkg string
		release     string
	}{
		{&result.hook, "hook", "./acceptance/hook", ""},
		{&result.first, "app-v1", "./functions/app", "v1"},
		{&result.second, "app-v2", "./functions/app", "v2"},
	} {
		if *code.into, err = b.Function(code.folder, code.pkg, code.release); err != nil {
			return built{}, err
		}
	}
	faulty := map[string]string{"FAULT_ERROR_RATE": "0.3"}
	for _, stack := range []struct {
		name     string
		into     *string
		settings map[string]any
	}{
		{"good", &result.good, map[string]any{"app": result.first, "hooks": []string{"a-hook"}}},
		{"changed", &result.changed, map[string]any{"app": result.second, "hooks": []string{"a-hook"}}},
		{"faulty", &result.faulty, map[string]any{"app": result.second, "hooks": []string{"a-hook"}, "environment": faulty}},
		{"fleet", &result.fleet, map[string]any{"app": result.first, "targets": fleetTargets()}},
		{"on-request-1", &result.onRequest[0], map[string]any{"app": result.first, "publishOnRequest": true, "alarms": []string{"checkout"}}},
		{"on-request-2", &result.onRequest[1], map[string]any{"app": result.second, "publishOnRequest": true, "alarms": []string{"checkout"}}},
	} {
		stack.settings["handlers"] = handlers
		if *stack.into, err = b.Synthesise(stack.name, stack.settings); err != nil {
			return built{}, fmt.Errorf("synthesise %s: %w", stack.name, err)
		}
	}
	return result, nil
}
