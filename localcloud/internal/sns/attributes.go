package sns

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"weir/localcloud/internal/api"
)

// checkMessageAttribute refuses an attribute without a good name, or without a
// value of its type.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
func checkMessageAttribute(name string, value types.MessageAttributeValue, path string) error {
	if fault := nameFault(name); fault != "" {
		return api.Errorf("ParameterValueInvalid", "%s", fault)
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

// nameFault says what is wrong with an attribute's name, or nothing.
func nameFault(name string) string {
	if len(name) > 256 {
		return "Length of message attribute name must be less than 256 bytes."
	}
	for _, r := range name {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r) {
			return fmt.Sprintf("Invalid non-alphanumeric character '#x%X' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.", r)
		}
	}
	switch {
	case strings.HasPrefix(name, "."):
		return "Invalid message attribute name starting with character '.' was found."
	case strings.HasSuffix(name, "."):
		return "Invalid message attribute name ending with character '.' was found."
	case strings.Contains(name, ".."):
		return "Message attribute name can not have successive '.' character."
	}
	return ""
}
