package cloudwatch

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/local/api"
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
		if strings.HasPrefix(name, deref(in.DashboardNamePrefix)) {
			out.DashboardEntries = append(out.DashboardEntries, types.DashboardEntry{DashboardName: &name,
				DashboardArn: ptr(s.dashboardARN(name)), Size: ptr(int64(len(s.dashboards[name].body))), LastModified: ptr(s.dashboards[name].modified)})
		}
	}
	return out, nil
}

var dashboardName = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

func (s *Service) putDashboard(_ context.Context, _ api.Caller, in *cloudwatch.PutDashboardInput) (*cloudwatch.PutDashboardOutput, error) {
	if !dashboardName.MatchString(deref(in.DashboardName)) {
		return nil, invalidValue("The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n")
	}
	if !json.Valid([]byte(deref(in.DashboardBody))) {
		return nil, invalidDashboard("The field DashboardBody must be a valid JSON object")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dashboards[deref(in.DashboardName)] = dashboard{body: deref(in.DashboardBody), modified: s.Clock.Now()}
	return &cloudwatch.PutDashboardOutput{DashboardValidationMessages: []types.DashboardValidationMessage{}}, nil
}

func (s *Service) getDashboard(_ context.Context, _ api.Caller, in *cloudwatch.GetDashboardInput) (*cloudwatch.GetDashboardOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.dashboards[deref(in.DashboardName)]
	if !ok {
		return nil, noDashboard(deref(in.DashboardName))
	}
	return &cloudwatch.GetDashboardOutput{DashboardName: in.DashboardName, DashboardBody: &found.body, DashboardArn: ptr(s.dashboardARN(*in.DashboardName))}, nil
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
