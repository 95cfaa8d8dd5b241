package acceptance_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// built is what the tests deploy: the real stack, synthesised three times, as
// three deploys would have it.
type built struct {
	good, changed, faulty string    // cloud assemblies
	fleet                 string    // the assembly of good, with further targets
	onRequest             [2]string // assemblies of a stack whose releases publish, with a standing alarm
	first, second         string    // folders with the app's code, as deployed by good and by changed
	hook                  string    // a folder with the code of a hook
}

// build compiles the functions for this machine and synthesises the stack.
func build(dir string) (built, error) {
	root, err := filepath.Abs("..")
	if err != nil {
		return built{}, err
	}
	if err := dependOn(root, "acceptance/hook", "functions", "infra", "internal", "statemachine"); err != nil {
		return built{}, err
	}
	b := builder{root: root, dir: dir}
	handlers := filepath.Join(dir, "functions")
	for _, function := range []string{"shift", "verify", "rollback", "alias", "app"} {
		if err := b.function(filepath.Join(handlers, function), function, ""); err != nil {
			return built{}, err
		}
	}
	if err := b.run(nil, "go", "build", "-o", filepath.Join(dir, "synth"), "./infra/app"); err != nil {
		return built{}, err
	}
	result := built{hook: filepath.Join(dir, "hook"), first: filepath.Join(dir, "app-v1"), second: filepath.Join(dir, "app-v2")}
	if err := b.function(result.hook, "../acceptance/hook", ""); err != nil {
		return built{}, err
	}
	for _, version := range []struct {
		name        string
		into        *string
		environment map[string]string
	}{
		{"v1", &result.good, nil},
		{"v2", &result.changed, nil},
		{"v3", &result.faulty, map[string]string{"FAULT_ERROR_RATE": "0.3"}},
	} {
		app := filepath.Join(dir, "app-"+version.name)
		if err := b.function(app, "app", version.name); err != nil {
			return built{}, err
		}
		if *version.into, err = b.synthesise(version.name, map[string]any{"handlers": handlers, "app": app,
			"environment": version.environment, "hooks": []string{"a-hook"}}); err != nil {
			return built{}, err
		}
	}
	result.fleet, err = b.synthesise("fleet", map[string]any{"handlers": handlers, "app": result.first, "targets": fleetTargets()})
	if err != nil {
		return built{}, err
	}
	for i, app := range []string{result.first, result.second} {
		result.onRequest[i], err = b.synthesise(fmt.Sprintf("on-request-%d", i), map[string]any{"handlers": handlers, "app": app,
			"publishOnRequest": true, "alarms": []string{"checkout"}})
		if err != nil {
			return built{}, err
		}
	}
	return result, nil
}

// dependOn looks at every file below the folders, so that go test's cache knows
// that what is built here depends on them.
func dependOn(root string, folders ...string) error {
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			_, err = os.Stat(path)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

type builder struct{ root, dir string }

func (b builder) function(into, name, release string) error {
	return b.run([]string{"CGO_ENABLED=0"}, "go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc",
		"-ldflags", "-s -w -buildid= -X main.release="+release, "-o", filepath.Join(into, "bootstrap"), "./functions/"+name)
}

func (b builder) synthesise(name string, settings map[string]any) (string, error) {
	out := filepath.Join(b.dir, name)
	context, err := json.Marshal(settings)
	if err != nil {
		return "", err
	}
	err = b.run([]string{"CDK_OUTDIR=" + out, "CDK_CONTEXT_JSON=" + string(context), "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20"},
		filepath.Join(b.dir, "synth"))
	return out, err
}

func (b builder) run(env []string, name string, args ...string) error {
	command := exec.Command(name, args...)
	command.Dir = b.root
	command.Env = append(os.Environ(), env...)
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v (%s): %w\n%s", name, args, runtime.GOOS, err, out)
	}
	return nil
}
