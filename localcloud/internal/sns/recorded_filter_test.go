package sns

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// What was recorded from AWS by the authors of LocalStack is here from
// tests/aws/services/sns/test_sns_filter_policy.snapshot.json in its repository.

// subscribes a queue with a filter.
func (d *desk) filtered(topic *string, queue, scope, policy string) error {
	attributes := map[string]string{"FilterPolicy": policy, "RawMessageDelivery": "true"}
	if scope != "" {
		attributes["FilterPolicyScope"] = scope
	}
	_, err := d.try("Subscribe", &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:000000000000:" + queue), Attributes: attributes})
	return err
}

// many is a list of so many values.
func many(n int) string {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf(`"value%d"`, i)
	}
	return "[" + strings.Join(values, ",") + "]"
}

// test_validate_policy and its kin. AWS tells the place in the text too.
func TestFilterPoliciesThatAreRefusedAsRecorded(t *testing.T) {
	d := newDesk(t)
	topic := d.topic()
	for policy, want := range map[string]string{
		`{"key":[["value"]]}`:                                "Match value must be String, number, true, false, or null",
		`{"key":[{"wrong-operator":true}]}`:                  "Unrecognized match type wrong-operator",
		`{"key":[{"suffix":"value","prefix":"value2"}]}`:     "Only one key allowed in match expression",
		`{"key":[{"suffix":100}]}`:                           "suffix match pattern must be a string",
		`{"key":[{"suffix":null}]}`:                          "suffix match pattern must be a string",
		`{"key":{"suffix":"value"}}`:                         `"suffix" must be an object or an array`,
		`{"key":[{"suffix":[]}]}`:                            "suffix match pattern must be a string",
		`{"key":[{"suffix":["test","test2"]}]}`:              "suffix match pattern must be a string",
		`{"key":{"suffix":"value","prefix":"value"}}`:        `"suffix" must be an object or an array`,
		`{"key":{"not-an-operator":"value"}}`:                `"not-an-operator" must be an object or an array`,
		`{"key":[{"numeric":["operator"]}]}`:                 "Unrecognized numeric range operator: operator",
		`{"key":[{"numeric":[1,"<="]}]}`:                     "Invalid member in numeric match: 1",
		`{"key":[{"numeric":["=","000"]}]}`:                  "Value of equals must be numeric",
		`{"key":[{"numeric":[">="]}]}`:                       "Value of >= must be numeric",
		`{"key":[{"numeric":["<",100,">",10]}]}`:             "Too many elements in numeric expression",
		`{"key":[{"numeric":[">=",1,">",2]}]}`:               "Bad numeric range operator: >",
		`{"key":[{"numeric":[">",3,"<",1]}]}`:                "Bottom must be less than top",
		`{"key":[{"numeric":[">",20,"<="]}]}`:                "Value of <= must be numeric",
		`{"key":[{"numeric":[">",20,30]}]}`:                  "Bad value in numeric range: 30",
		`{"key":[{"numeric":[">",20,"test"]}]}`:              "Bad numeric range operator: test",
		`{"key":[{"numeric":[">","20","<","30"]}]}`:          "Value of > must be numeric",
		`{"key":[{"numeric":[">",20,"<","30"]}]}`:            "Value of < must be numeric",
		`{"key":[{"numeric":[">",20,"<",30,"<",50]}]}`:       "Too many terms in numeric range expression",
		`{"key":[{"exists":null}]}`:                          "exists match pattern must be either true or false.",
		`{"key":[{"exists":"no"}]}`:                          "exists match pattern must be either true or false.",
		`{"key":[{"anything-but":{"wrong-operator":null}}]}`: "Unsupported anything-but pattern: wrong-operator",
		`{"key":[{"anything-but":{"suffix":"test"}}]}`:       "Unsupported anything-but pattern: suffix",
		`{"key":[{"anything-but":{"exists":false}}]}`:        "Unsupported anything-but pattern: exists",
		`{"key":[{"anything-but":{"prefix":false}}]}`:        "prefix match pattern must be a string",
	} {
		err := d.filtered(topic, "q", "", policy)
		if got := fmt.Sprint(err); got != "InvalidParameter: Invalid parameter: Attributes Reason: FilterPolicy: "+want {
			t.Errorf("%s: %s\nrecorded %s", policy, got, want)
		}
	}
}

