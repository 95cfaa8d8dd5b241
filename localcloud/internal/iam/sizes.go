package iam

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"weir/localcloud/internal/api"
)

// How large the policies of a role may be, in characters without white space, and
// how many managed ones it may have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	maxInline   = 10_240 // all inline policies of a role together
	maxManaged  = 6_144
	maxTrust    = 2_048
	maxAttached = 10
)

// sizeOf is how IAM counts a policy: without white space.
func sizeOf(policy string) int {
	return utf8.RuneCountInString(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, policy))
}

func limitExceeded(format string, args ...any) error {
	return api.StatusErrorf(409, "LimitExceeded", format, args...)
}

func checkTrustSize(policy string) error {
	if sizeOf(policy) > maxTrust {
		return limitExceeded("Cannot exceed quota for ACLSizePerRole: %d", maxTrust)
	}
	return nil
}

func checkManagedSize(policy string) error {
	if sizeOf(policy) > maxManaged {
		return limitExceeded("Cannot exceed quota for PolicySize: %d", maxManaged)
	}
	return nil
}

// checkInlineSize refuses a policy that the role has no room for beside its others.
func (r *role) checkInlineSize(name, policy string) error {
	size := sizeOf(policy)
	for other, inline := range r.inline {
		if other != name {
			size += sizeOf(inline.text)
		}
	}
	if size > maxInline {
		return limitExceeded("Maximum policy size of %d bytes exceeded for role %s", maxInline, r.RoleName)
	}
	return nil
}
