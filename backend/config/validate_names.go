package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

func (v validator) names(p *Profile, aws bool) {
	v.form("cognito.user_pool_id", p.Cognito.UserPoolID, userPoolForm, aws, "us-east-1_Ab1Cd2Ef3")
	v.form("cognito.client_id", p.Cognito.ClientID, clientForm, aws, "1example23456789")
	v.form("cognito.identity_pool_id", p.Cognito.IdentityPoolID, identityPoolForm, aws,
		"us-east-1:01234567-89ab-cdef-0123-456789abcdef")
	v.sameRegion("cognito.user_pool_id", regionOf(p.Cognito.UserPoolID, "_"), p.Region)
	v.sameRegion("cognito.identity_pool_id", regionOf(p.Cognito.IdentityPoolID, ":"), p.Region)
	v.tableNames(p.Tables)
	v.form("stream", p.Stream, streamForm, true, "avatar-logs")
	v.form("launch.template", p.Launch.Template, templateForm, true, "avatar-launcher")
	v.form("launch.pool_tag", p.Launch.PoolTag, groupForm, true, backend.DefaultPoolTag)
	for i, id := range p.Launch.SubnetIDs {
		v.form(fmt.Sprintf("launch.subnet_ids[%d]", i), id, subnetForm, true, "subnet-0123456789abcdef0")
	}
	for i, kind := range p.Launch.Types {
		v.form(fmt.Sprintf("launch.types[%d]", i), kind, typeForm, true, "g5.2xlarge")
	}
	r := p.Launch.Reservation
	v.form("launch.reservation.id", r.ID, reservationForm, r != (Reservation{}), "cr-0123456789abcdef0")
	v.form("launch.reservation.type", r.Type, typeForm, r != (Reservation{}), "g5.2xlarge")
	v.form("launch.reservation.subnet_id", r.SubnetID, subnetForm, r != (Reservation{}), "subnet-0123456789abcdef0")
	v.form("scheduler.group", p.Scheduler.Group, groupForm, true, "avatar-launcher")
	v.form("scheduler.stop_role_arn", p.Scheduler.StopRoleARN, roleForm, aws, "arn:aws:iam::123456789012:role/avatar-stop")
	v.form("scheduler.dead_letter_arn", p.Scheduler.DeadLetterARN, queueForm, false,
		"arn:aws:sqs:us-east-1:123456789012:avatar-stops")
}

// tableNames checks the names of the tables and of their indexes.
func (v validator) tableNames(t Tables) {
	v.form("tables.sessions", t.Sessions, tableForm, true, "avatar-sessions")
	v.form("tables.instances", t.Instances, tableForm, true, "avatar-instances")
	v.form("tables.leases", t.Leases, tableForm, true, "avatar-leases")
	v.form("tables.audit", t.Audit, tableForm, true, "avatar-audit")
	v.form("tables.state_index", t.StateIndex, tableForm, true, "state-index")
	v.form("tables.day_index", t.DayIndex, tableForm, true, "day-index")
	tables := []string{t.Sessions, t.Instances, t.Leases, t.Audit}
	if slices.Sort(tables); len(slices.Compact(tables)) < 4 {
		v.fault("tables", messages.New("config.namesOneTableTwice"), messages.New("config.giveSessionsInstancesLeases"))
	}
}

// signIn checks the way in. The browser gets the domain's address and comes back to one of the redirect addresses, so
// both are held to what RFC 8252 allows.
func (v validator) signIn(c *Cognito, aws bool) {
	v.choice("cognito.sign_in", c.SignIn, SignInWindow, SignInBrowser, SignInEither)
	u, err := url.Parse(c.Domain)
	switch {
	case c.Domain == "" && (!aws || !c.Browser()):
	case c.Domain == "":
		v.fault("cognito.domain", messages.New("config.missingSignInBrowserNeeds"),
			messages.New("config.writeOneHttpsStudio"))
	case !aws:
		v.fault("cognito.domain", messages.New("config.noUseCloudEmbedded"), messages.New("config.leaveWriteCloudAws"))
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		v.fault("cognito.domain", messages.New("config.noHttpsUrl"), messages.New("config.writeOneHttpsStudioAuth"))
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" || u.Port() != "" && !validPort(u.Port()):
		v.fault("cognito.domain", messages.New("config.schemeHostPort"), messages.New("config.writeOneHttpsStudioAuth"))
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.fault("cognito.domain", messages.New("config.sendPasswordsUnencryptedOver"),
			messages.New("config.writeHttpsAddressMachine"))
	}
	v.company(c)
	if len(c.RedirectURIs) == 0 && c.Browser() {
		v.fault("cognito.redirect_uris", messages.New("config.empty"), messages.New("config.listThoseRegisteredApp"))
	}
	for i, uri := range c.RedirectURIs {
		v.redirectURI(fmt.Sprintf("cognito.redirect_uris[%d]", i), uri, slices.Index(c.RedirectURIs, uri) < i)
	}
}

