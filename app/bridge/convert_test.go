package bridge

import (
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
	"avatar-launcher/backend/logs"
	"avatar-launcher/backend/messages"
)

// sentTypes lists the structs that the services answer, and those in them.
func sentTypes() []reflect.Type {
	var all []reflect.Type
	for _, s := range Services(nil) {
		service := reflect.TypeOf(s)
		for i := range service.NumMethod() {
			method := service.Method(i).Type
			for out := range method.NumOut() {
				all = structsOf(method.Out(out), all)
			}
		}
	}
	return all
}

// structsOf adds the structs that a type is made of to those that are known.
func structsOf(t reflect.Type, known []reflect.Type) []reflect.Type {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return structsOf(t.Elem(), known)
	case reflect.Struct:
		if slices.Contains(known, t) {
			return known
		}
		known = append(known, t)
		for i := range t.NumField() {
			known = structsOf(t.Field(i).Type, known)
		}
	}
	return known
}

// TestTypesOfThePage checks the rules of convert.go that a type can break.
func TestTypesOfThePage(t *testing.T) {
	all := sentTypes()
	if len(all) < 30 {
		t.Fatalf("only %d types were found", len(all))
	}
	here := reflect.TypeFor[Snapshot]().PkgPath()
	for _, typ := range all {
		if typ.PkgPath() != here {
			t.Errorf("%s is sent, but is no type of this package", typ)
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			if tag := f.Tag.Get("json"); !f.IsExported() || tag == "" || strings.Contains(tag, ",") {
				t.Errorf("%s.%s needs a plain json tag", typ, f.Name)
			}
			switch element(f.Type).Kind() {
			case reflect.Bool, reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64, reflect.String, reflect.Struct:
			default:
				t.Errorf("%s.%s is of the type %s", typ, f.Name, f.Type)
			}
			if element(f.Type) == reflect.TypeFor[time.Duration]() {
				t.Errorf("%s.%s is in nanoseconds", typ, f.Name)
			}
		}
	}
}

// element returns what slices and pointers lead to.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// unsent lists the fields that the page does not get, and why.
var unsent = map[string]string{
	"Snapshot.attached":   "the command line says it",
	"Session.launcherId":  "the overview's audit and lease name launchers",
	"Session.type":        "the machine has it",
	"Session.cold":        "a start's steps say it",
	"Session.readyAt":     "a start's steps say it",
	"Session.sent":        "Cost.Traffic says what it costs",
	"Machine.reasonCode":  "a problem says why a machine stopped",
	"Machine.reason":      "a problem says why a machine stopped",
	"PoolMember.epoch":    "nobody acts on it",
	"PoolMember.pooledAt": "the planner's",
	"PoolMember.hotUntil": "its armed stop says it",
	"Pool.keptAt":         "the diagnostics say it",
	"Backoff.stopped":     "RetryAt is nil",
	"Queue.since":         "the place says more",
	"Entry.userId":        "Username says it",
	"Query.since":         "the page asks by time with Log.At",
}

// TestThePageGetsEveryField fails if a field of a type in backend is neither sent nor listed as unsent.
func TestThePageGetsEveryField(t *testing.T) {
	used := map[string]bool{}
	for from, to := range map[reflect.Type]reflect.Type{
		reflect.TypeFor[backend.Snapshot]():   reflect.TypeFor[Snapshot](),
		reflect.TypeFor[backend.User]():       reflect.TypeFor[User](),
		reflect.TypeFor[backend.Challenge]():  reflect.TypeFor[Challenge](),
		reflect.TypeFor[backend.Session]():    reflect.TypeFor[Session](),
		reflect.TypeFor[backend.Machine]():    reflect.TypeFor[Machine](),
		reflect.TypeFor[backend.Pool]():       reflect.TypeFor[Pool](),
		reflect.TypeFor[backend.TierCost]():   reflect.TypeFor[TierCost](),
		reflect.TypeFor[backend.PoolMember](): reflect.TypeFor[PoolMember](),
		reflect.TypeFor[backend.Backoff]():    reflect.TypeFor[Backoff](),
		reflect.TypeFor[backend.Step]():       reflect.TypeFor[Step](),
		reflect.TypeFor[backend.Problem]():    reflect.TypeFor[Problem](),
		reflect.TypeFor[backend.Notice]():     reflect.TypeFor[Notice](),
		reflect.TypeFor[backend.Kept]():       reflect.TypeFor[Kept](),
		reflect.TypeFor[backend.Ended]():      reflect.TypeFor[Ended](),
		reflect.TypeFor[backend.Queue]():      reflect.TypeFor[Queue](),
		reflect.TypeFor[backend.Timer]():      reflect.TypeFor[Timer](),
		reflect.TypeFor[backend.Cost]():       reflect.TypeFor[Cost](),
		reflect.TypeFor[backend.Overview]():   reflect.TypeFor[Overview](),
		reflect.TypeFor[backend.Lease]():      reflect.TypeFor[Lease](),
		reflect.TypeFor[backend.Ticket]():     reflect.TypeFor[Ticket](),
		reflect.TypeFor[backend.Schedule]():   reflect.TypeFor[Schedule](),
		reflect.TypeFor[backend.Entry]():      reflect.TypeFor[Entry](),
		reflect.TypeFor[backend.Record]():     reflect.TypeFor[PastSession](),
		reflect.TypeFor[backend.Occupancy]():  reflect.TypeFor[Occupancy](),
		reflect.TypeFor[backend.Check]():      reflect.TypeFor[Check](),
		reflect.TypeFor[backend.Security]():   reflect.TypeFor[SecurityResult](),
		reflect.TypeFor[config.Desktop]():     reflect.TypeFor[Desktop](),
		reflect.TypeFor[logs.Line]():          reflect.TypeFor[Line](),
		reflect.TypeFor[logs.Page]():          reflect.TypeFor[LogPage](),
		reflect.TypeFor[logs.Histogram]():     reflect.TypeFor[Histogram](),
		reflect.TypeFor[logs.Series]():        reflect.TypeFor[Series](),
		reflect.TypeFor[logs.Query]():         reflect.TypeFor[Query](),
	} {
		sent := jsonNames(to)
		for _, name := range jsonNames(from) {
			key := to.Name() + "." + name
			_, listed := unsent[key]
			used[key] = listed
			if is := slices.Contains(sent, name); is == listed {
				t.Errorf("%s: sent is %t, listed as unsent is %t", key, is, listed)
			}
		}
	}
	for key := range unsent {
		if !used[key] {
			t.Errorf("%s is listed as unsent, but there is no such field", key)
		}
	}
}

