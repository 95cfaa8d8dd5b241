package lambda

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"weir/localcloud/internal/api"
)

func (s *Service) getFunction(_ context.Context, _ api.Caller, in *lambda.GetFunctionInput) (*lambda.GetFunctionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, v, qualifier, err := s.find(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	out := &lambda.GetFunctionOutput{
		Configuration: new(s.shown(v, qualifier)),
		Code:          &types.FunctionCodeLocation{RepositoryType: new("S3"), Location: new(s.location(v))},
	}
	if len(f.tags) > 0 && qualifier == "" {
		out.Tags = maps.Clone(f.tags)
	}
	if f.concurrency != nil {
		out.Concurrency = &types.Concurrency{ReservedConcurrentExecutions: f.concurrency}
	}
	return out, nil
}

func (s *Service) getFunctionConfiguration(_ context.Context, _ api.Caller, in *lambda.GetFunctionConfigurationInput) (*lambda.GetFunctionConfigurationOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, v, qualifier, err := s.find(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	return as[lambda.GetFunctionConfigurationOutput](s.shown(v, qualifier)), nil
}

func (s *Service) listFunctions(_ context.Context, _ api.Caller, in *lambda.ListFunctionsInput) (*lambda.ListFunctionsOutput, error) {
	if version := in.FunctionVersion; version != "" && version != types.FunctionVersionAll {
		return nil, violates(string(version), "functionVersion", "Member must satisfy enum value set: [ALL]")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.FunctionConfiguration{}
	for _, name := range slices.Sorted(maps.Keys(s.functions)) {
		f := s.functions[name]
		if in.FunctionVersion != types.FunctionVersionAll {
			all = append(all, s.listed(f.latest, ""))
			continue
		}
		all = append(all, s.versionsOf(f)...)
	}
	page, next, err := paginate(all, in.Marker, in.MaxItems)
	return &lambda.ListFunctionsOutput{Functions: page, NextMarker: next}, err
}

func (s *Service) listVersionsByFunction(_ context.Context, _ api.Caller, in *lambda.ListVersionsByFunctionInput) (*lambda.ListVersionsByFunctionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _, err := s.function(api.Deref(in.FunctionName))
	if err != nil {
		return nil, err
	}
	page, next, err := paginate(s.versionsOf(f), in.Marker, in.MaxItems)
	return &lambda.ListVersionsByFunctionOutput{Versions: page, NextMarker: next}, err
}

// versionsOf lists $LATEST and then the published versions by number.
func (s *Service) versionsOf(f *function) []types.FunctionConfiguration {
	all := []types.FunctionConfiguration{s.listed(f.latest, latestVersion)}
	for number := 1; number <= f.published; number++ {
		if v, ok := f.versions[strconv.Itoa(number)]; ok {
			all = append(all, s.listed(v, ""))
		}
	}
	return all
}

// pageSize is the most that Lambda's lists answer at once.
const pageSize = 50

// paginate cuts a page out of a list; the marker is the index of its first item.
func paginate[T any](all []T, marker *string, most *int32) ([]T, *string, error) {
	begin := 0
	if api.Deref(marker) != "" {
		parsed, err := strconv.Atoi(*marker)
		if err != nil || parsed < 0 || parsed > len(all) {
			return nil, nil, invalid("Invalid pagination marker %q.", *marker)
		}
		begin = parsed
	}
	size := pageSize
	if most != nil {
		if *most < 1 {
			return nil, nil, violates(fmt.Sprint(*most), "maxItems", "Member must have value greater than or equal to 1")
		}
		size = min(size, int(*most))
	}
	end := min(len(all), begin+size)
	if end == len(all) {
		return all[begin:end], nil, nil
	}
	return all[begin:end], new(strconv.Itoa(end)), nil
}

func (s *Service) getAccountSettings(context.Context, api.Caller, *lambda.GetAccountSettingsInput) (*lambda.GetAccountSettingsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &lambda.GetAccountSettingsOutput{
		AccountLimit: &types.AccountLimit{
			ConcurrentExecutions: accountConcurrency, UnreservedConcurrentExecutions: new(s.unreserved("")),
			CodeSizeUnzipped: 250 << 20, CodeSizeZipped: 50 << 20, TotalCodeSize: s.Storage,
		},
		AccountUsage: &types.AccountUsage{FunctionCount: int64(len(s.functions)), TotalCodeSize: s.stored()},
	}, nil
}

// stored is the size of all deployment packages, in bytes: each version keeps
// its own. Call with the lock held.
func (s *Service) stored() (size int64) {
	for _, f := range s.functions {
		size += f.latest.config.CodeSize
		for _, v := range f.versions {
			size += v.config.CodeSize
		}
	}
	return size
}

// room refuses bytes more than the account may keep. Call with the lock held.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
func (s *Service) room(more int64) error {
	if s.stored()+more > s.Storage {
		return failed("CodeStorageExceededException", "Code storage limit exceeded.")
	}
	return nil
}
