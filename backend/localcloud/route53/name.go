package route53

import (
	"fmt"
	"slices"
	"strings"
)

// The longest label and the longest name, in bytes.
const (
	maxLabel = 63
	maxName  = 255
)

// foldName makes a DNS name of a request canonical: escapes read, lower case, a dot at the end. Inside the service a
// name is a list of labels' raw bytes joined by dots, its wildcard a plain "*". False for what is no name.
func foldName(s string) (string, bool) {
	b := make([]byte, 0, len(s)+1)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' {
			if i+3 >= len(s) {
				return "", false
			}
			v := 0
			for _, d := range []byte(s[i+1 : i+4]) {
				if d < '0' || d > '7' {
					return "", false
				}
				v = v*8 + int(d-'0')
			}
			if v > 255 || v == '.' {
				return "", false
			}
			c, i = byte(v), i+3
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	name := strings.TrimSuffix(string(b), ".") + "."
	if len(name) > maxName || name == "." {
		return "", false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if label == "" || len(label) > maxLabel {
			return "", false
		}
	}
	return name, true
}

// nameProblem is AWS's sentence about a name that foldName refuses.
func nameProblem(s string) string {
	problem := func(code, text, with string) string {
		return "FATAL problem: " + code + " (" + text + ") encountered with '" + with + "'"
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		switch {
		case label == "":
			return problem("DomainLabelEmpty", "Domain label is empty", limit(s))
		case strings.Contains(label, `\`):
			continue // its length is not that of its bytes
		case len(label) > maxLabel:
			return problem("DomainLabelTooLong", "Domain label is too long", label[:maxLabel+1])
		}
	}
	if len(s) > maxName {
		return problem("DomainNameTooLong", "Domain name is too long", s[:maxLabel+1])
	}
	return problem("UnsupportedCharacter", "Value contains unsupported characters", limit(s))
}

// escapeName writes a canonical name as the API's answers do: bytes other than a–z, 0–9, hyphen, underscore and dot as
// a backslash and three octal digits, so that a wildcard is \052.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
func escapeName(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	return b.String()
}

// normalizedName is escapeName without the dot at the end, as the condition key
// route53:ChangeResourceRecordSetsNormalizedRecordNames has it.
func normalizedName(name string) string { return strings.TrimSuffix(escapeName(name), ".") }

// reverseName puts the labels in reverse: "www.example.com." is "com.example.www.", the form that listings sort by.
func reverseName(name string) string {
	labels := strings.Split(strings.TrimSuffix(escapeName(name), "."), ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".") + "."
}

// inZone reports whether a canonical name is the zone's own or below it.
func inZone(name, zone string) bool { return name == zone || strings.HasSuffix(name, "."+zone) }
