package bridge

import (
	"cmp"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend"
)

// Snapshot is all that the page shows of the launcher. It is the answer of Page.Snapshot and the "snapshot" event. See
// backend.Snapshot for what each field says.
type Snapshot struct {
	Revision  uint64     `json:"revision"`
	Phase     Phase      `json:"phase"`
	Since     *int64     `json:"since"`
	Profile   string     `json:"profile"`
	User      *User      `json:"user"`
	Challenge *Challenge `json:"challenge"`
	Busy      bool       `json:"busy"`
	Session   *Session   `json:"session"`
	Machine   *Machine   `json:"machine"`
	Pool      Pool       `json:"pool"`
	Steps     []Step     `json:"steps"`
	Cold      bool       `json:"cold"`
	URL       string     `json:"url"`
	Warning   bool       `json:"warning"`
	Problem   *Problem   `json:"problem"`
	Notices   []Notice   `json:"notices"`
	Adopting  bool       `json:"adopting"`
	Announced bool       `json:"announced"`
	Viewers   int        `json:"viewers"`
	Kept      *Kept      `json:"kept"`
	LastUse   *int64     `json:"lastUse"`
	LastUseBy UseKind    `json:"lastUseBy"` // "" if it is not known
	Ended     *Ended     `json:"ended"`
	Queue     *Queue     `json:"queue"`
	Tries     []string   `json:"tries"`
	Timers    []Timer    `json:"timers"`
	Cost      Cost       `json:"cost"`
	Estimate  *int64     `json:"estimate"`
	Skew      int64      `json:"skew"`
}

// NewSnapshot returns a snapshot as the page gets it.
func NewSnapshot(s backend.Snapshot) Snapshot {
	return Snapshot{
		Revision:  s.Revision,
		Phase:     Phase(s.Phase),
		Since:     unixMillis(s.Since),
		Profile:   s.Profile,
		User:      optional(s.User, newUser),
		Challenge: optional(s.Challenge, newChallenge),
		Busy:      s.Busy,
		Session:   optional(s.Session, newSession),
		Machine:   optional(s.Machine, newMachine),
		Pool:      newPool(s.Pool),
		Steps:     each(s.Steps, newStep),
		Cold:      s.Cold,
		URL:       s.URL,
		Warning:   s.Warning,
		Problem:   newProblem(s.Problem),
		Notices:   each(s.Notices, newNotice),
		Adopting:  s.Adopting,
		Announced: s.Announced,
		Viewers:   s.Viewers,
		Kept:      optional(s.Kept, newKept),
		LastUse:   unixMillis(s.LastUse),
		LastUseBy: known(s.LastUseBy),
		Ended:     optional(s.Ended, newEnded),
		Queue:     optional(s.Queue, newQueue),
		Tries:     each(s.Tries, i18n.Translate),
		Timers:    each(s.Timers, newTimer),
		Cost:      newCost(s.Cost),
		Estimate:  millis(s.Estimate),
		Skew:      s.Skew.Milliseconds(),
	}
}

// Problem is what went wrong, for the user: what happened, why, and what to do next.
type Problem struct {
	Kind Kind   `json:"kind"`
	What string `json:"what"`
	Why  string `json:"why"`
	Next string `json:"next"`
}

func newProblem(p *backend.Problem) *Problem {
	if p == nil {
		return nil
	}
	return &Problem{Kind(p.Kind), i18n.Translate(p.What), i18n.Translate(p.Why), i18n.Translate(p.Next)}
}

// problemOf returns the problem of an error. It returns nil for none.
func problemOf(err error) *Problem { return newProblem(backend.ProblemOf(err)) }

// Notice is a standing condition that stops nothing.
type Notice struct {
	Key     string  `json:"key"`
	Problem Problem `json:"problem"`
}

func newNotice(n backend.Notice) Notice { return Notice{n.Key, *newProblem(n.Problem)} }

// User is somebody who has signed in.
type User struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Role     Role   `json:"role"`
}

func newUser(u backend.User) User { return User{u.ID, u.Username, Role(u.Role)} }

// Challenge is a further step of a sign-in.
type Challenge struct {
	Name        string   `json:"name"`
	Username    string   `json:"username"`
	Destination string   `json:"destination"`
	Choices     []string `json:"choices"`
	Secret      string   `json:"secret"`
	QR          string   `json:"qr"`
	URL         string   `json:"url"`
	Resend      bool     `json:"resend"`
	Attribute   string   `json:"attribute"`
}

func newChallenge(c backend.Challenge) Challenge {
	c.Choices = list(c.Choices)
	return Challenge(c)
}

