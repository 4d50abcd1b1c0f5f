package route53

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestChangeBatches(t *testing.T) {
	for _, tc := range []struct {
		name  string
		items []string
		code  string
		says  string
	}{
		{"create", []string{item("CREATE", "new.example.com", "A", 60, "10.0.0.1")}, "", ""},
		{"create what exists", []string{item("CREATE", "WWW.Example.com", "A", 60, "10.0.0.9")}, "InvalidChangeBatch",
			"[Tried to create resource record set [name='www.example.com.', type='A'] but it already exists]"},
		{"upsert what exists", []string{item("UPSERT", "www.example.com.", "A", 30, "10.0.0.9")}, "", ""},
		{"delete exactly", []string{item("DELETE", "www.example.com", "A", 60, "10.0.0.2", "10.0.0.1")}, "", ""},
		{"delete with another TTL", []string{item("DELETE", "www.example.com", "A", 61, "10.0.0.1", "10.0.0.2")},
			"InvalidChangeBatch",
			"[Tried to delete resource record set [name='www.example.com.', type='A'] but the values provided do not match " +
				"the current values]"},
		{"delete with another value", []string{item("DELETE", "www.example.com", "A", 60, "10.0.0.1")}, "InvalidChangeBatch",
			""},
		{"delete what is not there", []string{item("DELETE", "none.example.com", "A", 60, "10.0.0.1")}, "InvalidChangeBatch",
			"[Tried to delete resource record set [name='none.example.com.', type='A'] but it was not found]"},
		{"outside", []string{item("UPSERT", "www.example.org", "A", 60, "10.0.0.1")}, "InvalidChangeBatch",
			"[RRSet with DNS name www.example.org. is not permitted in zone example.com.]"},
		{"a suffix is not below", []string{item("UPSERT", "notexample.com", "A", 60, "10.0.0.1")}, "InvalidChangeBatch", ""},
		{"delete then create", []string{item("DELETE", "www.example.com", "A", 60, "10.0.0.1", "10.0.0.2"),
			item("CREATE", "www.example.com", "A", 5, "10.0.0.3")}, "", ""},
		{"twice", []string{item("UPSERT", "x.example.com", "A", 60, "10.0.0.1"),
			item("UPSERT", "X.example.com", "A", 60, "10.0.0.2")}, "InvalidChangeBatch",
			"[The request contains an invalid set of changes for a resource record set 'A x.example.com.']"},
		{"all or nothing", []string{item("UPSERT", "x.example.com", "A", 60, "10.0.0.1"),
			item("DELETE", "y.example.com", "A", 60, "10.0.0.2")}, "InvalidChangeBatch", ""},
		{"CNAME at the apex", []string{item("CREATE", "example.com", "CNAME", 60, "other.org")}, "InvalidChangeBatch",
			"[RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.]"},
		{"CNAME beside others", []string{item("CREATE", "www.example.com", "CNAME", 60, "other.org")}, "InvalidChangeBatch",
			"[RRSet of type CNAME with DNS name www.example.com. is not permitted as it conflicts with other records with " +
				"the same DNS name in zone example.com.]"},
		{"no address", []string{item("CREATE", "x.example.com", "A", 60, "10.0.0.256")}, "InvalidChangeBatch",
			"[Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) " +
				"encountered with '10.0.0.256'']"},
		{"no IPv6", []string{item("CREATE", "x.example.com", "AAAA", 60, "10.0.0.1")}, "InvalidChangeBatch", ""},
		{"TXT unquoted", []string{item("CREATE", "x.example.com", "TXT", 60, "text")}, "InvalidChangeBatch", ""},
		{"TXT", []string{item("CREATE", "x.example.com", "TXT", 60, `"text"`)}, "", ""},
		{"MX", []string{item("CREATE", "x.example.com", "MX", 60, "ten mail.example.com")}, "InvalidChangeBatch", ""},
		{"SRV", []string{item("CREATE", "_x._tcp.example.com", "SRV", 60, "1 2 3 mail.example.com")}, "", ""},
		{"no values", []string{item("CREATE", "x.example.com", "A", 60)}, "InvalidInput", ""},
		{"bad action", []string{item("REPLACE", "x.example.com", "A", 60, "10.0.0.1")}, "InvalidInput", ""},
		{"bad type", []string{item("CREATE", "x.example.com", "B", 60, "10.0.0.1")}, "InvalidInput", ""},
		{"bad TTL", []string{item("CREATE", "x.example.com", "A", -1, "10.0.0.1")}, "InvalidInput", ""},
		{"nothing", nil, "InvalidInput", ""},
		{"the zone's SOA", []string{item("DELETE", "example.com", "SOA", 900,
			nameServers[0]+" awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400")}, "InvalidChangeBatch",
			"[A HostedZone must contain exactly one SOA record.]"},
		{"the zone's NS", []string{item("DELETE", "example.com", "NS", 172800, nameServers...)}, "InvalidChangeBatch", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCloud(t, "", Options{})
			zone := c.zone("example.com")
			c.must(zone, item("CREATE", "www.example.com", "A", 60, "10.0.0.1", "10.0.0.2"))
			before, _ := c.list(zone, "")
			_, code, message := c.change(zone, tc.items...)
			wiretest.Want(t, "code", code, tc.code)
			if tc.says != "" {
				wiretest.Want(t, "message", message, tc.says)
			}
			if after, _ := c.list(zone, ""); code != "" && !slices.Equal(before, after) {
				t.Errorf("a refused batch left %q", after)
			}
		})
	}
	c := newCloud(t, "", Options{})
	_, code, _ := c.change("ZNONE", item("CREATE", "x.example.com", "A", 60, "10.0.0.1"))
	wiretest.Want(t, "no zone", code, "NoSuchHostedZone")
}

