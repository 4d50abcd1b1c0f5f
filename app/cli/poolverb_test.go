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