// jsonNames lists the fields of a struct that encoding/json writes.
func jsonNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return names
}

// TestEnumsAreComplete compares the words that the page knows with the constants of package backend.
func TestEnumsAreComplete(t *testing.T) {
	left := map[string]bool{"launching": true} // PoolState: never shown
	compared := 0
	declared := constants(t, "../../backend")
	for _, enum := range Enums() {
		values := reflect.ValueOf(enum)
		typ := values.Index(0).Field(0).Type()
		var known []string
		for i := range values.Len() {
			known = append(known, values.Index(i).Field(0).String())
		}
		want := declared[typ.Name()]
		if len(want) > 0 {
			compared++
		}
		for _, word := range want {
			if !slices.Contains(known, word) && !left[word] {
				t.Errorf("the page does not know that a %s can be %q", typ, word)
			}
		}
	}
	if compared != 8 {
		t.Errorf("package backend has the constants of %d enums", compared)
	}
}

// constants lists the string constants of a package by their types.
func constants(t *testing.T, folder string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			name, isName := spec.Type.(*ast.Ident)
			value, isLiteral := spec.Values[0].(*ast.BasicLit)
			if isName && isLiteral && value.Kind == token.STRING && spec.Names[0].IsExported() {
				all[name.Name] = append(all[name.Name], strings.Trim(value.Value, `"`))
			}
			return true
		})
	}
	return all
}

func TestThePageIsToldInTheLanguageInUse(t *testing.T) {
	i18n.SetLanguage(messages.Pseudo)
	t.Cleanup(func() { i18n.SetLanguage("") })
	message := messages.New("fleet.cloudNotAnswer")
	problem := &backend.Problem{Kind: backend.KindBusy, What: message, Why: message, Next: message}
	s := NewSnapshot(backend.Snapshot{
		Problem: problem,
		Notices: []backend.Notice{{Key: "keyring", Problem: problem}},
		Queue:   &backend.Queue{Why: message},
		Pool:    backend.Pool{Backoff: &backend.Backoff{Why: message, Lines: []string{"a line of a log"}}},
	})
	for _, text := range []string{
		s.Problem.What, s.Problem.Why, s.Problem.Next, s.Notices[0].Problem.What, s.Queue.Why, s.Pool.Backoff.Why,
		newEntry(backend.Entry{Why: message}).Why, newPastSession(backend.Record{Why: message}).Why,
		newCheck(backend.Check{Cure: message}).Cure, problemOf(context.Canceled).What,
	} {
		if !strings.HasPrefix(text, "⟦") || !strings.HasSuffix(text, "⟧") {
			t.Errorf("the page gets %q", text)
		}
	}
	if line := s.Pool.Backoff.Lines[0]; line != "a line of a log" {
		t.Errorf("a line of a log became %q", line)
	}
	if strings.Contains(problem.Error(), "⟦") {
		t.Error("the launcher's own problem is no longer English")
	}
}

func TestWhatIsNotKnownIsNull(t *testing.T) {
	for _, empty := range []any{NewSnapshot(backend.Snapshot{}), newOverview(backend.Overview{}), newLogPage(logs.Page{}),
		newSeries(logs.Series{}), newHistogram(logs.Histogram{}), newLine(logs.Line{}), newChallenge(backend.Challenge{}),
		newBackoff(backend.Backoff{RetryAt: time.Unix(1, 0), Stopped: true}), newStep(backend.Step{})} {
		v := reflect.ValueOf(empty)
		for i := range v.NumField() {
			switch f := v.Field(i); f.Kind() {
			case reflect.Pointer:
				if !f.IsNil() {
					t.Errorf("%T.%s is %v", empty, v.Type().Field(i).Name, f.Elem())
				}
			case reflect.Slice:
				if f.IsNil() {
					t.Errorf("%T.%s is a nil slice, which the page would get as null", empty, v.Type().Field(i).Name)
				}
			}
		}
	}
}

func TestTimesAndDurationsAreMilliseconds(t *testing.T) {
	started := time.Date(2026, 3, 14, 10, 26, 53, 123_456_789, time.FixedZone("", 3600))
	data, err := json.Marshal(newStep(backend.Step{Phase: backend.Booting, Started: started,
		Took: 3641 * time.Millisecond}))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"phase":"booting","started":1773480413123,"took":3641,"usual":null}`; string(data) != want {
		t.Errorf("%s, want %s", data, want)
	}
	if s := NewSnapshot(backend.Snapshot{Skew: -2 * time.Second,
		Ended: &backend.Ended{Used: time.Hour}}); s.Skew != -2000 || s.Ended.Used != 3_600_000 {
		t.Errorf("skew %d, used %d", s.Skew, s.Ended.Used)
	}
}
