package fleet_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"
	"avatar-launcher/backend/messages"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// newVersion adds a version to the launch template.
func (w *world) newVersion(t *testing.T) string {
	t.Helper()
	version := "1"
	key := fmt.Sprint("key-", time.Now().UnixNano())
	out, err := ec2.NewFromConfig(w.cfg).CreateLaunchTemplateVersion(t.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: &w.out.LaunchTemplate,
		SourceVersion:      &version,
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{KeyName: &key},
	})
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatInt(*out.LaunchTemplateVersion.VersionNumber, 10)
}

// versions counts the instances that are not terminated by their version of the launch template.
func (w *world) versions(t *testing.T) map[string]int {
	t.Helper()
	out, err := ec2.NewFromConfig(w.cfg).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			for _, tag := range i.Tags {
				if *tag.Key == "aws:ec2launchtemplate:version" && i.State.Name != "terminated" &&
					i.State.Name != "shutting-down" {
					count[*tag.Value]++
				}
			}
		}
	}
	return count
}

func rolloutOf(t *testing.T, s *fleet.Service) backend.Rollout {
	t.Helper()
	if r := poolOf(t, s).Rollout; r != nil {
		return *r
	}
	return backend.Rollout{}
}

// TestRolloutAndReturn rolls a version out, lets the next one fail, launches for a user meanwhile, and tries it again
// once it is mended.
func TestRolloutAndReturn(t *testing.T) {
	withoutRace(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		keep(t, s)
		time.Sleep(10 * time.Minute)
		second := w.newVersion(t)
		time.Sleep(30 * time.Minute)
		if got := w.versions(t); got[second] != 5 || got["1"] != 0 {
			t.Fatalf("after the rollout of a good version: %v", got)
		}
		if r := rolloutOf(t, s); r.Good != second || r.Stage != "" {
			t.Errorf("after the rollout of a good version: %+v", r)
		}
		w.cloud.SetNeverReady(true)
		third := w.newVersion(t)
		time.Sleep(10 * time.Minute)
		if got := w.versions(t); got[third] != 1 || got[second] != 5 {
			t.Errorf("the third version is tried on %v", got)
		}
		w.cloud.SetNeverReady(false)
		for n := range 6 { // one more than are warm: the last is launched for the user
			start(t, s, userNo(n))
		}
		w.cloud.SetNeverReady(true)
		if got := w.versions(t); got[third] > 1 {
			t.Errorf("a user got the version on trial: %v", got)
		}
		time.Sleep(time.Hour)
		w.cloud.SetNeverReady(false)
		time.Sleep(time.Hour)
		if r := rolloutOf(t, s); r.Bad != third || r.Target != second || r.Why.IsZero() {
			t.Errorf("after the bad version: %+v, %v", r, w.versions(t))
		}
		if err := s.Rollout(t.Context(), boss, "", "mended"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if got := w.versions(t); got[third] != 5 || got[second] != 0 || rolloutOf(t, s).Good != third {
			t.Errorf("after another try: %v, %+v", got, rolloutOf(t, s))
		}
	})
}

