package scheduler

import (
	"context"
	"maps"
	"regexp"
	"slices"

	"weir/localcloud/internal/api"
)

const defaultGroup = "default"

// group holds schedules.
type group struct {
	described Group
	schedules map[string]*schedule // by name
	tags      map[string]string
}

func (s *Service) newGroup(name string) *group {
	now := s.Clock.Now()
	return &group{schedules: map[string]*schedule{}, tags: map[string]string{},
		described: Group{Arn: new(s.groupARN(name)), Name: &name, State: new("ACTIVE"), CreationDate: &now, LastModificationDate: &now}}
}

func groupName(name *string) string {
	if name == nil || *name == "" {
		return defaultGroup
	}
	return *name
}

// group finds a group. Call with the lock held.
func (s *Service) group(name *string) (*group, error) {
	if g, ok := s.groups[groupName(name)]; ok {
		return g, nil
	}
	return nil, api.StatusErrorf(404, "ResourceNotFoundException", "Schedule group %s does not exist.", groupName(name))
}

var validName = regexp.MustCompile(`^[0-9a-zA-Z-_.]{1,64}$`)

func checkName(name *string) error {
	if !validName.MatchString(api.Deref(name)) {
		return invalid("1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9a-zA-Z-_.]+", api.Deref(name))
	}
	return nil
}

func (s *Service) createGroup(_ context.Context, _ api.Caller, in *GroupInput) (*GroupARN, error) {
	if err := checkName(in.Name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, exists := s.groups[*in.Name]; exists {
		return nil, api.StatusErrorf(409, "ConflictException", "Schedule group %s already exists.", *in.Name)
	}
	g := s.newGroup(*in.Name)
	g.tag(in.Tags)
	s.groups[*in.Name] = g
	return &GroupARN{ScheduleGroupArn: g.described.Arn}, nil
}

func (s *Service) getGroup(_ context.Context, _ api.Caller, in *GroupInput) (*Group, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(in.Name)
	if err != nil {
		return nil, err
	}
	return new(g.described), nil
}

// deleteGroup takes a group away with its schedules, at once.
func (s *Service) deleteGroup(_ context.Context, _ api.Caller, in *GroupInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.group(in.Name)
	if err != nil {
		return nil, err
	}
	if groupName(in.Name) == defaultGroup {
		return nil, invalid("Deleting default group is not allowed.")
	}
	for _, one := range g.schedules {
		one.stop()
	}
	delete(s.groups, *in.Name)
	return &Nothing{}, nil
}

func (s *Service) listGroups(_ context.Context, _ api.Caller, in *GroupsInput) (*Groups, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, next := pageOf(s.groups, in.NamePrefix, in.NextToken, in.MaxResults, func(*group) bool { return true })
	out := &Groups{ScheduleGroups: []Group{}, NextToken: next}
	for _, g := range found {
		out.ScheduleGroups = append(out.ScheduleGroups, g.described)
	}
	return out, nil
}

func (g *group) tag(tags []Tag) {
	for _, tag := range tags {
		g.tags[api.Deref(tag.Key)] = api.Deref(tag.Value)
	}
}

// tagged finds the group of an ARN; schedules have no tags. Call with the lock
// held.
func (s *Service) tagged(arn *string) (*group, error) {
	for _, g := range s.groups {
		if api.Deref(g.described.Arn) == api.Deref(arn) {
			return g, nil
		}
	}
	return nil, api.StatusErrorf(404, "ResourceNotFoundException", "Resource %s does not exist.", api.Deref(arn))
}

func (s *Service) tagResource(_ context.Context, _ api.Caller, in *TagsInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	g.tag(in.Tags)
	return &Nothing{}, nil
}

func (s *Service) untagResource(_ context.Context, _ api.Caller, in *TagsInput) (*Nothing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(g.tags, key)
	}
	return &Nothing{}, nil
}

func (s *Service) listTags(_ context.Context, _ api.Caller, in *TagsInput) (*Tags, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	out := &Tags{Tags: []Tag{}}
	for _, key := range slices.Sorted(maps.Keys(g.tags)) {
		out.Tags = append(out.Tags, Tag{Key: &key, Value: new(g.tags[key])})
	}
	return out, nil
}
