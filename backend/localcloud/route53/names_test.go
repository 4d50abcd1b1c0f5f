package route53

import (
	"strings"
	"testing"
)

// TestNamesThatAWSRefuses changes and lists records under names that are no domain names.
func TestNamesThatAWSRefuses(t *testing.T) {
	c := newCloud(t, "", Options{Sync: -1})
	id := c.zone("example.com")
	label := strings.Repeat("a", 64)
	long := strings.Repeat("abcdefghi.", 25) + "example.com"
	for name, want := range map[string]string{
		label + ".example.com": "FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '" +
			label + "'",
		"x." + label + "b.example.com": "FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '" +
			label + "'",
		"a..example.com": "FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com'",
		long:             "FATAL problem: DomainNameTooLong (Domain name is too long) encountered with '" + long[:64] + "'",
	} {
		if _, code, message := c.change(id, item("UPSERT", name, "A", 60, "192.0.2.1")); code != "InvalidChangeBatch" ||
			message != want {
			t.Errorf("changing %s: %s %s\nwant %s", name, code, message, want)
		}
		if code, message := c.call("GET", "/2013-04-01/hostedzone/"+id+"/rrset?name="+name, "",
			nil); code != "InvalidInput" || message != want {
			t.Errorf("listing from %s: %s %s\nwant %s", name, code, message, want)
		}
	}
}