func TestListing(t *testing.T) {
	c := newCloud(t, "", Options{})
	zone := c.zone("example.com")
	c.must(zone,
		item("CREATE", "b.example.com", "A", 60, "10.0.0.1"), item("CREATE", "z.a.example.com", "A", 60, "10.0.0.1"),
		item("CREATE", "*.example.com", "A", 60, "10.0.0.1"), item("CREATE", "a.example.com", "TXT", 60, `"t"`),
		item("CREATE", "a.example.com", "A", 60, "10.0.0.1"))
	all := []string{"example.com. NS", "example.com. SOA", `\052.example.com. A`, "a.example.com. A", "a.example.com. TXT",
		"z.a.example.com. A", "b.example.com. A"}
	got, out := c.list(zone, "/")
	wiretest.WantList(t, "all", got, all...)
	wiretest.Want(t, "truncated", out.IsTruncated, false)
	var paged []string
	query := "?maxitems=2"
	for {
		got, out := c.list(zone, query)
		paged = append(paged, got...)
		if !out.IsTruncated {
			break
		}
		query = "?maxitems=2&name=" + strings.ReplaceAll(out.NextRecordName, `\`, "%5C") + "&type=" + out.NextRecordType
	}
	wiretest.WantList(t, "in pages", paged, all...)
	got, _ = c.list(zone, "?name=A.example.com&type=TXT&maxitems=1")
	wiretest.WantList(t, "from a name and type", got, "a.example.com. TXT")
	code, _ := c.call("GET", "/2013-04-01/hostedzone/"+zone+"/rrset?type=A", "", nil)
	wiretest.Want(t, "type without name", code, "InvalidInput")
	code, _ = c.call("GET", "/2013-04-01/hostedzone/"+zone+"/rrset?maxitems=x", "", nil)
	wiretest.Want(t, "bad page size", code, "InvalidInput")
}

func TestGetChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(t, "", Options{})
		zone := c.zone("example.com")
		id := c.must(zone, item("UPSERT", "www.example.com", "A", 60, "10.0.0.1"))
		status := func() string {
			var out changeOutput
			if code, message := c.call("GET", "/2013-04-01"+id, "", &out); code != "" {
				t.Fatal(code, message)
			}
			return out.ChangeInfo.Status
		}
		wiretest.Want(t, "at once", status(), "PENDING")
		wiretest.WantList(t, "but it answers", c.Lookup("www.example.com"), "10.0.0.1")
		time.Sleep(30*time.Second - time.Nanosecond)
		wiretest.Want(t, "almost", status(), "PENDING")
		time.Sleep(time.Nanosecond)
		wiretest.Want(t, "after 30 s", status(), "INSYNC")
		code, _ := c.call("GET", "/2013-04-01/change/CNONE", "", nil)
		wiretest.Want(t, "no change", code, "NoSuchChange")
		time.Sleep(25 * time.Hour)
		c.must(zone, item("UPSERT", "www.example.com", "A", 60, "10.0.0.2"))
		code, _ = c.call("GET", "/2013-04-01"+id, "", nil)
		wiretest.Want(t, "a day later", code, "NoSuchChange")
		instant := newCloud(t, "", Options{Sync: -1})
		id = instant.must(instant.zone("example.com"), item("UPSERT", "www.example.com", "A", 60, "10.0.0.1"))
		c = instant
		wiretest.Want(t, "without delay", status(), "INSYNC")
	})
}

func TestZoneOfAVPC(t *testing.T) {
	c := newCloud(t, "", Options{HasVPC: func(id string) bool { return id == "vpc-1" }})
	create := func(id string) (string, string) {
		return c.call("POST", "/2013-04-01/hostedzone", `<CreateHostedZoneRequest xmlns="`+namespace+`"><Name>`+id+
			`.example</Name>`+
			`<CallerReference>`+id+`</CallerReference><VPC><VPCRegion>us-east-1</VPCRegion><VPCId>`+id+
			`</VPCId></VPC></CreateHostedZoneRequest>`, nil)
	}
	code, _ := create("vpc-1")
	wiretest.Want(t, "a VPC", code, "")
	code, message := create("vpc-2")
	wiretest.Want(t, "none", code+": "+message,
		"InvalidVPCId: The VPC ID is invalid.")
}

func TestLookup(t *testing.T) {
	c := newCloud(t, "", Options{})
	zone, sub := c.zone("example.com"), c.zone("sub.example.com")
	c.must(
		zone,
		item("CREATE", "www.example.com", "A", 60, "10.0.0.1", "10.0.0.2"),
		item("CREATE", "*.example.com", "A", 60, "10.0.0.3"),
		item("CREATE", "alias.example.com", "CNAME", 60, "WWW.example.com."),
		item("CREATE", "loop.example.com", "CNAME", 60, "loop.example.com"),
		item("CREATE", "deep.empty.example.com", "A", 60, "10.0.0.4"),
		item("CREATE", "text.example.com", "TXT", 60, `"t"`),
		"<Change><Action>CREATE</Action><ResourceRecordSet><Name>apex.example.com</Name><Type>A</Type><AliasTarget><HostedZoneId>"+zone+
			"</HostedZoneId><DNSName>www.example.com</DNSName>"+
			"<EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget></ResourceRecordSet></Change>",
	)
	c.must(sub, item("CREATE", "x.sub.example.com", "A", 60, "10.0.0.5"))
	for _, tc := range []struct {
		name string
		want []string
	}{
		{"www.example.com", []string{"10.0.0.1", "10.0.0.2"}},
		{"WWW.Example.COM.", []string{"10.0.0.1", "10.0.0.2"}},
		{"anything.example.com", []string{"10.0.0.3"}},
		{"a.b.example.com", []string{"10.0.0.3"}},
		{"below.www.example.com", nil},
		{"empty.example.com", nil},
		{"text.example.com", nil},
		{"alias.example.com", []string{"10.0.0.1", "10.0.0.2"}},
		{"apex.example.com", []string{"10.0.0.1", "10.0.0.2"}},
		{"loop.example.com", nil},
		{"example.com", nil},
		{"x.sub.example.com", []string{"10.0.0.5"}},
		{"y.sub.example.com", nil},
		{"www.example.org", nil},
		{"", nil},
	} {
		wiretest.WantList(t, tc.name, c.Lookup(tc.name), tc.want...)
	}
}

func TestPersistence(t *testing.T) {
	dir := t.TempDir()
	c := newCloud(t, dir, Options{})
	zone := c.zone("example.com")
	c.must(zone, item("CREATE", "*.example.com", "A", 60, "10.0.0.3"),
		item("CREATE", "gone.example.com", "A", 60, "10.0.0.1"))
	id := c.must(zone, item("DELETE", "gone.example.com", "A", 60, "10.0.0.1"))
	before := c.raw("GET", "/2013-04-01/hostedzone/"+zone+"/rrset", "", nil).Body.String()
	c.End()
	c = newCloud(t, dir, Options{})
	wiretest.Want(t, "records", c.raw("GET", "/2013-04-01/hostedzone/"+zone+"/rrset", "", nil).Body.String(), before)
	wiretest.WantList(t, "lookup", c.Lookup("user.example.com"), "10.0.0.3")
	code, _ := c.call("GET", "/2013-04-01"+id, "", nil)
	wiretest.Want(t, "the change is known", code, "")
	wiretest.Want(t, "the same zone", c.zone("example.com"), zone)
}

// TestAPrivateZoneNamesItsVPC holds what AWS was recorded to answer of private zones: the VPC, and no delegation set.
func TestAPrivateZoneNamesItsVPC(t *testing.T) {
	dir := t.TempDir()
	c := newCloud(t, dir, Options{})
	made := c.raw("POST", "/2013-04-01/hostedzone", `<CreateHostedZoneRequest xmlns="`+namespace+`">`+
		`<Name>p.example</Name><CallerReference>1</CallerReference><VPC><VPCRegion>us-east-1</VPCRegion><VPCId>vpc-1</VPCId></VPC>`+
		`</CreateHostedZoneRequest>`, nil)
	const vpc = "<VPC><VPCRegion>us-east-1</VPCRegion><VPCId>vpc-1</VPCId></VPC>"
	if body := made.Body.String(); !strings.Contains(body, vpc) || strings.Contains(body, "DelegationSet") {
		t.Errorf("made: %s", body)
	}
	id := made.Header().Get("Location")
	id = id[strings.LastIndexByte(id, '/')+1:]
	c.End()
	c = newCloud(t, dir, Options{})
	if body := c.raw("GET", "/2013-04-01/hostedzone/"+id, "", nil).Body.String(); !strings.Contains(body,
		"<VPCs>"+vpc+"</VPCs>") || strings.Contains(body, "DelegationSet") {
		t.Errorf("read: %s", body)
	}
}

// TestTagsAreOfAnIDWithoutItsPrefix: ChangeTagsForResource takes the ID alone, unlike the zone's own operations.
func TestTagsAreOfAnIDWithoutItsPrefix(t *testing.T) {
	c := newCloud(t, "", Options{})
	zone := c.zone("example.com")
	const tags = `<ChangeTagsForResourceRequest xmlns="` + namespace + `"><AddTags><Tag><Key>a</Key>` +
		`<Value>1</Value></Tag></AddTags></ChangeTagsForResourceRequest>`
	code, message := c.call("POST", "/2013-04-01/tags/hostedzone/%2Fhostedzone%2F"+zone+"00", tags, nil)
	wiretest.Want(t, "with its prefix", code+": "+message, "InvalidInput: 1 validation error detected: "+
		"Value '/hostedzone/"+zone+"00' at 'resourceId' failed to satisfy constraint: Member must have length less than or "+
		"equal to 32")
	code, _ = c.call("POST", "/2013-04-01/tags/hostedzone/"+zone, tags, nil)
	wiretest.Want(t, "alone", code, "")
}
