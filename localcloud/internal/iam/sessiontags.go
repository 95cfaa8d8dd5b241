package iam

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"weir/localcloud/internal/api"
)

// sessionTags are a session's tags by lower-case key, and the keys that go on to
// the sessions it opens.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
type sessionTags struct {
	values     map[string]string
	transitive []string
}

// tagsOf reads the tags that a request asks for, on top of those that the
// caller's session passes on.
func tagsOf(in *sts.AssumeRoleInput, before sessionTags) (sessionTags, error) {
	tags := sessionTags{values: map[string]string{}, transitive: slices.Clone(before.transitive)}
	for _, tag := range in.Tags {
		key := strings.ToLower(aws.ToString(tag.Key))
		if _, repeated := tags.values[key]; repeated {
			return tags, unusable("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if slices.Contains(before.transitive, key) {
			return tags, unusable("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
		tags.values[key] = aws.ToString(tag.Value)
	}
	for _, key := range in.TransitiveTagKeys {
		key = strings.ToLower(key)
		if _, asked := tags.values[key]; !asked {
			return tags, unusable("The specified transitive tag key must be included in the requested tags.")
		}
		tags.transitive = append(tags.transitive, key)
	}
	for _, key := range before.transitive {
		tags.values[key] = before.values[key]
	}
	return tags, nil
}

func unusable(message string) error { return api.Errorf("InvalidParameterValue", "%s", message) }

// asked are the condition keys of a request for tags.
func asked(in *sts.AssumeRoleInput) map[string][]string {
	keys := map[string][]string{}
	for _, tag := range in.Tags {
		keys["aws:RequestTag/"+aws.ToString(tag.Key)] = []string{aws.ToString(tag.Value)}
		keys["aws:TagKeys"] = append(keys["aws:TagKeys"], aws.ToString(tag.Key))
	}
	keys["sts:TransitiveTagKeys"] = in.TransitiveTagKeys
	return keys
}

// assumePermissions are what a caller needs to assume a role, with tags or
// without.
func assumePermissions(in *sts.AssumeRoleInput) []api.Permission {
	needed := []api.Permission{{Action: "sts:AssumeRole", Resource: aws.ToString(in.RoleArn), Context: asked(in)}}
	if len(in.Tags) > 0 {
		needed = append(needed, api.Permission{Action: "sts:TagSession", Resource: aws.ToString(in.RoleArn), Context: asked(in)})
	}
	return needed
}

// session finds the session that a caller is, the last one if several have its
// name; the lock must be held.
func (s *Service) session(caller api.Caller) (found session, ok bool) {
	for _, open := range s.sessions {
		if open.caller == caller && open.number > found.number {
			found, ok = open, true
		}
	}
	return found, ok
}

// principalTags are the tags of a caller's role and, before them, of its
// session, as condition keys; the lock must be held.
func (s *Service) principalTags(caller api.Caller) map[string][]string {
	keys := map[string][]string{}
	if r := s.byARN(caller.RoleARN); r != nil {
		for _, tag := range r.Tags {
			keys["aws:principaltag/"+strings.ToLower(tag.Key)] = []string{aws.ToString(tag.Value)}
		}
	}
	open, _ := s.session(caller)
	for key, value := range open.tags.values {
		keys["aws:principaltag/"+key] = []string{value}
	}
	return keys
}
