package iam

import (
	"cmp"
	"slices"
	"time"
)

// use counts how often a grant allowed a call.
type use struct {
	count int
	last  time.Time // cloud time
}

// Grant is one action pattern on one resource pattern that a role is granted,
// and how often it was needed.
type Grant struct {
	Role     string // ARN
	Policy   string // inline policy's name, or managed policy's ARN
	Action   string
	Resource string
	Uses     int
	LastUsed time.Time // cloud time; zero when never
}

// count notes that grants allowed a call; the lock must be held.
func (s *Service) count(roleARN string, used []grant) {
	uses := s.usage[roleARN]
	if uses == nil {
		uses = map[grant]*use{}
		s.usage[roleARN] = uses
	}
	now := s.Clock.Now()
	for _, g := range used {
		if uses[g] == nil {
			uses[g] = &use{}
		}
		uses[g].count++
		uses[g].last = now
	}
}

// Grants lists every grant of every role that exists, with its use, by role,
// policy, action and resource.
func (s *Service) Grants() []Grant {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Grant
	for _, r := range s.roles {
		for name, doc := range s.policiesOf(r) {
			for _, statement := range doc.statements {
				for _, g := range statement.grants(name) {
					one := Grant{Role: r.Arn, Policy: g.policy, Action: g.action, Resource: g.resource}
					if u := s.usage[r.Arn][g]; u != nil {
						one.Uses, one.LastUsed = u.count, u.last
					}
					list = append(list, one)
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b Grant) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.Action, b.Action), cmp.Compare(a.Resource, b.Resource))
	})
	return slices.Compact(list)
}

// Unused lists the grants that allowed nothing so far.
func (s *Service) Unused() []Grant {
	return slices.DeleteFunc(s.Grants(), func(g Grant) bool { return g.Uses > 0 })
}
