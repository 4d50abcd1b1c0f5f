package ingest

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// How far into a plain text line its level is searched for, in bytes.
const (
	wordsWithin  = 160
	logfmtWithin = 1024
)

// textLevel returns the level of a plain text line. It returns info if the line names none.
func textLevel(line string) string {
	line = withoutRuntimePrefix(strings.TrimLeft(line, " \t"))
	for _, find := range []func(string) (string, bool){prefixLevel, objectLevel, logfmtLevel, wordLevel,
		crashLevel} {
		if level, ok := find(line); ok {
			return level
		}
	}
	return levelInfo
}

// withoutRuntimePrefix removes what container runtimes put before a line: time, stream, and F (full) or P (partial).
func withoutRuntimePrefix(line string) string {
	at, rest, _ := strings.Cut(line, " ")
	for _, prefix := range []string{"stdout F ", "stderr F ", "stdout P ", "stderr P "} {
		if message, ok := strings.CutPrefix(rest, prefix); ok && strings.HasPrefix(at, "2") {
			return message
		}
	}
	return line
}

// letterPrefix finds the letter of klog and glog ("E0102 03:04:05.678 …") and of Android's logcat ("E/Tag(12): …",
// "01-02 03:04:05.678 12 34 E Tag: …").
var letterPrefix = regexp.MustCompile(
	`^(?:([IWEF])(?:\d{4}){1,2} \d\d:\d\d:\d\d|([VDIWEF])/\S|\d\d-\d\d \d\d:\d\d:\d\d\.\d+ +\d+ +\d+ ([VDIWEF]) )`)

// prefixLevel reads a syslog priority ("<3>", facility included) or a letter at the start of a line.
func prefixLevel(line string) (string, bool) {
	if len(line) < 3 {
		return "", false
	}
	if line[0] == '<' {
		number, _, ok := strings.Cut(line[1:min(len(line), 6)], ">")
		priority, err := strconv.ParseUint(number, 10, 8)
		if !ok || err != nil || priority > 191 { // RFC 5424, 6.2.1: 24 facilities of 8 severities
			return "", false
		}
		return knownLevel(strconv.FormatUint(priority%8, 10))
	}
	if isDigit(line[0]) && line[2] != '-' || !isDigit(line[1]) && line[1] != '/' {
		return "", false // most lines: they need no regular expression
	}
	m := letterPrefix.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	return knownLevel(m[1] + m[2] + m[3])
}

// objectLevel reads the level of a line that is a JSON object.
func objectLevel(line string) (string, bool) {
	if !strings.HasPrefix(line, "{") {
		return "", false
	}
	var o map[string]any
	if json.Unmarshal([]byte(line), &o, lenient) != nil {
		return "", false
	}
	return knownLevel(levelOf(o))
}

// logfmtLevel reads the level of a line of key=value pairs. What is in quotes is skipped.
func logfmtLevel(line string) (string, bool) {
	if !strings.Contains(line, "=") {
		return "", false
	}
	for line = line[:min(len(line), logfmtWithin)]; line != ""; {
		end := strings.IndexAny(line, " \t=\"")
		if end < 0 {
			return "", false
		}
		key, separator := line[:end], line[end]
		line = line[end:]
		if separator != '=' {
			if n := quotedLength(line); n > 0 {
				line = line[n:]
			} else {
				line = line[1:]
			}
			continue
		}
		line = line[1:]
		n := quotedLength(line)
		if n == 0 {
			if n = strings.IndexAny(line, " \t"); n < 0 {
				n = len(line)
			}
		}
		value := line[:n]
		line = line[n:]
		if isLevelKey(strings.TrimLeft(key, "[{(,")) {
			if level, ok := knownLevel(strings.Trim(value, `",;]})`)); ok {
				return level, true
			}
		}
	}
	return "", false
}

// quotedLength returns the length of the quoted string at the start of s, 0 if there is none.
func quotedLength(s string) int {
	if s == "" || s[0] != '"' {
		return 0
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

func isLevelKey(key string) bool {
	switch strings.ToLower(key) {
	case "level", "lvl", "severity", "loglevel", "log_level", "log.level":
		return true
	}
	return false
}

// wordLevel finds the first word that stands as a level: "ERROR" in capitals, "[error]", "[core:error]", "[W]",
// "LogNet: Warning: …" or "error: …".
func wordLevel(line string) (string, bool) {
	line = line[:min(len(line), wordsWithin)]
	for i := 0; i < len(line); {
		start := i
		for i < len(line) && isLetter(line[i]) {
			i++
		}
		if i == start {
			i++
			continue
		}
		if level, ok := wordAt(line, start, i); ok {
			return level, true
		}
	}
	return "", false
}

// wordAt returns the level that the word line[start:end] names, if what surrounds it says that it is one.
func wordAt(line string, start, end int) (string, bool) {
	word := line[start:end]
	before, after := byteAt(line, start-1), byteAt(line, end)
	if len(word) == 1 {
		if before != '[' || after != ']' || word[0] > 'Z' {
			return "", false
		}
		return knownLevel(word)
	}
	const longest = len("informational")
	if len(word) < 3 || len(word) > longest {
		return "", false
	}
	var folded [longest]byte
	capitals := true
	for k := range word {
		folded[k] = lower(word[k])
		capitals = capitals && word[k] <= 'Z'
	}
	level, ok := levelWords[string(folded[:len(word)])]
	if !ok {
		return "", false
	}
	switch {
	case capitals && strings.IndexByte(" \t\n[(|:<*", before) >= 0 && strings.IndexByte(" \t\n])|:-!,>*", after) >= 0:
	case capitals && before == '.' && after == ':': // Monolog: "app.ERROR: …"
	case capitals && start == 0 && after == '[' && isDigit(byteAt(line, end+1)): // logrus: "ERRO[0012] …"
	case after == ']' && (before == '[' || before == ':'):
	case after == '\t' && before == '\t':
	case after == ':' && opensMessage(line[:start]):
	default:
		return "", false
	}
	return level, true
}

// opensMessage reports whether a message may start after the given text: nothing, a time, or a part that is closed.
func opensMessage(before string) bool {
	text := strings.TrimRight(before, " \t")
	if text == "" {
		return true
	}
	last := text[len(text)-1]
	return len(text) < len(before) && (strings.IndexByte(":]-|)>Z", last) >= 0 || isDigit(last))
}

// crashes begin what runtimes print when a program fails. Most carry no level.
var crashes = []string{"Traceback (most recent call last)", "Exception in thread ", "Unhandled exception",
	"Unhandled Exception", "Uncaught ", "panic: ", "fatal error: ", "Fatal error", "LowLevelFatalError",
	"Assertion failed: ", "Segmentation fault", "Out of memory: Killed process"}

// crashLevel returns the level of errors for a message that begins as those of a program that fails.
func crashLevel(line string) (string, bool) {
	line = line[:min(len(line), wordsWithin)]
	for _, crash := range crashes {
		at := strings.Index(line, crash)
		if at == 0 || at > 0 && opensMessage(line[:at]) {
			return levelError, true
		}
	}
	if strings.HasPrefix(line, "thread '") && strings.Contains(line, "' panicked at ") { // Rust
		return levelError, true
	}
	return "", false
}

// byteAt returns the byte at i, or a space outside s.
func byteAt(s string, i int) byte {
	if i < 0 || i >= len(s) {
		return ' '
	}
	return s[i]
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c - 'A' + 'a'
	}
	return c
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
