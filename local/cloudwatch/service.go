package cloudwatch

import (
	"context"
	"encoding/json"
	"log/slog"
	"sort"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"weir/local/api"
	"weir/local/clock"
)

// Options is what the service needs.
type Options struct {
	Env   api.Env
	Clock *clock.Clock
	Bus   api.Invoker
	Log   *slog.Logger
	// Delay is how long it takes until data can be read: production's two
	// minutes or so.
	Delay time.Duration
}

// Service is CloudWatch.
type Service struct {
	Options
	store      *store
	mu         sync.Mutex
	alarms     map[string]*alarm
	dashboards map[string]string
	history    []types.AlarmHistoryItem // oldest first
	ticking    bool
}

// New returns a service without data.
func New(options Options) *Service {
	return &Service{Options: options, alarms: map[string]*alarm{}, dashboards: map[string]string{},
		store: &store{all: map[string]*series{}, delay: options.Delay, now: options.Clock.Now}}
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
			api.Op("PutMetricData", s.putMetricData),
			api.Op("GetMetricData", s.getMetricData),
			api.Op("GetMetricStatistics", s.getMetricStatistics),
			api.Op("ListMetrics", s.listMetrics),
			api.Op("PutMetricAlarm", s.putMetricAlarm, api.On("cloudwatch:PutMetricAlarm", func(in *cloudwatch.PutMetricAlarmInput) string { return s.alarmARN(deref(in.AlarmName)) })),
			api.Op("PutCompositeAlarm", s.putCompositeAlarm, api.On("cloudwatch:PutCompositeAlarm", func(in *cloudwatch.PutCompositeAlarmInput) string { return s.alarmARN(deref(in.AlarmName)) })),
			api.Op("DescribeAlarms", s.describeAlarms, api.Needs(s.describePermissions)),
			api.Op("SetAlarmState", s.setAlarmState, api.On("cloudwatch:SetAlarmState", func(in *cloudwatch.SetAlarmStateInput) string { return s.alarmARN(deref(in.AlarmName)) })),
			api.Op("DeleteAlarms", s.deleteAlarms, api.Needs(func(in *cloudwatch.DeleteAlarmsInput) []api.Permission {
				return each("cloudwatch:DeleteAlarms", s.alarmARNs(in.AlarmNames))
			})),
			api.Op("DescribeAlarmsForMetric", s.describeAlarmsForMetric),
			api.Op("DescribeAlarmHistory", s.describeAlarmHistory, api.On("cloudwatch:DescribeAlarmHistory", func(in *cloudwatch.DescribeAlarmHistoryInput) string {
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
			api.Op("TagResource", s.tagResource, api.On("cloudwatch:TagResource", func(in *cloudwatch.TagResourceInput) string { return deref(in.ResourceARN) })),
			api.Op("UntagResource", s.untagResource, api.On("cloudwatch:UntagResource", func(in *cloudwatch.UntagResourceInput) string { return deref(in.ResourceARN) })),
			api.Op("ListTagsForResource", s.listTags, api.On("cloudwatch:ListTagsForResource", func(in *cloudwatch.ListTagsForResourceInput) string { return deref(in.ResourceARN) })),
			api.Op("PutDashboard", s.putDashboard),
			api.Op("GetDashboard", s.getDashboard),
			api.Op("ListDashboards", s.listDashboards),
			api.Op("DeleteDashboards", s.deleteDashboards),
		),
	}
}

func (s *Service) putMetricData(_ context.Context, _ api.Caller, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
	for _, d := range in.MetricData {
		at := s.Clock.Now()
		if d.Timestamp != nil {
			at = *d.Timestamp
		}
		base := api.Datum{Namespace: deref(in.Namespace), Name: deref(d.MetricName), Dimensions: dimensions(d.Dimensions), Unit: string(d.Unit), Time: at}
		switch {
		case d.Value != nil:
			base.Value = *d.Value
			s.store.add(base, 1)
		case len(d.Values) > 0:
			for i, value := range d.Values {
				base.Value = value
				weight := 1.0
				if i < len(d.Counts) {
					weight = d.Counts[i]
				}
				s.store.add(base, weight)
			}
		case d.StatisticValues != nil:
			if err := s.addSet(base, *d.StatisticValues); err != nil {
				return nil, err
			}
		default:
			return nil, api.Errorf("InvalidParameterCombination", "At least one of the parameters Value, Values and StatisticValues must be specified for metric %s.", base.Name)
		}
	}
	return nil, nil
}

// addSet keeps a statistic set as its extremes and, for the rest, their mean:
// count, sum, minimum, maximum and average are exact, percentiles are not (AWS
// gives none unless the extremes are equal).
func (s *Service) addSet(d api.Datum, set types.StatisticSet) error {
	count, sum, low, high := deref(set.SampleCount), deref(set.Sum), deref(set.Minimum), deref(set.Maximum)
	if count <= 0 || low > high {
		return api.Errorf("InvalidParameterValue", "The statistic set of metric %s must have a SampleCount above 0 and a Minimum that is not above its Maximum.", d.Name)
	}
	add := func(value, weight float64) {
		d.Value = value
		s.store.add(d, weight)
	}
	if count < 2 {
		add(sum/count, count)
		return nil
	}
	add(low, 1)
	add(high, 1)
	if count > 2 {
		add((sum-low-high)/(count-2), count-2)
	}
	return nil
}

func dimensions(list []types.Dimension) []api.Dimension {
	out := make([]api.Dimension, len(list))
	for i, d := range list {
		out[i] = api.Dimension{Name: deref(d.Name), Value: deref(d.Value)}
	}
	return out
}

// maxQueries is GetMetricData's limit.
const maxQueries = 500

func (s *Service) getMetricData(_ context.Context, _ api.Caller, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	if len(in.MetricDataQueries) == 0 || len(in.MetricDataQueries) > maxQueries {
		return nil, api.Errorf("ValidationError", "The parameter MetricDataQueries has %d entries; it must have 1 to %d.", len(in.MetricDataQueries), maxQueries)
	}
	from, to := deref(in.StartTime), deref(in.EndTime)
	if !from.Before(to) {
		return nil, api.Errorf("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
	}
	answers, err := s.evaluate(in.MetricDataQueries, from, to)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.GetMetricDataOutput{MetricDataResults: []types.MetricDataResult{}, Messages: []types.MessageData{}}
	for _, q := range in.MetricDataQueries {
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		points := answers[deref(q.Id)]
		result := types.MetricDataResult{Id: q.Id, Label: ptr(label(q)), StatusCode: types.StatusCodeComplete, Timestamps: []time.Time{}, Values: []float64{}}
		for _, start := range points.starts(in.ScanBy == types.ScanByTimestampAscending) {
			result.Timestamps = append(result.Timestamps, time.Unix(start, 0).UTC())
			result.Values = append(result.Values, points[start])
		}
		out.MetricDataResults = append(out.MetricDataResults, result)
	}
	return page(out, in)
}

// page cuts the answer to MaxDatapoints, whole results at a time; the token is
// the index of the first result of the next page.
func page(out *cloudwatch.GetMetricDataOutput, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	const standard = 100800
	most := standard
	if in.MaxDatapoints != nil {
		most = min(most, int(*in.MaxDatapoints))
	}
	begin, err := begins(in.NextToken, len(out.MetricDataResults))
	if err != nil {
		return nil, err
	}
	total := 0
	for i := begin; i < len(out.MetricDataResults); i++ {
		total += len(out.MetricDataResults[i].Values)
		if total > most && i > begin {
			out.NextToken = pageToken(i)
			out.MetricDataResults = out.MetricDataResults[begin:i]
			return out, nil
		}
	}
	out.MetricDataResults = out.MetricDataResults[begin:]
	return out, nil
}

func label(q types.MetricDataQuery) string {
	switch {
	case q.Label != nil:
		return *q.Label
	case q.MetricStat != nil && q.MetricStat.Metric != nil:
		return deref(q.MetricStat.Metric.MetricName)
	}
	return deref(q.Id)
}

// points are values by the start of their period, in seconds.
type points map[int64]float64

func (p points) starts(ascending bool) []int64 {
	starts := make([]int64, 0, len(p))
	for start := range p {
		starts = append(starts, start)
	}
	sort.Slice(starts, func(i, j int) bool { return (starts[i] < starts[j]) == ascending })
	return starts
}

// query answers one MetricStat.
func (s *Service) query(stat *types.MetricStat, from, to time.Time) (points, error) {
	compute, err := parseStatistic(deref(stat.Stat))
	if err != nil {
		return nil, err
	}
	period := int64(deref(stat.Period))
	if period <= 0 || period%slotSeconds != 0 {
		return nil, api.Errorf("ValidationError", "The value %d for parameter Period is not supported by the local cloud: it must be a multiple of 10.", period)
	}
	begin := from.Unix() - from.Unix()%period
	answer := points{}
	for start, sample := range s.store.read(deref(stat.Metric.Namespace), deref(stat.Metric.MetricName), dimensions(stat.Metric.Dimensions), time.Unix(begin, 0), to, period) {
		answer[start] = compute(*sample)
	}
	return answer, nil
}

func (s *Service) getMetricStatistics(_ context.Context, _ api.Caller, in *cloudwatch.GetMetricStatisticsInput) (*cloudwatch.GetMetricStatisticsOutput, error) {
	byStart := map[int64]*types.Datapoint{}
	ask := func(name string, put func(*types.Datapoint, float64)) error {
		answer, err := s.query(&types.MetricStat{Stat: &name, Period: in.Period, Metric: &types.Metric{
			Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: in.Dimensions}}, deref(in.StartTime), deref(in.EndTime))
		for start, value := range answer {
			if byStart[start] == nil {
				byStart[start] = &types.Datapoint{Timestamp: ptr(time.Unix(start, 0).UTC())}
			}
			put(byStart[start], value)
		}
		return err
	}
	for _, name := range in.Statistics {
		err := ask(string(name), func(d *types.Datapoint, value float64) {
			switch name {
			case types.StatisticSum:
				d.Sum = &value
			case types.StatisticAverage:
				d.Average = &value
			case types.StatisticMaximum:
				d.Maximum = &value
			case types.StatisticMinimum:
				d.Minimum = &value
			case types.StatisticSampleCount:
				d.SampleCount = &value
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for _, name := range in.ExtendedStatistics {
		if err := ask(name, func(d *types.Datapoint, value float64) {
			if d.ExtendedStatistics == nil {
				d.ExtendedStatistics = map[string]float64{}
			}
			d.ExtendedStatistics[name] = value
		}); err != nil {
			return nil, err
		}
	}
	out := &cloudwatch.GetMetricStatisticsOutput{Label: in.MetricName, Datapoints: []types.Datapoint{}}
	for _, d := range byStart {
		out.Datapoints = append(out.Datapoints, *d)
	}
	sort.Slice(out.Datapoints, func(i, j int) bool { return out.Datapoints[i].Timestamp.Before(*out.Datapoints[j].Timestamp) })
	return out, nil
}

func (s *Service) listMetrics(_ context.Context, _ api.Caller, in *cloudwatch.ListMetricsInput) (*cloudwatch.ListMetricsOutput, error) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	out := &cloudwatch.ListMetricsOutput{Metrics: []types.Metric{}}
	for _, k := range sortedKeys(s.store.all) {
		found := s.store.all[k]
		if in.Namespace != nil && *in.Namespace != found.namespace || in.MetricName != nil && *in.MetricName != found.name || !has(found.dimensions, in.Dimensions) {
			continue
		}
		metric := types.Metric{Namespace: &found.namespace, MetricName: &found.name, Dimensions: []types.Dimension{}}
		for _, d := range found.dimensions {
			metric.Dimensions = append(metric.Dimensions, types.Dimension{Name: &d.Name, Value: &d.Value})
		}
		out.Metrics = append(out.Metrics, metric)
	}
	return out, nil
}

func has(dimensions []api.Dimension, filters []types.DimensionFilter) bool {
	for _, filter := range filters {
		found := false
		for _, d := range dimensions {
			found = found || d.Name == deref(filter.Name) && (filter.Value == nil || d.Value == *filter.Value)
		}
		if !found {
			return false
		}
	}
	return true
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
	return &cloudwatch.GetDashboardOutput{DashboardName: in.DashboardName, DashboardBody: &body}, nil
}

func (s *Service) deleteDashboards(_ context.Context, _ api.Caller, in *cloudwatch.DeleteDashboardsInput) (*cloudwatch.DeleteDashboardsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range in.DashboardNames {
		delete(s.dashboards, name)
	}
	return &cloudwatch.DeleteDashboardsOutput{}, nil
}

func deref[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}

func ptr[T any](value T) *T { return &value }
