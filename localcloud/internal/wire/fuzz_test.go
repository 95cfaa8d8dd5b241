package wire

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"net/url"
	"reflect"
	"testing"
	"time"
)

// everything has a member of every kind.
type everything struct {
	Text     *string
	Plain    string
	Flag     *bool
	Small    *int32
	Large    *int64
	Number   *float64
	Blob     []byte
	At       *time.Time
	List     []string
	Items    []item
	Map      map[string]string
	Weights  map[string]float64
	Recursed *everything
}

type item struct {
	Name *string
	Tags []string
}

// again decodes what encode makes of a value and wants the same value.
func again(t *testing.T, value *everything, encode func(any) ([]byte, error), parse func([]byte) (any, error)) {
	t.Helper()
	encoded, err := encode(Tree(value, false))
	if err != nil {
		t.Fatalf("encode %+v: %v", value, err)
	}
	tree, err := parse(encoded)
	if err != nil {
		t.Fatalf("parse %q: %v", encoded, err)
	}
	var back everything
	if err := Fill(&back, tree); err != nil {
		t.Fatalf("fill from %q: %v", encoded, err)
	}
	first, second := written(t, value), written(t, &back)
	if !bytes.Equal(first, second) {
		t.Errorf("%s became %s", first, second)
	}
}

func written(t *testing.T, value *everything) []byte {
	t.Helper()
	text, err := writeJSON(Tree(value, false))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"Text":"é","Flag":true,"Small":1e2,"Large":9007199254740993,"Number":0.1,"Blob":"AAH/","At":1.5,"List":[],"Items":[{"Name":"n"}],"Map":{"k":"v"},"Weights":{"1":0.05},"Recursed":{}}`))
	f.Add([]byte(`{"Number":"NaN","At":"2026-01-02T03:04:05Z","Unknown":{"deep":[null]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		tree, err := parseJSON(body)
		if err != nil {
			return
		}
		var value everything
		if Fill(&value, tree) == nil {
			again(t, &value, writeJSON, parseJSON)
			again(t, &value, writeCBOR, parseCBOR)
		}
	})
}

func FuzzCBOR(f *testing.F) {
	now, text := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "text"
	seed, err := writeCBOR(Tree(&everything{Text: &text, At: &now, Blob: []byte{1}, Items: []item{{Tags: []string{"a"}}}, Weights: map[string]float64{"2": 0.1}}, false))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, body []byte) {
		tree, err := parseCBOR(body)
		if err != nil {
			return
		}
		var value everything
		if Fill(&value, tree) == nil {
			again(t, &value, writeCBOR, parseCBOR)
		}
	})
}

func FuzzQuery(f *testing.F) {
	f.Add("Action=A&Text=a%20b&Items.member.1.Name=n&Items.member.1.Tags.member.1=t&Map.entry.1.key=k&Map.entry.1.value=v&List=&Blob=AAE%3D&Recursed.Small=3")
	f.Add("List.1=a&List.member.2=b&Map.k=v")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		var value everything
		if fillQuery(&value, form) != nil {
			return
		}
		again(t, &value, writeJSON, parseJSON)
		decoder := xml.NewDecoder(bytes.NewReader(writeXML("Op", "ns", "id", Tree(&value, false))))
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("answer is no XML: %v", err)
			}
		}
	})
}

func TestFillRefuses(t *testing.T) {
	tests := map[string]string{
		"a number for a string":  `{"Text": 1}`,
		"a string for a list":    `{"List": "a"}`,
		"a list for a structure": `{"Recursed": []}`,
		"a fraction":             `{"Small": 1.5}`,
		"an overflow":            `{"Small": 3000000000}`,
		"a huge integer":         `{"Large": 1e300}`,
		"an array at the top":    `[]`,
		"broken base64":          `{"Blob": "?"}`,
		"no timestamp":           `{"At": "yesterday"}`,
		"text after the object":  `{} {}`,
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			tree, err := parseJSON([]byte(body))
			if err != nil {
				return
			}
			var value everything
			if err := Fill(&value, tree); err == nil {
				t.Errorf("%s was taken as %+v", body, value)
			}
		})
	}
}

func TestEmptyIsNotAbsent(t *testing.T) {
	text := ""
	value := &everything{Text: &text, List: []string{}, Weights: map[string]float64{}, Recursed: &everything{}}
	if got, want := string(written(t, value)), `{"List":[],"Recursed":{},"Text":"","Weights":{}}`; got != want {
		t.Errorf("wrote %s, want %s", got, want)
	}
}

func TestIntegersKeepAllTheirDigits(t *testing.T) {
	tree, err := parseJSON([]byte(`{"Large": 9223372036854775807}`))
	if err != nil {
		t.Fatal(err)
	}
	var value everything
	if err := Fill(&value, tree); err != nil || *value.Large != math.MaxInt64 {
		t.Errorf("large = %v, error %v", reflect.Indirect(reflect.ValueOf(value.Large)), err)
	}
}
