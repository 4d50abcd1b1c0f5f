package backend_test

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "avatar-launcher/"

// rooms are the packages that do the work. They speak the vocabulary of backend and never import one another;
// app wires them.
var rooms = []string{"backend/identity", "backend/fleet", "backend/logs", "backend/config", "backend/account",
	"backend/broker", "backend/updates"}

// deps lists the import paths of a package's dependencies, itself included, and of those below it, tests apart.
func deps(t *testing.T, pattern string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-tags", "desktop,production,webkit2_41", pattern)
	cmd.Dir = ".."
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v\n%s", pattern, err, &complaint)
	}
	return strings.Fields(string(out))
}

func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// external reports whether an import path is neither of the standard library nor ours.
func external(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".") && !strings.HasPrefix(path, "vendor/")
}

// TestVocabularyIsStandardLibraryOnly holds backend and its messages to the standard library and its tables of
// languages.
func TestVocabularyIsStandardLibraryOnly(t *testing.T) {
	own := []string{module + "backend", module + "backend/messages"}
	for _, path := range deps(t, "./backend") {
		if external(path) && !within(path, "golang.org/x/text") || strings.HasPrefix(path, module) &&
			!slices.Contains(own, path) {
			t.Errorf("backend must not depend on %s", path)
		}
	}
}

// leaves are what every room may import. They import nothing of ours.
var leaves = []string{"backend/awsx", "backend/gate", "backend/messages"}

func isLeaf(path string) bool { return slices.Contains(leaves, strings.TrimPrefix(path, module)) }

// TestRoomsDoNotImportOneAnother holds imports to one way: app → backend/* → backend, and leaves.
func TestRoomsDoNotImportOneAnother(t *testing.T) {
	for _, room := range rooms {
		t.Run(room, func(t *testing.T) {
			for _, path := range deps(t, "./"+room+"/...") {
				if strings.HasPrefix(path, module) && path != module+"backend" && !isLeaf(path) && !within(path, module+room) {
					t.Errorf("%s must not depend on %s", room, path)
				}
			}
		})
	}
}

// TestLayersOfTheLog keeps the log and what orders it apart from the places that logs are read from, so that one more
// place changes neither: kinesis → ingest → logs → textsearch.
func TestLayersOfTheLog(t *testing.T) {
	allowed := map[string][]string{
		"backend/logs/textsearch": {},
		"backend/logs":            {"backend/logs/textsearch"},
		"backend/logs/ingest":     {"backend/logs", "backend/logs/textsearch"},
	}
	for layer, below := range allowed {
		for _, path := range deps(t, "./"+layer) {
			ours := strings.HasPrefix(path, module) && path != module+layer && !isLeaf(path)
			if ours && !slices.Contains(below, strings.TrimPrefix(path, module)) || strings.HasPrefix(path, "github.com/aws/") {
				t.Errorf("%s must not depend on %s", layer, path)
			}
		}
	}
}

// TestLeavesImportNoRoom keeps the leaves below the rooms that import them.
func TestLeavesImportNoRoom(t *testing.T) {
	for _, leaf := range leaves {
		for _, path := range deps(t, "./"+leaf) {
			if strings.HasPrefix(path, module) && path != module+leaf || strings.Contains(path, "aws-sdk-go-v2/service/") {
				t.Errorf("%s must not depend on %s", leaf, path)
			}
		}
	}
}

// TestTheGateIsSmall keeps what every instance runs in front of the avatar to the standard library and a JWT library.
func TestTheGateIsSmall(t *testing.T) {
	for _, path := range deps(t, "./backend/gate") {
		if external(path) && !within(path, "github.com/golang-jwt/jwt/v5") {
			t.Errorf("gate must not depend on %s", path)
		}
	}
}

// TestCloudIsAReadingOfItsOwn keeps the embedded cloud and its client two independent readings of AWS's protocols.
func TestCloudIsAReadingOfItsOwn(t *testing.T) {
	for _, path := range deps(t, "./backend/localcloud/...") {
		if strings.HasPrefix(path, "github.com/aws/") {
			t.Errorf("localcloud must not depend on %s", path)
		}
		if strings.HasPrefix(path, module) && !within(path, module+"backend/localcloud") {
			t.Errorf("localcloud must not depend on %s", path)
		}
	}
}

