package ingest

import "testing"

// TestLevelsOfCommonFormats decodes lines as common loggers and shippers write them.
func TestLevelsOfCommonFormats(t *testing.T) {
	for _, tt := range []struct{ name, line, level, text string }{
		{"text says it", `{"msg":"ERROR: x"}`, levelError, "ERROR: x"},
		{"pino", `{"level":50,"time":1767323044000,"msg":"x"}`, levelError, "x"},
		{"pino, warn", `{"level":40,"msg":"x"}`, levelWarn, "x"},
		{"pino, info", `{"level":30,"msg":"x"}`, levelInfo, "x"},
		{"pino, trace", `{"level":10,"msg":"x"}`, levelDebug, "x"},
		{"journald", `{"PRIORITY":"3","MESSAGE":"x"}`, levelError, "x"},
		{"journald through Vector", `{"PRIORITY":"4","message":"x"}`, levelWarn, "x"},
		{"priority as a number", `{"priority":4,"message":"x"}`, levelWarn, "x"},
		{"GELF", `{"version":"1.1","short_message":"x","level":3}`, levelError, "x"},
		{"notice", `{"level":"notice","msg":"x"}`, levelInfo, "x"},
		{"critical", `{"severity":"CRITICAL","message":"x"}`, levelError, "x"},
		{"alert", `{"severity":"ALERT","message":"x"}`, levelError, "x"},
		{"emerg", `{"level":"emerg","msg":"x"}`, levelError, "x"},
		{"letter", `{"level":"E","msg":"x"}`, levelError, "x"},
		{"python-json-logger", `{"levelname":"WARNING","message":"x"}`, levelWarn, "x"},
		{".NET", `{"EventId":0,"LogLevel":"Error","message":"x"}`, levelError, "x"},
		{"OpenTelemetry", `{"severity_number":17,"message":"x"}`, levelError, "x"},
		{"coloured level", `{"level":"\u001b[31merror\u001b[39m","message":"x"}`, levelError, "x"},
		{"coloured text", `{"log":"\u001b[31mERROR\u001b[0m: x"}`, levelError, "ERROR: x"},

		{"docker", `{"log":"{\"level\":\"error\",\"msg\":\"x\"}\n","stream":"stderr","time":"2026-01-02T03:04:05Z"}`,
			levelError, "x"},
		{"Fluent Bit", `{"date":1767323044.25,"log":"{\"level\":50,\"msg\":\"x\"}"}`, levelError, "x"},
		{"wrapped in message", `{"message":"{\"severity\":\"warning\",\"message\":\"x\"}","host":"h"}`, levelWarn, "x"},
		{"level outside", `{"level":"error","log":"{\"msg\":\"x\"}"}`, levelError, "x"},
		{"level inside wins", `{"level":"info","log":"{\"level\":\"error\",\"msg\":\"x\"}"}`, levelError, "x"},
		{"wrapped twice", `{"log":"{\"log\":\"{\\\"level\\\":\\\"error\\\"}\"}"}`, levelError, `{"level":"error"}`},
		{"not an object", `{"log":"{level=error} x"}`, levelError, "{level=error} x"},
		{"wrapped logfmt", `{"log":"level=warn msg=x","stream":"stderr"}`, levelWarn, "level=warn msg=x"},
		{"indented", `{"log":"\tat a.B (ERROR)","stream":"stderr"}`, levelError, "\tat a.B (ERROR)"},
		{"wrapped klog", `{"log":"W0102 03:04:05.678901       1 main.go:12] x\n"}`, levelWarn,
			"W0102 03:04:05.678901       1 main.go:12] x"},
		{"our schema without a level", `{"v":1,"msg":"{\"level\":\"error\"}"}`, levelError, `{"level":"error"}`},
		{"Vector's own", `{"message":"x","metadata":{"kind":"event","level":"ERROR"}}`, levelError, "x"},
		{"parsed by the shipper", `{"message":{"level":"error","msg":"x"}}`, levelError, "x"},
		{"tracing", `{"timestamp":"2026-01-02T03:04:05Z","level":"WARN","fields":{"message":"x"},"target":"a"}`, levelWarn,
			"x"},
		{"ECS", `{"log":{"level":"error"},"message":"x"}`, levelError, "x"},
		{"ECS, flat", `{"log.level":"error","message":"x"}`, levelError, "x"},

		{"sd-daemon", "<3>x", levelError, ""},
		{"sd-daemon, notice", "<5>x", levelInfo, ""},
		{"sd-daemon, debug", "<7>x", levelDebug, ""},
		{"RFC 3164", "<34>Oct 11 22:14:15 host su: x", levelError, ""},
		{"RFC 5424", "<165>1 2026-01-02T03:04:05Z host app - - - x", levelInfo, ""},
		{"no priority", "<999>x", levelInfo, ""},
		{"not a priority", "<b>ERROR</b>", levelInfo, ""},
		{"logfmt", `time=2026-01-02T03:04:05Z level=error msg="it broke"`, levelError, ""},
		{"logfmt, quoted", `ts=1 level="warn" msg=x`, levelWarn, ""},
		{"logfmt, level last", `msg="some long text" lvl=eror`, levelError, ""},
		{"logfmt, capitals", `time=1 level=WARN msg=x`, levelWarn, ""},
		{"logfmt, in quotes", `level=info msg="level=error is no valid setting"`, levelInfo, ""},
		{"logfmt, before it", `msg="say \"level=error\"" level=debug`, levelDebug, ""},
		{"logfmt, other key", `watermark_level=error msg=x`, levelInfo, ""},
		{"klog", "E0102 03:04:05.678901   12345 server.go:12] x", levelError, ""},
		{"glog", "W20260102 03:04:05.678901 12345 server.cc:12] x", levelWarn, ""},
		{"klog, info", "I0102 03:04:05.678901       1 a.go:1] ERROR: x", levelInfo, ""},
		{"logcat", "01-02 03:04:05.678  1234  5678 E Tag: x", levelError, ""},
		{"logcat, brief", "W/Tag(123): x", levelWarn, ""},
		{"letter in brackets", "[W] x", levelWarn, ""},
		{"letter in brackets, later", "03:04:05 [E] x", levelError, ""},
		{"a list", "[i] x", levelInfo, ""},
		{"nginx", "2026/01/02 03:04:05 [emerg] 12#0: x", levelError, ""},
		{"Apache", "[Fri Jan 02 03:04:05.678 2026] [core:error] [pid 12] x", levelError, ""},
		{"MySQL", "2026-01-02T03:04:05.678Z 0 [Warning] [MY-010068] x", levelWarn, ""},
		{"Serilog", "[03:04:05 ERR] x", levelError, ""},
		{"env_logger", "[2026-01-02T03:04:05Z WARN  a::b] x", levelWarn, ""},
		{"Python", "2026-01-02 03:04:05,678 - root - CRITICAL - x", levelError, ""},
		{"Python, basic", "WARNING:root:x", levelWarn, ""},
		{"Spring", "2026-01-02T03:04:05.678Z  INFO 1 --- [main] a.B : ERROR: no", levelInfo, ""},
		{"PostgreSQL", "2026-01-02 03:04:05.678 UTC [123] FATAL:  x", levelError, ""},
		{".NET console", "fail: Some.Category[0]", levelError, ""},
		{"winston", "warn: x", levelWarn, ""},
		{"winston, coloured", "\x1b[31merror\x1b[39m: x", levelError, "error: x"},
		{"zap console", "2026-01-02T03:04:05Z\terror\tmain.go:12\tx", levelError, ""},
		{"npm", "npm ERR! x", levelError, ""},
		{"Ruby", "E, [2026-01-02T03:04:05.678 #123] ERROR -- : x", levelError, ""},
		{"Unreal", "[2026.01.02-03.04.05:678][  0]LogNet: Warning: x", levelWarn, ""},
		{"Unreal, display", "LogInit: Display: Error: is only shown", levelInfo, ""},
		{"container runtime", `2026-01-02T03:04:05.678901234Z stderr F {"level":"error","msg":"x"}`, levelError, ""},
		{"container runtime, klog", "2026-01-02T03:04:05.678901234Z stderr F E0102 03:04:05.678901 1 a.go:1] x", levelError,
			""},
		{"Monolog", "[2026-01-02 03:04:05] app.ERROR: x", levelError, ""},
		{"logrus at a terminal", "WARN[0001] x", levelWarn, ""},
		{"logrus, in colour", "\x1b[31mERRO\x1b[0m[0001] x", levelError, "ERRO[0001] x"},
		{"Python's traceback", "Traceback (most recent call last):", levelError, ""},
		{"Java's exception", `Exception in thread "main" java.lang.Error: x`, levelError, ""},
		{".NET's exception", "Unhandled exception. System.Exception: x", levelError, ""},
		{"Go's panic", "panic: x", levelError, ""},
		{"Rust's panic", "thread 'main' panicked at src/main.rs:2:5:", levelError, ""},
		{"Unreal's crash", "[2026.01.02-03.04.05:678][  0]LogCore: Fatal error: [File:a.cpp] [Line: 12]", levelError, ""},
		{"the kernel's", "Jan  2 03:04:05 kernel: Out of memory: Killed process 12 (Avatar)", levelError, ""},
		{"an index", "ERROR[i] = x", levelInfo, ""},
		{"a file", "open app.ERROR.log", levelInfo, ""},
		{"a talk of crashes", "no Traceback (most recent call last) was seen", levelInfo, ""},
		{"prose", "there was no error: all is well, a warning is not needed", levelInfo, ""},
		{"a name", "ERROR_LOG=/var/log/x", levelInfo, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &Decoder{Everybody: true}
			d.line(frame{}, []byte(tt.line))
			if len(d.entries) != 1 || d.entries[0].Level != tt.level {
				t.Fatalf("%s: %+v, want %s", tt.line, d.entries, tt.level)
			}
			text := tt.text
			if text == "" {
				text = tt.line
			}
			if d.entries[0].Text != text {
				t.Errorf("text %q, want %q", d.entries[0].Text, text)
			}
		})
	}
}

// TestDecodeControlCharacters checks that carriage returns and a NUL leave a line readable.
func TestDecodeControlCharacters(t *testing.T) {
	for line, want := range map[string]string{
		"10 %\r50 %\rERROR: x":     "error ERROR: x",
		"x\n\x00":                  "info x",
		"ok\x00":                   "info ok␀",
		"a\x00b":                   "info a␀b",
		"{\"msg\":\"x\"}\x00":      "info x",
		"{\"msg\":\"a\x00b\"}":     "info a␀b",
		"{\"msg\":\"10 %\r20 %\"}": "info 20 %",
		"10 %\r{\"lvl\":\"error\",\"msg\":\"x\"}": "error x",
		`{"msg":"10 %\r20 %"}`:                    "info 20 %",
	} {
		d := &Decoder{Everybody: true}
		d.lines(frame{}, []byte(line))
		if len(d.entries) != 1 || d.entries[0].Level+" "+d.entries[0].Text != want || d.counts.Malformed > 0 {
			t.Errorf("%q: %+v, want %s", line, d.entries, want)
		}
	}
}
