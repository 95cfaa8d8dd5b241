package sqs

import (
	"crypto/md5" // #nosec G501 -- SQS's MD5OfMessageBody is this, by its API
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"weir/localcloud/internal/api"
)

func digest(body []byte) string {
	sum := md5.Sum(body) // #nosec G401 -- SQS's MD5OfMessageBody is this, by its API
	return hex.EncodeToString(sum[:])
}

// attributesDigest is the MD5 over a message's attributes by name: the name, the
// type and the value, each after its length, and 1 or 2 before the value for a
// text or for bytes. SDKs check it.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
func attributesDigest(attributes map[string]MessageAttributeValue) *string {
	if len(attributes) == 0 {
		return nil
	}
	var b []byte
	part := func(text []byte) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(text))) // #nosec G115 -- a message has at most 1 MiB
		b = append(b, text...)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := attributes[name]
		part([]byte(name))
		part([]byte(api.Deref(value.DataType)))
		if strings.HasPrefix(api.Deref(value.DataType), "Binary") {
			b = append(b, 2)
			part(value.BinaryValue)
			continue
		}
		b = append(b, 1)
		part([]byte(api.Deref(value.StringValue)))
	}
	return new(digest(b))
}

// sizeOf is what counts against the limit of a message, in bytes.
func sizeOf(body string, attributes map[string]MessageAttributeValue) int {
	size := len(body)
	for name, value := range attributes {
		size += len(name) + len(api.Deref(value.DataType)) + len(api.Deref(value.StringValue)) + len(value.BinaryValue)
	}
	return size
}

// checkAttributeValues refuses attributes that have no value of their type.
func checkAttributeValues(attributes map[string]MessageAttributeValue) error {
	if len(attributes) > 10 {
		return failure("InvalidParameterValueException", "Number of message attributes [%d] exceeds the allowed maximum [10].", len(attributes))
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := attributes[name]
		kind, _, _ := strings.Cut(api.Deref(value.DataType), ".")
		switch kind {
		case "String", "Number":
			if api.Deref(value.StringValue) == "" {
				return failure("InvalidParameterValueException", "Message (user) attribute '%s' must contain a non-empty value of type 'String'.", name)
			}
		case "Binary":
			if len(value.BinaryValue) == 0 {
				return failure("InvalidParameterValueException", "Message (user) attribute '%s' must contain a non-empty value of type 'Binary'.", name)
			}
		default:
			return failure("InvalidParameterValueException", "The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
		}
	}
	return nil
}
