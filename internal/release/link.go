package release

import "strings"

// consoles are the hosts of the AWS console, by partition.
var consoles = map[string]string{
	"aws":        "console.aws.amazon.com",
	"aws-cn":     "console.amazonaws.cn",
	"aws-us-gov": "console.amazonaws-us-gov.com",
	"aws-eusc":   "console.amazonaws-eusc.eu",
}

// ConsoleLink is the page of an execution in the AWS console of its partition;
// empty for a partition whose console is not known.
func ConsoleLink(executionARN string) string {
	parts := strings.Split(executionARN, ":")
	if len(parts) < 4 || consoles[parts[1]] == "" {
		return ""
	}
	return "https://" + consoles[parts[1]] + "/states/home?region=" + parts[3] + "#/v2/executions/details/" + executionARN
}
