package lambda

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

func (s *Service) publishVersion(_ context.Context, caller api.Caller, in *lambda.PublishVersionInput) (*lambda.PublishVersionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.settled(caller, in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := precondition(in.RevisionId, f.latest.config.RevisionId); err != nil {
		return nil, err
	}
	if given, current := api.Deref(in.CodeSha256), api.Deref(f.latest.config.CodeSha256); given != "" && given != current {
		return nil, invalid("CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). Please try again with the CodeSHA256 in $LATEST.", given, current)
	}
	if f.changed() {
		if err := s.room(f.latest.config.CodeSize); err != nil {
			return nil, err
		}
	}
	return as[lambda.PublishVersionOutput](s.shown(s.publish(f, in.Description), "")), nil
}

// publish makes $LATEST a version, or returns the newest version when nothing
// has changed since: neither code nor configuration. Call with the lock held.
func (s *Service) publish(f *function, description *string) *version {
	if !f.changed() {
		return f.versions[strconv.Itoa(f.published)]
	}
	f.published++
	number := strconv.Itoa(f.published)
	v := &version{config: f.latest.config, folder: f.latest.folder, source: api.Deref(f.latest.config.Description)}
	v.config.Version = &number
	v.config.FunctionArn = new(s.arn(f.name, number))
	if api.Deref(description) != "" {
		v.config.Description = description
	}
	v.config.RevisionId = new(api.NewID())
	v.pool = s.pool(v, f.initialization())
	f.versions[number] = v
	s.snapshot(v)
	// Publishing touches $LATEST too: its revision changes.
	f.latest.config.RevisionId = new(api.NewID())
	return v
}

// changed tells whether $LATEST is another than the newest version.
func (f *function) changed() bool {
	newest, ok := f.versions[strconv.Itoa(f.published)]
	return !ok || !same(newest, f.latest)
}

// same tells whether a version was published from this $LATEST. The version's
// own description may have been given at publishing; what counts is the one
// that $LATEST had then.
func same(published, latest *version) bool {
	return essence(published.config, published.source) == essence(latest.config, api.Deref(latest.config.Description))
}

// essence writes out what makes a version different from another.
func essence(config types.FunctionConfiguration, description string) string {
	config.Version, config.FunctionArn, config.RevisionId, config.LastModified = nil, nil, nil, nil
	config.State, config.StateReason, config.StateReasonCode = "", nil, ""
	config.LastUpdateStatus, config.LastUpdateStatusReason, config.LastUpdateStatusReasonCode = "", nil, ""
	if config.SnapStart != nil {
		config.SnapStart = &types.SnapStartResponse{ApplyOn: config.SnapStart.ApplyOn}
	}
	config.Description = &description
	text, err := json.Marshal(config)
	if err != nil {
		return api.NewID() // like no other: a new version is the safe answer
	}
	return string(text)
}

// deleteVersion deletes a published version that no alias points to. Deleting
// what is not there succeeds.
func (f *function) deleteVersion(number string) error {
	v, ok := f.versions[number]
	if !ok {
		return nil
	}
	var users []string
	for name, a := range f.aliases {
		if _, weighted := weights(a)[number]; weighted || api.Deref(a.FunctionVersion) == number {
			users = append(users, name)
		}
	}
	if len(users) > 0 {
		slices.Sort(users)
		return failed("ResourceConflictException", "Unable to delete version because the following aliases reference it: [%s]", strings.Join(users, ", "))
	}
	delete(f.versions, number)
	f.unprovision(number)
	v.pool.Retire()
	return nil
}
