package cloudwatch

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
)

// dashboard is what its maker wrote, and when.
type dashboard struct {
	body     string
	modified time.Time
}

func (s *Service) listDashboards(_ context.Context, _ api.Caller, in *cloudwatch.ListDashboardsInput) (*cloudwatch.ListDashboardsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// All dashboards fit in one answer, so no token but an invented one is asked for.
	if _, err := begins(in.NextToken, 0); err != nil {
		return nil, err
	}
	out := &cloudwatch.ListDashboardsOutput{DashboardEntries: []types.DashboardEntry{}}
	for _, name := range sortedKeys(s.dashboards) {
		if strings.HasPrefix(name, api.Deref(in.DashboardNamePrefix)) {
			out.DashboardEntries = append(out.DashboardEntries, types.DashboardEntry{DashboardName: &name,
				DashboardArn: new(s.dashboardARN(name)), Size: new(int64(len(s.dashboards[name].body))), LastModified: new(s.dashboards[name].modified)})
		}
	}
	return out, nil
}

var dashboardName = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

// Limits of dashboards.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
const (
	maxDashboardName    = 255
	maxWidgets          = 500
	maxWidgetMetrics    = 500
	maxDashboardMetrics = 2500
)

// checkBody refuses a dashboard with too much on it. What its widgets draw is not
// looked at.
func checkBody(text string) error {
	var body struct {
		Widgets []struct {
			Properties struct {
				Metrics []json.RawMessage `json:"metrics"`
			} `json:"properties"`
		} `json:"widgets"`
	}
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		return invalidDashboard("The field DashboardBody must be a valid JSON object")
	}
	if len(body.Widgets) > maxWidgets {
		return invalidDashboard("A dashboard can have at most %d widgets; this one has %d.", maxWidgets, len(body.Widgets))
	}
	total := 0
	for i, widget := range body.Widgets {
		count := len(widget.Properties.Metrics)
		if count > maxWidgetMetrics {
			return invalidDashboard("A widget can have at most %d metrics; widget %d has %d.", maxWidgetMetrics, i, count)
		}
		total += count
	}
	if total > maxDashboardMetrics {
		return invalidDashboard("A dashboard can have at most %d metrics; this one has %d.", maxDashboardMetrics, total)
	}
	return nil
}

func (s *Service) putDashboard(_ context.Context, _ api.Caller, in *cloudwatch.PutDashboardInput) (*cloudwatch.PutDashboardOutput, error) {
	name := api.Deref(in.DashboardName)
	if !dashboardName.MatchString(name) {
		return nil, invalidValue("The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n")
	}
	if len(name) > maxDashboardName {
		return nil, invalidValue("The value for field DashboardName has %d characters; it can have at most %d.", len(name), maxDashboardName)
	}
	if err := checkBody(api.Deref(in.DashboardBody)); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dashboards[api.Deref(in.DashboardName)] = dashboard{body: api.Deref(in.DashboardBody), modified: s.Clock.Now()}
	return &cloudwatch.PutDashboardOutput{DashboardValidationMessages: []types.DashboardValidationMessage{}}, nil
}

func (s *Service) getDashboard(_ context.Context, _ api.Caller, in *cloudwatch.GetDashboardInput) (*cloudwatch.GetDashboardOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.dashboards[api.Deref(in.DashboardName)]
	if !ok {
		return nil, noDashboard(api.Deref(in.DashboardName))
	}
	return &cloudwatch.GetDashboardOutput{DashboardName: in.DashboardName, DashboardBody: &found.body, DashboardArn: new(s.dashboardARN(*in.DashboardName))}, nil
}

// deleteDashboards deletes all or none.
func (s *Service) deleteDashboards(_ context.Context, _ api.Caller, in *cloudwatch.DeleteDashboardsInput) (*cloudwatch.DeleteDashboardsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range in.DashboardNames {
		if _, ok := s.dashboards[name]; !ok {
			return nil, noDashboard(name)
		}
	}
	for _, name := range in.DashboardNames {
		delete(s.dashboards, name)
	}
	return &cloudwatch.DeleteDashboardsOutput{}, nil
}

func (s *Service) dashboardARN(name string) string {
	return s.Env.GlobalARN("cloudwatch", "dashboard/"+name)
}
