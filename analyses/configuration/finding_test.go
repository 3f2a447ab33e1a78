package configuration

import (
	"slices"
	"testing"
)

// A speaker that said a thing often does not crowd out the other side's packets.
func TestWitnessesOfBothSides(t *testing.T) {
	row := func(speaker, value, witness string) *StatementRow {
		return &StatementRow{Speaker: speaker, Value: value, Witness: []string{witness}}
	}
	a := row("a", "10", "aa:1,2,3,4,5,6,7,8")
	b := row("b", "5", "aa:100,101,102,103,104")
	if got, want := witnesses([]*StatementRow{a, b}), []string{"aa:1,2,3,4", "aa:100,101,102,103"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	many := []*StatementRow{a, a, a, a, a, a, a, a, a, a, b}
	if got := witnesses(many); len(got) != 8 || got[0] != "aa:1" || got[1] != "aa:100" {
		t.Errorf("got %v", got)
	}
}
