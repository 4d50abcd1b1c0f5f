package route53

import (
	"slices"
	"strings"
	"testing"
)

func FuzzChange(f *testing.F) {
	f.Add(batch(item("UPSERT", "www.example.com", "A", 60, "10.0.0.1")))
	f.Add(batch(item("CREATE", `\052.example.com`, "CNAME", 60, "other.org"),
		item("DELETE", "x.example.com", "TXT", 1, `"x"`)))
	f.Add(`<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change><Action>UPSERT</Action><ResourceRecordSet>` +
		`<Name>a.example.com</Name><Type>A</Type><SetIdentifier>s</SetIdentifier><Weight>1</Weight><AliasTarget>` +
		`<DNSName>b.example.com</DNSName></AliasTarget></ResourceRecordSet></Change></Changes></ChangeBatch>` +
		`</ChangeResourceRecordSetsRequest>`)
	f.Add(`<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>`)
	f.Fuzz(func(t *testing.T, body string) {
		c := newCloud(t, "", Options{})
		zone := c.zone("example.com")
		w := c.raw("POST", "/2013-04-01/hostedzone/"+zone+"/rrset", body, nil)
		if w.Code >= 500 {
			t.Errorf("%q answered %d %s", body, w.Code, w.Body)
		}
		sets := c.zones[zone].sets
		if !slices.IsSortedFunc(sets, func(a, b *recordSet) int { return a.key().compare(b.key()) }) {
			t.Errorf("%q left the record sets out of order", body)
		}
		for _, set := range sets {
			if !inZone(set.Name, "example.com.") {
				t.Errorf("%q put %q into the zone", body, set.Name)
			}
			c.Lookup(set.Name)
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"www.Example.com", `\052.example.com.`, "*", `a\`, `\056.x`, "..",
		strings.Repeat("a", 64)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, ok := foldName(s)
		if !ok {
			return
		}
		if back, ok := foldName(escapeName(name)); !ok || back != name {
			t.Errorf("%q folds to %q, which escapes to %q and folds to %q", s, name, escapeName(name), back)
		}
	})
}
