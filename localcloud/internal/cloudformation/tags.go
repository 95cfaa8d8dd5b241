package cloudformation

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/cloudformation/resource"
)

// withStackTags adds the stack's tags to a resource that takes tags, as
// CloudFormation does; a tag of the resource's own wins.
func withStackTags(kind resource.Kind, properties map[string]any, tags []types.Tag) {
	if len(tags) == 0 || !slices.Contains(kind.Properties, "Tags") {
		return
	}
	own, ok := properties["Tags"].([]any)
	if properties["Tags"] != nil && !ok {
		return // not a list: the resource's provider will say so
	}
	taken := map[string]bool{}
	for _, item := range own {
		if tag, ok := item.(map[string]any); ok {
			key, _ := tag["Key"].(string)
			taken[key] = true
		}
	}
	merged := slices.Clone(own)
	for _, tag := range tags {
		if key := aws.ToString(tag.Key); !taken[key] {
			merged = append(merged, map[string]any{"Key": key, "Value": aws.ToString(tag.Value)})
		}
	}
	properties["Tags"] = merged
}
