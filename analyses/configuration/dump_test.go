package configuration

import ("testing";"os";"fmt";"path/filepath";"strings")

func TestDump(t *testing.T) {
	g := os.Getenv("DUMP")
	if g == "" { t.Skip() }
	var names []string
	for _, x := range strings.Fields(g) {
		m, _ := filepath.Glob(filepath.Join(os.Getenv("NSGRAPH_CAPTURES"), x))
		names = append(names, m...)
	}
	for _, n := range names {
		if strings.HasSuffix(n, ".tsv") || strings.HasSuffix(n, ".md") || strings.HasSuffix(n,"groundtruth") { continue }
		func() {
			r := reportOf(t, filepath.Base(n))
			if len(r.Findings) > 0 || os.Getenv("ALL") != "" { fmt.Println("==", filepath.Base(n)) }
			for _, f := range r.Findings {
				fmt.Printf("   %-8s %s %.2f: %s  [%v] %v\n", f.Severity, f.Rule, f.Confidence, f.Text, f.Count, f.Evidence)
			}
			if os.Getenv("ALL") != "" { for _, a := range r.Assertions { fmt.Println("     ", a.Verdict, a.Name, a.Subject, a.Values) }
			 for _, a := range r.Baselines { fmt.Printf("     %+v\n", a) }
			}
		}()
	}
}
