package account

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// tests lists the tests of the project: Go's functions, and the page's and the checks' files.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	function := regexp.MustCompile(`(?m)^func (Test\w+|Fuzz\w+)\(`)
	all := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == ".cache" ||
			d.Name() == "artifacts"):
			return filepath.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, name := range function.FindAllStringSubmatch(string(text), -1) {
				all[name[1]] = true
			}
		case strings.Contains(path, "tests/"):
			all[strings.TrimPrefix(filepath.ToSlash(path), "../../")] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// exists reports whether the repository has a file.
func exists(path string) bool {
	_, err := os.Stat(filepath.Join("../..", path))
	return err == nil
}

// TestEveryFindingHasItsRow holds the table of findings in build/aws/README.md to the findings, each of which is fixed
// by tests that exist, or says why it is not.
func TestEveryFindingHasItsRow(t *testing.T) {
	text, err := os.ReadFile("../../build/aws/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, row := range regexp.MustCompile(
		`(?m)^\| ((?:(?:P\d|field)-\d+(?:, )?)+)[^|]*\| (.*) \|$`).FindAllStringSubmatch(string(text), -1) {
		for _, id := range strings.Split(strings.TrimSuffix(row[1], ", "), ", ") {
			if rows[id] != "" {
				t.Errorf("%s has two rows", id)
			}
			rows[id] = row[2]
		}
	}
	for prefix, count := range map[string]int{"P0-": 3, "P1-": 17, "P2-": 18, "P3-": 17, "field-": 22} {
		for n := range count {
			if rows[prefix+strconv.Itoa(n+1)] == "" {
				t.Errorf("%s%d has no row", prefix, n+1)
			}
		}
	}
	known := tests(t)
	name := regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w+`)
	check := regexp.MustCompile(`(?:build|frontend)/tests/[\w.]+|build/test \w+|frontend/src/[\w/]+\.test\.ts`)
	for id, row := range rows {
		proofs := name.FindAllString(row, -1)
		for _, proof := range proofs {
			if !known[proof] {
				t.Errorf("%s: there is no %s", id, proof)
			}
		}
		for _, file := range check.FindAllString(row, -1) {
			if strings.HasPrefix(file, "build/tests/") && !known[file] || strings.HasSuffix(file, ".test.ts") && !exists(file) {
				t.Errorf("%s: there is no %s", id, file)
			}
		}
		open := strings.Contains(row, "not yet") || strings.Contains(row, "not fixed") ||
			strings.Contains(row, "said here") ||
			strings.Contains(row, "nothing to do")
		if !open && len(proofs) == 0 && !check.MatchString(row) {
			t.Errorf("%s has neither a test nor a reason: %s", id, row)
		}
	}
}
