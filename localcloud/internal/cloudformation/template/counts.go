package template

import "fmt"

// How much a template may declare.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const (
	maxResources = 500
	maxMembers   = 200 // of Parameters, Mappings and Outputs each
)

// checkCounts refuses a template that declares too much. The sentences on resources
// and outputs are as people report them; those on parameters and mappings follow
// the one on outputs.
func (t *Template) checkCounts() error {
	if n := len(t.Resources); n > maxResources {
		return fmt.Errorf("Template format error: Number of resources, %d, is greater than maximum allowed, %d", n, maxResources)
	}
	for _, section := range []struct {
		name string
		has  int
	}{{"Parameters", len(t.Parameters)}, {"Mappings", len(t.Mappings)}, {"Outputs", len(t.Outputs)}} {
		if section.has > maxMembers {
			return fmt.Errorf("Template format error: %s count %d is greater than max allowed %d", section.name, section.has, maxMembers)
		}
	}
	return nil
}
