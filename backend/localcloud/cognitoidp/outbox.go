package cognitoidp

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// How long codes are good, as the developer guide has it.
const (
	confirmLife = 24 * time.Hour
	verifyLife  = 24 * time.Hour
	resetLife   = time.Hour
)

// codeTries is after how many wrong answers a code is void.
const codeTries = 5

// Message is what Cognito would have sent by e-mail or SMS.
type Message struct {
	Time                time.Time
	PoolID, Username    string
	Medium, Destination string // EMAIL or SMS, and the whole address
	Purpose             string // invitation, confirm, reset, verify:ATTRIBUTE, mfa
	Code                string // the confirmation code, or an invitation's temporary password
}

// Outbox returns the latest messages, oldest first; it holds a thousand.
func (s *Service) Outbox() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.outbox)
}

func (s *Service) post(m Message) {
	if len(s.outbox) >= 1000 {
		s.outbox = slices.Delete(s.outbox, 0, len(s.outbox)-999)
	}
	s.outbox = append(s.outbox, m)
}

// delivery is CodeDeliveryDetailsType.
type delivery struct{ AttributeName, DeliveryMedium, Destination string }

// deliver posts a code to one of the user's addresses.
func (s *Service) deliver(p *pool, u *user, purpose, name, code string, now time.Time) delivery {
	d := delivery{AttributeName: name, DeliveryMedium: mediumOf(name), Destination: mask(u.get(name))}
	s.post(Message{Time: now, PoolID: p.ID, Username: u.Username, Medium: d.DeliveryMedium, Destination: u.get(name),
		Purpose: purpose, Code: code})
	return d
}

func mediumOf(name string) string {
	if name == "phone_number" {
		return "SMS"
	}
	return "EMAIL"
}

// mask hides most of an address, in Cognito's manner.
func mask(address string) string {
	if phoneLike(address) {
		return "+*******" + address[max(len(address)-4, 1):]
	}
	if !emailLike(address) {
		return ""
	}
	at := 0
	for address[at] != '@' {
		at++
	}
	return address[:1] + "***@" + address[at+1:at+2] + "***"
}

// invite posts a temporary password.
func (s *Service) invite(p *pool, u *user, password string, now time.Time) {
	name := "email"
	if u.get("email") == "" && u.get("phone_number") != "" {
		name = "phone_number"
	}
	s.deliver(p, u, "invitation", name, password, now)
}

// sendCode makes a six-digit code for a purpose, replacing an earlier one, and delivers it.
func (s *Service) sendCode(p *pool, u *user, purpose, name string, life time.Duration, now time.Time) delivery {
	if u.Codes == nil {
		u.Codes = map[string]*code{}
	}
	u.Codes[purpose] = &code{Value: digits(6), Expires: now.Add(life)}
	s.writeUser(p, u)
	return s.deliver(p, u, purpose, name, u.Codes[purpose].Value, now)
}

func digits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	v, err := rand.Int(rand.Reader, limit)
	if err != nil {
		panic("cognitoidp: " + err.Error()) // crypto/rand does not fail
	}
	return fmt.Sprintf("%0*d", n, v)
}

// useCode redeems a code, once.
func (s *Service) useCode(p *pool, u *user, purpose, given string, now time.Time) error {
	c := u.Codes[purpose]
	if c == nil || !now.Before(c.Expires) {
		return fail("ExpiredCodeException", "Invalid code provided, please request a code again.")
	}
	if subtle.ConstantTimeCompare([]byte(c.Value), []byte(given)) != 1 {
		c.Tries++
		if c.Tries >= codeTries {
			delete(u.Codes, purpose)
		}
		s.writeUser(p, u)
		return fail("CodeMismatchException", "Invalid verification code provided, please try again.")
	}
	delete(u.Codes, purpose)
	s.writeUser(p, u)
	return nil
}
