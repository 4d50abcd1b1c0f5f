package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The forms of names, by the API references of the services that own them.
var (
	regionForm       = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-\d+$`)
	userPoolForm     = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-\d+_[A-Za-z0-9]+$`)
	clientForm       = regexp.MustCompile(`^[\w+]{1,128}$`)
	identityPoolForm = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-\d+:[0-9a-f-]{36}$`)
	tableForm        = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)
	streamForm       = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,128}$`)
	zoneForm         = regexp.MustCompile(`^Z[A-Z0-9]{1,31}$`)
	templateForm     = regexp.MustCompile(`^[a-zA-Z0-9().\-/_]{3,128}$`)
	typeForm         = regexp.MustCompile(`^[a-z0-9-]+\.[a-z0-9-]+$`)
	currencyForm     = regexp.MustCompile(`^[A-Z]{3}$`)
	subnetForm       = regexp.MustCompile(`^subnet-[0-9a-f]{8,17}$`)
	groupForm        = regexp.MustCompile(`^[0-9a-zA-Z_.-]{1,64}$`)
	roleForm         = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$`)
	queueForm        = regexp.MustCompile(`^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]+$`)
	hostForm         = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	pathForm         = regexp.MustCompile(`^/[^\s?#]*$`)
	profileForm      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)
	languageForm     = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
	usernameForm     = regexp.MustCompile(`^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`) // at most maxUsername: repeating it 128 times takes 5 MB
)

// maxUsername is how many characters Cognito allows a user name.
const maxUsername = 128

// The right ways to write addresses.
const (
	domainExample   = "Write one such as https://studio.auth.eu-central-1.amazoncognito.com"
	redirectExample = "Write one such as http://localhost:47115/callback."
	endpointExample = "Write one such as http://127.0.0.1:4566."
)

// validator checks the values of one profile and reports with the place of each.
type validator struct {
	d    *decoder
	base string // "profiles.studio"
}

// fault reports at the key, or at the nearest key above it that the file has. What is wrong is a sentence that goes on
// from the key's name.
func (v validator) fault(path, wrong, right string) {
	full := join(v.base, path)
	at := place{}
	for p := full; at == (place{}); {
		at = v.d.places[p]
		i := max(strings.LastIndexByte(p, '.'), strings.LastIndexByte(p, '['))
		if i < 0 {
			break
		}
		p = p[:i]
	}
	v.d.faults = append(v.d.faults, Fault{File: v.d.file, Line: at.line, Column: at.column, Path: full, Wrong: full + " " + wrong, Right: right})
}

// given reports whether the file has the key: what follows from another key must not be blamed for it.
func (v validator) given(path string) bool {
	_, ok := v.d.places[join(v.base, path)]
	return ok
}

// good reports whether no fault was found with any of the keys, so that others can be compared with them.
func (v validator) good(paths ...string) bool {
	return !slices.ContainsFunc(v.d.faults, func(f Fault) bool {
		return slices.ContainsFunc(paths, func(path string) bool { return f.Path == join(v.base, path) })
	})
}

// form checks text against a pattern. Empty text is a fault only where the key is needed.
func (v validator) form(path, value string, form *regexp.Regexp, needed bool, example string) {
	switch {
	case value == "" && needed:
		v.fault(path, "is missing.", "Write it, such as "+example+".")
	case value != "" && !form.MatchString(value):
		v.fault(path, fmt.Sprintf("is set to %q.", value), "Write one such as "+example+".")
	}
}

func (v validator) number(path string, value, least, most int) {
	if value < least || value > most {
		v.fault(path, fmt.Sprintf("is set to %d.", value), fmt.Sprintf("Write a number from %d to %d.", least, most))
	}
}

func (v validator) duration(path string, value, least, most time.Duration) {
	if value < least || value > most {
		v.fault(path, "is set to "+brief(value)+".", fmt.Sprintf("Write a duration from %s to %s.", brief(least), brief(most)))
	}
}

func (v validator) choice(path, value string, choices ...string) {
	if !slices.Contains(choices, value) {
		v.fault(path, fmt.Sprintf("is set to %q.", value), "Write one of "+strings.Join(choices, ", ")+".")
	}
}

