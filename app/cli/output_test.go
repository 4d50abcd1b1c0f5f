package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

type full struct{}

func (full) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
}

// TestOutputThatCannotBeWritten ends with 1, whichever write it was.
func TestOutputThatCannotBeWritten(t *testing.T) {
	good := &checkedWriter{w: io.Discard}
	bad := &checkedWriter{w: full{}}
	for _, w := range []*checkedWriter{good, bad} {
		(&printer{w: w}).table([][]string{{"a", "b"}})
		(&printer{w: w, json: true}).object(1)
	}
	if err := good.failure(); err != nil {
		t.Error(err)
	}
	err := bad.failure()
	if exitCode(err) != 1 || !strings.Contains(backend.ProblemOf(err).Error(),
		"Couldn’t write the output. No space left on device") {
		t.Errorf("got %v", err)
	}
}

// TestErrorsForScripts: one JSON object with kind and exit code.
func TestErrorsForScripts(t *testing.T) {
	for kind, code := range map[backend.Kind]int{backend.KindUnexpected: 1, backend.KindConfig: 2, backend.KindRefused: 3,
		backend.KindKeyring: 3,
		backend.KindDenied:  3, backend.KindCapacity: 4, backend.KindUnreachable: 5, backend.KindInterrupted: 6,
		backend.KindBusy: 1} {
		var out bytes.Buffer
		(&printer{w: &out, json: true}).failed(&backend.Problem{Kind: kind, What: messages.Verbatim("W"),
			Why: messages.Verbatim("Y."), Next: messages.Verbatim("N."), Cause: errors.New("raw")})
		var got struct {
			Type, Kind string
			Code       int
			Problem    struct{ Kind, What, Why, Next string }
		}
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Type != "error" || got.Code != code ||
			got.Kind != string(kind) ||
			got.Problem.What != "W" || strings.Contains(out.String(), "raw") {
			t.Errorf("%s: %s, %v", kind, out.String(), err)
		}
	}
}

// TestCausesAreForTheLog: people are told how to see a raw error, and see it if they ask.
func TestCausesAreForTheLog(t *testing.T) {
	err := backend.ProblemOf(errors.New("operation error EC2: api error"))
	for level, want := range map[string]string{"": "--log-level debug", "debug": "operation error EC2"} {
		var out bytes.Buffer
		(&options{logLevel: level}).complain(&out, err)
		if said := out.String(); strings.Contains(said, "Cause:") ||
			strings.Contains(said, "operation error") != (level == "debug") || !strings.Contains(said, want) {
			t.Errorf("%q said %q", level, said)
		}
	}
}

// TestJSONIsAskedForInEveryForm also if the command line could not be parsed as far as that.
func TestJSONIsAskedForInEveryForm(t *testing.T) {
	for arg, want := range map[string]bool{"--json": true, "--json=true": true, "--json=1": true, "--json=T": true,
		"--json=false": false, "--json=0": false, "--json=x": false, "--jsonish": false, "json": false} {
		if got := wantsJSON(&options{}, []string{"status", "--bogus", arg}); got != want {
			t.Errorf("%s: %v, want %v", arg, got, want)
		}
	}
}
