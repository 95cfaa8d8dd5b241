package endpoint

import "strings"

// ToolEnv is the environment that points AWS SDKs, the AWS CLI and the CDK's
// command at the cloud, one NAME=value each. The credentials are the
// operator's; any that are no session's would do.
func (c *Cloud) ToolEnv() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + c.URL(),
		"AWS_ACCESS_KEY_ID=weir",
		"AWS_SECRET_ACCESS_KEY=weir",
		"AWS_REGION=" + c.options.Env.Region,
		"AWS_DEFAULT_REGION=" + c.options.Env.Region,
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// Export is ToolEnv as one line for a shell.
func (c *Cloud) Export() string { return "export " + strings.Join(c.ToolEnv(), " ") }
