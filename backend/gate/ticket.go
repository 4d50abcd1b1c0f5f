package gate

import (
	"crypto/rand"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// TicketLife is how long an owner's ticket is good for.
	TicketLife = time.Minute
	// ClockSkew is how far the clocks of the issuer and of the instance may be apart. It lengthens a ticket's life, but
	// not the number of its uses.
	ClockSkew = 5 * time.Minute
	// MaxUses is the most that one invitation can admit.
	MaxUses = 100

	maxTicket = 1024 // characters; an issued ticket has about 400
)

// Role is what the holder of a ticket may do.
type Role string

// The roles.
const (
	Owner Role = "owner"
	Guest Role = "guest"
	Watch Role = "watch" // a guest who only watches: the avatar is told so in RoleHeader
)

// Session names the session that a ticket is for, and that the instance belongs to.
type Session struct {
	Instance string
	Epoch    int64
	Ends     time.Time // zero if not known
	Key      string    // the public half, as in Tag; "" if the instance has no owner
	Guests   string    // the invitations, as in GuestsTag
}

// Invite describes a guest's ticket.
type Invite struct {
	Until     time.Time // no later than the session's end
	Uses      int       // 1 to MaxUses
	WatchOnly bool
}

// ticket is what a ticket says.
type ticket struct {
	key   string // that signed it
	Epoch int64  `json:"epoch"`
	Role  Role   `json:"role"`
	Uses  int    `json:"uses"`
	jwt.RegisteredClaims
}

// Validate implements jwt.ClaimsValidator.
func (t ticket) Validate() error {
	switch {
	case t.ID == "" || len(t.ID) > 64 || t.IssuedAt == nil || t.ExpiresAt == nil:
		return errors.New("a claim is missing")
	case t.Uses < 1 || t.Uses > MaxUses:
		return errors.New("the number of uses is out of range")
	case t.Role == Guest || t.Role == Watch:
		return nil
	case t.Role != Owner:
		return errors.New("the role is unknown")
	case t.Uses != 1 || t.ExpiresAt.Sub(t.IssuedAt.Time) > TicketLife:
		return errors.New("an owner's ticket is good for a minute, once")
	}
	return nil
}

// Ticket returns a ticket for the session's owner. It is good once, for TicketLife.
func (k *Key) Ticket(s Session, now time.Time) (string, error) {
	return k.sign(s, Owner, 1, now, now.Add(TicketLife))
}

// Invite returns a ticket for guests. It ends with the session at the latest.
func (k *Key) Invite(s Session, i Invite, now time.Time) (string, error) {
	if !s.Ends.IsZero() && i.Until.After(s.Ends) {
		i.Until = s.Ends
	}
	if i.Uses < 1 || i.Uses > MaxUses {
		return "", errors.New("an invitation admits 1 to 100")
	}
	if !i.Until.After(now) {
		return "", errors.New("an invitation must end later than now")
	}
	role := Guest
	if i.WatchOnly {
		role = Watch
	}
	return k.sign(s, role, i.Uses, now, i.Until)
}

func (k *Key) sign(s Session, role Role, uses int, now, until time.Time) (string, error) {
	claims := ticket{Epoch: s.Epoch, Role: role, Uses: uses, RegisteredClaims: jwt.RegisteredClaims{
		ID: rand.Text(), Audience: jwt.ClaimStrings{s.Instance}, IssuedAt: jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(until)}}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	if k.invitation {
		token.Header["kid"] = k.Public()
	}
	return token.SignedString(k.private)
}

// refusal is why a ticket is refused: the ID of a text for the person who holds it.
type refusal string

// Error returns the text in English, for the log.
func (r refusal) Error() string { return texts()[english][string(r)] }

const (
	refusedMalformed refusal = "malformed"
	refusedOther     refusal = "otherSession"
	refusedKey       refusal = "newerKey"
	refusedExpired   refusal = "expired"
	refusedEarly     refusal = "early"
	refusedUsed      refusal = "used"
	refusedTakenBack refusal = "takenBack"
	refusedNoOwner   refusal = "nobody"
)

// parse checks all of a ticket but how often it was used. now is the time by the instance's clock. It returns "" if the
// ticket is good, else why it is refused.
func parse(text string, s Session, now time.Time) (*ticket, refusal) {
	if s.Key == "" {
		return nil, refusedNoOwner
	}
	if _, err := ParsePublic(s.Key); err != nil {
		return nil, refusedNoOwner
	}
	if text == "" || len(text) > maxTicket {
		return nil, refusedMalformed
	}
	var t ticket
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithoutClaimsValidation(),
		jwt.WithStrictDecoding())
	_, err := parser.ParseWithClaims(text, &t, func(token *jwt.Token) (any, error) { return t.keyOf(token, s) })
	switch {
	case errors.Is(err, refusedTakenBack):
		return nil, refusedTakenBack
	case errors.Is(err, jwt.ErrTokenSignatureInvalid) && t.forSession(s):
		return nil, refusedKey
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return nil, refusedOther
	case err != nil || t.Validate() != nil:
		return nil, refusedMalformed
	case !t.forSession(s):
		return nil, refusedOther
	case !now.Before(t.ExpiresAt.Add(ClockSkew)):
		return nil, refusedExpired
	case now.Before(t.IssuedAt.Add(-ClockSkew)):
		return nil, refusedEarly
	}
	return &t, ""
}

// keyOf returns the key that a ticket must be signed with, and notes it: the session's, or that of an invitation that
// the session has. An invitation's key makes no owner's tickets.
func (t *ticket) keyOf(token *jwt.Token, s Session) (any, error) {
	t.key = s.Key
	if named, ok := token.Header["kid"]; ok {
		key, _ := named.(string)
		if !s.invited(key) || t.Role == Owner {
			return nil, refusedTakenBack
		}
		t.key = key
	}
	return ParsePublic(t.key)
}

func (t *ticket) forSession(s Session) bool {
	return len(t.Audience) == 1 && t.Audience[0] == s.Instance && t.Epoch == s.Epoch
}

// ends is when a cookie that the ticket was traded for ends by itself. It is zero for the owner's, which ends with the
// session.
func (t *ticket) ends(s Session) time.Time {
	until := t.ExpiresAt.Add(ClockSkew)
	switch {
	case t.Role == Owner:
		return time.Time{}
	case !s.Ends.IsZero() && until.After(s.Ends):
		return s.Ends
	}
	return until
}
