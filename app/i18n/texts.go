package i18n

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// EndedTitle returns why a session ended by itself, in the page's messages.
func EndedTitle(e backend.Ended) string {
	if e.Why == backend.TimerIdle {
		return Say("home.endedIdle")
	}
	return Say("home.endedMaximum")
}

// EndedText returns how long it was used, and what it cost if that is known.
func EndedText(e backend.Ended, currency string) string {
	if e.Cost <= 0 {
		return Say("home.endedUsed", Length(e.Used))
	}
	return Say("home.endedUsedCost", Length(e.Used), Money(e.Cost, currency))
}

// Length writes a duration to the minute, as the page does.
func Length(d time.Duration) string {
	minutes := int(d.Round(time.Minute).Minutes())
	switch {
	case minutes < 60:
		return Say("units.wholeMinutes", minutes)
	case minutes%60 == 0:
		return Say("units.wholeHours", minutes/60)
	}
	return Say("units.hours", minutes/60, fmt.Sprintf("%02d", minutes%60))
}

// Money writes an amount with its currency, as the page does: less than a cent has a third digit.
func Money(amount float64, currency string) string {
	decimals := 2
	if amount != 0 && math.Abs(amount) < 0.01 {
		decimals = 3
	}
	digits := strings.Replace(fmt.Sprintf("%.*f", decimals, amount), ".", Say("units.decimal"), 1)
	signs := map[string]string{"USD": "$", "EUR": "€", "GBP": "£"}
	if sign, ok := signs[currency]; ok {
		return Say("units.money", sign, digits)
	}
	return Say("units.moneyCode", currency, digits)
}

// TiersLine says what one more instance of each of the pool's tiers costs. An amount that is not known is a dash.
func TiersLine(c backend.TierCost) string {
	amount := func(a float64) string {
		if a <= 0 {
			return "–"
		}
		return Money(a, cmp.Or(c.Currency, "USD"))
	}
	return Say("pool.tiers", amount(c.HotHour), amount(c.StoppedMonth))
}

// BackoffLines says why the pool launches nothing, one line each. There are none if it may launch.
func BackoffLines(b *backend.Backoff) []string {
	if b == nil {
		return nil
	}
	if b.InstanceID == "" { // there is no instance: AWS refused to launch one
		return []string{Say("pool.backoff.refused", b.RetryAt.Local().Format("15:04")), Translate(b.Why)}
	}
	lines := []string{Say("pool.backoff.stopped", b.Failures)}
	if !b.Stopped {
		lines[0] = Say("pool.backoff.paused", b.Failures, b.RetryAt.Local().Format("15:04"))
	}
	lines = append(lines, Say("pool.backoff.last", b.InstanceID, Translate(b.Why)))
	return append(lines, b.Lines...)
}

// RolloutLines says which launch template version the pool is made of, or how far a new one has come, one line each.
func RolloutLines(r *backend.Rollout) []string {
	if r == nil {
		return nil
	}
	var lines []string
	switch {
	case r.Stage == "one":
		lines = append(lines, Say("pool.rollout.one", r.Target, r.Good))
	case r.Stage == "share":
		lines = append(lines, Say("pool.rollout.share", r.Target, r.Good))
	case r.Stage == "all":
		lines = append(lines, Say("pool.rollout.all", r.Target))
	case r.Target != "":
		lines = append(lines, Say("pool.rollout.made", r.Target))
	}
	if r.Bad != "" {
		lines = append(lines, Say("pool.rollout.bad", r.Bad, r.Good))
	}
	if r.Paused {
		lines = append(lines, Say("pool.rollout.paused"))
	}
	if r.Pinned {
		lines = append(lines, Say("pool.rollout.pinned"))
	}
	return lines
}

// Waiting says where somebody stands who waits for an instance, and why.
func Waiting(q *backend.Queue) messages.Message {
	place := messages.New("i18n.numberWaitInstance", q.Position, q.Length)
	if q.Length == 1 {
		place = messages.New("i18n.oneWaitsInstance")
	}
	return messages.Join(q.Why, place)
}
