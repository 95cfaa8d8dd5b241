package pattern

import (
	"encoding/json"
	"testing"
)

const sample = `{"source":"aws.states","detail":{"status":"FAILED","count":7,"ip":"10.0.0.9","tags":["a","b"],"gone":null,"empty":[],
  "items":[{"id":1,"kind":"a","parts":[{"n":8}]},{"id":2,"kind":"b","parts":[{"n":7},{"n":9}]}]}}`

func tree(t *testing.T, text string) map[string]any {
	t.Helper()
	var event map[string]any
	if err := json.Unmarshal([]byte(text), &event); err != nil {
		t.Fatal(err)
	}
	return event
}

func TestPatterns(t *testing.T) {
	event := tree(t, sample)
	for text, want := range map[string]bool{
		`{"source":["aws.states"]}`: true,
		`{"source":["aws.lambda","aws.states"],"detail":{"status":["FAILED"]}}`:      true,
		`{"detail":{"status":["SUCCEEDED"]}}`:                                        false,
		`{"source":[{"prefix":"aws."}]}`:                                             true,
		`{"source":[{"prefix":{"equals-ignore-case":"AWS."}}]}`:                      true,
		`{"source":[{"suffix":".states"}]}`:                                          true,
		`{"source":[{"wildcard":"a*.st*s"}]}`:                                        true,
		`{"source":[{"wildcard":"a*x*s"}]}`:                                          false,
		`{"source":[{"equals-ignore-case":"AWS.STATES"}]}`:                           true,
		`{"source":[{"anything-but":"aws.states"}]}`:                                 false,
		`{"source":[{"anything-but":["x","y"]}]}`:                                    true,
		`{"source":[{"anything-but":{"prefix":"aws."}}]}`:                            false,
		`{"source":[{"anything-but":{"prefix":["x","aws."]}}]}`:                      false,
		`{"source":[{"anything-but":{"suffix":["x","y"]}}]}`:                         true,
		`{"source":[{"anything-but":{"equals-ignore-case":["AWS.STATES"]}}]}`:        false,
		`{"detail":{"count":[{"numeric":[">",5,"<=",7]}]}}`:                          true,
		`{"detail":{"count":[{"numeric":["<",7]}]}}`:                                 false,
		`{"detail":{"count":[7]}}`:                                                   true,
		`{"detail":{"ip":[{"cidr":"10.0.0.0/24"}]}}`:                                 true,
		`{"detail":{"ip":[{"cidr":"10.0.1.0/24"}]}}`:                                 false,
		`{"detail":{"tags":["b"]}}`:                                                  true,
		`{"detail":{"tags":["c"]}}`:                                                  false,
		`{"detail":{"gone":[null]}}`:                                                 true,
		`{"detail":{"none":[{"exists":false}]}}`:                                     true,
		`{"detail":{"status":[{"exists":false}]}}`:                                   false,
		`{"detail":{"none":[{"anything-but":"x"}]}}`:                                 false,
		`{"detail":{"gone":[{"anything-but":"x"}]}}`:                                 true,
		`{"detail":{"count":[{"anything-but":{"prefix":"x"}}]}}`:                     true,
		`{"source":[{"wildcard":"a*\\\\*"}]}`:                                        false,
		`{"detail.status":["FAILED"]}`:                                               true, // dots join names
		`{"detail.status":{"x":["FAILED"]}}`:                                         false,
		`{"detail":[{"exists":true}]}`:                                               false, // it is no leaf
		`{"detail":{"tags":[{"exists":true}]}}`:                                      true,
		`{"detail":{"empty":[{"exists":true}]}}`:                                     false,
		`{"detail":{"empty":[{"exists":false}]}}`:                                    true,
		`{"detail":{"empty":[null]}}`:                                                false,
		`{"detail":{"none":{"deep":[{"exists":false}]}}}`:                            true,
		`{"detail":{"items":{"id":[2]}}}`:                                            true,  // some item of the list
		`{"detail":{"items":{"id":[2],"kind":["b"]}}}`:                               true,  // of the same item
		`{"detail":{"items":{"id":[1],"kind":["b"]}}}`:                               false, // of two items
		`{"detail":{"items":{"parts":{"n":[9]},"id":[2]}}}`:                          true,
		`{"detail":{"items":{"parts":{"n":[8]},"id":[2]}}}`:                          false,
		`{"$or":[{"source":["x"]},{"detail":{"count":[7]}}]}`:                        true,
		`{"source":["x"],"$or":[{"detail":{"count":[8]}},{"detail":{"count":[7]}}]}`: false,
		`{"$or":[{"source":["x"]},{"detail":{"count":[8]}}]}`:                        false,
	} {
		parsed, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := parsed.Matches(event); got != want {
			t.Errorf("%s = %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{``, `{}`, `[]`, `{"source":"x"}`, `{"source":[{"like":"x"}]}`, `{"source":[{"prefix":"a","suffix":"b"}]}`,
		`{"detail":{"count":[{"numeric":[">"]}]}}`, `{"detail":{"count":[{"numeric":["~",1]}]}}`, `{"source":[{"cidr":"10"}]}`, `{"source":[{"prefix":5}]}`,
		`{"source":[]}`, `{"source":[{"exists":"yes"}]}`, `{"$or":[1]}`} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

// What is wrong with a pattern is said in the words that AWS has been recorded
// with.
// recorded: events/test_events_patterns.snapshot.json of github.com/localstack/localstack
func TestPatternsAreRefusedAsRecorded(t *testing.T) {
	const mixed = "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
	for text, want := range map[string]string{
		`{"int": 42}`:                                                                              `"int" must be an object or an array`,
		`{"string": "my-value"}`:                                                                   `"string" must be an object or an array`,
		`{"resources": []}`:                                                                        `Empty arrays are not allowed`,
		`{"my_key": [{"EXISTS": true}]}`:                                                           `Unrecognized match type EXISTS`,
		`{"detail": {"equal": [{"NUMERIC": ["=", 5]}]}}`:                                           `Unrecognized match type NUMERIC`,
		`{"detail": {"c-count": [{"numeric": [">", 0, ">", 0]}]}}`:                                 `Bad numeric range operator: >`,
		`{"detail": {"c-count": [{"numeric": [">", 0, "<"]}]}}`:                                    `Value of < must be numeric`,
		`{"EventBusArn": [{"wildcard": "arn:aws:events:us-east-1:**:event-bus/*"}]}`:               `Consecutive wildcard characters at pos 26`,
		`{"EventBusArn": [{"wildcard": 123}]}`:                                                     `wildcard match pattern must be a string`,
		`{"detail-type": [{"equals-ignore-case": ["ec2 instance"]}]}`:                              `equals-ignore-case match pattern must be a string`,
		`{"detail-type": [{"equals-ignore-case": {"prefix": "ec2"}}]}`:                             `equals-ignore-case match pattern must be a string`,
		`{"detail": {"state": [{"anything-but": {"equals-ignore-case": 123}}]}}`:                   mixed,
		`{"detail": {"state": [{"anything-but": {"equals-ignore-case": [123, 456]}}]}}`:            mixed,
		`{"detail": {"FilePath": [{"anything-but": {"wildcard": 123}}]}}`:                          `wildcard match pattern must be a string`,
		`{"detail": {"state": [{"anything-but": {"wildcard": [123, "*/dir/*"]}}]}}`:                `wildcard match pattern must be a string`,
		`{"detail": {"FileName": [{"anything-but": {"suffix": 123}}]}}`:                            `prefix/suffix match pattern must be a string`,
		`{"detail": {"FileName": [{"anything-but": {"suffix": [123, ".txt"]}}]}}`:                  `prefix/suffix match pattern must be a string`,
		`{"detail": {"FileName": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}}`: noExclusion,
		`{"time": [{"prefix": ["2022-07-13"]}]}`:                                                   `prefix match pattern must be a string`,
		`{"time": [{"prefix": 123}]}`:                                                              `prefix match pattern must be a string`,
		`{"FileName": [{"suffix": [".png"]}]}`:                                                     `suffix match pattern must be a string`,
		`{"detail": {"sourceIPAddress": [{"cidr": ["bad-type"]}]}}`:                                `prefix match pattern must be a string`,
		`{"ip": [{"cidr": "10.0.0.0"}]}`:                                                           `Malformed CIDR, one '/' required`,
		`{"ip": [{"cidr": "10.0.0.0/xx"}]}`:                                                        `Malformed CIDR, mask bits must be an integer`,
		`{"ip": [{"cidr": "xx.11.xx/8"}]}`:                                                         `Nonstandard IP address: xx.11.xx`,
		`{"ip": [{"cidr": "xxxx:db8:1234:1a00::/64"}]}`:                                            `Nonstandard IP address: xxxx:db8:1234:1a00::`,
		`["not", "a", "dict", "but valid json"]`:                                                   `Filter is not an object`,
	} {
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add(`{"detail":{"count":[{"numeric":[">",5]}],"s":[{"anything-but":{"prefix":["a"]}}]},"$or":[{"a":[null]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if parsed, err := Parse(text); err == nil {
			parsed.Matches(tree(t, sample))
		}
	})
}
