package fleet

import (
	"fmt"
	"testing"
	"time"

	"avatar-launcher/backend"

	"pgregory.net/rapid"
)

func TestSizeAt(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	weekdays := [7]bool{
		time.Monday:    true,
		time.Tuesday:   true,
		time.Wednesday: true,
		time.Thursday:  true,
		time.Friday:    true,
	}
	f := Figures{PoolSize: 2, Hot: 1, Location: berlin, Hours: []Hours{
		{Days: weekdays, From: 8 * time.Hour, To: 18 * time.Hour, Size: 8, Hot: 3},
		{Days: [7]bool{time.Saturday: true}, From: 22 * time.Hour, To: 2 * time.Hour, Size: 4},
	}}
	for at, want := range map[string][2]int{
		"2026-11-23 07:59": {2, 1}, // Monday
		"2026-11-23 08:00": {8, 3},
		"2026-11-23 17:59": {8, 3},
		"2026-11-23 18:00": {2, 1},
		"2026-11-28 12:00": {2, 1}, // Saturday
		"2026-11-28 22:00": {4, 0},
		"2026-11-29 01:59": {4, 0}, // Sunday: the hours began on Saturday
		"2026-11-29 02:00": {2, 1},
		"2026-11-28 01:00": {2, 1}, // Saturday: none began on Friday
	} {
		local, err := time.ParseInLocation("2006-01-02 15:04", at, berlin)
		if err != nil {
			t.Fatal(err)
		}
		if stopped, hot := f.sizeAt(local.UTC()); [2]int{stopped, hot} != want {
			t.Errorf("at %s in Berlin the sizes are %d and %d, want %d", at, stopped, hot, want)
		}
	}
	if got, hot := (Figures{PoolSize: 3}).sizeAt(now); got != 3 || hot != 0 {
		t.Errorf("without hours the sizes are %d and %d, want 3 and 0", got, hot)
	}
}

// TestHoursWhenClocksChange: hours are those of the wall clock in the profile's zone, on the days when it is moved,
// too.
func TestHoursWhenClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	every := [7]bool{true, true, true, true, true, true, true}
	f := Figures{Location: berlin, Hours: []Hours{
		{Days: every, From: 2*time.Hour + 30*time.Minute, To: 4 * time.Hour, Size: 3, Hot: 1},
		{Days: every, From: 8 * time.Hour, To: 18 * time.Hour, Size: 5, Hot: 2},
	}}
	for at, want := range map[string]int{
		"2026-03-29T00:59:00Z": 0, // 01:59; the next minute is 03:00
		"2026-03-29T01:00:00Z": 3, // 03:00: the half hour from 02:30 on does not exist on this day
		"2026-03-29T01:59:00Z": 3,
		"2026-03-29T02:00:00Z": 0, // 04:00
		"2026-03-29T06:00:00Z": 5, // 08:00 in summer time
		"2026-03-28T06:00:00Z": 0, // 07:00 in winter time
		"2026-03-29T16:00:00Z": 0, // 18:00
		"2026-10-25T00:30:00Z": 3, // 02:30 in summer time
		"2026-10-25T01:00:00Z": 0, // 02:00 for the second time
		"2026-10-25T01:30:00Z": 3, // 02:30 for the second time
		"2026-10-25T03:00:00Z": 0, // 04:00
		"2026-10-25T06:59:00Z": 0, // 07:59 in winter time
		"2026-10-25T07:00:00Z": 5,
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := f.sizeAt(moment); got != want {
			t.Errorf("at %s the size is %d, want %d", at, got, want)
		}
	}
}

// TestFreeInstances: the stopped tier follows the claims where the profile says how many stay free.
func TestFreeInstances(t *testing.T) {
	two := 2
	for claimed, want := range []int{5, 4, 3, 2, 2, 2, 2} {
		if got := (Figures{Free: &two}).stopped(5, claimed); got != want {
			t.Errorf("with %d of 5 claimed, %d should be free, want %d", claimed, got, want)
		}
		if got := (Figures{}).stopped(5, claimed); got != 5 {
			t.Errorf("with %d claimed, %d should be free, want all 5", claimed, got)
		}
		if got := (Figures{Free: &two}).stopped(1, claimed); got != 1 {
			t.Errorf("with %d claimed of a smaller size, %d should be free, want 1", claimed, got)
		}
	}
}

