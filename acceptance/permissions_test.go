package acceptance_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"weir/localcloud"
)

// permitted is what the roles of the stack were granted in all tests, and what
// of it was needed.
type permitted struct {
	mu   sync.Mutex
	uses map[string]int // by role, action and resource, as readers know them
}

var permissions = permitted{uses: map[string]int{}}

// note takes a cloud's account of its roles.
func (p *permitted) note(cloud *localcloud.Cloud) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range cloud.Grants() {
		if role := roleName(g.Role); role != "" {
			p.uses[role+" "+g.Action+" on "+resourceName(g.Resource)] += g.Uses
		}
	}
}

// stackRole is the name of a role of the stack: CloudFormation puts the stack's
// name before it and chance behind it, the CDK a hash.
var stackRole = regexp.MustCompile(`role/weir-([A-Za-z]+?)(?:[0-9A-F]{8})-[A-Za-z0-9]+$`)

func roleName(arn string) string {
	if found := stackRole.FindStringSubmatch(arn); found != nil {
		return found[1]
	}
	return ""
}

var (
	account = regexp.MustCompile(`^arn:aws:([a-z]+):us-east-1:000000000000:`)
	fleet   = regexp.MustCompile(`function:fleet-[0-9]+`)
	suffix  = regexp.MustCompile(`([0-9A-F]{8})-[A-Za-z0-9]{12}\b`)
)

// resourceName leaves out what differs from cloud to cloud and from target to
// target. A function with and without qualifier is one: which of
// the two Lambda asks IAM about is not documented for each call.
func resourceName(arn string) string {
	name := account.ReplaceAllString(arn, "$1 ")
	name = fleet.ReplaceAllString(name, "function:weir-app")
	name = suffix.ReplaceAllString(name, "$1")
	if strings.HasPrefix(name, "lambda ") {
		name = strings.TrimSuffix(name, ":*")
	}
	return name
}

// idle are grants that no test can use, with the reason.
var idle = []struct{ part, why string }{
	{" xray:", "Lambda and Step Functions send traces themselves; the local cloud has no X-Ray"},
	{" logs:", "Lambda and Step Functions write logs themselves, with the role; the local cloud keeps them without asking"},
}

// unused are the grants that no test used.
func (p *permitted) unused() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []string
	for grant, uses := range p.uses {
		excused := slices.ContainsFunc(idle, func(i struct{ part, why string }) bool { return strings.Contains(grant, i.part) })
		if uses == 0 && !excused {
			list = append(list, grant)
		}
	}
	slices.Sort(list)
	return list
}

// checkPermissions fails when a role is granted what no test needs. What a role
// needs and is not granted fails the test that needs it.
func checkPermissions() int {
	unused := permissions.unused()
	fmt.Printf("granted permissions: %d of %d used\n", len(permissions.uses)-len(unused), len(permissions.uses))
	for _, grant := range unused {
		fmt.Println("granted, and used by no test:", grant)
	}
	if len(unused) > 0 || len(permissions.uses) == 0 {
		return 1
	}
	return 0
}
