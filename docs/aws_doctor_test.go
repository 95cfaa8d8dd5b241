package docs_test

import (
	"strings"
	"testing"

	"weir/internal/doctor"
)

// TestDoctorAsksWhatTheRegisterSays holds the register and weir doctor to each
// other: what doctor asks about is an unsettled row that says so, and what a row
// leaves to doctor is asked.
func TestDoctorAsksWhatTheRegisterSays(t *testing.T) {
	rows, err := parseBeliefs(readAWS(t, "contribute/aws.md"))
	if err != nil {
		t.Fatal(err)
	}
	leftToDoctor := map[string]bool{}
	for _, row := range rows {
		if strings.HasPrefix(row.settle, "weir doctor:") {
			leftToDoctor[row.id] = strings.HasPrefix(row.status, "unsettled")
		}
	}
	for _, belief := range doctor.Beliefs {
		if !leftToDoctor[belief.ID] {
			t.Errorf("weir doctor asks about %s, and no unsettled row of aws.md says so", belief.ID)
		}
		delete(leftToDoctor, belief.ID)
	}
	for id := range leftToDoctor {
		t.Errorf("aws.md leaves %s to weir doctor, which does not ask about it", id)
	}
}
