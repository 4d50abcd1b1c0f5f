package logs

import (
	"time"

	"avatar-launcher/backend/messages"
)

// Entry is one line or metrics record that a Source has read.
type Entry struct {
	At         time.Time // when the producer wrote it; Arrived if it did not say
	Arrived    time.Time // when it arrived, by the clock of the Source
	Level      string    // debug, info, warn or error
	Source     string    // of Line
	Text       string
	Style      string            // see Line
	InstanceID string            // "" if unknown
	Gap        uint64            // see Line
	Metrics    *Metrics          // set for a metrics record, which is no line
	Remark     *messages.Message // set for a remark of the launcher, which has no Text

	// What the Source orders entries by; the log keeps none of it.
	Numbered bool   // the producer numbered it
	Number   uint64 // its number
	Stamped  bool   // the producer wrote the time
}
