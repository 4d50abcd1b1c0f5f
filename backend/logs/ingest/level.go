package ingest

import (
	"strings"

	"avatar-launcher/backend/logs"
)

// The levels, as package logs names them.
const (
	levelDebug = logs.LevelDebug
	levelInfo  = logs.LevelInfo
	levelWarn  = logs.LevelWarn
	levelError = logs.LevelError
)

// levelWords maps the names that loggers use, in lower case. Among them are Unreal's verbosities, syslog's severities
// and the abbreviations of log15, .NET and Serilog.
var levelWords = map[string]string{
	"debug": levelDebug, "dbg": levelDebug, "dbug": levelDebug, "trace": levelDebug, "trce": levelDebug,
	"trc": levelDebug, "verbose": levelDebug, "vrb": levelDebug, "veryverbose": levelDebug,
	"info": levelInfo, "inf": levelInfo, "information": levelInfo, "informational": levelInfo, "notice": levelInfo,
	"display": levelInfo,
	"debu":    levelDebug, "erro": levelError, "fata": levelError, "pani": levelError,
	"warn": levelWarn, "warning": levelWarn, "wrn": levelWarn,
	"error": levelError, "err": levelError, "eror": levelError, "fatal": levelError, "ftl": levelError,
	"fail": levelError, "critical": levelError, "crit": levelError, "severe": levelError, "panic": levelError,
	"dpanic": levelError, "alert": levelError, "emerg": levelError, "emergency": levelError,
}

// levelCodes maps numbers and single letters: syslog has 0 to 7, pino and bunyan 10 to 60, klog and logcat letters.
var levelCodes = map[string]string{
	"0": levelError, "1": levelError, "2": levelError, "3": levelError, "4": levelWarn, "5": levelInfo, "6": levelInfo,
	"7": levelDebug, "10": levelDebug, "20": levelDebug, "30": levelInfo, "40": levelWarn, "50": levelError,
	"60": levelError,
	"t":  levelDebug, "d": levelDebug, "v": levelDebug, "i": levelInfo, "n": levelInfo, "w": levelWarn, "e": levelError,
	"f": levelError, "c": levelError,
}

// normalLevel maps a producer's level to debug, info, warn or error, also if it is coloured or in brackets. It returns
// info for levels that it doesn't know.
func normalLevel(s string) string {
	if l, ok := knownLevel(s); ok {
		return l
	}
	return levelInfo
}

// knownLevel is normalLevel, but reports whether it knows the level.
func knownLevel(s string) (string, bool) {
	switch s {
	case levelDebug, levelInfo, levelWarn, levelError:
		return s, true
	}
	s, _ = cleanString(s) // loggers colour levels
	s = strings.ToLower(strings.Trim(s, " \t[]<>()"))
	if l, ok := levelWords[s]; ok {
		return l, true
	}
	l, ok := levelCodes[s]
	return l, ok
}
