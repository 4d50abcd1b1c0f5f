package fleet

import (
	"context"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// ended is the Phase attribute of a session that is over. Its row stays until PurgeAt, for the user's history.
const ended = "ended"

// keepEnded is how long the row of an ended session stays.
const keepEnded = 30 * 24 * time.Hour

// sessionRow is a row of the sessions table. Times are RFC 3339 in UTC; PurgeAt is in epoch seconds, as DynamoDB's
// TTL wants it.
type sessionRow struct {
	UserID       string `dynamodbav:"UserId"`
	InstanceID   string `dynamodbav:"InstanceId"`
	CreationTime time.Time
	ExpireAt     time.Time
	PublicIP     string `dynamodbav:"PublicIp"`
	SubnetID     string `dynamodbav:"SubnetId"`
	Username     string
	Phase        string
	Epoch        int64
	Domain       string
	LauncherID   string `dynamodbav:"LauncherId"`
	LastActivity time.Time
	LastUseBy    backend.UseKind `dynamodbav:",omitempty"` // what LastActivity was
	LaunchToken  string          `dynamodbav:",omitempty"` // of a fresh launch whose instance is not known yet
	// Template is the launch template version of a fresh launch, empty for the latest. It stays the same for one
	// LaunchToken: EC2 refuses a client token with other parameters.
	Template     string `dynamodbav:",omitempty"`
	InstanceType string `dynamodbav:",omitempty"`
	Cold         bool   `dynamodbav:",omitempty"`
	ReadyAt      int64  `dynamodbav:",omitempty"` // Unix nanoseconds, when the avatar first answered
	Sent         int64  `dynamodbav:",omitempty"` // bytes that the instance has sent, as known at the last Extend
	EndedBecause string `dynamodbav:",omitempty"`
	EndedBy      string `dynamodbav:",omitempty"` // the user who ended it; empty if a program did
	PurgeAt      int64  `dynamodbav:",omitempty"`
	// NamePending marks an ended session whose name may still point at the address that its instance had.
	NamePending bool `dynamodbav:",omitempty"`

	// CancelledStart is the start that its user cancelled last; see CancelStart.
	CancelledStart string `dynamodbav:",omitempty"`

	// GateKey is the private key of the gate while the session is open; see Options.StoreGateKeys.
	GateKey string `dynamodbav:",omitempty"`

	// start is the ID of the start that begins the session, "" if only its context cancels it. Not stored.
	start string
	// armedUntil is what the instance's row said at the claim: whether an earlier owner's stop is still armed. Not stored.
	armedUntil int64
	// earlier is when the stop fires that was armed before the claim. Not stored.
	earlier int64
	// hot is set if the instance ran before the claim. Not stored.
	hot bool
	// mayFire is set if the earlier stop may be firing, or be retried, at the claim. Not stored.
	mayFire bool
}

// instanceRow is a row of the instances table.
type instanceRow struct {
	InstanceID   string            `dynamodbav:"InstanceId"`
	State        backend.PoolState `dynamodbav:"State"`
	Owner        string            `dynamodbav:",omitempty"`
	LastOwner    string            `dynamodbav:",omitempty"`
	Epoch        int64
	Zone         string
	InstanceType string
	PooledAt     time.Time
	// ReservedFor is the user whose turn it is in the queue: nobody else may claim the instance.
	ReservedFor string `dynamodbav:",omitempty"`
	// ArmedUntil is when the armed stop of its last owner fires, in Unix seconds. It is left to fire on a warm instance.
	ArmedUntil int64 `dynamodbav:",omitempty"`
	// ArmedBefore is what ArmedUntil was at the claim. A stop that failed then may still be retried: see mayFire.
	ArmedBefore int64 `dynamodbav:",omitempty"`
	// HotUntil is when a running instance that nobody claims is stopped, in Unix seconds; 0 unless the keeper started it
	// for that.
	HotUntil int64 `dynamodbav:",omitempty"`
	// HotAfter is when the keeper may start it again for that, after a try that failed.
	HotAfter int64 `dynamodbav:",omitempty"`
	// Ready is set once the instance has been seen ready: by a keeper while it was warming, or by its first user's start.
	Ready bool `dynamodbav:",omitempty"`
	// ResetTask is set while the instance's root volume is being replaced, until it is warm again: resetDue before EC2 has
	// been asked, then the ID of EC2's task.
	ResetTask string `dynamodbav:",omitempty"`
	// Rehearsed is set once a new instance has been started a second time.
	Rehearsed bool `dynamodbav:",omitempty"`
	// LaunchToken marks an intent: an instance that is being launched and has no ID yet.
	LaunchToken string `dynamodbav:",omitempty"`
	// Template is the launch template version that it was launched from, empty for the latest at that time.
	Template string `dynamodbav:",omitempty"`
	// Draining is set by an operator: nobody gets the instance any more, and it is terminated when its session is over.
	Draining bool `dynamodbav:",omitempty"`
}

// intentPrefix begins the key of a row that stands for an instance being launched. It is written before RunInstances,
// so that anyone who counts the instances counts this one too.
const intentPrefix = "launch#"

// claim is one hold of an instance: a session and an instance's row belong together if all three parts agree. The
// instance alone is not enough: the row of a session whose ending failed may outlive its hold.
type claim struct {
	instanceID, userID string
	epoch              int64
}

func (r instanceRow) claim() claim { return claim{r.InstanceID, r.Owner, r.Epoch} }
func (r sessionRow) claim() claim  { return claim{r.InstanceID, r.UserID, r.Epoch} }

func (r instanceRow) intent() bool { return strings.HasPrefix(r.InstanceID, intentPrefix) }

func (r sessionRow) session() *backend.Session {
	session := &backend.Session{
		UserID:       r.UserID,
		Username:     r.Username,
		InstanceID:   r.InstanceID,
		CreationTime: r.CreationTime,
		ExpireAt:     r.ExpireAt,
		PublicIP:     r.PublicIP,
		SubnetID:     r.SubnetID,
		Phase:        backend.Phase(r.Phase),
		Epoch:        r.Epoch,
		Domain:       r.Domain,
		LauncherID:   r.LauncherID,
		LastActivity: r.LastActivity,
		LastUseBy:    r.LastUseBy,
		Type:         r.InstanceType,
		Cold:         r.Cold,
		Sent:         r.Sent,
	}
	if r.ReadyAt != 0 {
		session.ReadyAt = time.Unix(0, r.ReadyAt).UTC()
	}
	return session
}

func rowOf(s backend.Session) sessionRow {
	row := sessionRow{
		UserID:       s.UserID,
		InstanceID:   s.InstanceID,
		CreationTime: s.CreationTime,
		ExpireAt:     s.ExpireAt,
		PublicIP:     s.PublicIP,
		SubnetID:     s.SubnetID,
		Username:     s.Username,
		Phase:        string(s.Phase),
		Epoch:        s.Epoch,
		Domain:       s.Domain,
		LauncherID:   s.LauncherID,
		LastActivity: s.LastActivity,
		LastUseBy:    s.LastUseBy,
		InstanceType: s.Type,
		Cold:         s.Cold,
		Sent:         s.Sent,
	}
	if !s.ReadyAt.IsZero() {
		row.ReadyAt = s.ReadyAt.UnixNano()
	}
	return row
}

func (r instanceRow) member() backend.PoolMember {
	m := backend.PoolMember{InstanceID: r.InstanceID, State: r.State, Owner: r.Owner, Epoch: r.Epoch, Zone: r.Zone,
		Type: r.InstanceType, PooledAt: r.PooledAt, Template: r.Template, Draining: r.Draining}
	if r.State == backend.Warm && r.HotUntil != 0 {
		m.State, m.HotUntil = backend.Hot, time.Unix(r.HotUntil, 0).UTC()
	}
	return m
}

// Current reads the user's session, nil if there is none or it has ended. Its Phase is Ending if it no longer holds its
// instance: the launcher that ended it did not get to close its row.
func (s *Service) Current(ctx context.Context, u backend.User) (*backend.Session, error) {
	row, err := s.ledger.session(ctx, u.ID)
	if err != nil || row == nil || row.Phase == ended {
		return nil, problem(messages.New("fleet.cannotReadSession2"), err)
	}
	session := row.session()
	if row.InstanceID != "" {
		holds, err := s.holds(ctx, *row)
		if err != nil {
			return nil, problem(messages.New("fleet.cannotReadSession2"), err)
		}
		if !holds {
			session.Phase = backend.Ending
		}
	}
	return session, nil
}
