package cloudwatch_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// metrics are the queries that the expressions of the rules name.
func metrics(returned bool) []types.MetricDataQuery {
	var list []types.MetricDataQuery
	for _, id := range []string{"m1", "m2", "m3", "errors", "requests"} {
		q := stat(id, "1")
		q.ReturnData = &returned
		list = append(list, q)
	}
	return list
}

// TestRulesOfCloudWatch asks for what testdata/rules.tsv lists. Each line has the
// page or the public report that says what CloudWatch does with it.
func TestRulesOfCloudWatch(t *testing.T) {
	text, err := os.ReadFile("testdata/rules.tsv")
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t)
	for _, name := range []string{"CPUUtilizationTooHigh", "DiskReadOpsTooHigh", "NetworkOutTooHigh", "DeploymentInProgress", "CPU (too high)"} {
		d.alarm(func(in *sdk.PutMetricAlarmInput) { in.AlarmName = &name })
	}
	count := 0
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(line, "\t")
		if len(columns) != 4 || !strings.HasPrefix(columns[3], "https://") {
			t.Errorf("%q is no rule with a source", line)
			continue
		}
		verdict, kind, rule := columns[0], columns[1], columns[2]
		count++
		if err := d.try(kind, rule); (err == nil) != (verdict == "accept") {
			t.Errorf("%s %.60s: error %v, to %s it", kind, rule, err, verdict)
		}
	}
	if count < 60 {
		t.Errorf("%d rules", count)
	}
}

// try asks CloudWatch for a text of some kind.
func (d *desk) try(kind, text string) error {
	switch kind {
	case "math":
		return d.data(append(metrics(true), math("e", text))...)
	case "statistic":
		q := asked("Sum", 60, "")
		q.MetricStat.Stat = &text
		return d.data(q)
	case "id":
		return d.data(stat(text, "1"))
	case "alarm":
		in := putAlarm()
		in.Metrics, in.MetricName, in.Namespace, in.Period, in.Statistic = append(metrics(false), math("e", text)), nil, nil, nil, ""
		return d.putAlarm(in)
	case "extended":
		in := putAlarm()
		in.Statistic, in.ExtendedStatistic = "", &text
		return d.putAlarm(in)
	case "definition":
		in := putAlarm()
		if err := json.Unmarshal([]byte(text), in); err != nil {
			d.t.Fatal(err)
		}
		return d.putAlarm(in)
	}
	_, err := d.cw.PutCompositeAlarm(d.t.Context(), &sdk.PutCompositeAlarmInput{AlarmName: aws.String("c"), AlarmRule: &text})
	return err
}

func (d *desk) data(queries ...types.MetricDataQuery) error {
	_, err := d.cw.GetMetricData(d.t.Context(), ask(queries...))
	return err
}

func (d *desk) putAlarm(in *sdk.PutMetricAlarmInput) error {
	_, err := d.cw.PutMetricAlarm(d.t.Context(), in)
	return err
}
