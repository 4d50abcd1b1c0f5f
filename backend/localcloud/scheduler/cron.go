package scheduler

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cron is cron(minutes hours day-of-month month day-of-week year) in AWS's dialect: ? in one of the two day fields,
// day-of-week 1–7 from Sunday on, L, W and #. No well-kept Go library reads it. Sets are bits by value.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
type cron struct {
	minutes, hours, days, months, weekdays uint64
	years                                  [230]bool // from firstYear on
	zone                                   *time.Location

	lastDay     bool // L in day-of-month
	lastWorkday bool // LW
	nearest     int  // nW: the working day nearest to n, 0 for none
	lastOf      int  // nL in day-of-week: the month's last such day, 0 for none
	nth, nthDay int  // n#k: the k-th such day of the month
	byWeekday   bool // day-of-month is ?
}

const (
	firstYear = 1970
	lastYear  = 2199
)

var (
	monthNames   = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	weekdayNames = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

func parseCron(s string, zone *time.Location) (when, error) {
	f := strings.Fields(s)
	if len(f) != 6 {
		return nil, fmt.Errorf("%d fields, not 6", len(f))
	}
	if (f[2] == "?") == (f[4] == "?") {
		return nil, fmt.Errorf("one of day-of-month and day-of-week must be ?")
	}
	c := &cron{zone: zone, byWeekday: f[2] == "?"}
	var errs [6]error
	c.minutes, errs[0] = bitsOf(f[0], 0, 59, nil)
	c.hours, errs[1] = bitsOf(f[1], 0, 23, nil)
	errs[2] = c.parseDays(f[2])
	c.months, errs[3] = bitsOf(f[3], 1, 12, monthNames)
	errs[4] = c.parseWeekdays(f[4])
	errs[5] = parseSet(f[5], firstYear, lastYear, nil, func(y int) { c.years[y-firstYear] = true })
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *cron) parseDays(f string) (err error) {
	switch {
	case f == "?":
	case f == "L":
		c.lastDay = true
	case f == "LW":
		c.lastWorkday = true
	case strings.HasSuffix(f, "W"):
		if c.nearest, err = strconv.Atoi(strings.TrimSuffix(f, "W")); err != nil || c.nearest < 1 || c.nearest > 31 {
			return fmt.Errorf("%q is not a day of the month", f)
		}
	default:
		c.days, err = bitsOf(f, 1, 31, nil)
	}
	return err
}

func (c *cron) parseWeekdays(f string) (err error) {
	day, nth, numbered := strings.Cut(f, "#")
	switch {
	case f == "?":
	case f == "L":
		c.weekdays = 1 << 7 // Saturday
	case numbered:
		if c.nthDay, err = number(day, weekdayNames, 1); err != nil || c.nthDay < 1 || c.nthDay > 7 {
			return fmt.Errorf("%q is not a day of the week", f)
		}
		if c.nth, err = strconv.Atoi(nth); err != nil || c.nth < 1 || c.nth > 5 {
			return fmt.Errorf("%q is not one of a month's weeks", f)
		}
	case strings.HasSuffix(f, "L"):
		if c.lastOf, err = number(strings.TrimSuffix(f, "L"), weekdayNames, 1); err != nil || c.lastOf < 1 || c.lastOf > 7 {
			return fmt.Errorf("%q is not a day of the week", f)
		}
	default:
		c.weekdays, err = bitsOf(f, 1, 7, weekdayNames)
	}
	return err
}

func bitsOf(field string, lo, hi int, names []string) (set uint64, err error) {
	err = parseSet(field, lo, hi, names, func(v int) { set |= 1 << v })
	return set, err
}

// parseSet reads a list of values, ranges, * and steps, and calls add for each value. Names count from lo on.
func parseSet(field string, lo, hi int, names []string, add func(int)) error {
	for part := range strings.SplitSeq(field, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step, from, to := 1, lo, hi
		if stepped {
			n, err := strconv.Atoi(stepText)
			if err != nil || n < 1 || n > hi {
				return fmt.Errorf("%q is not a step", part)
			}
			step = n
		}
		if span != "*" {
			first, last, ranged := strings.Cut(span, "-")
			var err error
			if from, err = number(first, names, lo); err != nil {
				return err
			}
			switch {
			case ranged:
				if to, err = number(last, names, lo); err != nil {
					return err
				}
			case !stepped:
				to = from
			}
		}
		if from < lo || to > hi {
			return fmt.Errorf("%q is out of range %d–%d", part, lo, hi)
		}
		if to < from && names == nil {
			return fmt.Errorf("%q runs backwards", part)
		}
		if to < from { // FRI-MON goes round the end
			to += hi - lo + 1
		}
		for v := from; v <= to; v += step {
			add(lo + (v-lo)%(hi-lo+1))
		}
	}
	return nil
}

func number(s string, names []string, lo int) (int, error) {
	for i, n := range names {
		if strings.EqualFold(n, s) {
			return lo + i, nil
		}
	}
	if s == "" || len(s) > 4 || s[0] < '0' || s[0] > '9' {
		return 0, fmt.Errorf("%q is not a number", s)
	}
	return strconv.Atoi(s)
}

// next looks at days in turn, then at the hours and minutes of the day found. A local time that daylight saving skips
// does not fire, one that it repeats fires once.
func (c *cron) next(t, _ time.Time) (time.Time, bool) {
	local := t.In(c.zone)
	year, month, day := local.Date()
	for date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC); date.Year() <= lastYear; {
		switch {
		case date.Year() < firstYear || !c.years[date.Year()-firstYear]:
			date = time.Date(date.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
		case c.months&(1<<date.Month()) == 0:
			date = time.Date(date.Year(), date.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		default:
			if c.matchesDay(date) {
				if at, ok := c.within(date, t); ok {
					return at, true
				}
			}
			date = date.AddDate(0, 0, 1)
		}
	}
	return time.Time{}, false
}

// within returns the first matching minute of a date after t.
func (c *cron) within(date, t time.Time) (time.Time, bool) {
	for h := range 24 {
		if c.hours&(1<<h) == 0 {
			continue
		}
		for m := range 60 {
			if c.minutes&(1<<m) == 0 {
				continue
			}
			at := time.Date(date.Year(), date.Month(), date.Day(), h, m, 0, 0, c.zone)
			if at.Hour() == h && at.Minute() == m && at.After(t) {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

func (c *cron) matchesDay(date time.Time) bool {
	day, weekday := date.Day(), int(date.Weekday())+1
	last := time.Date(date.Year(), date.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	switch {
	case c.lastDay:
		return day == last
	case c.lastWorkday:
		return day == workday(date, last, last)
	case c.nearest > 0:
		return c.nearest <= last && day == workday(date, c.nearest, last)
	case c.lastOf > 0:
		return weekday == c.lastOf && day+7 > last
	case c.nth > 0:
		return weekday == c.nthDay && (day-1)/7+1 == c.nth
	case c.byWeekday:
		return c.weekdays&(1<<weekday) != 0
	}
	return c.days&(1<<day) != 0
}

// workday is the day from Monday to Friday of the date's month that is nearest to a day, in the same month.
func workday(date time.Time, day, last int) int {
	switch time.Date(date.Year(), date.Month(), day, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if day == 1 {
			return 3
		}
		return day - 1
	case time.Sunday:
		if day == last {
			return day - 2
		}
		return day + 1
	}
	return day
}
