package backend

import (
	"regexp"
	"slices"

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

// CheckUsername returns a Problem if a user's name cannot be the first label of their domain, else nil. The name itself
// must be the label: the user's role may write no other record, and two users never have one name. See
// decisions/0002-user-names-are-labels.md.
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
