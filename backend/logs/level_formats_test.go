package logs

import "testing"

// TestLevelsOfCommonFormats reads numbers as pino, syslog and journald write them, and a level that only the text says.
func TestLevelsOfCommonFormats(t *testing.T) {
	for line, want := range map[string]string{
		`{"msg":"ERROR: x"}`: levelError, `{"level":50,"msg":"x"}`: levelError, `{"level":40,"msg":"x"}`: levelWarn,
		`{"level":30,"msg":"x"}`: levelInfo, `{"level":10,"msg":"x"}`: levelDebug, `{"PRIORITY":"3","message":"x"}`: levelError,
		`{"priority":4,"message":"x"}`: levelWarn, `{"log":"level=warn msg=x","stream":"stderr"}`: levelWarn,
		`{"log":"\u001b[31mERROR\u001b[0m: x"}`: levelError,
	} {
		d := &decoder{everybody: true}
		d.line(frame{}, []byte(line))
		if len(d.entries) != 1 || d.entries[0].level != want {
			t.Errorf("%s: %+v, want %s", line, d.entries, want)
		}
	}
}
