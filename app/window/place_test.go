package window

import (
	"os"
	"reflect"
	"testing"
)

func TestAPlaceIsVisibleOnAnyDisplay(t *testing.T) {
	for name, c := range map[string]struct {
		p             place
		width, height int
		want          place
	}{
		"as it was": {place{X: 100, Y: 50, Width: 1200, Height: 800}, 1920, 1080,
			place{X: 100, Y: 50, Width: 1200, Height: 800}},
		"beyond the right edge": {place{X: 1800, Y: 900, Width: 1200, Height: 800}, 1920, 1080,
			place{X: 720, Y: 280, Width: 1200, Height: 800}},
		"left of it":       {place{X: -500, Y: -9, Width: 1200, Height: 800}, 1920, 1080, place{Width: 1200, Height: 800}},
		"larger than that": {place{X: 9, Y: 9, Width: 3000, Height: 2000}, 1920, 1080, place{Width: 1920, Height: 1080}},
		"damaged":          {place{Width: -4, Height: 0}, 1920, 1080, place{Width: leastWidth, Height: leastHeight}},
		"a tiny display": {place{X: 3, Y: 3, Width: 1200, Height: 800}, 640, 480,
			place{Width: leastWidth, Height: leastHeight}},
	} {
		if got := c.p.visible(c.width, c.height); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestPlacesAreKeptByDisplay(t *testing.T) {
	dir := t.TempDir()
	if w, h := readPlaces(dir).first(); w != usualWidth || h != usualHeight {
		t.Errorf("the first window is %d by %d", w, h)
	}
	var all places
	docked := place{X: 300, Y: 200, Positioned: true, Width: 1400, Height: 900}
	all.note(2560, 1440, docked)
	all.note(1280, 800, place{X: 10, Y: 20, Positioned: true, Width: 1000, Height: 700})
	all.note(1280, 800, place{X: 0, Y: 0, Positioned: true, Width: 1280, Height: 800, Maximised: true})
	all.note(1920, 1080, place{X: 2000, Y: 10, Positioned: true, Width: 900, Height: 600}) // beside another display
	if err := all.write(dir); err != nil {
		t.Fatal(err)
	}
	got := readPlaces(dir)
	want := places{Last: "1920x1080", Displays: map[string]place{
		"2560x1440": docked,
		"1280x800":  {X: 10, Y: 20, Positioned: true, Width: 1000, Height: 700, Maximised: true},
		"1920x1080": {Width: 900, Height: 600}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if w, h := got.first(); w != 900 || h != 600 {
		t.Errorf("the next window opens with %d by %d", w, h)
	}
	if err := os.WriteFile(placesFile(dir), []byte("{half a fi"), 0o600); err != nil {
		t.Fatal(err)
	}
	if broken := readPlaces(dir); broken.Displays != nil {
		t.Errorf("of a damaged file: %+v", broken)
	}
}
