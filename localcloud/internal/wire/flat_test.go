package wire

import (
	"net/url"
	"reflect"
	"testing"
)

type flatEntry struct {
	ID    *string
	Attrs map[string]string `flat:"Attr,Name,Value"`
}

type flatShape struct {
	Names   []string    `flat:"Name"`
	Entries []flatEntry `flat:"Entry"`
}

func TestFlatMembersAreReadAndWritten(t *testing.T) {
	form, err := url.ParseQuery("Name.2=b&Name.1=a&Entry.1.ID=x&Entry.1.Attr.1.Name=k&Entry.1.Attr.1.Value=v")
	if err != nil {
		t.Fatal(err)
	}
	var got flatShape
	if err := fillQuery(&got, form); err != nil {
		t.Fatal(err)
	}
	id := "x"
	want := flatShape{Names: []string{"a", "b"}, Entries: []flatEntry{{ID: &id, Attrs: map[string]string{"k": "v"}}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v", got)
	}
	written := string(writeXML("Op", "ns", "id", flattened(reflect.TypeOf(&got), Tree(&got, false))))
	const answer = `<OpResponse xmlns="ns"><OpResult><Entry><Attr><Name>k</Name><Value>v</Value></Attr><ID>x</ID></Entry>` +
		`<Name>a</Name><Name>b</Name></OpResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></OpResponse>`
	if written != answer {
		t.Errorf("wrote %s", written)
	}
	var names struct{ Attributes map[string]string }
	form, err = url.ParseQuery("Attributes.entry.1.Name=a&Attributes.entry.1.Value=1&Attributes.entry.2.key=b&Attributes.entry.2.value=2")
	if err != nil {
		t.Fatal(err)
	}
	if err := fillQuery(&names, form); err != nil || !reflect.DeepEqual(names.Attributes, map[string]string{"a": "1", "b": "2"}) {
		t.Errorf("map entries by either names are %v, %v", names.Attributes, err)
	}
	for _, bad := range []string{"Name.x=a", "Entry.1.Attr.1=k", "Entry.1.Attr.1.Value=v"} {
		form, err := url.ParseQuery(bad)
		if err != nil {
			t.Fatal(err)
		}
		if err := fillQuery(&flatShape{}, form); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
