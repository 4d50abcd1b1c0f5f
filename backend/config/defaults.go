package config

import (
	"strings"
	"time"

	"avatar-launcher/backend"
)

// activityPattern matches the lines by which the signalling servers of Pixel Streaming report a player:
// SignallingServer.ts and PlayerRegistry.ts from Unreal Engine 5.4 on, cirrus.js before, and the embedded cloud's.
const activityPattern = `(?i)new player connection|registered new player|\bplayer connected|` +
	`\bplayer \S+ \(.*\) connected|, [1-9]\d* players?$`

// Default is the configuration of somebody who has written none: the embedded cloud.
func Default() *File {
	local := defaults()
	local.Name, local.Cloud = "local", CloudEmbedded
	fill(&local, func(string) bool { return false })
	return &File{Profile: "local", Profiles: map[string]Profile{"local": local}, Desktop: desktop()}
}

// desktop is how the launcher behaves unless the file says otherwise.
func desktop() Desktop {
	return Desktop{Theme: ThemeSystem, Notifications: true, Quit: QuitAsk}
}

// defaults are the values that hold whatever else a profile says.
func defaults() Profile {
	return Profile{
		Cloud:   CloudAWS,
		Control: ControlDesktop,
		Cognito: Cognito{SignIn: SignInWindow, RedirectURIs: redirectURIs()},
		Tables: Tables{Sessions: "avatar-sessions", Instances: "avatar-instances", Leases: "avatar-leases",
			Audit:      "avatar-audit",
			StateIndex: "state-index", DayIndex: "day-index"},
		Stream: "avatar-logs",
		Zone:   Zone{ParkingAddress: "192.0.2.1", TTL: 10 * time.Second}, // TEST-NET-1 of RFC 5737: answers nobody
		Avatar: Avatar{Scheme: "https", Port: 443, Address: AddressPublic, HealthPath: "/healthz",
			ReadyTimeout: 10 * time.Minute},
		Launch:    Launch{Template: "avatar-launcher", PoolTag: backend.DefaultPoolTag},
		Scheduler: Scheduler{Group: "avatar-launcher"},
		WarmPool: WarmPool{Size: 5, Free: FreeAll, MaxInstances: 10, Recycle: RecycleReuse, Keep: true, TimeZone: "UTC",
			HotLimit: 4 * time.Hour, WarmLimit: 15 * time.Minute, MaxFailures: 6},
		Session: Session{Window: time.Hour, Maximum: 12 * time.Hour, Warning: 5 * time.Minute, Grace: time.Minute},
		Log: Log{MaxLines: 1_000_000, MaxMegabytes: 256, Older: OlderFile, OlderMegabytes: 1024,
			ActivityPattern: activityPattern},
		Prices: usEast1(),
	}
}

// redirectURIs are the addresses to register for an app client unless the profile names others.
func redirectURIs() []string {
	return []string{"http://localhost:47115/callback", "http://localhost:47116/callback",
		"http://localhost:47117/callback"}
}

// usEast1 are the on-demand prices of Linux instances in us-east-1, with 100 GB of gp3 each
// (aws.amazon.com/ec2/pricing, /ebs/pricing, /vpc/pricing, /ec2/pricing/on-demand/#Data_Transfer).
func usEast1() Prices {
	return Prices{Currency: "USD", AddressHourly: 0.005, DiskMonth: 8, TrafficGB: 0.09, Hourly: map[string]float64{
		"g4dn.xlarge": 0.526, "g4dn.2xlarge": 0.752, "g5.xlarge": 1.006, "g5.2xlarge": 1.212, "g5.4xlarge": 1.624,
		"g6.xlarge": 0.8048, "g6.2xlarge": 0.9776, "g6.4xlarge": 1.3232}}
}

// fill sets the defaults that follow from other values. given reports whether the file has a key, by its path.
func fill(p *Profile, given func(path string) bool) {
	p.Cognito.Domain = strings.TrimSuffix(p.Cognito.Domain, "/")
	if (p.Cognito.Provider() != "" || p.Cognito.ByEmail()) && !given("cognito.sign_in") {
		p.Cognito.SignIn = SignInBrowser
	} else if p.Cloud == CloudEmbedded && !given("cognito.sign_in") {
		p.Cognito.SignIn = SignInEither
	}
	if p.Cloud == CloudEmbedded {
		if !given("avatar.scheme") {
			p.Avatar.Scheme = "http"
		}
		if !given("zone.name") {
			p.Zone.Name = "avatar.localhost" // loopback by RFC 6761
		}
		if p.Region == "" {
			p.Region = "us-east-1"
		}
	}
	if p.Region == "" {
		p.Region = regionOf(p.Cognito.UserPoolID, "_")
	}
	if !given("avatar.port") && p.Avatar.Scheme == "http" {
		p.Avatar.Port = 0
	}
	if !given("warm_pool.max_instances") {
		p.WarmPool.MaxInstances = max(p.WarmPool.MaxInstances, 2*(p.WarmPool.Size+p.WarmPool.Hot))
	}
	if !given("session.maximum") {
		p.Session.Maximum = max(p.Session.Maximum, p.Session.Window)
	}
	if !given("session.warning") {
		p.Session.Warning = min(p.Session.Warning, p.Session.Window/4)
	}
}
