package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
	"avatar-launcher/backend/config"
)

// addressed is a control plane that knows addresses only.
type addressed struct{ core.ControlPlane }

func (addressed) URL(s backend.Session) string { return "https://" + s.Domain + "/" }

// TestStatusSaysWhatRunsAndWhy compares each row of status with the session. The cloud's clock is ten minutes ahead,
// and times are shown by this computer's.
func TestStatusSaysWhatRunsAndWhy(t *testing.T) {
	var out bytes.Buffer
	p := config.Default().Profiles["local"]
	ahead := func() time.Duration { return 10 * time.Minute }
	v := &visit{Rooms: &core.Rooms{Fleet: addressed{}, Profile: p, Skew: ahead}, out: &printer{w: &out},
		user: backend.User{Username: "demo"}}
	began := time.Date(2026, 3, 1, 12, 10, 0, 0, time.Local)
	s := &backend.Session{InstanceID: "i-1", Phase: backend.Ready, Domain: "demo.example.org", PublicIP: "192.0.2.7",
		CreationTime: began, ExpireAt: began.Add(time.Hour), LastActivity: began.Add(5 * time.Minute),
		LastUseBy: backend.UseViewer, Type: "g5.xlarge"}
	m := &backend.Machine{State: backend.Running, Type: "g5.xlarge", Zone: "us-east-1a", ImageID: "ami-1"}
	v.out.table(v.statusRows(s, m, began.Add(30*time.Minute)))
	rows := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		name, value, _ := strings.Cut(line, "  ")
		rows[name] += strings.TrimSpace(value) + ";"
	}
	for name, want := range map[string]string{
		"profile": "local", "user": "demo", "instance": "i-1", "address": "https://demo.example.org/",
		"IP address": "192.0.2.7", "created": "2026-03-01 12:00:00", "ends": "2026-03-01 13:00:00",
		"last used": "2026-03-01 12:05:00, ", "cost so far": "$0.51", "state": "running", "zone": "us-east-1a",
		"image": "ami-1", "type": "g5.xlarge",
	} {
		if !strings.Contains(rows[name], want) {
			t.Errorf("%s is %q, want %q", name, rows[name], want)
		}
	}
	if stops := rows["stops"]; strings.Count(stops, ";") != 2 || !strings.Contains(stops, "13:00:00") ||
		!strings.Contains(stops, "2026-03-02 00:00:00") {
		t.Errorf("it stops %q, want by both timers", stops)
	}
	used := strings.TrimPrefix(strings.TrimSuffix(rows["last used"], ";"), "2026-03-01 12:05:00, ")
	if used == "" {
		t.Error("what it was last used by is not said")
	}
}

func TestStatusWithoutAnAvatar(t *testing.T) {
	v := &visit{Rooms: &core.Rooms{}, user: backend.User{Username: "demo"}}
	rows := v.statusRows(nil, nil, time.Now())
	if last := rows[len(rows)-1]; len(rows) != 3 || last[1] != "none" {
		t.Errorf("rows %q", rows)
	}
	facts := StatusFacts(v.Rooms, v.user, nil, nil, time.Now())
	if facts["session"].(*backend.Session) != nil || facts["cost"] != nil || facts["leftSeconds"] != nil ||
		facts["url"] != "" {
		t.Errorf("facts %v", facts)
	}
}