func (v validator) pattern(path, value string) {
	if _, err := regexp.Compile(value); err != nil {
		v.fault(path, "does not compile: "+strings.TrimPrefix(err.Error(), "error parsing regexp: ")+".",
			"Write a regular expression in RE2 syntax, in single quotes.")
	}
}

func (v validator) desktop(d Desktop) {
	v.choice("desktop.theme", d.Theme, ThemeSystem, ThemeLight, ThemeDark)
	v.choice("desktop.quit", d.Quit, QuitAsk, QuitStop)
	v.form("desktop.language", d.Language, languageForm, false, "en or pt-BR")
}

func (v validator) profile(p *Profile) {
	aws := p.Cloud != CloudEmbedded
	v.choice("cloud", p.Cloud, CloudAWS, CloudEmbedded)
	poolOnly := p.Region == "" && p.Cognito.UserPoolID != "" // the pool's ID names the region, unless that is wrong
	v.form("region", p.Region, regionForm, aws && !poolOnly, "us-east-1")
	v.endpoint(p.Endpoint, aws)
	v.names(p, aws)
	v.signIn(&p.Cognito, aws)
	v.zone(&p.Zone, aws)
	v.avatar(&p.Avatar)
	v.limits(p)
	v.demoUsers(p)
}

func (v validator) names(p *Profile, aws bool) {
	v.form("cognito.user_pool_id", p.Cognito.UserPoolID, userPoolForm, aws, "us-east-1_Ab1Cd2Ef3")
	v.form("cognito.client_id", p.Cognito.ClientID, clientForm, aws, "1example23456789")
	v.form("cognito.identity_pool_id", p.Cognito.IdentityPoolID, identityPoolForm, aws, "us-east-1:01234567-89ab-cdef-0123-456789abcdef")
	v.sameRegion("cognito.user_pool_id", regionOf(p.Cognito.UserPoolID, "_"), p.Region)
	v.sameRegion("cognito.identity_pool_id", regionOf(p.Cognito.IdentityPoolID, ":"), p.Region)
	v.form("tables.sessions", p.Tables.Sessions, tableForm, true, "avatar-sessions")
	v.form("tables.instances", p.Tables.Instances, tableForm, true, "avatar-instances")
	v.form("tables.leases", p.Tables.Leases, tableForm, true, "avatar-leases")
	v.form("tables.audit", p.Tables.Audit, tableForm, true, "avatar-audit")
	v.form("tables.state_index", p.Tables.StateIndex, tableForm, true, "state-index")
	v.form("tables.day_index", p.Tables.DayIndex, tableForm, true, "day-index")
	tables := []string{p.Tables.Sessions, p.Tables.Instances, p.Tables.Leases, p.Tables.Audit}
	if slices.Sort(tables); len(slices.Compact(tables)) < 4 {
		v.fault("tables", "names one table twice.", "Give the sessions, instances, leases and audit a table each.")
	}
	v.form("stream", p.Stream, streamForm, true, "avatar-logs")
	v.form("launch.template", p.Launch.Template, templateForm, true, "avatar-launcher")
	for i, id := range p.Launch.SubnetIDs {
		v.form(fmt.Sprintf("launch.subnet_ids[%d]", i), id, subnetForm, true, "subnet-0123456789abcdef0")
	}
	for i, kind := range p.Launch.Types {
		v.form(fmt.Sprintf("launch.types[%d]", i), kind, typeForm, true, "g5.2xlarge")
	}
	v.form("scheduler.group", p.Scheduler.Group, groupForm, true, "avatar-launcher")
	v.form("scheduler.stop_role_arn", p.Scheduler.StopRoleARN, roleForm, aws, "arn:aws:iam::123456789012:role/avatar-stop")
	v.form("scheduler.dead_letter_arn", p.Scheduler.DeadLetterARN, queueForm, false, "arn:aws:sqs:us-east-1:123456789012:avatar-stops")
}

