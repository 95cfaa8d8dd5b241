package cloudformation_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// assembliesEnv lists assemblies of one stack, oldest first, as a path list:
// build/demo/v1:build/demo/v2 after `make demo`.
const assembliesEnv = "WEIR_ASSEMBLIES"

// TestCDKCommandOnAssemblies deploys synthesised assemblies one after another
// with the CDK's own command, compares and destroys.
func TestCDKCommandOnAssemblies(t *testing.T) {
	listed := filepath.SplitList(os.Getenv(assembliesEnv))
	if len(listed) == 0 {
		t.Skipf("no assemblies: set %s to a list of cdk.out folders, in absolute paths", assembliesEnv)
	}
	c := newCDK(t)
	deploy := []string{"deploy", "--require-approval", "never", "--progress", "events"}
	for _, dir := range listed {
		c.app = dir
		if out := c.must(deploy...); !strings.Contains(out, "_COMPLETE") {
			t.Errorf("deploy of %s says\n%s", dir, out)
		}
		if out := c.must(deploy...); !strings.Contains(out, "(no changes)") {
			t.Errorf("second deploy of %s says\n%s", dir, out)
		}
		if out := c.must("diff"); !strings.Contains(out, "There were no differences") {
			t.Errorf("diff of %s says\n%s", dir, out)
		}
	}
	if out := c.must("destroy", "--force"); !strings.Contains(out, "destroyed") {
		t.Errorf("destroy says\n%s", out)
	}
}
