package conformance

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Report writes what became of the cases: one line per server with the counts;
// before it each failure; and, where they were to be run at all, the cases that
// could not be and why. Verbose names those cases one by one.
func Report(w io.Writer, results []*Result, verbose bool) error {
	for _, r := range results {
		for _, err := range r.Failed {
			if _, err := fmt.Fprintf(w, "FAILED %s %s: %v\n", r.Product.Name(), r.Version, err); err != nil {
				return err
			}
		}
		if err := r.writeNotRun(w, verbose); err != nil {
			return err
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(table, format, args...) } // Flush reports.
	line("server\tversion\tcases\tpassed\tfailed\tnot run\t\n")
	for _, r := range results {
		ran := r.Passed + len(r.Failed)
		line("%s\t%s\t%d\t%d\t%d\t%d\t\n", r.Product.Name(), cmp.Or(r.Version, "?"), ran+len(r.NotRun), r.Passed, len(r.Failed), len(r.NotRun))
	}
	return table.Flush()
}

// writeNotRun groups the cases that were not run by the reason.
func (r *Result) writeNotRun(w io.Writer, verbose bool) error {
	names := map[string][]string{}
	var reasons []string
	for _, n := range r.NotRun {
		if len(names[n.Why]) == 0 {
			reasons = append(reasons, n.Why)
		}
		names[n.Why] = append(names[n.Why], n.Case.Name)
	}
	slices.SortStableFunc(reasons, func(a, b string) int { return len(names[b]) - len(names[a]) })
	for _, why := range reasons {
		list := ""
		if verbose {
			list = ":\n    " + strings.Join(names[why], "\n    ")
		}
		if _, err := fmt.Fprintf(w, "not run on %s %s: %d because %s%s\n", r.Product.Name(), cmp.Or(r.Version, "?"), len(names[why]), why, list); err != nil {
			return err
		}
	}
	return nil
}
