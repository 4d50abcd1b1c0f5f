package scheduler

import (
	"testing"
	"time"

	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestExpressions(t *testing.T) {
	const layout = "2006-01-02 15:04"
	for _, tc := range []struct {
		expression, zone, after string
		want                    []string // "" for no more
	}{
		{"at(2026-03-01T10:00:00)", "UTC", "2026-02-01 00:00", []string{"2026-03-01 10:00", ""}},
		{"at(2026-07-01T10:00:00)", "America/New_York", "2026-02-01 00:00", []string{"2026-07-01 14:00", ""}},
		{"rate(1 hour)", "UTC", "2026-01-01 00:30", []string{"2026-01-01 01:00", "2026-01-01 02:00"}},
		{"rate(2 days)", "UTC", "2026-01-01 00:30", []string{"2026-01-03 00:00"}},
		{"cron(15 10 * * ? *)", "UTC", "2026-01-01 10:15", []string{"2026-01-02 10:15", "2026-01-03 10:15"}},
		{"cron(0 18 ? * MON-FRI *)", "UTC", "2026-01-02 18:00", []string{"2026-01-05 18:00", "2026-01-06 18:00"}},
		{"cron(0 8 1 * ? *)", "UTC", "2026-01-01 08:00", []string{"2026-02-01 08:00"}},
		{"cron(0/15 8-9 ? * 2,4 *)", "UTC", "2026-01-05 09:30", []string{"2026-01-05 09:45", "2026-01-07 08:00"}},
		{"cron(0 0 L * ? *)", "UTC", "2026-02-01 00:00", []string{"2026-02-28 00:00", "2026-03-31 00:00"}},
		{"cron(0 0 LW * ? *)", "UTC", "2026-02-01 00:00", []string{"2026-02-27 00:00"}},
		{"cron(0 0 1W * ? *)", "UTC", "2026-01-31 00:00", []string{"2026-02-02 00:00"}},
		{"cron(0 0 15W * ? *)", "UTC", "2026-02-01 00:00", []string{"2026-02-16 00:00"}},
		{"cron(0 0 ? * 6L *)", "UTC", "2026-01-01 00:00", []string{"2026-01-30 00:00"}},
		{"cron(0 0 ? * FRI#2 *)", "UTC", "2026-01-01 00:00", []string{"2026-01-09 00:00", "2026-02-13 00:00"}},
		{"cron(0 0 ? * FRI-MON *)", "UTC", "2026-01-04 00:00", []string{"2026-01-05 00:00", "2026-01-09 00:00"}},
		{"cron(0 0 29 2 ? *)", "UTC", "2026-01-01 00:00", []string{"2028-02-29 00:00"}},
		{"cron(0 0 1 1 ? 2027-2028)", "UTC", "2026-01-01 00:00", []string{"2027-01-01 00:00", "2028-01-01 00:00", ""}},
		{"cron(0 0 31 2 ? *)", "UTC", "2026-01-01 00:00", []string{""}},
		// 02:30 does not exist on the day that summer time begins.
		{"cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28 02:00", []string{"2026-03-30 00:30"}},
		{"cron(0 12 * JAN ? *)", "Asia/Tokyo", "2026-01-01 00:00", []string{"2026-01-01 03:00"}},
	} {
		zone, err := time.LoadLocation(tc.zone)
		if err != nil {
			t.Fatal(err)
		}
		w, err := parseExpression(tc.expression, zone)
		if err != nil {
			t.Errorf("%s: %v", tc.expression, err)
			continue
		}
		at, err := time.Parse(layout, tc.after)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for _, next := range tc.want {
			got, ok := w.next(at, start)
			text := ""
			if ok {
				text = got.UTC().Format(layout)
			}
			wiretest.Want(t, tc.expression+" after "+at.UTC().Format(layout), text, next)
			at = got
		}
	}
}

func TestBadExpressions(t *testing.T) {
	for _, e := range []string{
		"", "at()", "at(2026-01-01)", "at(2026-02-30T00:00:00)", "at(2026-01-01T00:00:00Z)", "at(2026-1-1T0:0:0)",
		"AT(2026-01-01T00:00:00)", "at(2026-01-01T00:00:00) ",
		"rate(0 minutes)", "rate(-1 minutes)", "rate(1)", "rate(1 second)", "rate(1.5 hours)", "rate(5  minutes)",
		"rate(99999999999 days)", "rate(9999999 days)", "rate(+5 minutes)",
		"cron(* * * * *)", "cron(* * * * * *)", "cron(* * ? * ? *)", "cron(60 * * * ? *)", "cron(* 24 * * ? *)",
		"cron(* * 0 * ? *)", "cron(* * 32 * ? *)",
		"cron(* * * 13 ? *)", "cron(* * ? * 0 *)", "cron(* * ? * 8 *)", "cron(* * ? * MON#6 *)", "cron(* * ? * FOO *)",
		"cron(* * * * ? 1969)", "cron(* * * * ? 2200)",
		"cron(5-1 * * * ? *)", "cron(*/0 * * * ? *)", "cron(, * * * ? *)", "cron(1-2-3 * * * ? *)", "cron(* * 32W * ? *)",
		"cron(* * W * ? *)", "every(1 minute)", "rate(1 minute",
	} {
		if _, err := parseExpression(e, time.UTC); err == nil {
			t.Errorf("%q was accepted", e)
		}
	}
}

func FuzzExpression(f *testing.F) {
	for _, e := range []string{"at(2026-03-01T10:00:00)", "rate(5 minutes)", "cron(0/15 8-17 ? * MON-FRI 2026-2030)",
		"cron(0 0 LW * ? *)", "cron(0 0 31W * ? *)", "cron(59 23 ? 2 SAT#5 *)"} {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, e string) {
		w, err := parseExpression(e, time.UTC)
		if err != nil {
			return
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		if at, ok := w.next(now, now); ok && !at.After(now) {
			t.Errorf("%q fires at %v, not after %v", e, at, now)
		}
	})
}

// FuzzDefinition feeds bodies to CreateSchedule: none may panic or answer 5xx.
func FuzzDefinition(f *testing.F) {
	f.Add(`{"ScheduleExpression":"rate(1 day)","FlexibleTimeWindow":{"Mode":"OFF"},` +
		`"Target":{"Arn":"arn:aws:scheduler:::aws-sdk:ec2:stopInstances","RoleArn":"arn:aws:iam::123456789012:role/r",` +
		`"Input":"{}"}}`)
	f.Add(`{"StartDate":1e300,"EndDate":-1,"Target":null,"FlexibleTimeWindow":{"MaximumWindowInMinutes":1441}}`)
	f.Fuzz(func(t *testing.T, body string) {
		c := newCloud(t, "")
		if status, out, _ := c.raw("POST", "/schedules/s", body, nil); status >= 500 {
			t.Errorf("%q answered %d %v", body, status, out)
		}
	})
}
