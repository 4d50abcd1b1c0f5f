package backend

import (
	"time"

	"avatar-launcher/backend/messages"
)

// Length returns how long something took or takes, as people read it: to the second below an hour, and to the minute from
// there on. The units are the short ones, which fit into a sentence of any language.
func Length(d time.Duration) messages.Message {
	if d = d.Round(time.Second); d >= time.Hour {
		d = d.Round(time.Minute)
	}
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case hours > 0 && minutes > 0:
		return messages.New("length.hoursMinutes", hours, minutes)
	case hours > 0:
		return messages.New("length.hours", hours)
	case minutes > 0 && seconds > 0:
		return messages.New("length.minutesSeconds", minutes, seconds)
	case minutes > 0:
		return messages.New("length.minutes", minutes)
	}
	return messages.New("length.seconds", seconds)
}
