package api_test

import (
	"context"
	"testing"

	"weir/localcloud/internal/api"
)

type order struct {
	Name    *string
	Extra   *string
	Flag    *bool
	List    []string
	Nested  *struct{ Member string }
	Ordinal int32
}

func TestAMemberThatIsNotSupportedIsRefusedByName(t *testing.T) {
	done := 0
	service := &api.Service{Name: "s", Operations: api.Table(api.Op("Do", func(context.Context, api.Caller, *order) (*struct{}, error) {
		done++
		return nil, nil
	}, api.Refuses("Extra", "Flag", "List", "Nested", "Ordinal")))}
	bus := api.NewBus()
	bus.Register(service)
	text, empty, yes, no := "x", "", true, false
	tests := map[string]struct {
		in   *order
		want string
	}{
		"nothing of the kind": {&order{Name: &text}, ""},
		"empty values":        {&order{Extra: &empty, Flag: &no, List: []string{}, Nested: &struct{ Member string }{}}, ""},
		"one":                 {&order{Flag: &yes}, "NotImplemented: Do: the local cloud does not support Flag"},
		"all": {&order{Extra: &text, List: []string{""}, Nested: &struct{ Member string }{"m"}, Ordinal: 1},
			"NotImplemented: Do: the local cloud does not support Extra, List, Nested, Ordinal"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before, got := done, ""
			if _, err := bus.Call(t.Context(), api.Caller{}, "s", "Do", test.in); err != nil {
				got = err.Error()
			}
			if got != test.want || (done > before) != (test.want == "") {
				t.Errorf("error %q, want %q; operation ran: %v", got, test.want, done > before)
			}
		})
	}
}
