// Measures prints figures of the structure of the project's Go code and of its page: how long functions, files and
// lines are, what is documented, what is repeated, and whether imports go in circles. Its arguments are folders, each
// with a copy of the project, or NAME=FOLDER; the table has a column for each. With -list it names what
// exceeds a limit instead.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
)

func main() {
	list := flag.Bool("list", false, "name what exceeds a limit in the first folder")
	flag.Parse()
	if *list && flag.NArg() > 0 {
		listExcess(flag.Arg(0))
		return
	}
	var columns [][]figure
	names := []string{""}
	for _, arg := range flag.Args() {
		name, folder, ok := strings.Cut(arg, "=")
		if !ok {
			folder = name
		}
		figures, err := measure(folder)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		names, columns = append(names, name), append(columns, figures)
	}
	if len(columns) == 0 {
		fmt.Fprintln(os.Stderr, "measures [-list] [NAME=]FOLDER…")
		os.Exit(2)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, strings.Join(names, "\t"))
	for row, f := range columns[0] {
		fmt.Fprint(w, f.name)
		for _, column := range columns {
			fmt.Fprint(w, "\t"+column[row].text)
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()
}

// listExcess names the files, lines and exported names that exceed a limit.
func listExcess(arg string) {
	_, folder, ok := strings.Cut(arg, "=")
	if !ok {
		folder = arg
	}
	p, err := readGo(folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, undocumented := p.exported()
	for _, part := range []struct {
		what  string
		where []string
	}{
		{"files of code over 300 lines", p.longFiles(300, false)},
		{"test files over 400 lines", p.longFiles(400, true)},
		{"lines over 140 columns", p.longLines(140)},
		{"exported names without documentation", undocumented},
	} {
		fmt.Printf("%s: %d\n", part.what, len(part.where))
		for _, w := range part.where {
			fmt.Println("  " + w)
		}
	}
}

// figure is one line of the table.
type figure struct{ name, text string }

// measure returns the figures of one copy of the project, always the same ones in the same order.
func measure(root string) ([]figure, error) {
	p, err := readGo(root)
	if err != nil {
		return nil, err
	}
	page, err := pageCycles(root)
	if err != nil {
		return nil, err
	}
	code, tests := p.functions(false), p.functions(true)
	exported, undocumented := p.exported()
	lines := p.lines(func(f *file) bool { return !f.test })
	testLines := p.lines(func(f *file) bool { return f.test })
	inApp := func(test bool) int {
		return p.lines(func(f *file) bool { return f.test == test && strings.HasPrefix(f.path, "app/") })
	}
	repeated, repeatedTests := p.repeated(false), p.repeated(true)
	n := func(name, format string, args ...any) figure { return figure{name, fmt.Sprintf(format, args...)} }
	return []figure{
		n("Go packages", "%d", len(p.packages())),
		n("lines of code", "%d", lines),
		n("lines of tests", "%d", testLines),
		n("tests : code", "%.2f", ratio(testLines, lines)),
		n("tests : code of app", "%.2f", ratio(inApp(true), inApp(false))),
		n("functions", "%d", len(code)),
		n("  lines, median", "%d", quantile(code, 0.5)),
		n("  lines, 95 %", "%d", quantile(code, 0.95)),
		n("  lines, longest", "%d", quantile(code, 1)),
		n("functions of tests, median", "%d", quantile(tests, 0.5)),
		n("functions of tests, 95 %", "%d", quantile(tests, 0.95)),
		n("files of code over 300 lines", "%d", len(p.longFiles(300, false))),
		n("files over 400 lines", "%d", len(p.longFiles(400, false))+len(p.longFiles(400, true))),
		n("lines over 120 columns", "%d", len(p.longLines(120))),
		n("lines over 140 columns", "%d", len(p.longLines(140))),
		n("exported names", "%d", exported),
		n("  without documentation", "%d", len(undocumented)),
		n("repeated code, lines", "%d (%.1f %%)", repeated, 100*ratio(repeated, lines)),
		n("repeated tests, lines", "%d (%.1f %%)", repeatedTests, 100*ratio(repeatedTests, testLines)),
		n("import cycles of packages", "%d", cycles(p.imports())),
		n("import cycles of the page", "%d", page),
	}, nil
}

func ratio(a, b int) float64 { return float64(a) / float64(max(b, 1)) }
