package iam

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend/localcloud/wire"
)

// entityID is the unique ID of an entity: a prefix of four letters ("AROA" for roles) and 17 letters and digits. An
// entity that is made anew under its old name has another one.
func entityID(prefix, arn string, created time.Time) string {
	text := arn
	if !created.IsZero() {
		text += created.UTC().Format(time.RFC3339Nano)
	}
	sum := sha256.Sum256([]byte(text))
	return prefix + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

// RoleID is the unique ID of a role, "" if there is no such role.
func (s *Service) RoleID(name string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r, ok := s.roles[name]; ok {
		return s.roleID(r)
	}
	return ""
}

func (s *Service) roleID(r *role) string {
	return entityID("AROA", RoleARN(s.env.AccountID, r.Name), r.Created)
}

// UserID is the unique ID of the user who signs with the principal's key.
func UserID(p wire.Principal) string { return entityID("AIDA", p.ARN, time.Time{}) }

// encodeDocument is a policy document as IAM's answers have it: percent-encoded by RFC 3986, spaces included.
func encodeDocument(doc []byte) string {
	return strings.ReplaceAll(url.QueryEscape(string(doc)), "+", "%20")
}

// page is the part of a sorted list that the form's Marker and MaxItems ask for.
type page struct {
	IsTruncated bool
	Marker      string `xml:",omitempty"`
	from, to    int
}

// pageOf returns the part of n entries that the form asks for. key(i) is the i-th entry's name, by which they are
// sorted.
func pageOf(form url.Values, n int, key func(int) string) (page, *wire.Error) {
	out, most := page{to: n}, 100
	if text := form.Get("MaxItems"); text != "" {
		v, err := strconv.Atoi(text)
		if err != nil || v < 1 || v > 1000 {
			return out, outOfRange("maxItems", text, v, 1, 1000)
		}
		most = v
	}
	if marker := form.Get("Marker"); marker != "" {
		next, err := base64.StdEncoding.DecodeString(marker)
		if err != nil {
			return out, validation("Invalid Marker.")
		}
		out.from = sort.Search(n, func(i int) bool { return key(i) >= string(next) })
	}
	if out.from+most < n {
		out.to, out.IsTruncated = out.from+most, true
		out.Marker = base64.StdEncoding.EncodeToString([]byte(key(out.to)))
	}
	return out, nil
}

// outOfRange is the refusal of a number that is not between least and most.
func outOfRange(member, text string, value, least, most int) *wire.Error {
	side, bound := "greater than or equal to", least
	if value > most {
		side, bound = "less than or equal to", most
	}
	return validation("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: "+
		"Member must have value %s %d", text, member, side, bound)
}
