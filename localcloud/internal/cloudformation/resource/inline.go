package resource

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"strings"
)

// The module by which inline code answers as a custom resource, for each of the
// two languages.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
var (
	//go:embed cfn-response.js
	nodeResponse string
	//go:embed cfnresponse.py
	pythonResponse string
)

// inline zips the text of Code.ZipFile under the name that CloudFormation gives
// it, which only the runtimes of two languages have, with the module for custom
// resources beside it where the text names it.
func inline(runtime, text string) ([]byte, error) {
	name, module, response := "", "", ""
	switch {
	case strings.HasPrefix(runtime, "nodejs"):
		name, module, response = "index.js", "cfn-response", nodeResponse
	case strings.HasPrefix(runtime, "python"):
		name, module, response = "index.py", "cfnresponse", pythonResponse
	default:
		return nil, fmt.Errorf("ZipFile can only be used when Runtime is set to either nodejs or python, not %q", runtime)
	}
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	err := addText(writer, name, text)
	if err == nil && strings.Contains(text, module) {
		err = addText(writer, strings.Replace(name, "index", module, 1), response)
	}
	if err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return archive.Bytes(), nil
}

func addText(writer *zip.Writer, name, text string) error {
	entry, err := writer.Create(name)
	if err != nil {
		return err
	}
	_, err = entry.Write([]byte(text))
	return err
}