// Session is a user's hold on an instance.
type Session struct {
	UserID       string  `json:"userId"`
	Username     string  `json:"username"`
	InstanceID   string  `json:"instanceId"`
	CreationTime *int64  `json:"creationTime"`
	ExpireAt     *int64  `json:"expireAt"`
	LastActivity *int64  `json:"lastActivity"`
	LastUseBy    UseKind `json:"lastUseBy"` // "" if it is not known
	PublicIP     string  `json:"publicIp"`
	SubnetID     string  `json:"subnetId"`
	Phase        Phase   `json:"phase"`
	Epoch        int64   `json:"epoch"`
	Domain       string  `json:"domain"`
}

func newSession(s backend.Session) Session {
	return Session{
		UserID:       s.UserID,
		Username:     s.Username,
		InstanceID:   s.InstanceID,
		CreationTime: unixMillis(s.CreationTime),
		ExpireAt:     unixMillis(s.ExpireAt),
		LastActivity: unixMillis(s.LastActivity),
		LastUseBy:    known(s.LastUseBy),
		PublicIP:     s.PublicIP,
		SubnetID:     s.SubnetID,
		Phase:        Phase(s.Phase),
		Epoch:        s.Epoch,
		Domain:       s.Domain,
	}
}

// known returns the kind of a use. It returns "" for one that a newer launcher has stored.
func known(k backend.UseKind) UseKind {
	if k.Message().IsZero() {
		return ""
	}
	return UseKind(k)
}

// Machine is an EC2 instance as the cloud describes it.
type Machine struct {
	InstanceID     string `json:"instanceId"`
	Name           string `json:"name"`
	ImageID        string `json:"imageId"`
	Type           string `json:"type"`
	Zone           string `json:"zone"`
	State          string `json:"state"`
	SystemStatus   string `json:"systemStatus"`
	InstanceStatus string `json:"instanceStatus"`
	PublicIP       string `json:"publicIp"`
	PrivateIP      string `json:"privateIp"`
	SubnetID       string `json:"subnetId"`
	LaunchTime     *int64 `json:"launchTime"`
}

func newMachine(m backend.Machine) Machine {
	return Machine{
		InstanceID:     m.InstanceID,
		Name:           m.Name,
		ImageID:        m.ImageID,
		Type:           m.Type,
		Zone:           m.Zone,
		State:          string(m.State),
		SystemStatus:   m.SystemStatus,
		InstanceStatus: m.InstanceStatus,
		PublicIP:       m.PublicIP,
		PrivateIP:      m.PrivateIP,
		SubnetID:       m.SubnetID,
		LaunchTime:     unixMillis(m.LaunchTime),
	}
}

// Step is one phase of a start. Took is nil while it runs.
type Step struct {
	Phase   Phase  `json:"phase"`
	Started *int64 `json:"started"`
	Took    *int64 `json:"took"`
	Usual   *int64 `json:"usual"`
}

func newStep(s backend.Step) Step {
	return Step{Phase(s.Phase), unixMillis(s.Started), millis(s.Took), millis(s.Usual)}
}

// Timer is a clock that will end the session.
type Timer struct {
	Kind TimerKind `json:"kind"`
	At   int64     `json:"at"`
	Cost float64   `json:"cost"`
}

func newTimer(t backend.Timer) Timer { return Timer{TimerKind(t.Kind), t.At.UnixMilli(), t.Cost} }

// Queue is the user's place among those who wait for an instance.
type Queue struct {
	Position int    `json:"position"`
	Length   int    `json:"length"`
	Why      string `json:"why"`
}

func newQueue(q backend.Queue) Queue { return Queue{q.Position, q.Length, i18n.Translate(q.Why)} }

// Cost is what instances cost, in Currency. An amount that is not known is 0.
type Cost struct {
	Currency  string  `json:"currency"`
	Hourly    float64 `json:"hourly"`
	Since     *int64  `json:"since"`
	Traffic   float64 `json:"traffic"` // what the running session has sent, beyond Hourly
	Month     float64 `json:"month"`
	PoolMonth float64 `json:"poolMonth"`
	AlwaysOn  float64 `json:"alwaysOn"`
}

func newCost(c backend.Cost) Cost {
	return Cost{cmp.Or(c.Currency, "USD"), c.Hourly, unixMillis(c.Since), c.Traffic, c.Month, c.PoolMonth, c.AlwaysOn}
}

// Ended is a session that a timer has ended. Used is in milliseconds; Cost is 0 if it is not known.
type Ended struct {
	Why  TimerKind `json:"why"`
	Used int64     `json:"used"`
	Cost float64   `json:"cost"`
}

func newEnded(e backend.Ended) Ended { return Ended{TimerKind(e.Why), e.Used.Milliseconds(), e.Cost} }

// Kept is a session that goes on once its user has signed in again. Until is nil if none runs.
type Kept struct {
	Username string `json:"username"`
	Until    *int64 `json:"until"`
}

func newKept(k backend.Kept) Kept { return Kept{k.Username, unixMillis(k.Until)} }
