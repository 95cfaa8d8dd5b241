package assembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"weir/localcloud/internal/api"
)

// Stack is what an assembly says about its one stack.
type Stack struct {
	Name     string
	Template []byte
	// TemplateURL is where the stack's template will be once Files are put,
	// as "s3://bucket/key"; empty when the assembly does not publish it.
	TemplateURL string
	Parameters  map[string]string
	Tags        map[string]string
	Files       []File
}

// File is one file asset and where it belongs.
type File struct {
	// Path of the file, or of the directory to be zipped.
	Path   string
	Zip    bool
	Bucket string
	Key    string
}

type manifest struct {
	Artifacts map[string]struct {
		Type       string          `json:"type"`
		Properties json.RawMessage `json:"properties"`
	} `json:"artifacts"`
}

type stackProperties struct {
	StackName    string            `json:"stackName"`
	TemplateFile string            `json:"templateFile"`
	TemplateURL  string            `json:"stackTemplateAssetObjectUrl"`
	Parameters   map[string]string `json:"parameters"`
	Tags         map[string]string `json:"tags"`
}

type assetManifest struct {
	Files map[string]struct {
		Source struct {
			Path       string   `json:"path"`
			Packaging  string   `json:"packaging"`
			Executable []string `json:"executable"`
		} `json:"source"`
		Destinations map[string]struct {
			BucketName string `json:"bucketName"`
			ObjectKey  string `json:"objectKey"`
		} `json:"destinations"`
	} `json:"files"`
	DockerImages map[string]json.RawMessage `json:"dockerImages"`
}

// Read loads the assembly in dir for an environment. It must hold exactly one
// stack.
func Read(dir string, env api.Env) (Stack, error) {
	var listed manifest
	if err := readJSON(filepath.Join(dir, "manifest.json"), &listed); err != nil {
		return Stack{}, err
	}
	var stacks []Stack
	var files []File
	for id, artifact := range listed.Artifacts {
		switch artifact.Type {
		case "aws:cloudformation:stack":
			stack, err := readStack(dir, env, id, artifact.Properties)
			if err != nil {
				return Stack{}, fmt.Errorf("stack %s: %w", id, err)
			}
			stacks = append(stacks, stack)
		case "cdk:asset-manifest":
			found, err := readAssets(dir, env, artifact.Properties)
			if err != nil {
				return Stack{}, fmt.Errorf("assets %s: %w", id, err)
			}
			files = append(files, found...)
		}
	}
	if len(stacks) != 1 {
		return Stack{}, fmt.Errorf("%s holds %d stacks, want one", dir, len(stacks))
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Key < files[j].Key })
	stacks[0].Files = files
	return stacks[0], nil
}

func readStack(dir string, env api.Env, id string, raw json.RawMessage) (Stack, error) {
	var properties stackProperties
	if err := json.Unmarshal(raw, &properties); err != nil {
		return Stack{}, err
	}
	template, err := os.ReadFile(filepath.Join(dir, properties.TemplateFile))
	if err != nil {
		return Stack{}, err
	}
	name := properties.StackName
	if name == "" {
		name = id
	}
	return Stack{
		Name:        name,
		Template:    template,
		TemplateURL: placed(env, properties.TemplateURL),
		Parameters:  properties.Parameters,
		Tags:        properties.Tags,
	}, nil
}

func readAssets(dir string, env api.Env, raw json.RawMessage) ([]File, error) {
	var properties struct {
		File string `json:"file"`
	}
	if err := json.Unmarshal(raw, &properties); err != nil {
		return nil, err
	}
	var assets assetManifest
	if err := readJSON(filepath.Join(dir, properties.File), &assets); err != nil {
		return nil, err
	}
	if len(assets.DockerImages) > 0 {
		return nil, errors.New("container image assets are not supported by the local cloud")
	}
	var files []File
	for id, file := range assets.Files {
		if len(file.Source.Executable) > 0 {
			return nil, fmt.Errorf("asset %s is made by a command, which is not supported", id)
		}
		for _, destination := range file.Destinations {
			files = append(files, File{
				Path:   filepath.Join(dir, file.Source.Path),
				Zip:    file.Source.Packaging == "zip",
				Bucket: placed(env, destination.BucketName),
				Key:    placed(env, destination.ObjectKey),
			})
		}
	}
	return files, nil
}

// placed fills in the placeholders that an assembly without a fixed
// environment leaves for account, region and partition.
func placed(env api.Env, text string) string {
	return strings.NewReplacer(
		"${AWS::AccountId}", env.Account,
		"${AWS::Region}", env.Region,
		"${AWS::Partition}", env.Partition,
	).Replace(text)
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
