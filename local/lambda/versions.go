package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/local/api"
)

func (s *Service) publishVersion(_ context.Context, _ api.Caller, in *lambda.PublishVersionInput) (*lambda.PublishVersionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	if err := precondition(in.RevisionId, f.latest.config.RevisionId); err != nil {
		return nil, err
	}
	if in.CodeSha256 != nil && *in.CodeSha256 != deref(f.latest.config.CodeSha256) {
		return nil, &api.Error{Code: "InvalidParameterValueException", Fields: map[string]string{"Type": "User"},
			Message: fmt.Sprintf("CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). Please try again with the CodeSHA256 in $LATEST.",
				*in.CodeSha256, deref(f.latest.config.CodeSha256))}
	}
	config := s.publish(f, in.Description).config
	out := new(lambda.PublishVersionOutput)
	copyFields(out, &config)
	return out, nil
}

// publish makes $LATEST a version, or returns the newest version when nothing
// has changed since: neither code nor configuration. Call with the lock held.
func (s *Service) publish(f *function, description *string) *version {
	if newest, ok := f.versions[strconv.Itoa(f.published)]; ok && same(newest.config, f.latest.config, newest.published) {
		return newest
	}
	f.published++
	number := strconv.Itoa(f.published)
	v := &version{config: f.latest.config, code: f.latest.code, published: deref(f.latest.config.Description)}
	v.config.Version = &number
	v.config.FunctionArn = ptr(s.arn(f.name, number))
	if description != nil && *description != "" {
		v.config.Description = description
	}
	v.config.RevisionId = ptr(newID())
	v.pool = s.pool(v)
	f.versions[number] = v
	// Publishing touches $LATEST too: its revision changes.
	f.latest.config.RevisionId = ptr(newID())
	return v
}

// same tells whether a version was published from this $LATEST. The version's
// own description may have been given at publishing; what counts is the one
// that $LATEST had then.
func same(published, latest types.FunctionConfiguration, description string) bool {
	return comparable(published, description) == comparable(latest, deref(latest.Description))
}

// comparable writes what makes two versions the same.
func comparable(config types.FunctionConfiguration, description string) string {
	config.Version, config.FunctionArn, config.RevisionId, config.LastModified = nil, nil, nil, nil
	config.Description = &description
	text, err := json.Marshal(config)
	if err != nil {
		return newID() // never equal to another
	}
	return string(text)
}

func (s *Service) listVersions(_ context.Context, _ api.Caller, in *lambda.ListVersionsByFunctionInput) (*lambda.ListVersionsByFunctionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	all := []types.FunctionConfiguration{s.seen(f.latest, latestVersion)}
	for number := 1; number <= f.published; number++ {
		if v, ok := f.versions[strconv.Itoa(number)]; ok {
			all = append(all, v.config)
		}
	}
	for i := range all {
		// The list leaves out what changes by itself.
		all[i].State, all[i].LastUpdateStatus, all[i].RuntimeVersionConfig = "", "", nil
	}
	page, next, err := paginate(all, in.Marker, in.MaxItems, 50)
	return &lambda.ListVersionsByFunctionOutput{Versions: page, NextMarker: next}, err
}

func (s *Service) deleteVersion(f *function, number string) error {
	if number == latestVersion {
		return api.Errorf("InvalidParameterValueException", "$LATEST version cannot be deleted without deleting the function.")
	}
	v, ok := f.versions[number]
	if !ok {
		return nil // deleting what is not there succeeds
	}
	var users []string
	for _, a := range f.aliases {
		_, weighted := weights(a)[number]
		if deref(a.config.FunctionVersion) == number || weighted {
			users = append(users, deref(a.config.Name))
		}
	}
	if len(users) > 0 {
		slices.Sort(users)
		return api.StatusErrorf(409, "ResourceConflictException", "Version %s cannot be deleted because it is used by aliases %v.", number, users)
	}
	delete(f.versions, number)
	go v.pool.Close()
	return nil
}

// paginate cuts a page out of a list; the marker is the index of its first item.
func paginate[T any](all []T, marker *string, most *int32, standard int) ([]T, *string, error) {
	begin := 0
	if marker != nil {
		parsed, err := strconv.Atoi(*marker)
		if err != nil || parsed < 0 || parsed > len(all) {
			return nil, nil, api.Errorf("InvalidParameterValueException", "Marker %q is not one that this API gave.", *marker)
		}
		begin = parsed
	}
	size := standard
	if most != nil && *most > 0 {
		size = min(size, int(*most))
	}
	end := min(len(all), begin+size)
	if end == len(all) {
		return all[begin:end], nil, nil
	}
	return all[begin:end], ptr(strconv.Itoa(end)), nil
}
