package backend

import (
	"testing"
	"time"
)

func TestLengthsAsPeopleReadThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 1400 * time.Millisecond: "1 s", time.Minute: "1 min", 90 * time.Second: "1 min 30 s", 15 * time.Minute: "15 min",
		59*time.Minute + 59*time.Second + 600*time.Millisecond: "1 h", time.Hour: "1 h", 90 * time.Minute: "1 h 30 min",
		25*time.Hour + 3*time.Minute + 12*time.Second: "25 h 3 min",
	} {
		if got := Length(d).String(); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