// signIn checks the way in. The browser gets the domain's address and comes back to one of the redirect addresses, so
// both are held to what RFC 8252 allows.
func (v validator) signIn(c *Cognito, aws bool) {
	v.choice("cognito.sign_in", c.SignIn, SignInWindow, SignInBrowser, SignInEither)
	u, err := url.Parse(c.Domain)
	switch {
	case c.Domain == "" && (!aws || !c.Browser()):
	case c.Domain == "":
		v.fault("cognito.domain", "is missing, and the sign-in by browser needs it.", domainExample+", or sign_in: window.")
	case !aws:
		v.fault("cognito.domain", "is of no use: the cloud is embedded.", "Leave it out, or write cloud: aws.")
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		v.fault("cognito.domain", "is no https URL.", domainExample+".")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" || u.Port() != "" && !validPort(u.Port()):
		v.fault("cognito.domain", "has more than scheme, host and port.", domainExample+".")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.fault("cognito.domain", "would send passwords unencrypted over the network.", "Write https://, or an address of this machine.")
	}
	if len(c.RedirectURIs) == 0 && c.Browser() {
		v.fault("cognito.redirect_uris", "is empty.", "List those that are registered for the app client, or leave the key out.")
	}
	for i, uri := range c.RedirectURIs {
		v.redirectURI(fmt.Sprintf("cognito.redirect_uris[%d]", i), uri, slices.Index(c.RedirectURIs, uri) < i)
	}
}

func (v validator) redirectURI(path, uri string, again bool) {
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		v.fault(path, "is no plain http URL.", redirectExample)
	case u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1":
		v.fault(path, "is not an address of this computer.", redirectExample)
	case !freePort(u.Port()):
		v.fault(path, "has no port from 1024 to 65535.", redirectExample)
	case u.Path == "" || u.Path == "/":
		v.fault(path, "has no path.", redirectExample)
	case again:
		v.fault(path, "is there twice.", "Take it out once.")
	}
}

func (v validator) sameRegion(path, region, want string) {
	if region != "" && want != "" && region != want {
		v.fault(path, "is in "+region+", the profile in "+want+".", "Write a pool of "+want+", or change region.")
	}
}

// regionOf takes the region off a pool's ID, "" where the ID has none.
func regionOf(id, separator string) string {
	region, _, ok := strings.Cut(id, separator)
	if !ok || !regionForm.MatchString(region) {
		return ""
	}
	return region
}

func (v validator) endpoint(endpoint string, aws bool) {
	if endpoint == "" {
		return
	}
	u, err := url.Parse(endpoint)
	switch {
	case !aws:
		v.fault("endpoint", "is of no use: the cloud is embedded.", "Leave it out, or write cloud: aws.")
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		v.fault("endpoint", "is no http or https URL.", endpointExample)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/":
		v.fault("endpoint", "has more than scheme, host and port.", endpointExample)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.fault("endpoint", "would send tokens unencrypted over the network.", "Write https://, or an address of this machine.")
	case u.Port() != "" && !validPort(u.Port()):
		v.fault("endpoint", "has no valid port.", endpointExample)
	}
}

// loopback reports whether a host is this machine: a loopback address, localhost, or a name under it (RFC 6761).
func loopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func validPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0 && n < 1<<16
}

// freePort reports whether a user's program may listen there.
func freePort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1024 && n < 1<<16
}

func (v validator) zone(z *Zone, aws bool) {
	v.form("zone.id", z.ID, zoneForm, aws, "Z0123456789ABCDEFGHIJ")
	v.form("zone.name", z.Name, hostForm, true, "avatar.example.com")
	if ip, err := netip.ParseAddr(z.ParkingAddress); err != nil || !ip.Is4() {
		v.fault("zone.parking_address", fmt.Sprintf("is set to %q.", z.ParkingAddress), "Write an IPv4 address, such as 192.0.2.1.")
	}
	v.duration("zone.ttl", z.TTL, time.Second, 24*time.Hour)
	if z.TTL%time.Second != 0 {
		v.fault("zone.ttl", "is no whole number of seconds.", "Write one such as 10s.")
	}
}

func (v validator) avatar(a *Avatar) {
	v.choice("avatar.scheme", a.Scheme, "https", "http")
	v.number("avatar.port", a.Port, 0, 1<<16-1)
	v.form("avatar.health_path", a.HealthPath, pathForm, true, "/healthz")
	if a.Gateway != "" {
		host, port, err := net.SplitHostPort(a.Gateway)
		if err != nil || host == "" || !validPort(port) {
			v.fault("avatar.gateway", fmt.Sprintf("is set to %q.", a.Gateway), "Write host:port, such as 127.0.0.1:8443.")
		}
	}
	v.duration("avatar.ready_timeout", a.ReadyTimeout, time.Second, 2*time.Hour)
}

