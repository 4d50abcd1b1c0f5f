package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
)

// resumer is an operator's interface that records what was resumed.
type resumer struct {
	backend.Operator
	reasons []string
}

func (r *resumer) Resume(_ context.Context, _ backend.User, reason string) error {
	r.reasons = append(r.reasons, reason)
	return nil
}

// held is a pool with instances of two users.
type held struct{ core.ControlPlane }

func (held) Pool(context.Context) (*backend.Pool, error) {
	return &backend.Pool{Tiers: backend.TierCost{Currency: "USD", StoppedMonth: 8}, Members: []backend.PoolMember{
		{InstanceID: "i-1", State: backend.Claimed, Owner: "id-of-demo"},
		{InstanceID: "i-2", State: backend.Claimed, Owner: "id-of-bob"},
		{InstanceID: "i-3", State: backend.Warm},
	}}, nil
}

func (held) Overview(context.Context) (*backend.Overview, error) {
	return &backend.Overview{Sessions: []backend.Session{{UserID: "id-of-bob", Username: "bob"}}}, nil
}

func TestPoolNamesItsOwners(t *testing.T) {
	for role, bob := range map[backend.Role]string{backend.RoleUser: "another user", backend.RoleOperator: "bob"} {
		var out bytes.Buffer
		v := &visit{Rooms: &core.Rooms{Fleet: held{}, Operator: held{}}, out: &printer{w: &out},
			user: backend.User{ID: "id-of-demo", Username: "demo", Role: role}}
		if err := v.pool(t.Context()); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		for n, want := range []string{"", "demo", bob, "Ready", "costs – an hour, each stopped one $8.00 a month"} {
			if !strings.Contains(lines[n], want) {
				t.Errorf("%s: %q does not say %q", role, lines[n], want)
			}
		}
		if strings.Contains(out.String(), "id-of-") {
			t.Errorf("%s: it prints IDs:\n%s", role, out.String())
		}
	}
}

func TestPoolResume(t *testing.T) {
	var out bytes.Buffer
	op := &resumer{}
	v := &visit{Rooms: &core.Rooms{Operator: op}, user: backend.User{Username: "demo"}, out: &printer{w: &out}}
	err := v.resumePool(t.Context(), "the image is fixed")
	if exitCode(err) != 3 || !strings.Contains(err.Error(), "demo isn’t one") || len(op.reasons) > 0 {
		t.Errorf("%v, resumed for %q", err, op.reasons)
	}
	v.user.Role = backend.RoleOperator
	if err := v.resumePool(t.Context(), " the image is fixed "); err != nil || len(op.reasons) != 1 ||
		op.reasons[0] != "the image is fixed" {
		t.Errorf("%v, resumed for %q", err, op.reasons)
	}
	if !strings.Contains(out.String(), "launches new instances again") {
		t.Errorf("printed %q", out.String())
	}
}

func TestPoolResumeNeedsAReason(t *testing.T) {
	for _, c := range sessionCommands(&options{}) {
		if c.Name() != "pool" {
			continue
		}
		if err := c.ParseFlags([]string{"--resume", " "}); err != nil {
			t.Fatal(err)
		}
		if err := c.PreRunE(c, nil); exitCode(err) != 2 || !strings.Contains(err.Error(), "No reason was given") {
			t.Errorf("without a reason: %v", err)
		}
	}
}
