package route53

import (
	"encoding/xml"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/wiretest"
)

func TestOperationPaths(t *testing.T) {
	c := newCloud(t, "", Options{})
	for path, op := range map[string]string{
		"POST /2013-04-01/hostedzone":              "CreateHostedZone",
		"POST /2013-04-01/hostedzone/Z1/rrset":     "ChangeResourceRecordSets",
		"POST /2013-04-01/hostedzone/Z1/rrset/":    "ChangeResourceRecordSets",
		"GET /2013-04-01/hostedzone/Z1/rrset?x=1":  "ListResourceRecordSets",
		"GET /2013-04-01/hostedzone/":              "ListHostedZones",
		"GET /2013-04-01/hostedzonesbyname":        "ListHostedZonesByName",
		"DELETE /2013-04-01/hostedzone/Z1":         "DeleteHostedZone",
		"GET /2013-04-01/change/C1":                "GetChange",
		"GET /2013-04-01/tags/hostedzone/Z1":       "ListTagsForResource",
		"GET /2013-04-01/hostedzone/Z1/rrset/more": "",
		"GET /2014-04-01/hostedzone":               "",
		"PATCH /2013-04-01/hostedzone":             "",
	} {
		method, p, _ := strings.Cut(path, " ")
		wiretest.Want(t, path, c.Operation(httptest.NewRequest(method, p, nil), nil), op)
	}
}

func TestZones(t *testing.T) {
	c := newCloud(t, "", Options{})
	create := `<CreateHostedZoneRequest xmlns="` + namespace +
		`"><Name>%s</Name><CallerReference>%s</CallerReference>` +
		`<HostedZoneConfig><Comment>x</Comment></HostedZoneConfig></CreateHostedZoneRequest>`
	var out zoneOutput
	w := c.raw("POST", "/2013-04-01/hostedzone", fmt.Sprintf(create, "Example.COM", "r1"), nil)
	wiretest.Want(t, "status", w.Code, 201)
	if err := xml.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	wiretest.Want(t, "name", out.HostedZone.Name, "example.com.")
	wiretest.Want(t, "sets", out.HostedZone.ResourceRecordSetCount, 2)
	wiretest.Want(t, "name servers", len(out.DelegationSet.NameServers.NameServer), 4)
	wiretest.Want(t, "location", strings.HasSuffix(w.Header().Get("Location"), strings.TrimPrefix(out.HostedZone.Id, "/")),
		true)
	id := strings.TrimPrefix(out.HostedZone.Id, "/hostedzone/")
	code, _ := c.call("POST", "/2013-04-01/hostedzone", fmt.Sprintf(create, "other.com", "r1"), nil)
	wiretest.Want(t, "reference used", code, "HostedZoneAlreadyExists")
	code, _ = c.call("POST", "/2013-04-01/hostedzone", fmt.Sprintf(create, "a..b", "r2"), nil)
	wiretest.Want(t, "bad name", code, "InvalidDomainName")
	code, _ = c.call("POST", "/2013-04-01/hostedzone", "<Create", nil)
	wiretest.Want(t, "bad XML", code, "MalformedInput")
	c.zone("b.org")
	c.zone("a.org")
	var list zoneList
	c.call("GET", "/2013-04-01/hostedzonesbyname?dnsname=a.org&maxitems=1", "", &list)
	wiretest.Want(t, "by name", list.HostedZones.HostedZone[0].Name, "a.org.")
	wiretest.Want(t, "next", list.NextDNSName, "b.org.")
	list = zoneList{}
	c.call("GET", "/2013-04-01/hostedzone?maxitems=2", "", &list)
	wiretest.Want(t, "truncated", list.IsTruncated, true)
	marker := list.NextMarker
	list = zoneList{}
	c.call("GET", "/2013-04-01/hostedzone?marker="+marker, "", &list)
	wiretest.Want(t, "the rest", len(list.HostedZones.HostedZone), 1)
	c.must(id, item("CREATE", "www.example.com", "A", 60, "10.0.0.1"))
	code, _ = c.call("DELETE", "/2013-04-01/hostedzone/"+id, "", nil)
	wiretest.Want(t, "not empty", code, "HostedZoneNotEmpty")
	c.must(id, item("DELETE", "www.example.com", "A", 60, "10.0.0.1"))
	code, _ = c.call("DELETE", "/2013-04-01/hostedzone/"+id, "", nil)
	wiretest.Want(t, "empty", code, "")
	code, _ = c.call("GET", "/2013-04-01/hostedzone/"+id, "", nil)
	wiretest.Want(t, "gone", code, "NoSuchHostedZone")
}

