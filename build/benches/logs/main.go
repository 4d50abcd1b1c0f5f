// Command logs measures the log: from PutRecords to the store, the search beside ripgrep, the reader beside
// kinesis-consumer, memory; and it serves the page with a log that is being written, for page.mjs. It is a module of
// its own, so that what it is compared with stays out of the launcher's.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// row is one line of build/bench's table.
type row struct {
	Row       string    `json:"row"`
	Unit      string    `json:"unit"`
	Runs      []float64 `json:"runs"`
	Reference string    `json:"reference,omitempty"` // what it is measured beside
	Beside    []float64 `json:"beside,omitempty"`    // its runs, in the same unit
	Target    string    `json:"target,omitempty"`
	Met       *bool     `json:"met,omitempty"`
	Note      string    `json:"note,omitempty"`
}

func (r row) print() {
	_ = json.NewEncoder(os.Stdout).Encode(r)
}

func met(ok bool) *bool { return &ok }

func median(runs []float64) float64 {
	s := slices.Sorted(slices.Values(runs))
	return s[len(s)/2]
}

// repeat measures n times.
func repeat(n int, measure func() float64) []float64 {
	runs := make([]float64, n)
	for i := range runs {
		runs[i] = measure()
	}
	return runs
}

func milliseconds(fn func()) float64 {
	from := time.Now()
	fn()
	return float64(time.Since(from).Microseconds()) / 1000
}

// modes by the first argument.
var modes = map[string]func([]string) error{
	"cloud": cloud, "store": store, "filter": filter, "reader": reader, "serve": serve, "into": into,
}

func main() {
	mode := modes[strings.Join(os.Args[1:min(len(os.Args), 2)], "")]
	if mode == nil {
		fmt.Fprintln(os.Stderr, "usage: logs store|filter|reader|serve DIST")
		os.Exit(2)
	}
	if err := mode(os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
