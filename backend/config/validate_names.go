package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (v validator) names(p *Profile, aws bool) {
	v.form("cognito.user_pool_id", p.Cognito.UserPoolID, userPoolForm, aws, "us-east-1_Ab1Cd2Ef3")
	v.form("cognito.client_id", p.Cognito.ClientID, clientForm, aws, "1example23456789")
	v.form("cognito.identity_pool_id", p.Cognito.IdentityPoolID, identityPoolForm, aws, "us-east-1:01234567-89ab-cdef-0123-456789abcdef")
	v.sameRegion("cognito.user_pool_id", regionOf(p.Cognito.UserPoolID, "_"), p.Region)
	v.sameRegion("cognito.identity_pool_id", regionOf(p.Cognito.IdentityPoolID, ":"), p.Region)
	v.form("tables.sessions", p.Tables.Sessions, tableForm, true, "avatar-sessions")
	v.form("tables.instances", p.Tables.Instances, tableForm, true, "avatar-instances")
	v.form("tables.leases", p.Tables.Leases, tableForm, true, "avatar-leases")
	v.form("tables.audit", p.Tables.Audit, tableForm, true, "avatar-audit")
	v.form("tables.state_index", p.Tables.StateIndex, tableForm, true, "state-index")
	v.form("tables.day_index", p.Tables.DayIndex, tableForm, true, "day-index")
	tables := []string{p.Tables.Sessions, p.Tables.Instances, p.Tables.Leases, p.Tables.Audit}
	if slices.Sort(tables); len(slices.Compact(tables)) < 4 {
		v.fault("tables", "names one table twice.", "Give the sessions, instances, leases and audit a table each.")
	}
	v.form("stream", p.Stream, streamForm, true, "avatar-logs")
	v.form("launch.template", p.Launch.Template, templateForm, true, "avatar-launcher")
	for i, id := range p.Launch.SubnetIDs {
		v.form(fmt.Sprintf("launch.subnet_ids[%d]", i), id, subnetForm, true, "subnet-0123456789abcdef0")
	}
	for i, kind := range p.Launch.Types {
		v.form(fmt.Sprintf("launch.types[%d]", i), kind, typeForm, true, "g5.2xlarge")
	}
	v.form("scheduler.group", p.Scheduler.Group, groupForm, true, "avatar-launcher")
	v.form("scheduler.stop_role_arn", p.Scheduler.StopRoleARN, roleForm, aws, "arn:aws:iam::123456789012:role/avatar-stop")
	v.form("scheduler.dead_letter_arn", p.Scheduler.DeadLetterARN, queueForm, false, "arn:aws:sqs:us-east-1:123456789012:avatar-stops")
}

// signIn checks the way in. The browser gets the domain's address and comes back to one of the redirect addresses, so
// both are held to what RFC 8252 allows.
func (v validator) signIn(c *Cognito, aws bool) {
	v.choice("cognito.sign_in", c.SignIn, SignInWindow, SignInBrowser, SignInEither)
	u, err := url.Parse(c.Domain)
	switch {
	case c.Domain == "" && (!aws || !c.Browser()):
	case c.Domain == "":
		v.fault("cognito.domain", "is missing, and the sign-in by browser needs it.", domainExample+", or sign_in: window.")
	case !aws:
		v.fault("cognito.domain", "is of no use: the cloud is embedded.", "Leave it out, or write cloud: aws.")
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		v.fault("cognito.domain", "is no https URL.", domainExample+".")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" || u.Port() != "" && !validPort(u.Port()):
		v.fault("cognito.domain", "has more than scheme, host and port.", domainExample+".")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.fault("cognito.domain", "would send passwords unencrypted over the network.", "Write https://, or an address of this machine.")
	}
	if len(c.RedirectURIs) == 0 && c.Browser() {
		v.fault("cognito.redirect_uris", "is empty.", "List those that are registered for the app client, or leave the key out.")
	}
	for i, uri := range c.RedirectURIs {
		v.redirectURI(fmt.Sprintf("cognito.redirect_uris[%d]", i), uri, slices.Index(c.RedirectURIs, uri) < i)
	}
}

func (v validator) redirectURI(path, uri string, again bool) {
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		v.fault(path, "is no plain http URL.", redirectExample)
	case u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1":
		v.fault(path, "is not an address of this computer.", redirectExample)
	case !freePort(u.Port()):
		v.fault(path, "has no port from 1024 to 65535.", redirectExample)
	case u.Path == "" || u.Path == "/":
		v.fault(path, "has no path.", redirectExample)
	case again:
		v.fault(path, "is there twice.", "Take it out once.")
	}
}

func (v validator) sameRegion(path, region, want string) {
	if region != "" && want != "" && region != want {
		v.fault(path, "is in "+region+", the profile in "+want+".", "Write a pool of "+want+", or change region.")
	}
}

// regionOf returns the region in a pool's ID, "" if the ID has none.
func regionOf(id, separator string) string {
	region, _, ok := strings.Cut(id, separator)
	if !ok || !regionForm.MatchString(region) {
		return ""
	}
	return region
}

func (v validator) endpoint(endpoint string, aws bool) {
	if endpoint == "" {
		return
	}
	u, err := url.Parse(endpoint)
	switch {
	case !aws:
		v.fault("endpoint", "is of no use: the cloud is embedded.", "Leave it out, or write cloud: aws.")
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		v.fault("endpoint", "is no http or https URL.", endpointExample)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/":
		v.fault("endpoint", "has more than scheme, host and port.", endpointExample)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.fault("endpoint", "would send tokens unencrypted over the network.", "Write https://, or an address of this machine.")
	case u.Port() != "" && !validPort(u.Port()):
		v.fault("endpoint", "has no valid port.", endpointExample)
	}
}

// brokerExample is the right way to write a function's address.
const brokerExample = "Write one such as https://abcdefgh.lambda-url.us-east-1.on.aws/."

// control checks who runs the control plane, and where.
func (v validator) control(p *Profile, aws bool) {
	v.choice("control", p.Control, ControlDesktop, ControlAccount)
	u, err := url.Parse(p.Broker.URL)
	switch {
	case p.Control != ControlAccount:
	case !aws:
		v.fault("control", "is of no use: the cloud is embedded.", "Leave it out, or write cloud: aws.")
	case p.Broker.URL == "":
		v.fault("broker.url", "is missing, and control: account needs it.", brokerExample)
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		v.fault("broker.url", "is no https URL.", brokerExample)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/":
		v.fault("broker.url", "has more than scheme, host and port.", brokerExample)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.fault("broker.url", "would send tokens unencrypted over the network.", "Write https://, or an address of this machine.")
	}
}

// loopback reports whether a host is this machine: a loopback address, localhost, or a name under it (RFC 6761).
func loopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func validPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n > 0 && n < 1<<16
}

// freePort reports whether a user's program may listen there.
func freePort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1024 && n < 1<<16
}

func (v validator) zone(z *Zone, aws bool) {
	v.form("zone.id", z.ID, zoneForm, aws, "Z0123456789ABCDEFGHIJ")
	v.form("zone.name", z.Name, hostForm, true, "avatar.example.com")
	if ip, err := netip.ParseAddr(z.ParkingAddress); err != nil || !ip.Is4() {
		v.fault("zone.parking_address", fmt.Sprintf("is set to %q.", z.ParkingAddress), "Write an IPv4 address, such as 192.0.2.1.")
	}
	v.duration("zone.ttl", z.TTL, time.Second, 24*time.Hour)
	if z.TTL%time.Second != 0 {
		v.fault("zone.ttl", "is no whole number of seconds.", "Write one such as 10s.")
	}
}
