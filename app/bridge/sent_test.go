package bridge

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/gate"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"
)

var update = flag.Bool("update", false, "write testdata/sent.json anew")

// sentFile has what the page is sent, as encoding/json writes it. The page's tests build their data from it, so that
// those cannot differ from what Go sends.
var sentFile = filepath.Join("testdata", "sent.json")

// TestSentFile compares the file with what the code sends. Run it with -update after a field is added.
func TestSentFile(t *testing.T) {
	idle := backend.Snapshot{
		Revision: 1,
		Phase:    backend.Idle,
		Profile:  "local",
		User:     &backend.User{ID: "u-1", Username: "demo", Role: backend.RoleUser},
		Pool:     backend.Pool{Target: 5},
	}
	var got bytes.Buffer
	w := json.NewEncoder(&got)
	w.SetIndent("", "  ")
	if err := w.Encode(map[string]any{
		"idle":        NewSnapshot(idle),
		"snapshot":    NewSnapshot(filled[backend.Snapshot]()),
		"overview":    newOverview(filled[backend.Overview]()),
		"logPage":     newLogPage(filled[logs.Page]()),
		"histogram":   newHistogram(filled[logs.Histogram]()),
		"series":      newSeries(filled[logs.Series]()),
		"check":       newCheck(filled[backend.Check]()),
		"desktop":     NewDesktop(filled[config.Desktop]()),
		"invitation":  newInvitation(filled[gate.Invitation]()),
		"offer":       filled[Offer](),
		"preferences": filled[Preferences](),
		"chronicle":   filled[HistoryResult](),
		"guarded":     filled[SecurityResult](),
		"enrolment":   filled[Enrolment](),
		"passkeys":    filled[PasskeyList](),
		"about":       filled[About](),
	}); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(sentFile, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(sentFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s is not what the code sends. Run: go test ./app/bridge -run TestSentFile -update", sentFile)
	}
}

// TestNothingIsLostOnTheWay fills every field of backend's types and looks for fields of the page's that stay empty.
func TestNothingIsLostOnTheWay(t *testing.T) {
	for _, sent := range []any{
		NewSnapshot(filled[backend.Snapshot]()), newOverview(filled[backend.Overview]()),
		newPastSession(filled[backend.Record]()),
		newOccupancy(filled[backend.Occupancy]()), newLogPage(filled[logs.Page]()), newHistogram(filled[logs.Histogram]()),
		newSeries(filled[logs.Series]()), newCheck(filled[backend.Check]()), NewDesktop(filled[config.Desktop]()),
		newInvitation(filled[gate.Invitation]()), newPasskey(filled[backend.Passkey]()), filled[Query]().query(),
	} {
		lookForEmpty(t, reflect.TypeOf(sent).Name(), reflect.ValueOf(sent))
	}
}

// lookForEmpty reports fields that are zero, and slices without an element.
func lookForEmpty(t *testing.T, path string, v reflect.Value) {
	switch {
	case v.Kind() == reflect.Slice && v.Len() == 0, v.IsZero() && v.Type() != reflect.TypeFor[time.Time]():
		t.Errorf("%s is empty", path)
	case v.Kind() == reflect.Pointer:
		lookForEmpty(t, path, v.Elem())
	case v.Kind() == reflect.Slice:
		lookForEmpty(t, path+"[0]", v.Index(0))
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			lookForEmpty(t, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
}

// filled returns a value in which nothing is zero.
func filled[T any]() T {
	var v T
	fill(reflect.ValueOf(&v).Elem())
	return v
}

// samples are values of the types that have few.
var samples = map[reflect.Type]any{
	reflect.TypeFor[time.Time]():         time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC),
	reflect.TypeFor[time.Duration]():     time.Minute,
	reflect.TypeFor[messages.Message]():  messages.Verbatim("A text."),
	reflect.TypeFor[backend.Phase]():     backend.Ready,
	reflect.TypeFor[backend.Role]():      backend.RoleUser,
	reflect.TypeFor[backend.PoolState](): backend.Claimed,
	reflect.TypeFor[backend.TimerKind](): backend.TimerIdle,
	reflect.TypeFor[backend.UseKind]():   backend.UseViewer,
	reflect.TypeFor[backend.Kind]():      backend.KindBusy,
	reflect.TypeFor[backend.Device]():    backend.DeviceKnown,
	reflect.TypeFor[Kind]():              Kind(backend.KindBusy),
	reflect.TypeFor[Device]():            Device(backend.DeviceKnown),
	reflect.TypeFor[Theme]():             Theme(config.ThemeDark),
	reflect.TypeFor[Quit]():              Quit(config.QuitStop),
}

func fill(v reflect.Value) {
	if sample, ok := samples[v.Type()]; ok {
		v.Set(reflect.ValueOf(sample))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint64:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch f := v.Type().Field(i); f.Name {
			case "Stopped": // a Backoff that has stopped has no time of its next launch
				if f.Type.Kind() == reflect.Int { // of PoolSizes
					fill(v.Field(i))
				}
			case "Currency":
				v.Field(i).SetString("USD")
			case "Username":
				v.Field(i).SetString("demo")
			default:
				if f.IsExported() {
					fill(v.Field(i))
				}
			}
		}
	}
}