// TestOperatorsRollOutPauseAndResume chooses an earlier version, which then stays, and pauses the next rollout.
func TestOperatorsRollOutPauseAndResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		keep(t, s)
		time.Sleep(10 * time.Minute)
		second := w.newVersion(t)
		time.Sleep(30 * time.Minute)
		for what, err := range map[string]error{
			"without a reason":       s.Rollout(t.Context(), boss, "1", ""),
			"a pause without one":    s.Pause(t.Context(), boss, ""),
			"a version of no number": s.Rollout(t.Context(), boss, "$Default", "x"),
			"no such version":        s.Rollout(t.Context(), boss, "77", "x"),
			"a drain without reason": s.Drain(t.Context(), boss, "i-1", ""),
			"no such instance":       s.Drain(t.Context(), boss, "i-0123456789abcdef0", "x"),
		} {
			var p *backend.Problem
			if !errors.As(err, &p) || p.Kind != backend.KindConfig || p.Next.IsZero() {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := s.Rollout(t.Context(), boss, "1", "the second one crashes"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		if got := w.versions(t); got["1"] != 5 || got[second] != 0 || !rolloutOf(t, s).Pinned {
			t.Fatalf("after the choice of an earlier version: %v, %+v", got, rolloutOf(t, s))
		}
		if err := s.Pause(t.Context(), boss, "a demonstration"); err != nil {
			t.Fatal(err)
		}
		if err := s.Rollout(t.Context(), boss, "", "follow again"); err != nil {
			t.Fatal(err)
		}
		if err := s.Pause(t.Context(), boss, "a demonstration"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if got := w.versions(t); got["1"] < 4 || got[second] > 1 || !rolloutOf(t, s).Paused {
			t.Errorf("paused: %v, %+v", got, rolloutOf(t, s))
		}
		if err := s.Resume(t.Context(), boss, "it is over"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		if got := w.versions(t); got[second] != 5 || rolloutOf(t, s).Paused {
			t.Errorf("resumed: %v, %+v", got, rolloutOf(t, s))
		}
		o, err := s.Overview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for verb, why := range map[string]string{"rollout": "the second one crashes", "paused": "a demonstration",
			"resumed": "it is over"} {
			if !told(o, messages.Verbatim(verb), messages.Verbatim("operator"), messages.Message{},
				messages.Verbatim(why)) {
				t.Errorf("the audit does not have %s", verb)
			}
		}
	})
}

// TestDrain drains a claimed instance, whose session goes on, and a warm one.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.desktop(t, "one")
		keep(t, s)
		time.Sleep(10 * time.Minute)
		session, _, _ := start(t, s, demo)
		var warm string
		for _, m := range poolOf(t, s).Members {
			if m.State == backend.Warm {
				warm = m.InstanceID
			}
		}
		for _, id := range []string{session.InstanceID, warm} {
			if err := s.Drain(t.Context(), boss, id, "its disk is worn"); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(5 * time.Minute)
		state := func(id string) string {
			for _, m := range poolOf(t, s).Members {
				if m.InstanceID == id {
					return fmt.Sprint(m.State, " ", m.Draining)
				}
			}
			return "gone"
		}
		if got := state(session.InstanceID); got != "claimed true" {
			t.Errorf("the claimed instance is %s", got)
		}
		if got := state(warm); got != "gone" {
			t.Errorf("the warm instance is %s", got)
		}
		if err := s.Stop(t.Context(), *session, messages.Verbatim("done")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if got, up := state(session.InstanceID), w.count(t); got != "gone" || up["stopped"] != 5 {
			t.Errorf("after its session the drained instance is %s, the pool has %v", got, up)
		}
		o, err := s.Overview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !told(o, messages.Verbatim("draining"), messages.Verbatim("operator"), messages.Verbatim(warm),
			messages.Verbatim("its disk is worn")) {
			t.Error("the audit does not have the drain")
		}
	})
}

// TestAKeeperDiesDuringARollout lets a keeper die at each call that it makes from the new version on. Another one
// brings the rollout to its end, and on the way the pool is never emptied.
func TestAKeeperDiesDuringARollout(t *testing.T) {
	withoutRace(t)
	every := sample("KILL_POINTS", 20)
	for call := 1; call < 400; call += 5 * every {
		for _, ante := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d ante=%v", call, ante), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { dieDuringRollout(t, call, ante) })
			})
		}
	}
}

func dieDuringRollout(t *testing.T, call int, ante bool) {
	w := newWorld(t)
	k := w.launch(t, "keeper", userNo(50), true, 0, figures, 1)
	time.Sleep(6 * time.Minute)
	version := w.newVersion(t)
	k.net.set(func(n *network) { n.killIn, n.killAnte = call, ante })
	other := w.launch(t, "other", userNo(51), true, 0, figures, 2)
	for range 60 {
		time.Sleep(time.Minute)
		v, err := w.truth(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		warm := 0
		for _, r := range v.rows {
			if r.State == backend.Warm {
				warm++
			}
		}
		if warm < figures.PoolSize || len(v.rows) > figures.MaxInstances {
			t.Fatalf("%d are warm, want %d; %d instances in all", warm, figures.PoolSize, len(v.rows))
		}
	}
	if got := w.versions(t); got[version] != figures.PoolSize || len(got) != 1 {
		t.Errorf("in the end the pool has %v, %+v", got, rolloutOf(t, other.service))
	}
}

// TestAnOperatorDiesInTheMiddle lets an operator's desktop die at each call of its commands, and give them again.
func TestAnOperatorDiesInTheMiddle(t *testing.T) {
	commands := map[string]func(context.Context, *fleet.Service, string) error{
		"rollout": func(ctx context.Context, s *fleet.Service, _ string) error {
			return s.Rollout(ctx, boss, "1", "back")
		},
		"pause": func(ctx context.Context, s *fleet.Service, _ string) error {
			return s.Pause(ctx, boss, "wait")
		},
		"resume": func(ctx context.Context, s *fleet.Service, _ string) error {
			return s.Resume(ctx, boss, "go on")
		},
		"drain": func(ctx context.Context, s *fleet.Service, id string) error {
			return s.Drain(ctx, boss, id, "worn")
		},
	}
	every := sample("KILL_POINTS", 20)
	for name, command := range commands {
		for call := 1; call <= 7; call += 1 + every/20 {
			t.Run(fmt.Sprintf("%s %d", name, call), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					w.launch(t, "keeper", userNo(50), true, 0, figures, 1)
					time.Sleep(6 * time.Minute)
					second := w.newVersion(t)
					d := w.launch(t, "operator", userNo(52), true, 0, figures, 2)
					d.await(reached(backend.Idle))
					id := poolOf(t, d.service).Members[0].InstanceID
					d.net.set(func(n *network) { n.killIn = call })
					_ = command(t.Context(), d.service, id)
					d.net.kill()
					again := w.desktop(t, "again")
					if err := command(t.Context(), again, poolOf(t, again).Members[0].InstanceID); err != nil {
						t.Fatal(err)
					}
					if err := again.Resume(t.Context(), boss, "go on"); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Hour)
					want := second
					if name == "rollout" {
						want = "1"
					}
					if got := w.versions(t); got[want] != figures.PoolSize || len(got) != 1 {
						t.Errorf("in the end the pool has %v, %+v", got, rolloutOf(t, again))
					}
				})
			})
		}
	}
}
