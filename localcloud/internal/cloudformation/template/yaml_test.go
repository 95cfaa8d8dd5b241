package template

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const yamlTemplate = `AWSTemplateFormatVersion: 2010-09-09
Description: a topic and what listens
Parameters:
  Stage: {Type: String, Default: dev}
  Size: {Type: Number, Default: 5}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Big: !And [!Condition Prod, !Not [!Equals [!Ref Size, "5"]]]
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub "${Stage} topic ${!literal}"
      Tags:
        - Key: size
          Value: !If [Prod, large, !Join ["-", [small, !Ref Size]]]
  Queue:
    Type: AWS::SQS::Queue
    DependsOn: Topic
    Properties:
      QueueName: !GetAtt Topic.TopicName
      Padded: 0755
      Date: 2012-10-17
      On: true
`

const sameInJSON = `{
 "AWSTemplateFormatVersion": "2010-09-09",
 "Description": "a topic and what listens",
 "Parameters": {"Stage": {"Type": "String", "Default": "dev"}, "Size": {"Type": "Number", "Default": 5}},
 "Conditions": {
  "Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
  "Big": {"Fn::And": [{"Condition": "Prod"}, {"Fn::Not": [{"Fn::Equals": [{"Ref": "Size"}, "5"]}]}]}
 },
 "Resources": {
  "Topic": {"Type": "AWS::SNS::Topic", "Properties": {
   "DisplayName": {"Fn::Sub": "${Stage} topic ${!literal}"},
   "Tags": [{"Key": "size", "Value": {"Fn::If": ["Prod", "large", {"Fn::Join": ["-", ["small", {"Ref": "Size"}]]}]}}]
  }},
  "Queue": {"Type": "AWS::SQS::Queue", "DependsOn": "Topic", "Properties": {
   "QueueName": {"Fn::GetAtt": ["Topic", "TopicName"]},
   "Padded": "0755", "Date": "2012-10-17", "On": true
  }}
 }
}`

func TestYAMLReadsAsItsJSON(t *testing.T) {
	fromYAML, err := Parse([]byte(yamlTemplate))
	if err != nil {
		t.Fatal(err)
	}
	fromJSON, err := Parse([]byte(sameInJSON))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fromJSON, fromYAML); diff != "" {
		t.Errorf("JSON and YAML differ (-JSON +YAML):\n%s", diff)
	}
}

func TestYAMLRefusals(t *testing.T) {
	const resource = "Resources:\n  A: &a\n    Type: AWS::SNS::Topic\n"
	for name, test := range map[string]struct{ body, want string }{
		"alias":           {resource + "  B: *a\n", "aliases"},
		"merge":           {resource + "  B:\n    <<: {Type: X}\n", "merge keys"},
		"unknown tag":     {resource + "    Properties: !Nope x\n", "unknown tag !Nope"},
		"duplicate key":   {resource + "    Type: AWS::SQS::Queue\n", "duplicate key Type"},
		"not well-formed": {"Resources: [", "YAML not well-formed"},
		"a text":          {"hello", "unsupported structure"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(test.body))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Parse = %v, want an error with %q", err, test.want)
			}
		})
	}
}
