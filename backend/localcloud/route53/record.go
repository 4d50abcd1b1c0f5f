package route53

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// recordSet is a resource record set, in the API's words (which order the elements must keep) and in the store's.
// Name is canonical inside the service and escaped on the wire.
type recordSet struct {
	Name             string
	Type             string
	SetIdentifier    string       `xml:",omitempty" json:",omitempty"`
	Weight           *int64       `xml:",omitempty" json:",omitempty"`
	Region           string       `xml:",omitempty" json:",omitempty"`
	Failover         string       `xml:",omitempty" json:",omitempty"`
	MultiValueAnswer *bool        `xml:",omitempty" json:",omitempty"`
	TTL              *int64       `xml:",omitempty" json:",omitempty"`
	ResourceRecords  *recordList  `xml:",omitempty" json:",omitempty"`
	AliasTarget      *aliasTarget `xml:",omitempty" json:",omitempty"`
	HealthCheckId    string       `xml:",omitempty" json:",omitempty"`
}

type recordList struct {
	ResourceRecord []resourceRecord
}

type resourceRecord struct{ Value string }

type aliasTarget struct {
	HostedZoneId         string
	DNSName              string
	EvaluateTargetHealth bool
}

var recordTypes = []string{"SOA", "A", "TXT", "NS", "CNAME", "MX", "NAPTR", "PTR", "SRV", "SPF", "AAAA", "CAA", "DS",
	"TLSA", "SSHFP", "SVCB", "HTTPS"}

// recordKey identifies a record set in a zone and sorts as listings do: by the labels from the last one on, then by
// type, then by set identifier.
type recordKey struct{ reversed, rrtype, identifier string }

func (r *recordSet) key() recordKey {
	return recordKey{reverseName(r.Name), r.Type, r.SetIdentifier}
}

func (k recordKey) compare(o recordKey) int {
	if c := strings.Compare(k.reversed, o.reversed); c != 0 {
		return c
	}
	if c := strings.Compare(k.rrtype, o.rrtype); c != 0 {
		return c
	}
	return strings.Compare(k.identifier, o.identifier)
}

func (r *recordSet) values() []string {
	if r.ResourceRecords == nil {
		return nil
	}
	out := make([]string, len(r.ResourceRecords.ResourceRecord))
	for i, v := range r.ResourceRecords.ResourceRecord {
		out[i] = v.Value
	}
	return out
}

// same reports whether a DELETE names this very record set: everything equal, the values in any order.
func (r *recordSet) same(o *recordSet) bool {
	a, b := r.values(), o.values()
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b) && equal(r.TTL, o.TTL) && equal(r.Weight, o.Weight) &&
		equal(r.MultiValueAnswer, o.MultiValueAnswer) &&
		equal(r.AliasTarget, o.AliasTarget) && r.Region == o.Region && r.Failover == o.Failover &&
		r.HealthCheckId == o.HealthCheckId
}

func equal[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// wire is the record set as answers show it.
func (r recordSet) wire() recordSet {
	r.Name = escapeName(r.Name)
	return r
}

// check validates the record set, whose name is folded, by itself. It returns the messages for InvalidChangeBatch, or
// for InvalidInput where the request is not of the API's form at all.
func (r *recordSet) check() (batch, input string) {
	if !slices.Contains(recordTypes, r.Type) {
		return "", "Value '" + limit(r.Type) +
			"' at 'changeBatch.changes.member.resourceRecordSet.type' failed to satisfy constraint: Member must satisfy enum " +
			"value set: [" + strings.Join(recordTypes, ", ") + "]"
	}
	if r.AliasTarget != nil {
		return r.checkAlias()
	}
	if r.ResourceRecords == nil || len(r.ResourceRecords.ResourceRecord) == 0 || r.TTL == nil {
		return "", "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or " +
			"TrafficPolicyInstanceId], but found none in Change with [Name=" + escapeName(r.Name) + ", Type=" + r.Type + "]"
	}
	if *r.TTL < 0 || *r.TTL > 2147483647 {
		return "", "Value '" + strconv.FormatInt(*r.TTL, 10) +
			"' at 'changeBatch.changes.member.resourceRecordSet.tTL' failed to satisfy constraint: Member must have value " +
			"between 0 and 2147483647"
	}
	return r.checkValues(), ""
}

func (r *recordSet) checkAlias() (batch, input string) {
	if r.ResourceRecords != nil || r.TTL != nil {
		return "", "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or " +
			"TrafficPolicyInstanceId], but found more than one in Change with [Name=" + escapeName(r.Name) + ", Type=" + r.Type +
			"]"
	}
	target, ok := foldName(r.AliasTarget.DNSName)
	if !ok {
		return "Invalid alias target '" + limit(r.AliasTarget.DNSName) + "'", ""
	}
	r.AliasTarget.DNSName = target
	return "", ""
}

// checkValues tells what is wrong with the values, "" where nothing is.
func (r *recordSet) checkValues() string {
	values := r.values()
	if len(values) > 400 {
		return "Number of records limit of 400 exceeded."
	}
	if r.Type == "CNAME" && len(values) > 1 {
		return "Invalid Resource Record: 'FATAL problem: TooManyValues' encountered with '" + escapeName(r.Name) + "'"
	}
	seen := map[string]bool{}
	for _, v := range values {
		if problem := checkValue(r.Type, v); problem != "" {
			return "Invalid Resource Record: 'FATAL problem: " + problem + " encountered with '" + limit(v) + "''"
		}
		if seen[v] {
			return "Invalid Resource Record: 'FATAL problem: DuplicateValue (Value is a duplicate) encountered with '" +
				limit(v) + "''"
		}
		seen[v] = true
	}
	return ""
}

func checkValue(rrtype, v string) string {
	switch rrtype {
	case "A":
		if a, err := netip.ParseAddr(v); err != nil || !a.Is4() {
			return "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"
		}
	case "AAAA":
		if a, err := netip.ParseAddr(v); err != nil || !a.Is6() || a.Zone() != "" {
			return "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"
		}
	case "TXT", "SPF":
		if len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' {
			return "InvalidCharacterString (Value should be enclosed in quotation marks)"
		}
	case "CNAME", "NS", "PTR":
		if _, ok := foldName(v); !ok {
			return "UnparseableDomainName (Value is not a valid domain name)"
		}
	case "MX":
		if f := strings.Fields(v); len(f) != 2 || !isUint16(f[0]) {
			return "MXRRDATANotTwoFields (RRDATA is not two fields)"
		}
	case "SRV":
		if f := strings.Fields(v); len(f) != 4 || !isUint16(f[0]) || !isUint16(f[1]) || !isUint16(f[2]) {
			return "SRVRRDATANotFourFields (RRDATA is not four fields)"
		}
	}
	return ""
}

func isUint16(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// limit shortens what a caller sent before it is quoted back.
func limit(s string) string {
	if len(s) > 128 {
		return s[:128] + "…"
	}
	return s
}
