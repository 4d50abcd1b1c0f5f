// Command lint is the project's static analysis as a tool for "go vet -vettool": the analyzers of go vet and those of
// Staticcheck in one pass. The go command calls it once per package and keeps its answers in the build cache, so that
// a second run looks only at what has changed.
//
// Staticcheck's own command would analyze every dependency by itself, the AWS SDK included, and keep a second cache.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/appends"
	"golang.org/x/tools/go/analysis/passes/asmdecl"
	"golang.org/x/tools/go/analysis/passes/assign"
	"golang.org/x/tools/go/analysis/passes/atomic"
	"golang.org/x/tools/go/analysis/passes/bools"
	"golang.org/x/tools/go/analysis/passes/buildtag"
	"golang.org/x/tools/go/analysis/passes/composite"
	"golang.org/x/tools/go/analysis/passes/copylock"
	"golang.org/x/tools/go/analysis/passes/defers"
	"golang.org/x/tools/go/analysis/passes/directive"
	"golang.org/x/tools/go/analysis/passes/errorsas"
	"golang.org/x/tools/go/analysis/passes/framepointer"
	"golang.org/x/tools/go/analysis/passes/hostport"
	"golang.org/x/tools/go/analysis/passes/httpresponse"
	"golang.org/x/tools/go/analysis/passes/ifaceassert"
	"golang.org/x/tools/go/analysis/passes/loopclosure"
	"golang.org/x/tools/go/analysis/passes/lostcancel"
	"golang.org/x/tools/go/analysis/passes/nilfunc"
	"golang.org/x/tools/go/analysis/passes/printf"
	"golang.org/x/tools/go/analysis/passes/shift"
	"golang.org/x/tools/go/analysis/passes/sigchanyzer"
	"golang.org/x/tools/go/analysis/passes/slog"
	"golang.org/x/tools/go/analysis/passes/stdmethods"
	"golang.org/x/tools/go/analysis/passes/stdversion"
	"golang.org/x/tools/go/analysis/passes/stringintconv"
	"golang.org/x/tools/go/analysis/passes/structtag"
	"golang.org/x/tools/go/analysis/passes/testinggoroutine"
	"golang.org/x/tools/go/analysis/passes/tests"
	"golang.org/x/tools/go/analysis/passes/timeformat"
	"golang.org/x/tools/go/analysis/passes/unmarshal"
	"golang.org/x/tools/go/analysis/passes/unreachable"
	"golang.org/x/tools/go/analysis/passes/unsafeptr"
	"golang.org/x/tools/go/analysis/passes/unusedresult"
	"golang.org/x/tools/go/analysis/passes/waitgroup"
	"golang.org/x/tools/go/analysis/unitchecker"
	"honnef.co/go/tools/analysis/facts/deprecated"
	"honnef.co/go/tools/analysis/lint"
	"honnef.co/go/tools/simple"
	"honnef.co/go/tools/staticcheck"
	"honnef.co/go/tools/stylecheck"
	"honnef.co/go/tools/unused"
)

// module is the project's; its packages get every analyzer.
const module = "avatar-launcher"

// vet is what "go vet" runs by itself, without cgocall: with -trimpath cgo's output is cached for all clones, with the path
// of the one that made it, where cgocall then looks for the source, even if that clone is gone.
var vet = []*analysis.Analyzer{
	appends.Analyzer, asmdecl.Analyzer, assign.Analyzer, atomic.Analyzer, bools.Analyzer, buildtag.Analyzer,
	composite.Analyzer, copylock.Analyzer, defers.Analyzer, directive.Analyzer, errorsas.Analyzer, framepointer.Analyzer,
	hostport.Analyzer, httpresponse.Analyzer, ifaceassert.Analyzer, loopclosure.Analyzer, lostcancel.Analyzer,
	nilfunc.Analyzer,
	printf.Analyzer, shift.Analyzer, sigchanyzer.Analyzer, slog.Analyzer, stdmethods.Analyzer, stdversion.Analyzer,
	stringintconv.Analyzer, structtag.Analyzer, testinggoroutine.Analyzer, tests.Analyzer, timeformat.Analyzer,
	unmarshal.Analyzer,
	unreachable.Analyzer, unsafeptr.Analyzer, unusedresult.Analyzer, waitgroup.Analyzer,
}

// unusedObjects reports what Staticcheck's U1000 reports. The go command analyzes a package together with its own
// tests, so what only they use counts as used.
var unusedObjects = &analysis.Analyzer{
	Name:       "U1000",
	Doc:        "report unused constants, variables, functions, fields and types",
	Requires:   []*analysis.Analyzer{unused.Analyzer.Analyzer},
	ResultType: reflect.TypeFor[any](),
	Run: func(pass *analysis.Pass) (any, error) {
		for _, object := range pass.ResultOf[unused.Analyzer.Analyzer].(unused.Result).Unused {
			file := pass.Fset.File(pass.Files[0].Pos())
			for _, f := range pass.Files {
				if pass.Fset.Position(f.Pos()).Filename == object.Position.Filename {
					file = pass.Fset.File(f.Pos())
				}
			}
			pass.Reportf(file.LineStart(object.Position.Line), "%s %s is unused", object.Kind, object.Name)
		}
		return nil, nil
	},
}

// defaults returns the analyzers that Staticcheck runs unless it is told otherwise.
func defaults(all ...[]*lint.Analyzer) []*analysis.Analyzer {
	var out []*analysis.Analyzer
	for _, some := range all {
		for _, a := range some {
			if a.Doc == nil || !a.Doc.NonDefault {
				out = append(out, a.Analyzer)
			}
		}
	}
	return out
}

// foreign reports whether a unit is a dependency, of which only facts are wanted. Those that the analyzers of our own
// code cannot do without are which of its names are deprecated and which of its functions print.
func foreign(file string) bool {
	var unit struct {
		ImportPath string
		VetxOnly   bool
	}
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &unit)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "lint:", err)
		os.Exit(1)
	}
	return unit.VetxOnly && unit.ImportPath != module && !strings.HasPrefix(unit.ImportPath, module+"/")
}

func main() {
	if last := os.Args[len(os.Args)-1]; strings.HasSuffix(last, ".cfg") && foreign(last) {
		unitchecker.Main(deprecated.Analyzer, printf.Analyzer)
	}
	all := append(vet, unusedObjects)
	unitchecker.Main(append(all, defaults(simple.Analyzers, staticcheck.Analyzers, stylecheck.Analyzers)...)...)
}