// company checks the company's sign-in, which is one of the browser's.
func (v validator) company(c *Cognito) {
	v.form("cognito.identity_provider", c.IdentityProvider, providerForm, false, "Acme")
	v.form("cognito.idp_identifier", c.IdpIdentifier, identifierForm, false, "acme.example")
	for path, value := range map[string]string{"cognito.identity_provider": c.IdentityProvider,
		"cognito.idp_identifier": c.IdpIdentifier} {
		if value != "" && !c.Browser() {
			v.fault(path, messages.New("config.companyNeedsBrowser"), messages.New("config.companySignIn"))
		}
	}
	if c.IdentityProvider != "" && c.IdpIdentifier != "" {
		v.fault("cognito.idp_identifier", messages.New("config.providerNamedTwice"), messages.New("config.nameProviderOnce"))
	}
}

func (v validator) redirectURI(path, uri string, again bool) {
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		v.fault(path, messages.New("config.noPlainHttpUrl"), messages.New("config.writeOneHttpLocalhost"))
	case u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1":
		v.fault(path, messages.New("config.notAddressComputer"), messages.New("config.writeOneHttpLocalhost"))
	case !freePort(u.Port()):
		v.fault(path, messages.New("config.noPort102465535"), messages.New("config.writeOneHttpLocalhost"))
	case u.Path == "" || u.Path == "/":
		v.fault(path, messages.New("config.noPath"), messages.New("config.writeOneHttpLocalhost"))
	case again:
		v.fault(path, messages.New("config.twice"), messages.New("config.takeOnce"))
	}
}

func (v validator) sameRegion(path, region, want string) {
	if region != "" && want != "" && region != want {
		v.fault(path, messages.New("config.profile", region, want), messages.New("config.writePoolChangeRegion", want))
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
		v.fault("endpoint", messages.New("config.noUseCloudEmbedded"), messages.New("config.leaveWriteCloudAws"))
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		v.fault("endpoint", messages.New("config.noHttpHttpsUrl"), messages.New("config.writeOneHttp127"))
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/":
		v.fault("endpoint", messages.New("config.schemeHostPort"), messages.New("config.writeOneHttp127"))
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.fault("endpoint", messages.New("config.sendTokensUnencryptedOver"), messages.New("config.writeHttpsAddressMachine"))
	case u.Port() != "" && !validPort(u.Port()):
		v.fault("endpoint", messages.New("config.noValidPort"), messages.New("config.writeOneHttp127"))
	}
}

// control checks who runs the control plane, and where.
func (v validator) control(p *Profile, aws bool) {
	v.choice("control", p.Control, ControlDesktop, ControlAccount)
	u, err := url.Parse(p.Broker.URL)
	switch {
	case p.Control != ControlAccount:
	case !aws:
		v.fault("control", messages.New("config.noUseCloudEmbedded"), messages.New("config.leaveWriteCloudAws"))
	case p.Broker.URL == "":
		v.fault("broker.url", messages.New("config.missingControlAccountNeeds"), messages.New("config.writeOneHttpsAbcdefgh"))
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		v.fault("broker.url", messages.New("config.noHttpsUrl"), messages.New("config.writeOneHttpsAbcdefgh"))
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/":
		v.fault("broker.url", messages.New("config.schemeHostPort"), messages.New("config.writeOneHttpsAbcdefgh"))
	case u.Scheme == "http" && !loopback(u.Hostname()):
		v.fault("broker.url", messages.New("config.sendTokensUnencryptedOver"),
			messages.New("config.writeHttpsAddressMachine"))
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
		v.fault("zone.parking_address", messages.New("config.set", strconv.Quote(z.ParkingAddress)),
			messages.New("config.writeIpv4Address192"))
	}
	v.duration("zone.ttl", z.TTL, time.Second, 24*time.Hour)
	if z.TTL%time.Second != 0 {
		v.fault("zone.ttl", messages.New("config.noWholeNumberSeconds"), messages.New("config.writeOne10s"))
	}
}
