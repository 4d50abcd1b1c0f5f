package config

import (
	"cmp"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"avatar-launcher/backend/messages"
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
	reservationForm  = regexp.MustCompile(`^cr-[0-9a-f]{8,17}$`)
	groupForm        = regexp.MustCompile(`^[0-9a-zA-Z_.-]{1,64}$`)
	roleForm         = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$`)
	queueForm        = regexp.MustCompile(`^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]+$`)
	providerForm     = regexp.MustCompile(`^[^_\pZ][^\pZ\pC]{1,30}[^_\pZ]$`)
	identifierForm   = regexp.MustCompile(`^([\w\s+=.@-]{1,40}|\*)$`)
	hostForm         = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	pathForm         = regexp.MustCompile(`^/[^\s?#]*$`)
	minisignForm     = regexp.MustCompile(`^RW[A-Za-z0-9+/]{54}$`)
	profileForm      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)
	languageForm     = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
	// at most maxUsername: repeating it 128 times takes 5 MB
	usernameForm = regexp.MustCompile(`^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$`)
)

// maxUsername is how many characters Cognito allows a user name.
const maxUsername = 128

// validator checks the values of one profile and reports with the place of each.
type validator struct {
	d    *decoder
	base string // "profiles.studio"
}

// fault reports at the key, or at the nearest key above it that the file has. What is wrong is a sentence that goes on
// from the key's name.
func (v validator) fault(path string, wrong, right messages.Message) {
	full := join(v.base, path)
	at := place{}
	for p := full; at.line == 0; {
		at = v.d.places[p]
		i := max(strings.LastIndexByte(p, '.'), strings.LastIndexByte(p, '['))
		if i < 0 {
			break
		}
		p = p[:i]
	}
	v.d.faults = append(
		v.d.faults,
		Fault{File: cmp.Or(at.file, v.d.file), Line: at.line, Column: at.column, Path: full,
			Wrong: messages.Join(messages.Verbatim(full), wrong), Right: right},
	)
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

// form checks text against a pattern. Empty text is a fault only if the key is needed.
func (v validator) form(path, value string, form *regexp.Regexp, needed bool, example string) {
	switch {
	case value == "" && needed:
		v.fault(path, messages.New("config.missing"), messages.New("config.write2", example))
	case value != "" && !form.MatchString(value):
		v.fault(path, messages.New("config.set", strconv.Quote(value)), messages.New("config.writeOne2", example))
	}
}

func (v validator) number(path string, value, least, most int) {
	if value < least || value > most {
		v.fault(path, messages.New("config.set", value), messages.New("config.writeNumber", least, most))
	}
}

func (v validator) duration(path string, value, least, most time.Duration) {
	if value < least || value > most {
		v.fault(path, messages.New("config.set", brief(value)),
			messages.New("config.writeDuration", brief(least), brief(most)))
	}
}

func (v validator) choice(path, value string, choices ...string) {
	if !slices.Contains(choices, value) {
		v.fault(path, messages.New("config.set", strconv.Quote(value)),
			messages.New("config.writeOne", strings.Join(choices, ", ")))
	}
}

func (v validator) pattern(path, value string) {
	if _, err := regexp.Compile(value); err != nil {
		v.fault(path, messages.New("config.notCompile", strings.TrimPrefix(err.Error(), "error parsing regexp: ")),
			messages.New("config.writeRegularExpressionRe2"))
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
	v.control(p, aws)
	v.names(p, aws)
	v.signIn(&p.Cognito, aws)
	v.zone(&p.Zone, aws)
	v.avatar(&p.Avatar)
	v.limits(p)
	v.updates(&p.Updates)
	v.demoUsers(p)
}

func (v validator) avatar(a *Avatar) {
	v.choice("avatar.scheme", a.Scheme, "https", "http")
	v.choice("avatar.address", a.Address, AddressPublic, AddressPrivate)
	v.number("avatar.port", a.Port, 0, 1<<16-1)
	v.form("avatar.health_path", a.HealthPath, pathForm, true, "/healthz")
	if a.Gateway != "" {
		host, port, err := net.SplitHostPort(a.Gateway)
		if err != nil || host == "" || !validPort(port) {
			v.fault("avatar.gateway", messages.New("config.set", strconv.Quote(a.Gateway)),
				messages.New("config.writeHostPort127"))
		}
	}
	v.duration("avatar.ready_timeout", a.ReadyTimeout, time.Second, 2*time.Hour)
}

// updates checks where releases are announced: an address that nobody on the way can read or change.
func (v validator) updates(u *Updates) {
	v.form("updates.key", u.Key, minisignForm, false, "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3")
	at, err := url.Parse(u.URL)
	switch {
	case u.URL == "":
	case err != nil || at.Hostname() == "" || at.User != nil || at.Scheme != "https" && at.Scheme != "http":
		v.fault("updates.url", messages.New("config.noHttpsUrl"), messages.New("config.writeReleasesUrl"))
	case at.Scheme == "http" && !loopback(at.Hostname()):
		v.fault("updates.url", messages.New("config.asksOverHttp"), messages.New("config.writeReleasesUrl"))
	}
}

// demoUsers refuses passwords in a file for any cloud but one on this machine.
func (v validator) demoUsers(p *Profile) {
	if len(p.DemoUsers) == 0 {
		return
	}
	u, err := url.Parse(p.Endpoint)
	if p.Cloud != CloudEmbedded && (p.Endpoint == "" || err != nil || !loopback(u.Hostname())) {
		v.fault("demo_users", messages.New("config.holdsPasswordsCloudNot"), messages.New("config.takeChangeThosePasswords"))
	}
	for name, password := range p.DemoUsers {
		if !usernameForm.MatchString(name) || utf8.RuneCountInString(name) > maxUsername || password == "" {
			v.fault("demo_users", messages.New("config.entryWithoutUserName"), messages.New("config.writeLineDemoPassword"))
			return
		}
	}
}
