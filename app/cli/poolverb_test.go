package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"avatar-launcher/app/core"
	"avatar-launcher/backend"
)

// recorder is an operator's interface that records what it was asked to do.
type recorder struct {
	backend.Operator
	asked []string
}

func (r *recorder) Resume(_ context.Context, _ backend.User, reason string) error {
	r.asked = append(r.asked, "resume: "+reason)
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

func (r *recorder) Pause(_ context.Context, _ backend.User, reason string) error {
	r.asked = append(r.asked, "pause: "+reason)
	return nil
}

func (r *recorder) Rollout(_ context.Context, _ backend.User, version, reason string) error {
	r.asked = append(r.asked, "rollout "+version+": "+reason)
	return nil
}

func (r *recorder) Drain(_ context.Context, _ backend.User, instanceID, reason string) error {
	r.asked = append(r.asked, "drain "+instanceID+": "+reason)
	return nil
}

// runPool runs a command of the pool as a user, and returns what it printed.
func runPool(t *testing.T, op *recorder, role backend.Role, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	v := &visit{Rooms: &core.Rooms{Operator: op}, user: backend.User{Username: "demo", Role: role}, out: &printer{w: &out}}
	c := poolCommand(func(use, short string, do visiting) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: noArguments,
			RunE: func(c *cobra.Command, _ []string) error { return do(v, c.Context()) }}
	})
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetArgs(args)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestPoolCommandsOfOperators(t *testing.T) {
	for _, tt := range []struct {
		args        []string
		asked, says string
	}{
		{[]string{"resume", "--reason", " the image is fixed "}, "resume: the image is fixed", "launches new instances again"},
		{[]string{"pause", "--reason", "a fair"}, "pause: a fair", "is paused"},
		{[]string{"rollout", "--reason", "June"}, "rollout : June", "begins with one"},
		{[]string{"rollout", "--to", "3", "--reason", "back"}, "rollout 3: back", "begins with one"},
		{[]string{"drain", "i-1", "--reason", "worn"}, "drain i-1: worn", "i-1"},
	} {
		op := &recorder{}
		if _, err := runPool(t, op, backend.RoleUser, tt.args...); exitCode(err) != 3 ||
			!strings.Contains(err.Error(), "demo isn’t one") || len(op.asked) > 0 {
			t.Errorf("%v as a user: %v, asked %q", tt.args, err, op.asked)
		}
		said, err := runPool(t, op, backend.RoleOperator, tt.args...)
		if err != nil || len(op.asked) != 1 || op.asked[0] != tt.asked || !strings.Contains(said, tt.says) {
			t.Errorf("%v: %v, asked %q, printed %q", tt.args, err, op.asked, said)
		}
		_, err = runPool(t, &recorder{}, backend.RoleOperator, append(tt.args[:len(tt.args)-1:len(tt.args)-1], " ")...)
		if exitCode(err) != 2 || !strings.Contains(err.Error(), "No reason was given") {
			t.Errorf("%v without a reason: %v", tt.args, err)
		}
	}
	if _, err := runPool(t, &recorder{}, backend.RoleOperator, "drain", "--reason", "x"); exitCode(err) != 2 {
		t.Errorf("a drain of nothing: %v", err)
	}
}
