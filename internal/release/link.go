package release

import "weir/internal/arn"

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
	execution, err := arn.Parse(executionARN)
	if err != nil || consoles[execution.Partition] == "" {
		return ""
	}
	return "https://" + consoles[execution.Partition] + "/states/home?region=" + execution.Region + "#/v2/executions/details/" + executionARN
}
