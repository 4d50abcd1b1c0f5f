package fleet_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// stops watches the eleventh invariant: a ready instance is stopped before its ExpireAt by its owner or an operator
// only. It looks at the world just before each stop request of a desktop is carried out.
type stops struct {
	mu      sync.Mutex
	excused map[string]bool // holds that their owner, or somebody at the console, has ended
	faults  []string
}

// heldAs names one hold of an instance.
func heldAs(instanceID string, epoch int64) string { return fmt.Sprint(instanceID, " ", epoch) }

// excuse notes that an instance is stopped by hand.
func (s *stops) excuse(instanceID string, epoch int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.excused == nil {
		s.excused = map[string]bool{}
	}
	s.excused[heldAs(instanceID, epoch)] = true
}

func (s *stops) isExcused(instanceID string, epoch int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.excused[heldAs(instanceID, epoch)]
}

// stopping looks at a request of a desktop that is about to be carried out.
func (w *world) stopping(d *desktop, r *http.Request) {
	ids := stopped(r)
	if len(ids) == 0 {
		return
	}
	v, err := w.truth(context.Background())
	if err != nil {
		return
	}
	for _, id := range ids {
		s, held := v.readyOn(id)
		switch {
		case !held, w.stops.isExcused(id, s.Epoch):
		case v.rows[id].State == backend.Retired: // by its owner, who died before terminating it
		case s.UserID == d.user.ID:
			w.stops.excuse(id, s.Epoch)
		case v.state(id) == "running" && time.Now().Before(s.ExpireAt):
			w.stops.mu.Lock()
			w.stops.faults = append(w.stops.faults, fmt.Sprintf("11: %s stops %s of %s, ready until %s", d.name, id, s.UserID,
				s.ExpireAt.Format(time.TimeOnly)))
			w.stops.mu.Unlock()
		}
	}
}

// stopped lists the instances that a request stops or terminates.
func stopped(r *http.Request) []string {
	if name := operation(r); name != "StopInstances" && name != "TerminateInstances" {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, bad := url.ParseQuery(string(body))
	if err != nil || bad != nil {
		return nil
	}
	var ids []string
	for key, values := range form {
		if strings.HasPrefix(key, "InstanceId.") {
			ids = append(ids, values...)
		}
	}
	return ids
}

// readyOn finds the open session that has an instance and is ready. The row's Epoch tells it from sessions of earlier
// owners; it stays when the row goes back to the pool.
func (v truth) readyOn(instanceID string) (truthRow, bool) {
	for _, s := range v.sessions {
		if s.InstanceID == instanceID && s.Epoch == v.rows[instanceID].Epoch && s.Phase == string(backend.Ready) {
			return s, true
		}
	}
	return truthRow{}, false
}

// state is an instance's state in EC2, "" where it is gone.
func (v truth) state(instanceID string) string {
	for _, m := range v.machines {
		if aws.ToString(m.InstanceId) == instanceID {
			return string(m.State.Name)
		}
	}
	return ""
}

// brokenStops lists what of the eleventh invariant does not hold: stop requests of desktops, and instances that an
// armed stop or their own timer has stopped too soon.
func (w *world) brokenStops(v truth, now time.Time) []string {
	w.stops.mu.Lock()
	out := w.stops.faults
	w.stops.faults = nil
	w.stops.mu.Unlock()
	for _, m := range v.machines {
		id := *m.InstanceId
		s, held := v.readyOn(id)
		if !held || m.State.Name != "stopping" && m.State.Name != "stopped" || v.rows[id].State != backend.Claimed {
			continue
		}
		if now.Before(s.ExpireAt) && !w.stops.isExcused(id, s.Epoch) && !ownTimer(v, id, s, now) {
			out = append(out, fmt.Sprintf("11: %s of %s is %s, though ready until %s", id, s.UserID, m.State.Name,
				s.ExpireAt.Format(time.TimeOnly)))
		}
	}
	return out
}

// ownTimer reports whether the owner's own tag lets the instance's timer stop it: extending was cut short before it.
func ownTimer(v truth, id string, s truthRow, now time.Time) bool {
	for _, m := range v.machines {
		if *m.InstanceId != id {
			continue
		}
		tags := map[string]string{}
		for _, t := range m.Tags {
			tags[*t.Key] = *t.Value
		}
		at, err := time.Parse(time.RFC3339, tags["expire-at"])
		return err == nil && tags["owner"] == s.UserID && !now.Before(at)
	}
	return false
}

// foreign are records in the zone that are not the launcher's, by label.
var foreign = map[string]string{"www": "203.0.113.80", "vpn": "203.0.113.81"}

// brokenNames lists what of the eighth invariant does not hold: foreign records that have changed.
func (w *world) brokenNames(v truth) []string {
	var out []string
	for label, address := range foreign {
		if got := v.names[label+"."+w.out.ZoneName]; got != address {
			out = append(out, fmt.Sprintf("8: %s points at %q, and pointed at %s", label, got, address))
		}
	}
	return out
}
