package doctor

import (
	"os"
	"path/filepath"
	"regexp"

	"avatar-launcher/backend"
)

// webKitLibrary is the library in this process's memory map, as the loader found it.
var webKitLibrary = regexp.MustCompile(`(/\S*/libwebkit2gtk-(4\.\d)\.so\S*)`)

// webViewCheck looks for the program that draws the page: WebKitGTK starts one of its own, which some systems package
// apart from the library.
func webViewCheck() backend.Check {
	c := backend.Check{Name: "web view", Cure: "Install WebKitGTK 4.1 of your distribution (libwebkit2gtk-4.1-0, webkit2gtk4.1)."}
	maps, err := os.ReadFile("/proc/self/maps")
	found := webKitLibrary.FindSubmatch(maps)
	if err != nil || found == nil {
		c.Why = "This program runs without WebKitGTK, so that it has no window."
		return c
	}
	library, version := string(found[1]), string(found[2])
	dir := filepath.Dir(library)
	for _, place := range []string{dir, "/usr/libexec", "/usr/lib", "/usr/lib64"} {
		if _, err := os.Stat(filepath.Join(place, "webkit2gtk-"+version, "WebKitWebProcess")); err == nil {
			return backend.Check{Name: c.Name, OK: true, Why: "WebKitGTK is there: " + filepath.Base(library) + "."}
		}
	}
	c.Why = "WebKitGTK is there (" + filepath.Base(library) + "), but not the program that draws its pages."
	return c
}