func TestChoose(t *testing.T) {
	failing := func(r instanceRow) bool { return r.Zone == "bad" }
	row := func(id, zone, last, reserved string) instanceRow {
		return instanceRow{InstanceID: id, Zone: zone, LastOwner: last, ReservedFor: reserved}
	}
	hot := func(id string) instanceRow { return instanceRow{InstanceID: id, HotUntil: now.Unix()} }
	tests := []struct {
		name string
		rows []instanceRow
		seat int64
		want string
	}{
		{"nothing", nil, 0, ""},
		{"the one had last", []instanceRow{row("a", "", "other", ""), row("b", "", "me", "")}, 0, "b"},
		{"the one reserved, before the one had last",
			[]instanceRow{row("a", "", "me", ""), row("b", "", "", "me")}, 0, "b"},
		{"not what is reserved for another", []instanceRow{row("a", "", "me", "other")}, 0, ""},
		{"by seat", []instanceRow{row("b", "", "", ""), row("a", "", "", ""), row("c", "", "", "")}, 4, "b"},
		{"not in a zone without capacity", []instanceRow{row("a", "bad", "me", ""), row("b", "", "", "")}, 0, "b"},
		{"in one without capacity rather than none", []instanceRow{row("a", "bad", "", "")}, 5, "a"},
		{"one that runs before the one had last", []instanceRow{row("a", "", "me", ""), hot("b"), row("c", "", "", "")}, 0,
			"b"},
		{"the one reserved before one that runs", []instanceRow{hot("a"), row("b", "", "", "me")}, 0, "b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := choose(tt.rows, "me", tt.seat, true, failing); got.InstanceID != tt.want {
				t.Errorf("chose %q, want %q", got.InstanceID, tt.want)
			}
		})
	}
}

// TestSeatsSpread: as many desktops as there are instances, with seats in a row, reach for different ones.
func TestSeatsSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, first := rapid.IntRange(1, 40).Draw(t, "n"), rapid.Int64Range(0, 1e9).Draw(t, "first")
		var rows []instanceRow
		for i := range n {
			rows = append(rows, instanceRow{InstanceID: fmt.Sprintf("i-%03d", i)})
		}
		got := map[string]bool{}
		for i := range n {
			r, _ := choose(rows, fmt.Sprint("user", i), first+int64(i), true, func(instanceRow) bool { return false })
			got[r.InstanceID] = true
		}
		if len(got) != n {
			t.Fatalf("%d desktops reach for %d instances", n, len(got))
		}
	})
}

