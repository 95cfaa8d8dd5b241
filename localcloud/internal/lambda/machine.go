package lambda

import (
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/lambda/runtime"
)

// runsHere refuses a package that no process of this machine can run, which
// Lambda would only tell at an invocation.
func runsHere(name types.Runtime, u unpacked) error {
	if err := runtime.CheckBootstrap(string(name), u.folder); err != nil {
		return invalid("The local cloud runs functions as processes of this machine, and does not run this package: %v.", err)
	}
	return nil
}
