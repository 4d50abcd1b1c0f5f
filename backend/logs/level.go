package logs

import "strings"

// The four levels.
const (
	levelDebug = "debug"
	levelInfo  = "info"
	levelWarn  = "warn"
	levelError = "error"
)

// Level maps what producers call a level (Unreal's verbosity, syslog's severity, the usual abbreviations) to one of
// debug, info, warn and error. What it does not know is info.
func Level(s string) string {
	switch s {
	case levelDebug, levelInfo, levelWarn, levelError:
		return s
	}
	switch strings.ToLower(s) {
	case "7", "10", "20": // syslog has 0 to 7, pino and bunyan 10 to 60
		return levelDebug
	case "4", "40":
		return levelWarn
	case "0", "1", "2", "3", "50", "60":
		return levelError
	case "debug", "trace", "verbose", "veryverbose", "dbg":
		return levelDebug
	case "warn", "warning", "wrn":
		return levelWarn
	case "error", "err", "fatal", "critical", "crit", "panic", "alert", "emerg", "emergency":
		return levelError
	}
	return levelInfo
}

// rank orders the levels. It returns 0, below all of them, for other strings.
func rank(level string) int {
	switch level {
	case levelDebug:
		return 1
	case levelInfo:
		return 2
	case levelWarn:
		return 3
	case levelError:
		return 4
	}
	return 0
}

// levelWithin is how far into a plain text line its level is looked for.
const levelWithin = 160

// textLevel finds the level of a plain text line where it says one: Unreal's "LogTemp: Warning: …", "[ERROR] …",
// "level=warn".
func textLevel(line string) string {
	if len(line) > levelWithin {
		line = line[:levelWithin]
	}
	for _, l := range textLevels {
		if strings.Contains(line, l.sign) {
			return l.level
		}
	}
	return levelInfo
}

var textLevels = []struct{ sign, level string }{
	{": Fatal:", levelError}, {": Error:", levelError}, {"[ERROR]", levelError}, {"ERROR ", levelError}, {"ERROR:", levelError},
	{"level=error", levelError}, {"[error]", levelError},
	{": Warning:", levelWarn}, {"[WARN]", levelWarn}, {"WARN ", levelWarn}, {"WARNING:", levelWarn}, {"[WARNING]", levelWarn},
	{"level=warn", levelWarn}, {"[warn]", levelWarn},
	{": Verbose:", levelDebug}, {": VeryVerbose:", levelDebug}, {"[DEBUG]", levelDebug}, {"DEBUG ", levelDebug},
	{"DEBUG:", levelDebug}, {"level=debug", levelDebug}, {"[debug]", levelDebug},
}
