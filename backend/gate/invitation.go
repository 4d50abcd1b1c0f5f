package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// GuestsTag is the key of the instance tag that lists the invitations. Each has a key pair of its own, whose private
	// half is forgotten as soon as the link is signed: to take an invitation back is to take its key off the list.
	GuestsTag = "gate-guests"
	// MaxInvitations is how many fit into the tag, whose value may have 256 characters.
	MaxInvitations = 4

	maxTag = 256
)

// Invitation is an invitation as the tag lists it.
type Invitation struct {
	Key       string // the public half, as Key.Public returns it
	Epoch     int64
	Until     time.Time // in whole seconds
	Uses      int
	WatchOnly bool
}

// ID is a short name for people: six hexadecimal digits.
func (i Invitation) ID() string {
	sum := sha256.Sum256([]byte(i.Key))
	return hex.EncodeToString(sum[:3])
}

// errFull is the error of more invitations than the tag holds.
var errFull = errors.New("there are too many invitations")

// FormatInvitations writes invitations as GuestsTag has them.
func FormatInvitations(all []Invitation) (string, error) {
	var parts []string
	for _, i := range all {
		role := Guest
		if i.WatchOnly {
			role = Watch
		}
		parts = append(parts, fmt.Sprintf("%s:%s:%s:%d%c", i.Key, strconv.FormatInt(i.Epoch, 36),
			strconv.FormatInt(i.Until.Unix(), 36), i.Uses, role[0]))
	}
	text := strings.Join(parts, " ")
	if len(all) > MaxInvitations || len(text) > maxTag {
		return "", errFull
	}
	return text, nil
}

// ParseInvitations reads what FormatInvitations wrote. It leaves out what it can't read.
func ParseInvitations(tag string) []Invitation {
	var all []Invitation
	for part := range strings.FieldsSeq(tag) {
		fields := strings.Split(part, ":")
		if len(fields) != 4 || fields[3] == "" {
			continue
		}
		count, role := fields[3][:len(fields[3])-1], fields[3][len(fields[3])-1]
		epoch, err1 := strconv.ParseInt(fields[1], 36, 64)
		until, err2 := strconv.ParseInt(fields[2], 36, 64)
		uses, err3 := strconv.Atoi(count)
		if errors.Join(err1, err2, err3) != nil || role != Guest[0] && role != Watch[0] {
			continue
		}
		all = append(all, Invitation{Key: fields[0], Epoch: epoch, Until: time.Unix(until, 0).UTC(), Uses: uses,
			WatchOnly: role == Watch[0]})
	}
	return all
}

// Open returns the session's invitations that are open at a time.
func (s Session) Open(now time.Time) []Invitation {
	return slices.DeleteFunc(ParseInvitations(s.Guests), func(i Invitation) bool {
		return i.Epoch != s.Epoch || !i.Until.After(now)
	})
}

// invited reports whether a key is an invitation's that was not taken back.
func (s Session) invited(key string) bool {
	return slices.ContainsFunc(ParseInvitations(s.Guests), func(i Invitation) bool {
		return i.Key == key && i.Epoch == s.Epoch
	})
}

// NewInvitation makes an invitation to a session, and the ticket for its link. Nobody can make another ticket for it.
func NewInvitation(s Session, i Invite, now time.Time) (Invitation, string, error) {
	key, err := NewKey()
	if err != nil {
		return Invitation{}, "", err
	}
	if !s.Ends.IsZero() && i.Until.After(s.Ends) {
		i.Until = s.Ends
	}
	i.Until = i.Until.Truncate(time.Second)
	key.invitation = true
	ticket, err := key.Invite(s, i, now)
	return Invitation{Key: key.Public(), Epoch: s.Epoch, Until: i.Until, Uses: i.Uses, WatchOnly: i.WatchOnly}, ticket, err
}