// test_policy_complexity, test_policy_complexity_with_or and
// test_sub_filter_policy_nested_property_constraints
func TestFilterPoliciesAreNoLargerThanRecorded(t *testing.T) {
	const tooComplex, tooMany = "FilterPolicy: Filter policy is too complex", "FilterPolicy: Filter policy can not have more than 5 keys"
	or := func(sources, spaces int) string {
		return `{"source":` + many(sources) + `,"$or":[{"metricName":` + many(6) + `},{"metricType":` + many(4) + `,"$or":[{"metricId":` + many(4) + `},{"spaceId":` + many(spaces) + `}]}]}`
	}
	for _, c := range []struct{ scope, policy, want string }{
		{"", `{"key":` + many(151) + `}`, tooComplex},
		{"", `{"key":` + many(150) + `}`, ""},
		{"", `{"key1":` + many(100) + `,"key2":` + many(51) + `}`, tooComplex},
		{"", `{"key1":["v"],"key2":["v"],"key3":["v"],"key4":["v"],"key5":["v"],"key6":["v"]}`, tooMany},
		{byAttributes, or(4, 4), tooComplex},
		{byAttributes, or(3, 7), ""},
		{byBody, `{"$or":[{"metricName":` + many(3) + `},{"namespace":` + many(2) + `}],"detail":{"scope":` + many(2) + `,"$or":[{"source":["s"]},{"type":` + many(3) + `}]}}`, tooComplex},
		{byBody, `{"key_a":{"key_b":{"key_c":` + many(4) + `}},"key_d":{"key_e":` + many(3) + `},"key_f":` + many(3) + `}`, tooComplex},
		{"", `{"object":{"key":[{"prefix":"auto-"}]}}`, "Filter policy scope MessageAttributes does not support nested filter policy"},
		{byBody, `{"object":{"key":[{"prefix":"auto-"}]}}`, ""},
		{"RandomValue", `{"k":["v"]}`, "FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes"},
	} {
		d := newDesk(t)
		want := "<nil>"
		if c.want != "" {
			want = "InvalidParameter: Invalid parameter: Attributes Reason: " + c.want
		}
		if got := fmt.Sprint(d.filtered(d.topic(), "q", c.scope, c.policy)); got != want {
			t.Errorf("%s: %s, recorded %s", c.policy, got, want)
		}
	}
}

