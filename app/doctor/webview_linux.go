package doctor

import (
	"os"
	"path/filepath"
	"regexp"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// webKitLibrary is the library in this process's memory map, as the loader found it.
var webKitLibrary = regexp.MustCompile(`(/\S*/libwebkit2gtk-(4\.\d)\.so\S*)`)

// WebView looks for the program that draws the page: WebKitGTK starts one of its own, which some systems package
// apart from the library.
func WebView() backend.Check {
	c := backend.Check{Name: messages.New("doctor.webView"), Cure: messages.New("doctor.installWebkitgtk41")}
	maps, err := os.ReadFile("/proc/self/maps")
	found := webKitLibrary.FindSubmatch(maps)
	if err != nil || found == nil {
		c.Why = messages.New("doctor.programRunsWithoutWebkitgtk")
		return c
	}
	library, version := string(found[1]), string(found[2])
	dir := filepath.Dir(library)
	for _, place := range []string{dir, "/usr/libexec", "/usr/lib", "/usr/lib64"} {
		if _, err := os.Stat(filepath.Join(place, "webkit2gtk-"+version, "WebKitWebProcess")); err == nil {
			return backend.Check{Name: c.Name, OK: true, Why: messages.New("doctor.webkitgtk", filepath.Base(library))}
		}
	}
	c.Why = messages.New("doctor.webkitgtkButNotProgram", filepath.Base(library))
	return c
}
