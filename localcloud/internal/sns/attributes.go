package sns

import (
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
)

var attributeName = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)

// checkMessageAttribute refuses an attribute without a good name, or without a
// value of its type.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
func checkMessageAttribute(name string, value types.MessageAttributeValue, path string) error {
	if len(name) > 256 || !attributeName.MatchString(name) {
		return api.Errorf("ParameterValueInvalid", "The message attribute name %q has more than 256 characters, or others than letters, digits, hyphens, underscores and single dots inside.", name)
	}
	if value.DataType == nil {
		return api.Errorf("ValidationError", "1 validation error detected: Value null at '%s.%s.member.dataType' failed to satisfy constraint: Member must not be null", path, name)
	}
	kind, _, _ := strings.Cut(*value.DataType, ".")
	field, has, other := "String", api.Deref(value.StringValue) != "", len(value.BinaryValue) > 0
	switch kind {
	case "String", "Number":
	case "Binary":
		field, has, other = "Binary", other, has
	default:
		return api.Errorf("ParameterValueInvalid", "The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
	}
	if has {
		return nil
	}
	if other {
		return api.Errorf("ParameterValueInvalid", "The message attribute '%s' with type '%s' must use field '%s'.", name, *value.DataType, field)
	}
	return api.Errorf("ParameterValueInvalid", "The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'.", name, *value.DataType)
}
