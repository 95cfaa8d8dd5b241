package resource

import "testing"

func TestEveryTypeHasItsAttributesListed(t *testing.T) {
	for _, name := range Types() {
		if _, listed := attributesOf[name]; !listed && name != customType {
			t.Errorf("%s is not listed", name)
		}
	}
	for name := range attributesOf {
		if _, known := Find(name); !known {
			t.Errorf("%s is listed but not supported", name)
		}
	}
}
