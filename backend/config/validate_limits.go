package config

import (
	"fmt"
	"strconv"
	"time"

	"avatar-launcher/backend/messages"
)

func (v validator) limits(p *Profile) {
	v.number("warm_pool.size", p.WarmPool.Size, 0, 1000)
	if v.given("warm_pool.max_instances") {
		v.number("warm_pool.max_instances", p.WarmPool.MaxInstances, 1, 10_000)
	}
	v.number("warm_pool.hot", p.WarmPool.Hot, 0, 1000)
	v.number("warm_pool.free", p.WarmPool.Free, 0, FreeAll)
	if both := p.WarmPool.Size + p.WarmPool.Hot; p.WarmPool.MaxInstances < both && v.good("warm_pool.size",
		"warm_pool.hot") {
		why := messages.New("config.setLessSize", p.WarmPool.MaxInstances)
		if p.WarmPool.Hot > 0 {
			why = messages.New("config.setLessTiers", p.WarmPool.MaxInstances)
		}
		v.fault("warm_pool.max_instances", why, messages.New("config.write3", both))
	}
	v.duration("warm_pool.hot_limit", p.WarmPool.HotLimit, 10*time.Minute, 24*time.Hour)
	v.pattern("warm_pool.warm_when", p.WarmPool.WarmWhen)
	v.duration("warm_pool.warm_limit", p.WarmPool.WarmLimit, time.Minute, 6*time.Hour)
	v.number("warm_pool.max_failures", p.WarmPool.MaxFailures, 2, 1000)
	v.choice("warm_pool.recycle", p.WarmPool.Recycle, RecycleReuse, RecycleReplace, RecycleReset)
	v.hours(p)
	v.prices(&p.Prices)
	s := p.Session
	v.duration("session.window", s.Window, time.Second, 7*24*time.Hour)
	if v.given("session.maximum") {
		v.duration("session.maximum", s.Maximum, time.Second, 30*24*time.Hour)
	}
	if s.Maximum < s.Window && v.good("session.window", "session.maximum") {
		v.fault("session.maximum", messages.New("config.shorterWindow"), messages.New("config.write3", brief(s.Window)))
	}
	if s.Warning < 0 && v.given("session.warning") || s.Warning >= s.Window && v.good("session.window") {
		v.fault(
			"session.warning",
			messages.New("config.set", brief(s.Warning)),
			messages.New("config.writeDuration0sShorter", brief(s.Window)),
		)
	}
	v.duration("session.grace", s.Grace, 0, time.Hour)
	v.number("log.max_lines", p.Log.MaxLines, 100, 10_000_000)
	v.number("log.max_megabytes", p.Log.MaxMegabytes, 1, 16_384)
	v.choice("log.older", p.Log.Older, OlderFile, OlderDrop)
	v.number("log.older_megabytes", p.Log.OlderMegabytes, 64, 1<<20)
	v.pattern("log.ready_pattern", p.Log.ReadyPattern)
	v.pattern("log.activity_pattern", p.Log.ActivityPattern)
}

// hours checks the sizes at certain hours. The time zone must be named, since desktops stand in different ones.
func (v validator) hours(p *Profile) {
	if _, err := time.LoadLocation(p.WarmPool.TimeZone); err != nil || p.WarmPool.TimeZone == "" ||
		p.WarmPool.TimeZone == "Local" {
		v.fault("warm_pool.time_zone", messages.New("config.set", strconv.Quote(p.WarmPool.TimeZone)),
			messages.New("config.writeIanaNameEurope"))
	}
	for i, h := range p.WarmPool.Hours {
		path := fmt.Sprintf("warm_pool.hours[%d]", i)
		for _, day := range h.Days {
			v.choice(path+".days", day, Days...)
		}
		for key, clock := range map[string]string{"from": h.From, "to": h.To} {
			if _, err := TimeOfDay(clock); err != nil {
				v.fault(path+"."+key, messages.New("config.set", strconv.Quote(clock)), messages.New("config.writeTimeDayQuotes"))
			}
		}
		v.number(path+".size", h.Size, 0, p.WarmPool.MaxInstances)
		v.number(path+".hot", h.Hot, 0, max(0, p.WarmPool.MaxInstances-h.Size))
	}
}

// Days are the names of the week's days in PoolHours, in the order of time.Weekday.
var Days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// TimeOfDay reads a time such as 08:00, up to 24:00, as the time since midnight.
func TimeOfDay(s string) (time.Duration, error) {
	if s == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", s)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err
}

func (v validator) prices(p *Prices) {
	v.form("prices.currency", p.Currency, currencyForm, true, "USD")
	all := map[string]float64{"address_hourly": p.AddressHourly, "disk_month": p.DiskMonth, "traffic_gb": p.TrafficGB}
	for kind, price := range p.Hourly {
		all["hourly."+kind] = price
		if !typeForm.MatchString(kind) {
			v.fault("prices.hourly", messages.New("config.instanceType", strconv.Quote(kind)),
				messages.New("config.writeOneG52xlarge"))
		}
	}
	for path, price := range all {
		if !(price >= 0 && price <= 10_000) { // NaN is none
			v.fault("prices."+path, messages.New("config.set", price), messages.New("config.writeAmount010000"))
		}
	}
}
