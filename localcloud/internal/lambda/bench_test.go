package lambda_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"archive/zip"
	"bytes"
	"io"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/lambda"
)

// discard takes metrics and drops them, so that the benchmark measures Lambda.
type discard struct{}

func (discard) Record(...api.Datum) {}

// BenchmarkInvoke invokes a warm function over the bus, through an alias that
// splits its traffic. Compare with BenchmarkBarePipe, the same process with
// nothing around it: the difference is what the local cloud adds.
func BenchmarkInvoke(b *testing.B) {
	c := newCloud(b, func(o *lambda.Options) { o.Metrics, o.Logs = discard{}, nil })
	c.released("f", 0.5)
	in := &awslambda.InvokeInput{FunctionName: aws.String("f:prod"), Payload: event("echo", "hello")}
	invoke := func() {
		out, err := api.Do[awslambda.InvokeOutput](context.Background(), c.bus, api.Operator(env), "lambda", "Invoke", in)
		if err != nil || out.FunctionError != nil {
			b.Fatalf("%v, %+v", err, out)
		}
	}
	for range 50 {
		invoke()
	}
	b.Run("one caller", func(b *testing.B) {
		for b.Loop() {
			invoke()
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "invocations/s")
	})
	b.Run("parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				invoke()
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "invocations/s")
	})
}

// BenchmarkBarePipe drives one process of the handler over the Runtime API and
// does nothing else.
func BenchmarkBarePipe(b *testing.B) {
	events, answers := make(chan string), make(chan struct{})
	payload := event("echo", "hello")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/next") {
			_, _ = io.Copy(io.Discard, r.Body) // a short body that is there
			w.WriteHeader(http.StatusAccepted)
			answers <- struct{}{}
			return
		}
		select {
		case id := <-events:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", id)
			w.Header().Set("Lambda-Runtime-Deadline-Ms", "4102444800000")
			_, _ = w.Write(payload) // the process ends only after the test
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	command := exec.Command(unzipHandler(b))
	command.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(server.URL, "http://")}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait() // killed
	}()
	n := 0
	for b.Loop() {
		n++
		events <- fmt.Sprint(n)
		<-answers
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "invocations/s")
}

// unzipHandler puts the handler on disk again.
func unzipHandler(b *testing.B) string {
	b.Helper()
	archive, err := zip.NewReader(bytes.NewReader(handlerZip), int64(len(handlerZip)))
	if err != nil {
		b.Fatal(err)
	}
	file, err := archive.Open("bootstrap")
	if err != nil {
		b.Fatal(err)
	}
	content, err := io.ReadAll(file)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "bootstrap")
	if err := os.WriteFile(path, content, 0o700); err != nil {
		b.Fatal(err)
	}
	return path
}
