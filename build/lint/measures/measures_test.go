package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sample writes a small project and returns its folder.
func sample(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	files["frontend/src/main.ts"] = ""
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestMeasure(t *testing.T) {
	body := strings.Repeat("\tif a(1) > 2 { b(3, 4) } else { b(5, 6) }\n", 6)
	root := sample(t, map[string]string{
		"main.go": "package main\n",
		"app/a.go": "package app\n\nimport \"avatar-launcher/backend\"\n\n// A is documented.\nfunc A() {\n" + body +
			"}\n\nfunc B() { backend.C() }\n",
		"app/a_test.go": "package app\n\nfunc helper() {\n}\n",
		"backend/c.go": "package backend\n\n// C is documented.\nfunc C() {\n" +
			strings.ReplaceAll(body, "a(1)", "other(9)") + "}\n\n" +
			"// D groups.\nvar (\n\tX = 1\n\tY = 2 // " + strings.Repeat("é", 140) + "\n)\n",
		"backend/testdata/x.go":     "not Go",
		"frontend/src/one.ts":       "import { x } from './two';",
		"frontend/src/two.ts":       "import type { y } from './one';",
		"frontend/src/three.svelte": "import a from './one'",
	})
	figures, err := measure(root)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range figures {
		got[strings.TrimSpace(f.name)] = f.text
	}
	for name, want := range map[string]string{
		"Go packages": "3", "lines of tests": "4", "functions": "3", "lines, median": "8", "lines over 120 columns": "1",
		"lines over 140 columns": "1", "exported names": "5", "without documentation": "1", "import cycles of packages": "0",
		"import cycles of the page": "1",
	} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	if repeated := got["repeated code, lines"]; strings.HasPrefix(repeated, "0") {
		t.Errorf("the two functions of one shape are no repetition: %s", repeated)
	}
}

func TestCycles(t *testing.T) {
	for name, tt := range map[string]struct {
		edges map[string][]string
		want  int
	}{
		"a tree":          {map[string][]string{"a": {"b", "c"}, "b": {"c"}}, 0},
		"two in a circle": {map[string][]string{"a": {"b"}, "b": {"a"}}, 1},
		"two circles":     {map[string][]string{"a": {"b"}, "b": {"a", "c"}, "c": {"d"}, "d": {"c"}}, 2},
		"one of three":    {map[string][]string{"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}, 1},
	} {
		if got := cycles(tt.edges); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}
