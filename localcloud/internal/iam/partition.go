package iam

import "strings"

// inPartition refuses a policy with a resource of another partition. The text is
// that of reports from live accounts.
// https://github.com/aws/aws-cdk/issues/14846
func (s *Service) inPartition(doc *document, err error) (*document, error) {
	if err != nil {
		return nil, err
	}
	for _, statement := range doc.statements {
		for _, resources := range [][]string{statement.resources, statement.notResources} {
			for _, resource := range resources {
				rest, isARN := strings.CutPrefix(resource, "arn:")
				partition, _, _ := strings.Cut(rest, ":")
				if isARN && partition != s.Env.Partition && !strings.ContainsAny(partition, "*?$") {
					return nil, malformed("Partition %q is not valid for resource %q.", partition, resource)
				}
			}
		}
	}
	return doc, nil
}

// trustInPartition refuses a trust policy with a principal of another partition.
// https://github.com/DataDog/cloudformation-template/issues/71
func (s *Service) trustInPartition(doc *document, err error) (*document, error) {
	if err != nil {
		return nil, err
	}
	for _, statement := range doc.statements {
		for _, principal := range statement.principals["AWS"] {
			rest, isARN := strings.CutPrefix(principal, "arn:")
			if partition, _, _ := strings.Cut(rest, ":"); isARN && partition != s.Env.Partition {
				return nil, malformed("Invalid principal in policy: %q:%q", "AWS", principal)
			}
		}
	}
	return doc, nil
}
