package logs

// The four levels.
const (
	LevelDebug = "debug"
	LevelInfo  = "info"
	LevelWarn  = "warn"
	LevelError = "error"
)

// rank orders the levels. It returns 0, below all of them, for other strings.
func rank(level string) int {
	switch level {
	case LevelDebug:
		return 1
	case LevelInfo:
		return 2
	case LevelWarn:
		return 3
	case LevelError:
		return 4
	}
	return 0
}