// appImports are the packages of app that each package of app may import.
var appImports = map[string][]string{
	"app/osdesktop":    {},
	"app/i18n":         {},
	"app/clients":      {},
	"app/controlplane": {"app/clients"},
	"app/handover":     {},
	"app/core":         {"app/clients", "app/groups", "app/i18n", "app/osdesktop", "app/controlplane"},
	"app/doctor":       {"app/clients", "app/core", "app/groups", "app/i18n", "app/osdesktop", "app/controlplane"},
	"app/bridge": {"app/handover", "app/clients", "app/doctor", "app/core", "app/groups", "app/i18n", "app/osdesktop",
		"app/controlplane"},
	"app/groups": {},
	"app/keep":   {"app/clients", "app/controlplane", "app/i18n"},
	"app/cli": {"app/clients", "app/doctor", "app/core", "app/groups", "app/keep", "app/i18n", "app/osdesktop",
		"app/controlplane"},
	"app/window": {"app/handover", "app/clients", "app/bridge", "app/doctor", "app/core", "app/groups", "app/i18n",
		"app/osdesktop", "app/controlplane"},
}

// TestAppImportsPointDownwards holds imports within app to one way: window → bridge → doctor → core, and cli → doctor.
func TestAppImportsPointDownwards(t *testing.T) {
	for _, path := range deps(t, "./app/...") {
		if ours := strings.TrimPrefix(path, module); within(ours, "app") && appImports[ours] == nil {
			t.Errorf("%s is not in the table", ours)
		}
	}
	for pkg, allowed := range appImports {
		t.Run(pkg, func(t *testing.T) {
			for _, path := range deps(t, "./"+pkg) {
				ours := strings.TrimPrefix(path, module)
				if within(ours, "app") && ours != pkg && !slices.Contains(allowed, ours) {
					t.Errorf("%s must not depend on %s", pkg, ours)
				}
			}
		})
	}
}

// windowLibraries are Wails, whose runtime ends the process on a wrong context, and the tray library.
var windowLibraries = []string{"github.com/wailsapp/wails", "fyne.io/systray"}

// TestOnlyTheWindowKnowsTheDesktop keeps the window's libraries in app/window, and C out of every other package of app:
// they are built and tested without GTK.
func TestOnlyTheWindowKnowsTheDesktop(t *testing.T) {
	all := deps(t, "./backend/...")
	for pkg := range appImports {
		if pkg == "app/window" {
			continue
		}
		all = append(all, deps(t, "./"+pkg)...)
		if with := withC(t, "./"+pkg); len(with) > 0 {
			t.Errorf("%s must not need C, as %v do", pkg, with)
		}
	}
	for _, library := range windowLibraries {
		if i := slices.IndexFunc(all, func(path string) bool { return strings.HasPrefix(path, library) }); i >= 0 {
			t.Errorf("only the window may depend on %s", all[i])
		}
	}
}

// withC lists a package's dependencies that are written in C, the standard library's apart.
func withC(t *testing.T, pattern string) []string {
	t.Helper()
	const form = "{{if and .CgoFiles (not .Standard)}}{{.ImportPath}}{{end}}"
	cmd := exec.Command("go", "list", "-deps", "-f", form, pattern)
	cmd.Dir, cmd.Env = "..", append(os.Environ(), "CGO_ENABLED=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list -deps %s: %v", pattern, err)
	}
	return strings.Fields(string(out))
}

// TestTheHeadlessProgramNeedsNoDesktop: servers have neither GTK nor a C library to link it with.
func TestTheHeadlessProgramNeedsNoDesktop(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "./build/aws/keeper")
	cmd.Dir, cmd.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		for _, library := range []string{"github.com/wailsapp/wails", "fyne.io/systray", "runtime/cgo",
			module + "backend/localcloud"} {
			if within(path, library) {
				t.Errorf("the headless program must not depend on %s", path)
			}
		}
	}
}

// TestTheKeeperNeedsNoDesktop keeps Wails, the tray, the keyring and the embedded cloud out of what runs on a server.
func TestTheKeeperNeedsNoDesktop(t *testing.T) {
	for _, pattern := range []string{"./app/keep", "./build/aws/function"} {
		for _, path := range deps(t, pattern) {
			for _, library := range []string{"github.com/wailsapp/wails", "fyne.io/systray", module + "backend/identity",
				module + "backend/localcloud"} {
				if within(path, library) {
					t.Errorf("%s must not depend on %s", pattern, path)
				}
			}
		}
	}
}

// TestPolicyImportsNoSDK keeps AWS's SDK in the adapters of fleet, which are the files named aws_*.go.
func TestPolicyImportsNoSDK(t *testing.T) {
	files, err := filepath.Glob("fleet/*.go")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		base := filepath.Base(name)
		if strings.HasPrefix(base, "aws_") || strings.HasSuffix(base, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			if strings.HasPrefix(spec.Path.Value, `"github.com/aws/`) {
				t.Errorf("%s must not import %s", name, spec.Path.Value)
			}
		}
	}
}
