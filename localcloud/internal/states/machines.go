package states

import (
	"context"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"weir/localcloud/internal/api"
	"weir/localcloud/internal/states/asl"
)

// machine is a state machine. Executions hold the revision they started with.
type machine struct {
	arn, name string
	created   time.Time
	tags      map[string]string
	current   *revision
}

// revision is what UpdateStateMachine replaces as a whole.
type revision struct {
	id         string
	text       string
	definition *asl.Definition
	roleARN    string
	logging    *types.LoggingConfiguration
	tracing    *types.TracingConfiguration
	encryption *types.EncryptionConfiguration
	updated    time.Time
}

var invalidInName = regexp.MustCompile("[\\s<>{}\\[\\]?*\"#%\\\\^|~`$&,;:/\x00-\x1f\x7f-\u009f]")

func checkName(name string) error {
	if name == "" || invalidInName.MatchString(name) {
		return api.Errorf("InvalidName", "Invalid Name: '%s'", name)
	}
	return nil
}

// parse reads a definition for an operation, or answers what keeps it from that.
func (s *Service) parse(operation, text string) (*asl.Definition, error) {
	definition, found := asl.Parse(text, asl.Standard, s.jsonata)
	if definition == nil {
		return nil, invalidDefinition(operation, found)
	}
	return definition, nil
}

// invalidDefinition tells every mistake in a definition. Where there is none, the
// definition has what the local cloud lacks.
func invalidDefinition(operation string, found []asl.Diagnostic) error {
	var parts []string
	for _, d := range found {
		if !d.Warning && !d.Gap {
			parts = append(parts, d.String())
		}
	}
	if len(parts) == 0 {
		return notEmulated(operation, found)
	}
	return api.Errorf("InvalidDefinition", "Invalid State Machine Definition: '%s'", strings.Join(parts, ", "))
}

