package export

import (
	"fmt"
	"strings"

	"netscope.example/nsgraph/analyses/segmentation"
)

// maxRows is how many rows of a long table people are shown; the JSON report has all.
const maxRows = 20

func segmentationText(_ *Report, section any) string {
	s := section.(segmentation.Report)
	n := map[string]int{}
	judged := 0
	for _, c := range s.Matrix {
		n[c.Verdict]++
		if c.Policy == "deny" || c.Policy == "mixed" {
			judged++
		}
	}
	if judged == 0 {
		seen := n["allowed-seen"]
		if len(s.Matrix) == 0 {
			return "no policy is declared, and no zones were seen"
		}
		return fmt.Sprintf("no policy is declared that forbids anything: %s, traffic in %d of %s zone pairs", Count(int64(zones(s)), s.ZonesSource+" zone"), seen, Number(int64(len(s.Matrix))))
	}
	text := "none of the zone pairs that the policy denies could be observed"
	if o := s.Score.Observable; o > 0 {
		text = fmt.Sprintf("the policy is breached in %d of %s zone pairs that it denies and that could be observed; score %s, between %s and %s at 95 %% confidence",
			s.Score.Violated, Number(int64(o)), Percent(s.Score.Value), Percent(s.Score.Low), Percent(s.Score.High))
	}
	if u := n["unobservable"]; u > 0 {
		text += fmt.Sprintf("; %s could not be seen from here", Count(int64(u), "pair"))
	}
	return text
}

// segmentationJudged reports whether a zone pair that the policy denies could be observed.
func segmentationJudged(section any) bool { return section.(segmentation.Report).Score.Observable > 0 }

func zones(s segmentation.Report) int {
	seen := map[string]bool{}
	for _, c := range s.Matrix {
		seen[c.From], seen[c.To] = true, true
	}
	return len(seen)
}

func segmentationTables(section any) []Table {
	s := section.(segmentation.Report)
	matrix := Table{Title: "Zones: who talks to whom", Columns: []Column{{Name: "from"}, {Name: "to"}, {Name: "policy"}, {Name: "verdict"}, {"conversations", true}, {"bytes", true}, {"forbidden", true}, {"blocked", true}}}
	silent := 0
	for _, c := range s.Matrix {
		if c.Count == 0 && c.Forbidden == 0 && c.Blocked == 0 {
			silent++
			if len(s.Matrix) > maxRows {
				continue
			}
		}
		matrix.Rows = append(matrix.Rows, []string{c.From, c.To, c.Policy, c.Verdict, Number(c.Count), Bytes(c.Bytes), Number(c.Forbidden), Number(c.Blocked)})
	}
	matrix = matrix.cut(2 * maxRows)
	if len(s.Matrix) > maxRows {
		matrix.More += silent
	}
	matrix.More += s.Omitted
	vlans := Table{Title: "VLANs", Columns: []Column{{"vlan", true}, {"packets", true}, {"bytes", true}, {"endpoints", true}, {Name: "prefixes"}}}
	for _, v := range s.VLANs {
		vlans.Rows = append(vlans.Rows, []string{v.VLAN, Number(v.Packets), Bytes(v.Bytes), Number(v.Endpoints), strings.Join(v.Prefixes, " ")})
	}
	return []Table{matrix, vlans.cut(maxRows)}
}
