package runtime_test

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// serve answers events with the process id, until the end or, in the mode that
// says so, once. In another it prints before it asks for the first.
func serve(mode string) {
	if mode == "speak first" {
		fmt.Println("loaded")
	}
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(base + "next")
		if err != nil {
			os.Exit(1)
		}
		id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
		if _, err := http.Post(base+id+"/response", "application/json", strings.NewReader(strconv.Itoa(os.Getpid()))); err != nil {
			os.Exit(1)
		}
		if mode == "answer and leave" {
			os.Exit(0)
		}
	}
}