// policy allows by a function and remembers the keys it was asked with.
type policy struct {
	allowed func(action, resource string, keys map[string][]string) bool
}

func (p policy) Allowed(_ wire.Principal, action, resource string, keys map[string][]string) bool {
	return p.allowed(action, resource, keys)
}

func TestConditionKeys(t *testing.T) {
	c := newCloud(t, "", Options{})
	zone := c.zone("example.com")
	body := batch(item("UPSERT", "Alice.Example.com.", "A", 60, "10.0.0.1"),
		item("UPSERT", "*.x.example.com", "TXT", 60, `"t"`))
	var names, types, actions []string
	w := c.raw("POST", "/2013-04-01/hostedzone/"+zone+"/rrset", body,
		policy{func(action, resource string, keys map[string][]string) bool {
			wiretest.Want(t, "action", action, "route53:ChangeResourceRecordSets")
			wiretest.Want(t, "resource", resource, "arn:aws:route53:::hostedzone/"+zone)
			names = keys["route53:ChangeResourceRecordSetsNormalizedRecordNames"]
			types = keys["route53:ChangeResourceRecordSetsRecordTypes"]
			actions = keys["route53:ChangeResourceRecordSetsActions"]
			return false
		}})
	wiretest.Want(t, "status", w.Code, 403)
	wiretest.Want(t, "code", strings.Contains(w.Body.String(), "<Code>AccessDenied</Code>"), true)
	wiretest.WantList(t, "names", names, "alice.example.com", `\052.x.example.com`)
	wiretest.WantList(t, "types", types, "A", "TXT")
	wiretest.WantList(t, "actions", actions, "UPSERT")
	wiretest.WantList(t, "nothing changed", c.Lookup("alice.example.com"))
	for _, path := range []string{"GET /2013-04-01/hostedzone", "GET /2013-04-01/hostedzone/" + zone,
		"GET /2013-04-01/hostedzone/" + zone + "/rrset", "DELETE /2013-04-01/hostedzone/" + zone,
		"GET /2013-04-01/change/C1"} {
		method, p, _ := strings.Cut(path, " ")
		wiretest.Want(t, path, c.raw(method, p, "",
			policy{func(string, string, map[string][]string) bool { return false }}).Code, 403)
	}
}

func TestTagsAndComment(t *testing.T) {
	c := newCloud(t, "", Options{})
	zone := c.zone("example.com")
	code, _ := c.call("POST", "/2013-04-01/tags/hostedzone/"+zone, `<ChangeTagsForResourceRequest xmlns="`+namespace+
		`"><AddTags><Tag><Key>a</Key><Value>1</Value></Tag></AddTags></ChangeTagsForResourceRequest>`, nil)
	wiretest.Want(t, "tag", code, "")
	w := c.raw("GET", "/2013-04-01/tags/hostedzone/"+zone, "", nil)
	wiretest.Want(t, "tags", strings.Contains(w.Body.String(), "<Tags><Tag><Key>a</Key><Value>1</Value></Tag></Tags>"),
		true)
	var out zoneOutput
	c.call("POST", "/2013-04-01/hostedzone/"+zone, `<UpdateHostedZoneCommentRequest xmlns="`+namespace+
		`"><Comment>new</Comment></UpdateHostedZoneCommentRequest>`, &out)
	wiretest.Want(t, "comment", out.HostedZone.Config.Comment, "new")
	w = c.raw("GET", "/2013-04-01/hostedzonecount", "", nil)
	wiretest.Want(t, "count", strings.Contains(w.Body.String(), "<HostedZoneCount>1</HostedZoneCount>"), true)
}
