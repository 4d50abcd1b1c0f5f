package logs

import "time"

// LauncherSource is the source of the launcher's own remarks. No producer may use it.
const LauncherSource = "launcher"

// Entry is one line or metrics record that a Source has read.
type Entry struct {
	At         time.Time // when the producer wrote it; Arrived if it did not say
	Arrived    time.Time // when it arrived, by the clock of the Source
	Level      string    // debug, info, warn or error
	Source     string    // of Line
	Text       string
	Style      string   // see Line
	InstanceID string   // "" if unknown
	Gap        uint64   // see Line
	Metrics    *Metrics // set for a metrics record, which is no line

	// What the Source orders entries by; the log keeps none of it.
	Numbered bool   // the producer numbered it
	Number   uint64 // its number
	Stamped  bool   // the producer wrote the time
}

// Remark returns a line with the launcher as its source. It is written now.
func Remark(level, text string) Entry {
	return Entry{At: time.Now(), Level: level, Source: LauncherSource, Text: text}
}
