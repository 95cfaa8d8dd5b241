// Package ecr answers the few questions that the CDK's command asks of the
// container registry. The local cloud runs no containers: it holds the names of
// repositories and never an image.
package ecr

import (
	"context"

	"weir/localcloud/internal/api"
)

// Service is the registry of one account and region.
type Service struct {
	env          api.Env
	repositories []Repository
}

// New returns a registry that has the named repositories.
func New(env api.Env, names ...string) *Service {
	s := &Service{env: env}
	for _, name := range names {
		s.repositories = append(s.repositories, Repository{
			RepositoryName: name, RegistryId: env.Account, RepositoryArn: env.ARN("ecr", "repository/"+name),
			RepositoryUri: env.Account + ".dkr.ecr." + env.Region + ".amazonaws.com/" + name, ImageTagMutability: "IMMUTABLE",
		})
	}
	return s
}

// Repository is a repository as ECR answers it.
type Repository struct {
	RepositoryName, RepositoryArn, RegistryId, RepositoryUri, ImageTagMutability string
}

// DescribeRepositoriesInput of DescribeRepositories.
type DescribeRepositoriesInput struct{ RepositoryNames []string }

// DescribeRepositoriesOutput of DescribeRepositories.
type DescribeRepositoriesOutput struct{ Repositories []Repository }

// ImagesInput of DescribeImages.
type ImagesInput struct{ RepositoryName string }

// ImagesOutput of DescribeImages.
type ImagesOutput struct{ ImageDetails []struct{} }

// API describes the service to the bus.
func (s *Service) API() *api.Service {
	return &api.Service{
		Name: "ecr", Protocols: []api.Protocol{api.JSON11}, TargetPrefix: "AmazonEC2ContainerRegistry_V20150921", LowerCamel: true,
		Operations: api.Table(
			api.Op("DescribeRepositories", s.describeRepositories),
			api.Op("DescribeImages", s.describeImages),
		),
	}
}

func (s *Service) describeRepositories(_ context.Context, _ api.Caller, in *DescribeRepositoriesInput) (*DescribeRepositoriesOutput, error) {
	if len(in.RepositoryNames) == 0 {
		return &DescribeRepositoriesOutput{Repositories: append([]Repository{}, s.repositories...)}, nil
	}
	out := &DescribeRepositoriesOutput{Repositories: []Repository{}}
	for _, name := range in.RepositoryNames {
		found, err := s.find(name)
		if err != nil {
			return nil, err
		}
		out.Repositories = append(out.Repositories, found)
	}
	return out, nil
}

func (s *Service) find(name string) (Repository, error) {
	for _, repository := range s.repositories {
		if repository.RepositoryName == name {
			return repository, nil
		}
	}
	return Repository{}, api.Errorf("RepositoryNotFoundException", "The repository with name '%s' does not exist in the registry with id '%s'", name, s.env.Account)
}

func (s *Service) describeImages(_ context.Context, _ api.Caller, in *ImagesInput) (*ImagesOutput, error) {
	if _, err := s.find(in.RepositoryName); err != nil {
		return nil, err
	}
	return &ImagesOutput{ImageDetails: []struct{}{}}, nil
}