func (s *Service) createStateMachine(ctx context.Context, _ api.Caller, in *sfn.CreateStateMachineInput) (*sfn.CreateStateMachineOutput, error) {
	name := aws.ToString(in.Name)
	if err := checkName(name); err != nil {
		return nil, err
	}
	if in.Type == types.StateMachineTypeExpress {
		return nil, api.StatusErrorf(501, "NotImplemented", "CreateStateMachine: the local cloud does not emulate Express workflows")
	}
	if in.Publish {
		return nil, api.StatusErrorf(501, "NotImplemented", "CreateStateMachine: the local cloud does not emulate versions of state machines (publish)")
	}
	if err := checkDescription(in.VersionDescription); err != nil {
		return nil, err
	}
	if err := checkRole(aws.ToString(in.RoleArn)); err != nil {
		return nil, err
	}
	definition, err := s.parse("CreateStateMachine", aws.ToString(in.Definition))
	if err != nil {
		return nil, err
	}
	logging, err := s.logging(ctx, in.LoggingConfiguration)
	if err != nil {
		return nil, err
	}
	now := s.now()
	m := &machine{arn: s.Env.ARN("states", "stateMachine:"+name), name: name, created: now, tags: map[string]string{}}
	if err := m.tag(in.Tags); err != nil {
		return nil, err
	}
	m.current = &revision{
		text: *in.Definition, definition: definition, roleARN: *in.RoleArn, updated: now,
		logging: logging, tracing: tracing(in.TracingConfiguration), encryption: encryption(in.EncryptionConfiguration),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if existing, ok := s.machines[m.arn]; ok {
		asked := *m.current
		asked.roleARN = existing.current.roleARN // another role or other tags are ignored, as on AWS
		if existing.current.same(&asked) {
			return &sfn.CreateStateMachineOutput{StateMachineArn: &existing.arn, CreationDate: &existing.created}, nil
		}
		return nil, api.Errorf("StateMachineAlreadyExists", "State Machine Already Exists: '%s'", m.arn)
	}
	s.machines[m.arn] = m
	return &sfn.CreateStateMachineOutput{StateMachineArn: &m.arn, CreationDate: &m.created}, nil
}

// notEmulated names the gaps among the findings; nil without any.
func notEmulated(operation string, found []asl.Diagnostic) error {
	var parts []string
	for _, d := range found {
		if d.Gap {
			parts = append(parts, d.Message+", at "+d.Location)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return api.StatusErrorf(501, "NotImplemented", "%s: %s", operation, strings.Join(parts, "; "))
}

// same tells whether two revisions ask for the same machine.
func (r *revision) same(other *revision) bool {
	return r.text == other.text && r.roleARN == other.roleARN && reflect.DeepEqual(r.logging, other.logging) &&
		reflect.DeepEqual(r.tracing, other.tracing) && reflect.DeepEqual(r.encryption, other.encryption)
}

// shown is what a description has of the definition and of its variables: nothing
// that could be encrypted when only metadata is asked for.
func (r *revision) shown(included types.IncludedData) (string, map[string][]string) {
	if included == types.IncludedDataMetadataOnly {
		return "{}", nil
	}
	return r.text, r.definition.VariableReferences()
}

// checkDescription refuses to describe a version that is not made.
func checkDescription(description *string) error {
	if description != nil {
		return api.Errorf("ValidationException", "Version description can only be set when publish is true")
	}
	return nil
}

func checkRole(role string) error {
	if !strings.HasPrefix(role, "arn:") || !strings.Contains(role, ":role/") {
		return api.Errorf("InvalidArn", "Invalid Role Arn: '%s'", role)
	}
	return nil
}

func tracing(t *types.TracingConfiguration) *types.TracingConfiguration {
	if t == nil {
		return &types.TracingConfiguration{}
	}
	return t
}

func encryption(e *types.EncryptionConfiguration) *types.EncryptionConfiguration {
	if e == nil {
		return &types.EncryptionConfiguration{Type: types.EncryptionTypeAwsOwnedKey}
	}
	return e
}

// find looks a machine up; the caller holds the lock.
func (s *Service) find(arn *string) (*machine, error) {
	name := aws.ToString(arn)
	parts := strings.Split(name, ":")
	if len(parts) < 7 || parts[0] != "arn" || parts[5] != "stateMachine" {
		return nil, api.Errorf("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'", name)
	}
	if m, ok := s.machines[name]; ok {
		return m, nil
	}
	return nil, api.Errorf("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", name)
}

func (s *Service) updateStateMachine(ctx context.Context, _ api.Caller, in *sfn.UpdateStateMachineInput) (*sfn.UpdateStateMachineOutput, error) {
	if in.Publish {
		return nil, api.StatusErrorf(501, "NotImplemented", "UpdateStateMachine: the local cloud does not emulate versions of state machines (publish)")
	}
	if in.Definition == nil && in.RoleArn == nil && in.LoggingConfiguration == nil && in.TracingConfiguration == nil && in.EncryptionConfiguration == nil {
		return nil, api.Errorf("MissingRequiredParameter", "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified")
	}
	if err := checkDescription(in.VersionDescription); err != nil {
		return nil, err
	}
	var definition *asl.Definition
	if in.Definition != nil {
		var err error
		if definition, err = s.parse("UpdateStateMachine", *in.Definition); err != nil {
			return nil, err
		}
	}
	if in.RoleArn != nil {
		if err := checkRole(*in.RoleArn); err != nil {
			return nil, err
		}
	}
	logging, err := s.logging(ctx, in.LoggingConfiguration)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.find(in.StateMachineArn)
	if err != nil {
		return nil, err
	}
	next := *m.current
	if definition != nil {
		next.text, next.definition = *in.Definition, definition
	}
	if in.RoleArn != nil {
		next.roleARN = *in.RoleArn
	}
	if in.LoggingConfiguration != nil {
		next.logging = logging
	}
	if in.TracingConfiguration != nil {
		next.tracing = in.TracingConfiguration
	}
	if in.EncryptionConfiguration != nil {
		next.encryption = in.EncryptionConfiguration
	}
	if !next.same(m.current) {
		next.id, next.updated = api.NewID(), s.now()
		m.current = &next
	}
	return &sfn.UpdateStateMachineOutput{UpdateDate: aws.Time(m.current.updated), RevisionId: optional(m.current.id)}, nil
}

func (s *Service) describeStateMachine(_ context.Context, _ api.Caller, in *sfn.DescribeStateMachineInput) (*sfn.DescribeStateMachineOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.find(in.StateMachineArn)
	if err != nil {
		return nil, err
	}
	text, variables := m.current.shown(in.IncludedData)
	return &sfn.DescribeStateMachineOutput{
		StateMachineArn: aws.String(m.arn), Name: aws.String(m.name), Status: types.StateMachineStatusActive,
		Type: types.StateMachineTypeStandard, CreationDate: aws.Time(m.created), Definition: aws.String(text),
		RoleArn: aws.String(m.current.roleARN), LoggingConfiguration: m.current.logging,
		TracingConfiguration: m.current.tracing, EncryptionConfiguration: m.current.encryption,
		RevisionId: optional(m.current.id), VariableReferences: variables,
	}, nil
}

func (s *Service) deleteStateMachine(_ context.Context, _ api.Caller, in *sfn.DeleteStateMachineInput) (*sfn.DeleteStateMachineOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.find(in.StateMachineArn)
	if api.IsCode(err, "StateMachineDoesNotExist") {
		return &sfn.DeleteStateMachineOutput{}, nil // deleting twice is no error on AWS
	}
	if err != nil {
		return nil, err
	}
	// On AWS the machine is DELETING until its executions have ended; they go on here too.
	delete(s.machines, m.arn)
	return &sfn.DeleteStateMachineOutput{}, nil
}

func (s *Service) listStateMachines(_ context.Context, _ api.Caller, in *sfn.ListStateMachinesInput) (*sfn.ListStateMachinesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]types.StateMachineListItem, 0, len(s.machines))
	for _, m := range s.machines {
		list = append(list, types.StateMachineListItem{
			StateMachineArn: aws.String(m.arn), Name: aws.String(m.name),
			CreationDate: aws.Time(m.created), Type: types.StateMachineTypeStandard,
		})
	}
	sort.Slice(list, func(i, j int) bool { return *list[i].Name < *list[j].Name })
	page, next, err := paginate(list, in.MaxResults, in.NextToken, 100)
	return &sfn.ListStateMachinesOutput{StateMachines: page, NextToken: next}, err
}
