package resource

import (
	"context"
	"maps"
	"slices"
)

// tagMap turns a template's list of Key and Value into a map, for the services
// that take one.
func tagMap(value any) map[string]any {
	if value == nil {
		return nil
	}
	tags := map[string]any{}
	for _, tag := range structures(value) {
		tags[textOf(tag["Key"])] = textOf(tag["Value"])
	}
	return tags
}

// withSystemTags adds the tags by which a resource tells the stack that made it,
// for the services that show them.
func (r *Request) withSystemTags(tags map[string]any) map[string]any {
	all := map[string]any{
		"aws:cloudformation:stack-name": r.StackName, "aws:cloudformation:stack-id": r.StackID, "aws:cloudformation:logical-id": r.LogicalID,
	}
	maps.Copy(all, tags)
	return all
}

// optionalMap keeps a nil map from becoming a member that is set.
func optionalMap(members map[string]any) any {
	if members == nil {
		return nil
	}
	return members
}

// tagging is how a service changes the tags of a resource.
type tagging struct {
	service string
	// tag and untag name the operations; arn and tags the members.
	tag, untag, arn, tags string
	asMap                 bool
}

// retag brings a resource's tags from the old properties to the new ones.
func (t tagging) retag(ctx context.Context, r *Request, arn string) error {
	before, after := tagMap(r.Old["Tags"]), tagMap(r.Properties["Tags"])
	var gone []any
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, kept := after[key]; !kept {
			gone = append(gone, key)
		}
	}
	if len(gone) > 0 {
		if _, err := r.call(ctx, t.service, t.untag, map[string]any{t.arn: arn, "TagKeys": gone}); err != nil {
			return err
		}
	}
	set := map[string]any{}
	for key, value := range after {
		if before[key] != value {
			set[key] = value
		}
	}
	if len(set) == 0 {
		return nil
	}
	var tags any = set
	if !t.asMap {
		list := []any{}
		for _, key := range slices.Sorted(maps.Keys(set)) {
			list = append(list, map[string]any{"Key": key, "Value": set[key]})
		}
		tags = list
	}
	_, err := r.call(ctx, t.service, t.tag, map[string]any{t.arn: arn, t.tags: tags})
	return err
}
