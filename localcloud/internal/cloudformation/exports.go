package cloudformation

import (
	"context"
	"sort"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"weir/localcloud/internal/api"
)

// listExports lists what all living stacks export, by name, in one page.
func (s *Service) listExports(context.Context, api.Caller, *cloudformation.ListExportsInput) (*cloudformation.ListExportsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	exports := []types.Export{}
	for _, st := range s.stacks {
		if st.status == types.StackStatusDeleteComplete {
			continue
		}
		for _, output := range st.outputs {
			if output.ExportName != nil {
				exports = append(exports, types.Export{ExportingStackId: aws.String(st.id), Name: output.ExportName, Value: output.OutputValue})
			}
		}
	}
	sort.Slice(exports, func(i, j int) bool { return *exports[i].Name < *exports[j].Name })
	return &cloudformation.ListExportsOutput{Exports: exports}, nil
}

// listImports lists the stacks that import an export; that there are none is
// an error, as on AWS.
func (s *Service) listImports(_ context.Context, _ api.Caller, in *cloudformation.ListImportsInput) (*cloudformation.ListImportsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	export := aws.ToString(in.ExportName)
	users := s.importers(export)
	if len(users) == 0 {
		return nil, validation("Export '%s' is not imported by any stack.", export)
	}
	return &cloudformation.ListImportsOutput{Imports: users}, nil
}
