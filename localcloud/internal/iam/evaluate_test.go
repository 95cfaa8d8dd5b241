package iam

import (
	"strings"
	"testing"

	"weir/localcloud/internal/api"
)

const aliasARN = "arn:aws:lambda:us-east-1:000000000000:function:f:prod"

func TestEvaluate(t *testing.T) {
	allow := func(rest string) string { return `{"Effect":"Allow",` + rest + `}` }
	tests := []struct {
		name       string
		statements string
		action     string
		resource   string
		context    map[string][]string
		want       decision
	}{
		{"nothing allows", allow(`"Action":"lambda:GetAlias","Resource":"*"`), "lambda:UpdateAlias", aliasARN, nil, implicitDeny},
		{"exact", allow(`"Action":"lambda:UpdateAlias","Resource":"` + aliasARN + `"`), "lambda:UpdateAlias", aliasARN, nil, allowed},
		{"another resource", allow(`"Action":"lambda:UpdateAlias","Resource":"` + aliasARN + `2"`), "lambda:UpdateAlias", aliasARN, nil, implicitDeny},
		{"wildcards", allow(`"Action":["x:Y","lambda:Update*"],"Resource":["arn:aws:lambda:*:*:function:f:*"]`), "lambda:UpdateAlias", aliasARN, nil, allowed},
		{"a question mark is one character", allow(`"Action":"lambda:UpdateAlia?","Resource":"*"`), "lambda:UpdateAlias", aliasARN, nil, allowed},
		{"a question mark is not none", allow(`"Action":"lambda:UpdateAlias?","Resource":"*"`), "lambda:UpdateAlias", aliasARN, nil, implicitDeny},
		{"actions ignore case", allow(`"Action":"LAMBDA:updatealias","Resource":"*"`), "lambda:UpdateAlias", aliasARN, nil, allowed},
		{"resources do not", allow(`"Action":"*","Resource":"` + strings.Replace(aliasARN, ":f:", ":F:", 1) + `"`), "lambda:UpdateAlias", aliasARN, nil, implicitDeny},
		{"function ARN is not its aliases", allow(`"Action":"*","Resource":"arn:aws:lambda:us-east-1:000000000000:function:f"`), "lambda:UpdateAlias", aliasARN, nil, implicitDeny},
		{"no resource needs a star", allow(`"Action":"cloudwatch:GetMetricData","Resource":"arn:aws:cloudwatch:*"`), "cloudwatch:GetMetricData", "*", nil, implicitDeny},
		{"a star covers no resource", allow(`"Action":"cloudwatch:GetMetricData","Resource":"*"`), "cloudwatch:GetMetricData", "*", nil, allowed},
		{"deny wins", allow(`"Action":"*","Resource":"*"`) + `,{"Effect":"Deny","Action":"lambda:UpdateAlias","Resource":"*"}`, "lambda:UpdateAlias", aliasARN, nil, explicitDeny},
		{"deny of something else", allow(`"Action":"*","Resource":"*"`) + `,{"Effect":"Deny","Action":"lambda:Delete*","Resource":"*"}`, "lambda:UpdateAlias", aliasARN, nil, allowed},
		{"NotAction", allow(`"NotAction":"lambda:Delete*","Resource":"*"`), "lambda:UpdateAlias", aliasARN, nil, allowed},
		{"NotAction's action", allow(`"NotAction":"lambda:Delete*","Resource":"*"`), "lambda:DeleteAlias", aliasARN, nil, implicitDeny},
		{"NotResource", allow(`"Action":"lambda:*","NotResource":"*:dev"`), "lambda:UpdateAlias", aliasARN, nil, allowed},
		{"NotResource's resource", allow(`"Action":"lambda:*","NotResource":"*:prod"`), "lambda:UpdateAlias", aliasARN, nil, implicitDeny},
		{"condition holds", allow(`"Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"v"}}`), "a:B", "*", map[string][]string{"k": {"v"}}, allowed},
		{"condition fails", allow(`"Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"v"}}`), "a:B", "*", map[string][]string{"k": {"w"}}, implicitDeny},
		{"all conditions must hold", allow(`"Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"v","l":"v"}}`), "a:B", "*", map[string][]string{"k": {"v"}}, implicitDeny},
		{"a deny whose condition fails", allow(`"Action":"*","Resource":"*"`) + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"k":"true"}}}`, "a:B", "*", map[string][]string{"k": {"false"}}, allowed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			doc, err := parseIdentity(`{"Version":"2012-10-17","Statement":[` + test.statements + `]}`)
			if err != nil {
				t.Fatal(err)
			}
			got, used := evaluate(map[string]*document{"p": doc}, api.Permission{Action: test.action, Resource: test.resource}, test.context)
			if got != test.want {
				t.Errorf("decision = %v, want %v", got, test.want)
			}
			if (len(used) > 0) != (test.want == allowed) {
				t.Errorf("used grants = %v with decision %v", used, got)
			}
		})
	}
}

func TestConditions(t *testing.T) {
	tests := []struct {
		operator, values string
		got              []string // nil: the key is absent
		want             bool
	}{
		{"StringEquals", `"a"`, []string{"a"}, true},
		{"StringEquals", `["a","b"]`, []string{"b"}, true},
		{"StringEquals", `"a"`, []string{"A"}, false},
		{"StringEquals", `"a"`, nil, false},
		{"StringEqualsIfExists", `"a"`, nil, true},
		{"StringEqualsIfExists", `"a"`, []string{"b"}, false},
		{"StringNotEquals", `["a","b"]`, []string{"b"}, false},
		{"StringNotEquals", `["a","b"]`, []string{"c"}, true},
		{"StringNotEquals", `"a"`, nil, true},
		{"StringEqualsIgnoreCase", `"a"`, []string{"A"}, true},
		{"StringLike", `"a*"`, []string{"abc"}, true},
		{"StringNotLike", `"a*"`, []string{"abc"}, false},
		{"ArnLike", `"arn:aws:events:*:*:rule/*"`, []string{"arn:aws:events:us-east-1:1:rule/r"}, true},
		{"ArnLike", `"arn:*:rule/*"`, []string{"arn:aws:events:us-east-1:1:rule/r"}, false}, // a star stays in its part
		{"ArnEquals", `"arn:aws:sns:us-east-1:1:t"`, []string{"arn:aws:sns:us-east-1:1:t"}, true},
		{"ArnNotEquals", `"arn:aws:sns:us-east-1:1:t"`, []string{"arn:aws:sns:us-east-1:1:t"}, false},
		{"Bool", `true`, []string{"true"}, true},
		{"Bool", `"true"`, []string{"false"}, false},
		{"Null", `"true"`, nil, true},
		{"Null", `"true"`, []string{"x"}, false},
		{"Null", `false`, []string{"x"}, true},
		{"NumericLessThan", `5`, []string{"4.5"}, true},
		{"NumericLessThan", `5`, []string{"5"}, false},
		{"NumericGreaterThanEquals", `"5"`, []string{"5"}, true},
		{"NumericEquals", `5`, []string{"five"}, false},
		{"DateLessThan", `"2026-01-01T00:00:00Z"`, []string{"2025-12-31T23:59:59Z"}, true},
		{"DateGreaterThan", `"2026-01-01T00:00:00Z"`, []string{"2025-12-31T23:59:59Z"}, false},
		{"ForAnyValue:StringEquals", `["a","b"]`, []string{"x", "b"}, true},
		{"ForAnyValue:StringEquals", `["a","b"]`, []string{"x"}, false},
		{"ForAnyValue:StringEquals", `"a"`, nil, false},
		{"ForAllValues:StringEquals", `["a","b"]`, []string{"a", "b"}, true},
		{"ForAllValues:StringEquals", `["a","b"]`, []string{"a", "x"}, false},
		{"ForAllValues:StringEquals", `"a"`, nil, true},
	}
	for _, test := range tests {
		t.Run(test.operator+" "+test.values+" of "+strings.Join(test.got, ","), func(t *testing.T) {
			doc, err := parseIdentity(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"` + test.operator + `":{"Aws:Key":` + test.values + `}}}}`)
			if err != nil {
				t.Fatal(err)
			}
			context := map[string][]string{}
			if test.got != nil {
				context["aws:key"] = test.got
			}
			if got := doc.statements[0].conditionsHold(context); got != test.want {
				t.Errorf("holds = %v, want %v", got, test.want)
			}
		})
	}
}

