package cloudwatch_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
)

// recorded: tests/aws/services/cloudwatch/test_cloudwatch.snapshot.json,
// test_dashboard_lifecycle
func TestADashboardsLife(t *testing.T) {
	d := newDesk(t)
	body := `{"widgets":[{"type":"text"}]}`
	put := func(name string) error {
		_, err := d.cw.PutDashboard(t.Context(), &sdk.PutDashboardInput{DashboardName: &name, DashboardBody: &body})
		return err
	}
	listed := func(prefix string) int {
		out, err := d.cw.ListDashboards(t.Context(), &sdk.ListDashboardsInput{DashboardNamePrefix: &prefix})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.DashboardEntries {
			if *e.DashboardName != "test-1" || *e.DashboardArn != "arn:aws:cloudwatch::111111111111:dashboard/test-1" || *e.Size != int64(len(body)) || !e.LastModified.Equal(start) {
				t.Errorf("entry %+v", e)
			}
		}
		return len(out.DashboardEntries)
	}
	if err := put("test-1"); err != nil {
		t.Fatal(err)
	}
	got, err := d.cw.GetDashboard(t.Context(), &sdk.GetDashboardInput{DashboardName: aws.String("test-1")})
	if err != nil || *got.DashboardBody != body || *got.DashboardName != "test-1" {
		t.Errorf("%+v, %v", got, err)
	}
	if listed("") != 1 || listed("test") != 1 || listed("no-valid") != 0 {
		t.Error("the list is not by prefix")
	}
	if err := put("test:invalid"); message(err) != "InvalidParameterValue: The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n" {
		t.Errorf("error %v", err)
	}
	remove := func(names ...string) error {
		_, err := d.cw.DeleteDashboards(t.Context(), &sdk.DeleteDashboardsInput{DashboardNames: names})
		return err
	}
	if err := remove("test-1", "gone"); message(err) != "ResourceNotFound: Dashboard gone does not exist" || listed("") != 1 {
		t.Errorf("error %v, %d left", err, listed(""))
	}
	if err := remove("test-1"); err != nil || listed("") != 0 {
		t.Errorf("error %v, %d left", err, listed(""))
	}
}
