package backend

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"slices"
	"strings"

	"avatar-launcher/backend/messages"
)

// label is a DNS label in lower case: letters, digits and inner hyphens, at most 63.
// https://www.rfc-editor.org/rfc/rfc1123#section-2.1
var label = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// reservedLabels are labels that a company needs for machines of its own, now or later.
var reservedLabels = []string{"admin", "api", "autoconfig", "autodiscover", "ftp", "imap", "localhost", "mail", "mx",
	"ns", "ns1", "ns2",
	"ns3", "ns4", "pop", "pop3", "proxy", "remote", "smtp", "sso", "status", "vpn", "webmail", "wpad", "www"}

// IsLabel reports whether a name is a DNS label in lower case.
func IsLabel(name string) bool { return label.MatchString(name) }

// IsReservedLabel reports whether no user may have the name.
func IsReservedLabel(name string) bool { return slices.Contains(reservedLabels, name) }

// hashLength is how many characters of base32 tell users apart whose names give one label: 50 bits.
const hashLength = 10

// LabelFor returns the first label of a user's domain: the user name if that is a label, else one made of it and of a
// hash of the user's ID, which nobody else ever has. Neither changes in a user's life, and so the label doesn't. See
// decisions/0014-labels-of-people-from-a-company.md.
func LabelFor(username, id string) string {
	if IsLabel(username) && !IsReservedLabel(username) {
		return username
	}
	sum := sha256.Sum256([]byte(id))
	hash := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:hashLength]
	readable := username
	if _, of, provider := strings.Cut(readable, "_"); provider { // Provider_anna@example.com
		readable = of
	}
	readable, _, _ = strings.Cut(readable, "@")
	plain := []byte{}
	for _, c := range []byte(strings.ToLower(readable)) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			plain = append(plain, c)
		case len(plain) > 0 && plain[len(plain)-1] != '-':
			plain = append(plain, '-')
		}
	}
	plain = plain[:min(len(plain), 63-1-hashLength)]
	return cmp.Or(strings.Trim(string(plain), "-"), "user") + "-" + hash
}

// CheckUsername returns a Problem if a user's name cannot be the first label of their domain, else nil. The name itself
// must be the label where the account gives no other: the user's role may write no other record, and two users never
// have one name. See decisions/0002-user-names-are-labels.md.
func CheckUsername(name string) *Problem {
	switch {
	case !IsLabel(name):
		return &Problem{Kind: KindDenied, What: messages.New("launcher.cantInstanceUnderUser"),
			Why:  messages.New("launcher.userNameCannotPart", name),
			Next: messages.New("launcher.askOperatorUserName")}
	case IsReservedLabel(name):
		return &Problem{Kind: KindDenied, What: messages.New("launcher.cantInstanceUnderUser"),
			Why:  messages.New("launcher.userNameReservedDomain", name),
			Next: messages.New("launcher.askOperatorAnotherUser")}
	}
	return nil
}