func TestPoliciesNotUnderstoodAreRefused(t *testing.T) {
	tests := map[string]string{
		"no JSON":              `{`,
		"no statement":         `{"Version":"2012-10-17"}`,
		"unknown version":      `{"Version":"2020-01-01","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
		"unknown element":      `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Conditions":{}}}`,
		"unknown effect":       `{"Statement":{"Effect":"Maybe","Action":"*","Resource":"*"}}`,
		"no action":            `{"Statement":{"Effect":"Allow","Resource":"*"}}`,
		"action and NotAction": `{"Statement":{"Effect":"Allow","Action":"*","NotAction":"a:B","Resource":"*"}}`,
		"action of no service": `{"Statement":{"Effect":"Allow","Action":"UpdateAlias","Resource":"*"}}`,
		"no resource":          `{"Statement":{"Effect":"Allow","Action":"*"}}`,
		"resource is no ARN":   `{"Statement":{"Effect":"Allow","Action":"*","Resource":"my-function"}}`,
		"a principal":          `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}}`,
		"unknown operator":     `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringIs":{"k":"v"}}}}`,
		"IpAddress":            `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}`,
		"unknown set operator": `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForSome:StringEquals":{"k":"v"}}}}`,
		"a policy variable":    `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}}`,
		"a variable condition": `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"k":"${aws:userid}"}}}}`,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := parseIdentity(text); !api.IsCode(err, "MalformedPolicyDocument") {
				t.Errorf("error = %v, want MalformedPolicyDocument", err)
			}
		})
	}
}

func FuzzPolicy(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Sid":"s","Effect":"Allow","Action":["a:*"],"Resource":"*","Condition":{"ForAnyValue:StringLike":{"k":["v*",1,true]}}}]}`)
	f.Add(`{"Statement":{"Effect":"Deny","NotAction":"a:?","NotResource":["arn:*"],"Condition":{"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := parseIdentity(text)
		if err != nil {
			return
		}
		p := api.Permission{Action: "a:B", Resource: "arn:aws:x:y:z:r"}
		context := map[string][]string{"k": {"v", "w"}, "aws:currenttime": {"2026-01-01T00:00:00Z"}}
		policies := map[string]*document{"p": doc}
		before, _ := evaluate(policies, p, context)
		// Whatever else is allowed, a deny of everything wins.
		policies["deny"] = &document{statements: []statement{{actions: []string{"*"}, resources: []string{"*"}}}}
		if after, _ := evaluate(policies, p, context); after != explicitDeny {
			t.Errorf("decision %v became %v under a deny of everything", before, after)
		}
	})
}
