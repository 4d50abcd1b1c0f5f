package app

import (
	"fmt"
	"time"

	"avatar-launcher/backend"
)

// endedTitle returns why a session ended by itself, in the page's words.
func endedTitle(e backend.Ended) string {
	if e.Why == backend.TimerIdle {
		return say("home.endedIdle")
	}
	return say("home.endedMaximum")
}

// endedText returns how long it was used, and what it cost if that is known.
func endedText(e backend.Ended, currency string) string {
	if e.Cost <= 0 {
		return say("home.endedUsed", length(e.Used))
	}
	return say("home.endedUsedCost", length(e.Used), money(e.Cost, currency))
}

// length writes a duration to the minute, as the page does.
func length(d time.Duration) string {
	minutes := int(d.Round(time.Minute).Minutes())
	switch {
	case minutes < 60:
		return say("units.wholeMinutes", minutes)
	case minutes%60 == 0:
		return say("units.wholeHours", minutes/60)
	}
	return say("units.hours", minutes/60, fmt.Sprintf("%02d", minutes%60))
}

// money writes an amount with its currency.
func money(amount float64, currency string) string {
	signs := map[string]string{"USD": "$", "EUR": "€", "GBP": "£"}
	if sign, ok := signs[currency]; ok {
		return fmt.Sprintf("%s%.2f", sign, amount)
	}
	return fmt.Sprintf("%.2f %s", amount, currency)
}
