package iam

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"weir/localcloud/internal/api"
)

// session is a role assumed under a name, by its access key id.
type session struct {
	caller api.Caller
	userID string
	tags   sessionTags
	number int // counts sessions from 1
	// expires in wall time, since SDKs compare it with the wall; zero never,
	// as Lambda renews what its processes hold.
	expires time.Time
}

var (
	sessionName = regexp.MustCompile(`^[\w+=,.@-]*$`)
	// roleARN is what STS takes for an ARN before it looks for the role.
	roleARN = regexp.MustCompile(`^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$`)
)

func checkSessionName(name string) error {
	constraint := ""
	switch {
	case len(name) > 64:
		constraint = tooLong(64)
	case len(name) < 2:
		constraint = "Member must have length greater than or equal to 2"
	case !sessionName.MatchString(name):
		constraint = `Member must satisfy regular expression pattern: [\w+=,.@-]*`
	default:
		return nil
	}
	return invalid("1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: %s", name, constraint)
}

// STS describes the token service to the bus.
func (s *Service) STS() *api.Service {
	return &api.Service{
		Name: "sts", Protocols: []api.Protocol{api.Query}, Version: "2011-06-15",
		XMLNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
		Operations: api.Table(
			api.Op("AssumeRole", s.assumeRole, api.Needs(assumePermissions)),
			api.Op("GetCallerIdentity", s.getCallerIdentity, api.WithoutAuth),
		),
	}
}

func (s *Service) assumeRole(_ context.Context, caller api.Caller, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	if in.Policy != nil || len(in.PolicyArns) > 0 {
		return nil, invalid("the local cloud does not evaluate session policies")
	}
	name := aws.ToString(in.RoleSessionName)
	if err := checkSessionName(name); err != nil {
		return nil, err
	}
	if !roleARN.MatchString(aws.ToString(in.RoleArn)) {
		return nil, invalid("%s is invalid", aws.ToString(in.RoleArn))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	open, _ := s.session(caller)
	tags, err := tagsOf(in, open.tags)
	if err != nil {
		return nil, err
	}
	r := s.byARN(aws.ToString(in.RoleArn))
	if err := s.mayAssume(caller, r, in); err != nil {
		return nil, err
	}
	seconds := int32(3600)
	if in.DurationSeconds != nil {
		seconds = *in.DurationSeconds
	}
	switch {
	case seconds > r.longest:
		return nil, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	case seconds > 3600 && caller.RoleARN != "":
		return nil, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	return s.openSession(r, caller, name, seconds, tags), nil
}

// mayAssume asks a role's trust policy; the lock must be held.
func (s *Service) mayAssume(caller api.Caller, r *role, in *sts.AssumeRoleInput) error {
	given := asked(in)
	given["sts:ExternalId"], given["sts:RoleSessionName"] = present(in.ExternalId), present(in.RoleSessionName)
	context := s.context(caller, api.Permission{Context: given})
	for _, needed := range assumePermissions(in) {
		if r == nil || r.trust.trusts(caller, needed.Action, s.Env.Account, context) != allowed {
			return api.StatusErrorf(403, "AccessDenied", "User: %s is not authorized to perform: %s on resource: %s", caller.ARN, needed.Action, needed.Resource)
		}
	}
	return nil
}

// openSession makes credentials; the lock must be held.
func (s *Service) openSession(r *role, caller api.Caller, name string, seconds int32, tags sessionTags) *sts.AssumeRoleOutput {
	wall := s.Wall()
	for key, old := range s.sessions {
		if old.over(wall) {
			delete(s.sessions, key)
		}
	}
	s.opened++
	expires := wall.Add(time.Duration(seconds) * time.Second).UTC().Truncate(time.Second)
	opened := session{
		caller:  api.Caller{ARN: s.Env.GlobalARN("sts", "assumed-role/"+r.RoleName+"/"+name), RoleARN: r.Arn},
		userID:  r.RoleId + ":" + name,
		tags:    tags,
		number:  s.opened,
		expires: expires,
	}
	if caller.Service == "lambda.amazonaws.com" {
		opened.expires = time.Time{}
	}
	key := newID("ASIA")[:20]
	s.sessions[key] = opened
	return &sts.AssumeRoleOutput{
		AssumedRoleUser: &types.AssumedRoleUser{Arn: aws.String(opened.caller.ARN), AssumedRoleId: aws.String(opened.userID)},
		Credentials: &types.Credentials{
			AccessKeyId: aws.String(key), SecretAccessKey: aws.String(newID("") + newID("")), SessionToken: aws.String(newID("") + newID("")),
			Expiration: aws.Time(expires),
		},
	}
}

func (s session) over(wall time.Time) bool { return !s.expires.IsZero() && wall.After(s.expires) }

func present(value *string) []string {
	if value == nil {
		return nil
	}
	return []string{*value}
}

// byARN finds a role; the lock must be held.
func (s *Service) byARN(arn string) *role {
	r := s.roles[baseName(arn)]
	if r == nil || r.Arn != arn {
		return nil
	}
	return r
}

func (s *Service) getCallerIdentity(_ context.Context, caller api.Caller, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	userID := s.Env.Account
	if open, ok := s.session(caller); ok {
		userID = open.userID
	}
	return &sts.GetCallerIdentityOutput{Account: aws.String(s.Env.Account), Arn: aws.String(caller.ARN), UserId: aws.String(userID)}, nil
}

// Identify finds out whom an access key id belongs to. The keys of sessions
// (ASIA...) are known or refused; any other key is the operator's.
func (s *Service) Identify(accessKeyID string) (api.Caller, error) {
	if !strings.HasPrefix(accessKeyID, "ASIA") {
		return api.Operator(s.Env), nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	found, ok := s.sessions[accessKeyID]
	if !ok {
		return api.Caller{}, api.StatusErrorf(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
	}
	if found.over(s.Wall()) {
		return api.Caller{}, api.StatusErrorf(403, "ExpiredToken", "The security token included in the request is expired")
	}
	return found.caller, nil
}
