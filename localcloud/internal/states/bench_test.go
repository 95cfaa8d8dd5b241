package states_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// chain is a machine of count states that do a little of everything.
func chain(count int, jsonata bool) string {
	var b strings.Builder
	if jsonata {
		b.WriteString(`{"QueryLanguage":"JSONata","StartAt":"S0","States":{`)
	} else {
		b.WriteString(`{"StartAt":"S0","States":{`)
	}
	for i := range count - 1 {
		next := fmt.Sprintf(`"Next":"S%d"`, i+1)
		fmt.Fprintf(&b, `"S%d":{`, i)
		switch {
		case i%4 == 0 && jsonata:
			b.WriteString(`"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Arguments":{"FunctionName":"f","Payload":{"n":"{% $states.input.n %}","at":"{% $states.context.State.EnteredTime %}"}},"Output":"{% $states.result.Payload %}",` + next)
		case i%4 == 0:
			b.WriteString(`"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$"},"OutputPath":"$.Payload",` + next)
		case i%4 == 1 && jsonata:
			b.WriteString(`"Type":"Choice","Choices":[{"Condition":"{% $states.input.n > 0 %}",` + next + `}],"Default":"End"`)
		case i%4 == 1:
			b.WriteString(`"Type":"Choice","Choices":[{"Variable":"$.n","NumericGreaterThan":0,` + next + `}],"Default":"End"`)
		case i%4 == 2:
			b.WriteString(`"Type":"Wait","Seconds":1,` + next)
		default:
			b.WriteString(`"Type":"Pass",` + next)
		}
		b.WriteString("},")
	}
	fmt.Fprintf(&b, `"S%d":{"Type":"Pass","Next":"End"},"End":{"Type":"Succeed"}}}`, count-1)
	return b.String()
}

// BenchmarkExecutions runs a 20-state machine from start to end.
func BenchmarkExecutions(b *testing.B) {
	for name, jsonata := range map[string]bool{"JSONata": true, "JSONPath": false} {
		b.Run(name, func(b *testing.B) {
			c := newCloud(b)
			machine := c.create("machine", chain(20, jsonata))
			for b.Loop() {
				execution := c.begin(machine, `{"n":1}`)
				ended := func() bool { return c.describe(execution).Status != types.ExecutionStatusRunning }
				if !c.clock.AdvanceUntil(context.Background(), time.Hour, ended) {
					b.Fatal("did not end")
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "executions/s")
		})
	}
}
