package scheduler

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones on machines that have none, such as Windows
)

// when is a parsed schedule expression.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
type when interface {
	// next is the first time after t at which the schedule fires, false where there is none. A rate counts from start.
	next(t, start time.Time) (time.Time, bool)
}

var expressionForm = regexp.MustCompile(`^(at|rate|cron)\((.+)\)$`)

// parseExpression reads at(…), rate(…) or cron(…) in a time zone.
func parseExpression(expression string, zone *time.Location) (when, error) {
	m := expressionForm.FindStringSubmatch(expression)
	if m == nil || len(expression) > 256 {
		return nil, fmt.Errorf("%q is none of at(), rate() and cron()", shorten(expression))
	}
	switch m[1] {
	case "at":
		return parseAt(m[2], zone)
	case "rate":
		return parseRate(m[2])
	}
	return parseCron(m[2], zone)
}

func shorten(s string) string {
	if len(s) > 128 {
		return s[:128] + "…"
	}
	return s
}

// once is at(yyyy-mm-ddThh:mm:ss).
type once time.Time

func parseAt(s string, zone *time.Location) (when, error) {
	const layout = "2006-01-02T15:04:05"
	t, err := time.ParseInLocation(layout, s, zone)
	if err != nil || len(s) != len(layout) {
		return nil, fmt.Errorf("%q is not a date and time", s)
	}
	return once(t), nil
}

func (o once) next(t, _ time.Time) (time.Time, bool) { return time.Time(o), time.Time(o).After(t) }

// every is rate(value unit).
type every time.Duration

var units = map[string]time.Duration{
	"minute": time.Minute, "minutes": time.Minute, "hour": time.Hour, "hours": time.Hour, "day": 24 * time.Hour,
	"days": 24 * time.Hour,
}

func parseRate(s string) (when, error) {
	value, unit, _ := strings.Cut(s, " ")
	n, err := strconv.ParseUint(value, 10, 31)
	d := units[unit]
	if err != nil || n < 1 || d == 0 || value[0] == '0' || int64(n) > int64(100*365*24*time.Hour)/int64(d) {
		return nil, fmt.Errorf("%q is not a rate", s)
	}
	return every(time.Duration(n) * d), nil
}

// next counts whole periods from start; start itself fires too.
func (e every) next(t, start time.Time) (time.Time, bool) {
	if t.Before(start) {
		return start, true
	}
	n := t.Sub(start)/time.Duration(e) + 1
	return start.Add(n * time.Duration(e)), true
}
