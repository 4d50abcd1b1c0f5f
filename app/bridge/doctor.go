package bridge

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"avatar-launcher/app/doctor"
	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

// Doctor is the diagnostics' service, on the about page.
type Doctor struct{ service }

// Checks looks at every dependency and permission, and says what to do about each that is not as it should be.
func (d *Doctor) Checks() []Check {
	ctx, done := d.window.Call(askTime)
	defer done()
	return each(doctor.All(ctx, d.rooms(), d.window.StateDir(), d.snapshot()), newCheck)
}

// Check is one line of the doctor's report. See backend.Check.
type Check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Why  string `json:"why"`
	Cure string `json:"cure"`
}

func newCheck(c backend.Check) Check {
	return Check{i18n.Translate(c.Name), c.OK, i18n.Translate(c.Why), i18n.Translate(c.Cure)}
}

// Report is a text for anyone who helps: what runs here, the checks, and the end of the launcher's log, with names,
// addresses and anything like a secret taken out.
func (d *Doctor) Report() string {
	facts, snapshot := d.about(), d.snapshot()
	var b strings.Builder
	fmt.Fprintf(&b, "Avatar Launcher %s, %s/%s\nprofile %s, region %s, cloud %s\nphase %s, tray %t\n", facts.Version,
		runtime.GOOS, runtime.GOARCH,
		facts.Profile, facts.Region, cmp.Or(facts.Endpoint, "AWS"), snapshot.Phase, facts.Tray)
	problems := []*backend.Problem{snapshot.Problem}
	for _, n := range snapshot.Notices {
		problems = append(problems, n.Problem)
	}
	for _, p := range problems {
		if p != nil {
			fmt.Fprintf(&b, "problem %s\n", i18n.Problem(p).Error())
		}
	}
	b.WriteString("\nChecks\n")
	for _, c := range d.Checks() {
		b.WriteString(checkLine(c) + "\n")
	}
	b.WriteString("\nThe end of the log\n" + tail(filepath.Join(facts.LogFolder, "launcher.log"), 60))
	var user string
	if snapshot.User != nil {
		user = snapshot.User.Username
	}
	home, _ := os.UserHomeDir()
	return Anonymous(b.String(), home, user)
}

// checkLine is a check in a report. A name such as "AWS credentials" must not look like the name of a
// secret whose value follows.
func checkLine(c Check) string {
	return strings.TrimSpace(fmt.Sprintf("%-5s %s – %s %s", map[bool]string{true: "ok", false: "NOT"}[c.OK], c.Name, c.Why,
		c.Cure))
}

// tail is the last lines of a file, "" where it cannot be read.
func tail(path string, lines int) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	all := strings.SplitAfter(strings.TrimRight(string(data), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "") + "\n"
}

// private are the forms of what a report must not carry, and what it carries instead.
var private = []struct {
	form *regexp.Regexp
	say  string
}{
	{regexp.MustCompile(`\beyJ[\w-]+(\.[\w-]+)*`), "[token]"},
	{regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{12,}`), "[access key]"},
	{regexp.MustCompile(
		`(?i)("?(?:password|secret|token|authorization|signature|credential)[\w-]*"?\s*[:=]\s*"?)[^\s",}]+`),
		"${1}[redacted]"},
	{regexp.MustCompile(`[\w.+-]+@[\w-]+(\.[\w-]+)+`), "[email]"},
	{regexp.MustCompile(`\b\d{12}\b`), "[account]"},
	{regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`), "[id]"},
	{regexp.MustCompile(`\b(?:\d{1,3}\.){3}\d{1,3}\b`), "[address]"},
}

// Anonymous takes out of a report what is about a person or opens a door.
func Anonymous(report, home, user string) string {
	if len(home) > 1 {
		report = strings.ReplaceAll(report, home, "~")
	}
	if user != "" {
		report = regexp.MustCompile(`\b`+regexp.QuoteMeta(user)+`\b`).ReplaceAllString(report, "[user]")
	}
	for _, p := range private {
		report = p.form.ReplaceAllString(report, p.say)
	}
	return report
}
