package docs_test

import (
	"path/filepath"

	weirbuilt "weir/internal/built"
)

// built is what the runbooks are played with.
type built struct {
	first, second string // cloud assemblies of two deploys
	bin           string // a folder with the tool
}

// build compiles the tool and the functions and synthesises the stack twice.
func build(dir string) (built, error) {
	b, err := weirbuilt.New("..", dir, "cmd", "functions", "infra", "internal", "localcloud", "statemachine")
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
	weir, err := b.Tool("weir", "./cmd/weir")
	if err != nil {
		return built{}, err
	}
	result := built{bin: filepath.Dir(weir)}
	for release, into := range map[string]*string{"v1": &result.first, "v2": &result.second} {
		app, err := b.Function("app-"+release, "./functions/app", release)
		if err != nil {
			return built{}, err
		}
		if *into, err = b.Synthesise(release, map[string]any{"handlers": handlers, "app": app}); err != nil {
			return built{}, err
		}
	}
	return result, nil
}
