package fleet_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/fleet"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// launches returns how many instances the cloud was asked for.
func (w *world) launches() int64 {
	var n int64
	for operation, calls := range w.cloud.CallCounts() {
		if strings.HasSuffix(operation, "RunInstances") {
			n += calls
		}
	}
	return n
}

// TestPoolThatNeverBecomesReady keeps a pool of images without an avatar for a day, by one keeper after another, then
// lets an operator resume it with a good image.
func TestPoolThatNeverBecomesReady(t *testing.T) {
	withoutRace(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.SetNeverReady(true)
		s := w.desktop(t, "first")
		stop := keep(t, s)
		time.Sleep(20 * time.Minute)
		pool := poolOf(t, s)
		if b := pool.Backoff; b == nil || b.Stopped || b.RetryAt.IsZero() || !strings.Contains(b.Why.String(), "15 min") {
			t.Errorf("after the first failures the pool says %+v", b)
		}
		stop()
		s = w.desktop(t, "second") // it counts on from what the first one stored
		keep(t, s)
		time.Sleep(24 * time.Hour)
		if n := w.launches(); n < 3 || n > 8 {
			t.Errorf("%d launches in a day, want 3 to 8", n)
		}
		if pool = poolOf(t, s); pool.Backoff == nil || !pool.Backoff.Stopped {
			t.Errorf("after a day the pool says %+v", pool.Backoff)
		}
		if up := w.count(t); up["running"]+up["pending"] > 0 {
			t.Errorf("instances run: %v", up)
		}

		w.cloud.SetNeverReady(false)
		if err := s.Resume(t.Context(), backend.User{Username: "ops"}, ""); err == nil {
			t.Error("resumed without a reason")
		}
		if err := s.Resume(t.Context(), backend.User{Username: "ops"}, "the image is mended"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		if pool = poolOf(t, s); pool.Backoff != nil || w.count(t)["stopped"] != 5 {
			t.Errorf("after the image was mended: %+v, %v", pool.Backoff, w.count(t))
		}
		verbs := map[string]int{}
		o, err := s.Overview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range o.Audit {
			verbs[string(e.Verb)]++
		}
		if verbs["resumed"] != 1 || verbs["failed"] == 0 {
			t.Errorf("the audit has %v", verbs)
		}
	})
}

// TestLaunchesThatTerminate counts instances that EC2 accepts and terminates, as it does without a right to the key.
func TestLaunchesThatTerminate(t *testing.T) {
	withoutRace(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.FailStarts(-1, "")
		s := w.desktop(t, "one")
		keep(t, s)
		time.Sleep(24 * time.Hour)
		if n := w.launches(); n < 3 || n > 8 {
			t.Errorf("%d launches in a day, want 3 to 8", n)
		}
		if b := poolOf(t, s).Backoff; b == nil ||
			!strings.Contains(b.Why.String(), "Client.InternalError: Client error on launch") {
			t.Errorf("the pool says %+v", b)
		}
	})
}

// TestNewTemplateVersionStartsAnew launches again by itself once the launch template has changed.
func TestNewTemplateVersionStartsAnew(t *testing.T) {
	withoutRace(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cloud.SetNeverReady(true)
		s := w.desktop(t, "one")
		keep(t, s)
		time.Sleep(48 * time.Hour)
		w.cloud.SetNeverReady(false)
		version := "1"
		if _, err := ec2.NewFromConfig(w.cfg).CreateLaunchTemplateVersion(t.Context(), &ec2.CreateLaunchTemplateVersionInput{
			LaunchTemplateName: &w.out.LaunchTemplate,
			SourceVersion:      &version,
			LaunchTemplateData: &ec2types.RequestLaunchTemplateData{KeyName: &version},
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if up := w.count(t); up["stopped"] != 5 || poolOf(t, s).Backoff != nil {
			t.Errorf("with a new version: %v, %+v", up, poolOf(t, s).Backoff)
		}
	})
}

func poolOf(t *testing.T, s *fleet.Service) *backend.Pool {
	t.Helper()
	pool, err := s.Pool(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return pool
}
