package iam

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"weir/localcloud/internal/api"
)

const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
	tagPattern  = `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`
)

var tagKey = regexp.MustCompile("^" + tagPattern + "$")

func tooLong(most int) string {
	return fmt.Sprintf("Member must have length less than or equal to %d", most)
}

// checkTags refuses tags that break the service's model.
func checkTags(tags []Tag) error {
	if len(tags) > maxTags {
		return unfit("tags", tooLong(maxTags))
	}
	for i, tag := range tags {
		member := fmt.Sprintf("tags.%d.member.", i+1)
		switch {
		case utf8.RuneCountInString(tag.Key) > maxTagKey:
			return unfit(member+"key", tooLong(maxTagKey))
		case !tagKey.MatchString(tag.Key):
			return unfit(member+"key", "Member must satisfy regular expression pattern: "+tagPattern)
		case tag.Value != nil && utf8.RuneCountInString(*tag.Value) > maxTagValue:
			return unfit(member+"value", tooLong(maxTagValue))
		}
	}
	return nil
}

func checkTagKeys(keys []string) error {
	tags := make([]Tag, len(keys))
	for i, key := range keys {
		tags[i].Key = key
	}
	return checkTags(tags)
}

// repeated tells whether two tags have the same key.
func repeated(tags []Tag, ignoreCase bool) bool {
	keys := map[string]bool{}
	for _, tag := range tags {
		key := tag.Key
		if ignoreCase {
			key = strings.ToLower(key)
		}
		keys[key] = true
	}
	return len(keys) < len(tags)
}

// checkPolicyTags refuses tags that a policy cannot have.
func checkPolicyTags(tags []Tag) error {
	if err := checkTags(tags); err != nil {
		return err
	}
	if repeated(tags, false) {
		return invalidInput("Duplicate tag keys found.")
	}
	return nil
}

// checkRoleTags refuses tags that a role cannot have; its keys have no case.
func checkRoleTags(tags []Tag) error {
	if err := checkTags(tags); err != nil {
		return err
	}
	if repeated(tags, true) {
		return invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	}
	return nil
}

func (s *Service) tagRole(_ context.Context, _ api.Caller, in *TagsInput) (*Empty, error) {
	if err := checkRoleTags(in.Tags); err != nil {
		return nil, err
	}
	return s.changeTags(in.RoleName, func(tags []Tag) []Tag { return mergeTags(tags, in.Tags) })
}

func (s *Service) untagRole(_ context.Context, _ api.Caller, in *TagsInput) (*Empty, error) {
	if err := checkTagKeys(in.TagKeys); err != nil {
		return nil, err
	}
	return s.changeTags(in.RoleName, func(tags []Tag) []Tag {
		return slices.DeleteFunc(slices.Clone(tags), func(t Tag) bool { return slices.Contains(in.TagKeys, t.Key) })
	})
}

func (s *Service) changeTags(name string, change func([]Tag) []Tag) (*Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(name)
	if err != nil {
		return nil, err
	}
	r.Tags = change(r.Tags)
	return &Empty{}, nil
}

// mergeTags adds tags to others, sorted by key.
func mergeTags(tags, more []Tag) []Tag {
	byKey := map[string]Tag{}
	for _, tag := range slices.Concat(tags, more) {
		byKey[tag.Key] = tag
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b Tag) int { return cmp.Compare(a.Key, b.Key) })
}

func (s *Service) listRoleTags(_ context.Context, _ api.Caller, in *RoleInput) (*Tags, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	return &Tags{Tags: append([]Tag{}, r.Tags...)}, nil
}