// test_set_subscription_filter_policy_scope and
// test_sub_filter_policy_nested_property
func TestAFilterPolicysScopeIsToldAsRecorded(t *testing.T) {
	d := newDesk(t)
	subscription := did[sns.SubscribeOutput](d, "Subscribe", &sns.SubscribeInput{TopicArn: d.topic(), Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:us-east-1:000000000000:q")}).SubscriptionArn
	set := func(name, value string) string {
		_, err := d.try("SetSubscriptionAttributes", &sns.SetSubscriptionAttributesInput{SubscriptionArn: subscription, AttributeName: &name, AttributeValue: &value})
		return strings.TrimPrefix(fmt.Sprint(err), "InvalidParameter: Invalid parameter: ")
	}
	nested := `{"object":{"key":[{"prefix":"auto-"}]}}`
	for _, step := range []struct{ name, value, fault, scope string }{
		{"FilterPolicy", nested, "Filter policy scope MessageAttributes does not support nested filter policy", ""},
		{"FilterPolicyScope", byBody, "<nil>", ""},
		{"FilterPolicyScope", "RandomValue", "FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes", ""},
		{"FilterPolicy", `{"attr":["match-this"]}`, "<nil>", byBody},
		{"FilterPolicy", nested, "<nil>", byBody},
		{"FilterPolicy", "", "<nil>", ""},
		{"FilterPolicyScope", byAttributes, "<nil>", ""},
		{"FilterPolicy", `{"attr":["match-this"]}`, "<nil>", byAttributes},
	} {
		fault := set(step.name, step.value)
		got := did[sns.GetSubscriptionAttributesOutput](d, "GetSubscriptionAttributes", &sns.GetSubscriptionAttributesInput{SubscriptionArn: subscription}).Attributes
		if scope := got["FilterPolicyScope"]; fault != step.fault || scope != step.scope {
			t.Errorf("%s=%s: %s, scope %q; recorded %s, %q", step.name, step.value, fault, scope, step.fault, step.scope)
		}
	}
}

// test_filter_policy_on_message_body and its kin
func TestBodiesAreFilteredAsRecorded(t *testing.T) {
	for policy, bodies := range map[string]map[string]bool{
		`{"object":{"key":[{"prefix":"auto-"},"hardcodedvalue"],"nested_key":[{"exists":false}]},"test":[{"exists":false}]}`: {
			`{"object":{"key":"auto-test"}}`: true, `{"object":{"key":"hardcodedvalue"}}`: true, `{"object":{"key":"test-auto"}}`: false,
			`{"object":{"key":"auto-test"},"test":"just-exists"}`: false, `{"object":{"key":"auto-test","nested_key":"just-exists"}}`: false,
			`{"object":{"test":"auto-test"}}`: false, `{"test":"auto-test"}`: false, `Regular string message`: false, `"Regular string message"`: false, `null`: false},
		`{"object.nested.test":["string.value"]}`: {
			`{"object":{"nested":{"test":"string.value"}}}`: true, `{"object.nested.test":"string.value"}`: true, `{"object.nested":{"test":"string.value"}}`: true,
			`{"object":{"nested.test":"string.value"}}`: true, `{"object":{"nested":{"test":"string.notvalue"}}}`: false},
		`{"headers":{"route-to":["queue1"]}}`: {
			`{"headers":{"route-to":["queue3"]}}`: false, `{"headers":{"route-to":["queue1"]}}`: true, `{"headers":{"route-to":["queue1","queue2"]}}`: true},
		`{"Records":{"s3":{"object":{"key":[{"prefix":"auto-"}]}},"eventName":[{"prefix":"ObjectCreated:"}]}}`: {
			`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":[[{"key":"auto-1.xml"}]]}},{"eventName":"ObjectRemoved:Delete","s3":{"object":{"key":"home-1.xml"}}}]}`: true,
			`{"Records":[{"eventName":"ObjectRemoved:Delete","s3":{"object":{"key":"auto-1.xml"}}}]}`:                                                                            false,
			`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"home-1.xml"}}}]}`:                                                                               false,
			`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"object":{"key":"auto-1.xml"}}}]}`:                                                                               true},
		`{"$or":[{"metricName":["CPUUtilization","ReadLatency"]},{"namespace":["AWS/EC2","AWS/ES"]}],"detail":{"scope":["Service"],"$or":[{"source":["aws.cloudwatch"]},{"type":["Change"]}]}}`: {
			`{"metricName":"CPUUtilization","detail":{"scope":"aws.cloudwatch","type":"Change"}}`: false, `{"metricName":"CPUUtilization","detail":{"type":"Change"}}`: false,
			`{"metricName":"CPUUtilization","detail":{"scope":"Service"}}`: false, `{"metricName":"CPUUtilization","detail":{"scope":"Service","source":"aws.cloudwatch"}}`: true,
			`{"namespace":"AWS/ES","detail":{"scope":"Service","source":"aws.cloudwatch"}}`: true, `{"metricName":"CPUUtilization","detail":{"scope":"Service","type":"Change"}}`: true},
	} {
		d := newDesk(t)
		topic := d.topic()
		if err := d.filtered(topic, "q", byBody, policy); err != nil {
			t.Fatal(err)
		}
		for body, want := range bodies {
			did[sns.PublishOutput](d, "Publish", &sns.PublishInput{TopicArn: topic, Message: &body})
			if got := d.received(); want != (len(got) == 1 && got[0].body == body) {
				t.Errorf("%s of %s delivers %v", policy, body, got)
			}
		}
	}
}

// test_filter_policy, test_exists_filter_policy and
// test_exists_filter_policy_attributes_array
func TestAttributesAreFilteredAsRecorded(t *testing.T) {
	number, array := "Number", "String.Array"
	given := func(name, kind, value string) map[string]types.MessageAttributeValue {
		return map[string]types.MessageAttributeValue{name: {DataType: &kind, StringValue: &value}}
	}
	for policy, messages := range map[string][]struct {
		attributes map[string]types.MessageAttributeValue
		want       bool
	}{
		`{"attr1": [{"numeric": [">", 0, "<=", 100]}]}`:   {{given("attr1", number, "99"), true}, {given("attr1", number, "111"), false}, {nil, false}},
		`{"attr1": [null, {"anything-but": "whatever"}]}`: {{nil, false}, {given("attr1", "String", "whatever"), false}, {given("attr1", "String", "else"), true}},
		`{"store": [{"exists": true}]}`:                   {{given("store", number, "99"), true}, {given("attr1", number, "111"), false}},
		`{"store": [{"exists": false}]}`:                  {{given("store", number, "99"), false}, {given("def", number, "99"), true}},
		`{"store": ["value1"]}`:                           {{given("store", "String", "value1"), true}, {given("store", array, `["value1", "value2"]`), true}, {given("store", array, `["value2", "value3"]`), false}},
		`{"b": [{"exists": true}]}`:                       {{map[string]types.MessageAttributeValue{"b": {DataType: aws.String("Binary"), BinaryValue: []byte{1}}}, false}},
		`{"$or": [{"a": ["x"]}, {"b": ["y"]}]}`:           {{given("a", "String", "x"), true}, {given("b", "String", "y"), true}, {given("b", "String", "x"), false}},
	} {
		d := newDesk(t)
		topic := d.topic()
		if err := d.filtered(topic, "q", "", policy); err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			did[sns.PublishBatchOutput](d, "PublishBatch", &sns.PublishBatchInput{TopicArn: topic, PublishBatchRequestEntries: []types.PublishBatchRequestEntry{
				{Id: aws.String("1"), Message: aws.String("m"), MessageAttributes: m.attributes}}})
			if got := d.received(); (len(got) == 1) != m.want {
				t.Errorf("%s of %v delivers %v", policy, m.attributes, got)
			}
		}
	}
}