func TestPlanOfQueueIntentsAndDrift(t *testing.T) {
	old := now.Add(-time.Hour)
	base := func() observation {
		return observation{figures: Figures{MaxInstances: 10, Grace: time.Minute}, ready: map[string]bool{}}
	}
	warm := func(v *observation, id, reserved string, pooled time.Time) {
		v.instances = append(v.instances, instance{
			Machine: backend.Machine{InstanceID: id, State: "stopped", LaunchTime: old, ImageID: "ami-1"},
			version: "1",
		})
		v.rows = append(v.rows, instanceRow{InstanceID: id, State: backend.Warm, ReservedFor: reserved, PooledAt: pooled})
		v.size++
	}
	held := func(v *observation) {
		end := now.Add(time.Hour)
		v.instances = append(v.instances, instance{
			Machine:  backend.Machine{InstanceID: "i-1", State: "running", LaunchTime: old},
			owner:    "u",
			epoch:    "2",
			expireAt: end.Format(time.RFC3339),
		})
		v.rows = append(v.rows, instanceRow{InstanceID: "i-1", State: backend.Claimed, Owner: "u", Epoch: 2})
		v.sessions = append(v.sessions, sessionRow{
			UserID:       "u",
			InstanceID:   "i-1",
			Epoch:        2,
			CreationTime: old,
			ExpireAt:     end,
			Domain:       "u.zone",
			PublicIP:     "1.2.3.4",
		})
	}
	tests := []struct {
		name string
		make func(*observation)
		want string
	}{
		{"the first in the queue gets the free one", func(v *observation) {
			warm(v, "i-1", "", old)
			v.tickets = []ticketRow{{UserID: "a", Number: 1}, {UserID: "b", Number: 2}}
		}, "[reserve i-1 a]"},
		{"who has one reserved is not given another", func(v *observation) {
			warm(v, "i-1", "a", now)
			warm(v, "i-2", "", old)
			v.tickets = []ticketRow{{UserID: "a", Number: 1}, {UserID: "b", Number: 2}}
		}, "[reserve i-2 b]"},
		{"reserved for somebody who has gone", func(v *observation) { warm(v, "i-1", "a", now) }, "[unreserve i-1 ]"},
		{"reserved, but not fetched", func(v *observation) {
			warm(v, "i-1", "a", old)
			v.tickets = []ticketRow{{UserID: "a", Number: 1}}
		}, "[unreserve i-1 ]"},
		{"a place that nobody keeps", func(v *observation) { v.stale = []ticketRow{{UserID: "a"}} }, "[dequeue  a]"},
		{"an intent counts as an instance", func(v *observation) {
			v.size, v.figures.MaxInstances = 1, 1
			v.rows = []instanceRow{{
				InstanceID:  "launch#t",
				LaunchToken: "t",
				State:       backend.Launching,
				Owner:       "u",
				PooledAt:    now,
			}}
		}, "[]"},
		{"an intent that came to nothing", func(v *observation) {
			v.rows = []instanceRow{{InstanceID: "launch#t", LaunchToken: "t", State: backend.Launching, PooledAt: old}}
		}, "[withdraw launch#t ]"},
		{"a launch whose session waits is spared", func(v *observation) {
			v.rows = []instanceRow{{
				InstanceID:  "launch#t",
				LaunchToken: "t",
				State:       backend.Launching,
				Owner:       "u",
				PooledAt:    now.Add(-time.Minute),
			}}
			v.sessions = []sessionRow{{
				UserID:       "u",
				LaunchToken:  "t",
				CreationTime: now.Add(-time.Minute),
				ExpireAt:     now.Add(time.Hour),
			}}
			v.instances = []instance{{
				Machine: backend.Machine{InstanceID: "i-1", State: "running", LaunchTime: now.Add(-time.Minute)},
				token:   "t-0",
			}}
		}, "[]"},
		{"one whose session is over is adopted", func(v *observation) {
			v.rows = []instanceRow{{
				InstanceID:  "launch#t",
				LaunchToken: "t",
				State:       backend.Launching,
				Owner:       "u",
				PooledAt:    now.Add(-time.Minute),
			}}
			v.instances = []instance{{
				Machine: backend.Machine{InstanceID: "i-1", State: "running", LaunchTime: now.Add(-time.Minute)},
				token:   "t-0",
			}}
		}, "[adopt i-1 ]"},
		{"made from an earlier template", func(v *observation) {
			warm(v, "i-1", "", old)
			v.current = template{version: "2", image: "ami-1"}
		}, "[rollout   launch  ]"},
		{"made from an earlier template, and a new one is warm", func(v *observation) {
			warm(v, "i-1", "", old)
			warm(v, "i-2", "", old)
			v.size, v.instances[1].version, v.instances[1].ImageID = 1, "2", "ami-1"
			v.current = template{version: "2", image: "ami-1"}
		}, "[rollout   retire i-1 ]"},
		{"made from an earlier image", func(v *observation) {
			warm(v, "i-1", "", old)
			v.current = template{version: "1", image: "ami-2"}
		}, "[rollout   launch  ]"},
		{"all is as it should be", func(v *observation) {
			held(v)
			v.armed = map[string]time.Time{"i-1": now.Add(time.Hour + time.Minute)}
			v.names = map[string]string{"u.zone": "1.2.3.4", "other.zone": parked}
		}, "[]"},
		{"its tags say another owner", func(v *observation) { held(v); v.instances[0].owner = "x" }, "[retag i-1 ]"},
		{"its stop is not armed", func(v *observation) { held(v); v.armed = map[string]time.Time{} }, "[rearm i-1 ]"},
		{"its stop is armed too late",
			func(v *observation) { held(v); v.armed = map[string]time.Time{"i-1": now.Add(3 * time.Hour)} }, "[rearm i-1 ]"},
		{"a name of nobody's session is left alone", func(v *observation) {
			held(v)
			v.names = map[string]string{"u.zone": "1.2.3.4", "www.zone": "9.9.9.9", "vpn.zone": "8.8.8.8"}
		}, "[]"},
		{"a name whose session is over points where nothing runs", func(v *observation) {
			v.ended = []sessionRow{{UserID: "u", Domain: "u.zone", PublicIP: "1.2.3.4", Phase: ended}}
			v.names = map[string]string{"u.zone": "1.2.3.4", "www.zone": "9.9.9.9"}
		}, "[rename  ]"},
		{"a name whose session is over is parked", func(v *observation) {
			v.ended = []sessionRow{{UserID: "u", Domain: "u.zone", PublicIP: "1.2.3.4", Phase: ended}}
			v.names = map[string]string{"u.zone": parked}
		}, "[]"},
		{"a name that could not be parked", func(v *observation) {
			v.ended = []sessionRow{{UserID: "u", Domain: "u.zone", NamePending: true, Phase: ended}}
		}, "[rename  ]"},
		{"a name that could not be parked and is held by another", func(v *observation) {
			held(v)
			v.ended = []sessionRow{{UserID: "w", Domain: "u.zone", NamePending: true, Phase: ended}}
		}, "[]"},
		{"a name that sessions of two users have", func(v *observation) {
			held(v)
			v.names = map[string]string{"u.zone": "9.9.9.9"}
			v.ended = []sessionRow{{UserID: "w", Domain: "u.zone", NamePending: true, Phase: ended}}
		}, "[]"},
		{"a name that is not a user's", func(v *observation) {
			v.names = map[string]string{}
			v.ended = []sessionRow{{UserID: "u", NamePending: true, Phase: ended}}
		}, "[]"},
		{"a name does not exist yet", func(v *observation) { held(v); v.names = map[string]string{} }, "[rename  ]"},
		{"a name is still parked",
			func(v *observation) { held(v); v.names = map[string]string{"u.zone": parked} }, "[rename  ]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := base()
			tt.make(&v)
			got := []string{}
			for _, a := range plan(v, now) {
				got = append(got, fmt.Sprintf("%s %s %s", a.kind, a.row.InstanceID, a.ticket.UserID))
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("plan %v, want %s", got, tt.want)
			}
		})
	}
}
