package cloudwatch

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/local/api"
)

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
				DashboardArn: ptr(s.dashboardARN(name)), Size: ptr(int64(len(s.dashboards[name])))})
		}
	}
	return out, nil
}

func (s *Service) putDashboard(_ context.Context, _ api.Caller, in *cloudwatch.PutDashboardInput) (*cloudwatch.PutDashboardOutput, error) {
	if !json.Valid([]byte(deref(in.DashboardBody))) {
		return nil, api.Errorf("InvalidParameterInput", "The field DashboardBody must be a valid JSON object")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dashboards[deref(in.DashboardName)] = deref(in.DashboardBody)
	return &cloudwatch.PutDashboardOutput{}, nil
}

func (s *Service) getDashboard(_ context.Context, _ api.Caller, in *cloudwatch.GetDashboardInput) (*cloudwatch.GetDashboardOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, ok := s.dashboards[deref(in.DashboardName)]
	if !ok {
		return nil, api.StatusErrorf(404, "ResourceNotFound", "Dashboard %s does not exist", deref(in.DashboardName))
	}
	return &cloudwatch.GetDashboardOutput{DashboardName: in.DashboardName, DashboardBody: &body, DashboardArn: ptr(s.dashboardARN(*in.DashboardName))}, nil
}

func (s *Service) deleteDashboards(_ context.Context, _ api.Caller, in *cloudwatch.DeleteDashboardsInput) (*cloudwatch.DeleteDashboardsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range in.DashboardNames {
		delete(s.dashboards, name)
	}
	return &cloudwatch.DeleteDashboardsOutput{}, nil
}

func (s *Service) dashboardARN(name string) string {
	return s.Env.GlobalARN("cloudwatch", "dashboard/"+name)
}