func (v validator) limits(p *Profile) {
	v.number("warm_pool.size", p.WarmPool.Size, 0, 1000)
	if v.given("warm_pool.max_instances") {
		v.number("warm_pool.max_instances", p.WarmPool.MaxInstances, 1, 10_000)
	}
	if p.WarmPool.MaxInstances < p.WarmPool.Size && v.good("warm_pool.size") {
		v.fault("warm_pool.max_instances", fmt.Sprintf("is set to %d, less than the size.", p.WarmPool.MaxInstances),
			fmt.Sprintf("Write %d or more.", p.WarmPool.Size))
	}
	v.duration("warm_pool.warm_limit", p.WarmPool.WarmLimit, time.Minute, 6*time.Hour)
	v.number("warm_pool.max_failures", p.WarmPool.MaxFailures, 2, 1000)
	v.choice("warm_pool.recycle", p.WarmPool.Recycle, RecycleReuse, RecycleReplace)
	v.hours(p)
	v.prices(&p.Prices)
	s := p.Session
	v.duration("session.window", s.Window, time.Second, 7*24*time.Hour)
	if v.given("session.maximum") {
		v.duration("session.maximum", s.Maximum, time.Second, 30*24*time.Hour)
	}
	if s.Maximum < s.Window && v.good("session.window", "session.maximum") {
		v.fault("session.maximum", "is shorter than the window.", "Write "+brief(s.Window)+" or more.")
	}
	if s.Warning < 0 && v.given("session.warning") || s.Warning >= s.Window && v.good("session.window") {
		v.fault("session.warning", "is set to "+brief(s.Warning)+".", "Write a duration of 0s or more, shorter than the window of "+brief(s.Window)+".")
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
	if _, err := time.LoadLocation(p.WarmPool.TimeZone); err != nil || p.WarmPool.TimeZone == "" || p.WarmPool.TimeZone == "Local" {
		v.fault("warm_pool.time_zone", fmt.Sprintf("is set to %q.", p.WarmPool.TimeZone), "Write an IANA name such as Europe/Berlin, or UTC.")
	}
	for i, h := range p.WarmPool.Hours {
		path := fmt.Sprintf("warm_pool.hours[%d]", i)
		for _, day := range h.Days {
			v.choice(path+".days", day, Days...)
		}
		for key, clock := range map[string]string{"from": h.From, "to": h.To} {
			if _, err := TimeOfDay(clock); err != nil {
				v.fault(path+"."+key, fmt.Sprintf("is set to %q.", clock), `Write a time of day in quotes, such as "08:00".`)
			}
		}
		v.number(path+".size", h.Size, 0, p.WarmPool.MaxInstances)
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
	all := map[string]float64{"address_hourly": p.AddressHourly, "disk_month": p.DiskMonth}
	for kind, price := range p.Hourly {
		all["hourly."+kind] = price
		if !typeForm.MatchString(kind) {
			v.fault("prices.hourly", fmt.Sprintf("has the instance type %q.", kind), "Write one such as g5.2xlarge.")
		}
	}
	for path, price := range all {
		if !(price >= 0 && price <= 10_000) { // NaN is none
			v.fault("prices."+path, fmt.Sprintf("is set to %v.", price), "Write an amount from 0 to 10000.")
		}
	}
}

// demoUsers refuses passwords in a file for any cloud but one on this machine.
func (v validator) demoUsers(p *Profile) {
	if len(p.DemoUsers) == 0 {
		return
	}
	u, err := url.Parse(p.Endpoint)
	if p.Cloud != CloudEmbedded && (p.Endpoint == "" || err != nil || !loopback(u.Hostname())) {
		v.fault("demo_users", "holds passwords for a cloud that is not on this machine.", "Take it out, and change those passwords.")
	}
	for name, password := range p.DemoUsers {
		if !usernameForm.MatchString(name) || utf8.RuneCountInString(name) > maxUsername || password == "" {
			v.fault("demo_users", "has an entry without a user name or a password.", "Write a line such as demo: \"its password\".")
			return
		}
	}
}
