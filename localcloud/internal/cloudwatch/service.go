package cloudwatch

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/clock"
)

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	Bus   api.Invoker
	Log   *slog.Logger
	// Delay is how long it takes at most until data can be read: production's
	// two minutes or so.
	Delay time.Duration
	// Lags are for metrics whose data are late by a time of their own.
	Lags []Lag
}

// Service is CloudWatch.
type Service struct {
	Options
	store      *store
	mu         sync.Mutex
	alarms     map[string]*alarm
	dashboards map[string]dashboard
	history    []types.AlarmHistoryItem // oldest first
	ticking    bool
}

// New returns a service without data.
func New(options Options) *Service {
	return &Service{Options: options, alarms: map[string]*alarm{}, dashboards: map[string]dashboard{},
		store: &store{all: map[string]*series{}, lags: lags{delay: options.Delay, own: options.Lags}, now: options.Clock.Now}}
}

// Record takes data from the other services.
func (s *Service) Record(data ...api.Datum) {
	for _, d := range data {
		s.store.add(d, 1)
	}
}

// API describes the service to the bus and the wire.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "monitoring", IAMPrefix: "cloudwatch", Protocols: []api.Protocol{api.JSON10, api.Query}, CBOR: true,
		TargetPrefix: "GraniteServiceVersion20100801", XMLNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/", Version: "2010-08-01",
		Operations: api.Table(
			api.Op("PutMetricData", s.putMetricData, api.Refuses("EntityMetricData")),
			api.Op("GetMetricData", s.getMetricData, api.Refuses("LabelOptions")),
			api.Op("GetMetricStatistics", s.getMetricStatistics),
			api.Op("ListMetrics", s.listMetrics, api.Refuses("IncludeLinkedAccounts", "OwningAccount")),
			api.Op("PutMetricAlarm", s.putMetricAlarm, api.On("cloudwatch:PutMetricAlarm", func(in *cloudwatch.PutMetricAlarmInput) string { return s.alarmARN(api.Deref(in.AlarmName)) }), api.Refuses("ThresholdMetricId")),
			api.Op("PutCompositeAlarm", s.putCompositeAlarm, api.On("cloudwatch:PutCompositeAlarm", func(in *cloudwatch.PutCompositeAlarmInput) string { return s.alarmARN(api.Deref(in.AlarmName)) }), api.Refuses("ActionsSuppressor", "ActionsSuppressorExtensionPeriod", "ActionsSuppressorWaitPeriod")),
			api.Op("DescribeAlarms", s.describeAlarms, api.Needs(s.describePermissions), api.Refuses("ChildrenOfAlarmName", "ParentsOfAlarmName")),
			api.Op("SetAlarmState", s.setAlarmState, api.On("cloudwatch:SetAlarmState", func(in *cloudwatch.SetAlarmStateInput) string { return s.alarmARN(api.Deref(in.AlarmName)) })),
			api.Op("DeleteAlarms", s.deleteAlarms, api.Needs(func(in *cloudwatch.DeleteAlarmsInput) []api.Permission {
				return each("cloudwatch:DeleteAlarms", s.alarmARNs(in.AlarmNames))
			})),
			api.Op("DescribeAlarmHistory", s.describeAlarmHistory, api.Refuses("AlarmContributorId"), api.On("cloudwatch:DescribeAlarmHistory", func(in *cloudwatch.DescribeAlarmHistoryInput) string {
				if in.AlarmName == nil {
					return s.alarmARN("*")
				}
				return s.alarmARN(*in.AlarmName)
			})),
			api.Op("EnableAlarmActions", s.enableAlarmActions, api.Needs(func(in *cloudwatch.EnableAlarmActionsInput) []api.Permission {
				return each("cloudwatch:EnableAlarmActions", s.alarmARNs(in.AlarmNames))
			})),
			api.Op("DisableAlarmActions", s.disableAlarmActions, api.Needs(func(in *cloudwatch.DisableAlarmActionsInput) []api.Permission {
				return each("cloudwatch:DisableAlarmActions", s.alarmARNs(in.AlarmNames))
			})),
			api.Op("TagResource", s.tagResource, api.On("cloudwatch:TagResource", func(in *cloudwatch.TagResourceInput) string { return api.Deref(in.ResourceARN) })),
			api.Op("UntagResource", s.untagResource, api.On("cloudwatch:UntagResource", func(in *cloudwatch.UntagResourceInput) string { return api.Deref(in.ResourceARN) })),
			api.Op("ListTagsForResource", s.listTags, api.On("cloudwatch:ListTagsForResource", func(in *cloudwatch.ListTagsForResourceInput) string { return api.Deref(in.ResourceARN) })),
			api.Op("PutDashboard", s.putDashboard),
			api.Op("GetDashboard", s.getDashboard),
			api.Op("ListDashboards", s.listDashboards),
			api.Op("DeleteDashboards", s.deleteDashboards),
		),
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
