package config

import (
	"errors"
	"strings"
	"testing"

	"avatar-launcher/backend"
)

func TestRefusals(t *testing.T) {
	in := func(lines string) string { return studio + lines }
	who := func(lines string) string {
		return strings.Replace(studio, "      client_id: 1example23456789\n", "      client_id: 1example23456789\n"+lines, 1)
	}
	tests := map[string]struct{ text, place, wrong, right string }{
		"unknown key": {"profile: local\nprof1les: {}\n", "2:1", `Unknown key "prof1les" at the top level`,
			"did you mean profiles"},
		"unknown inner key": {in("    regon: x\n"), "12:5", `Unknown key "regon" under profiles.studio`,
			"did you mean region"},
		"far from any key": {
			in("    log: {zzzzzz: 1}\n"),
			"12:11",
			`Unknown key "zzzzzz"`,
			"use one of activity_pattern, max_lines, max_megabytes",
		},
		"dashes":          {in("    warm-pool: {size: 1}\n"), "12:5", `Unknown key "warm-pool"`, "did you mean warm_pool"},
		"number for text": {in("    stream: 12\n"), "12:13", "stream is a number", "use text, in quotes"},
		"text for number": {in("    log: {max_lines: many}\n"), "12:22", "max_lines isn’t in the expected format",
			"a whole number"},
		"fraction": {in("    log: {max_lines: 1.5}\n"), "12:22", "max_lines is a number", "a whole number"},
		"text for bool": {in("    stay_signed_in: 'yes'\n"), "12:21", "stay_signed_in isn’t in the expected format",
			"true or false"},
		"duration, no unit": {in("    session: {window: 60}\n"), "12:23", "window is a number", "with a unit"},
		"no value":          {in("    stream:\n"), "12:13", "stream has no value", "remove the key"},
		"list for text":     {in("    stream: [a]\n"), "12:13", "stream is a list", "text"},
		"a list of keys":    {"- profile: local\n", "1:1", "the file is a list.", "keys and values"},
		"zone twice":        {in("    zone: x\n"), "12:5", "already", ""},
		"valid YAML":        {"profiles: [\n", "1:11", "valid YAML", "indentation"},
		"duplicate key":     {"profile: local\nprofile: local\n", "2:1", "valid YAML", ""},
		"two documents":     {"profile: local\n---\nprofile: local\n", "3:1", "one YAML document", "in one document"},
		"alias":             {"profiles:\n  a: &x {cloud: embedded}\n  b: *x\n", "2:6", "anchor", ""},
		"cloud":             {in("    cloud: azure\n"), "12:12", `cloud is set to "azure"`, "aws, embedded"},
		"region of pool": {
			strings.Replace(studio, "region: eu-central-1", "region: us-east-1", 1),
			"6:21",
			"is in eu-central-1, the profile in us-east-1",
			"change region",
		},
		"pool ID": {
			strings.Replace(studio, "eu-central-1_Ab1Cd2Ef3", "Ab1Cd2Ef3", 1),
			"6:21",
			`user_pool_id is set to "Ab1Cd2Ef3"`,
			"us-east-1_",
		},
		"missing": {
			strings.Replace(studio, "      client_id: 1example23456789\n", "", 1),
			"6:7",
			"client_id is missing",
			"add it",
		},
		"endpoint path":     {in("    endpoint: http://127.0.0.1:1/x\n"), "12:15", "must be only a scheme", "4566"},
		"endpoint scheme":   {in("    endpoint: localhost:4566\n"), "12:15", "isn’t an http or https URL", "4566"},
		"endpoint in clear": {in("    endpoint: http://10.0.0.8:4566\n"), "12:15", "unencrypted", "https"},
		"endpoint, embedded": {"profiles: {x: {cloud: embedded, endpoint: 'http://127.0.0.1:1'}}\n", "1:43", "has no effect",
			"cloud: aws"},
		"parking": {"profiles: {x: {cloud: embedded, zone: {parking_address: '::1'}}}\n", "1:57", "parking_address",
			"IPv4"},
		"ttl": {"profiles: {x: {cloud: embedded, zone: {ttl: 1500ms}}}\n", "1:45", "whole number of seconds", "10s"},
		"host name": {"profiles: {x: {cloud: embedded, zone: {name: 'a b.c'}}}\n", "1:46", "zone.name",
			"avatar.example.com"},
		"port":    {"profiles: {x: {cloud: embedded, avatar: {port: 70000}}}\n", "1:48", "is set to 70000", "0 to 65535"},
		"gateway": {"profiles: {x: {cloud: embedded, avatar: {gateway: here}}}\n", "1:51", "gateway", "host:port"},
		"health path": {"profiles: {x: {cloud: embedded, avatar: {health_path: healthz}}}\n", "1:55", "health_path",
			"/healthz"},
		"pool above maximum": {
			"profiles: {x: {cloud: embedded, warm_pool: {size: 9, max_instances: 3}}}\n",
			"1:69",
			"less than the size",
			"9 or more",
		},
		"tiers above maximum": {
			"profiles: {x: {cloud: embedded, warm_pool: {size: 2, hot: 2, max_instances: 3}}}\n",
			"1:77",
			"less than size and hot",
			"4 or more",
		},
		"hot at certain hours": {
			"profiles: {x: {cloud: embedded, warm_pool: {max_instances: 9, hours: [{from: '08:00', to: '9:00', size: 5, " +
				"hot: 5}]}}}\n", "1:113", "is set to 5", "0 to 4"},
		"free":      {"profiles: {x: {cloud: embedded, warm_pool: {free: -1}}}\n", "1:51", "is set to -1", "0 to 1000"},
		"warm when": {"profiles: {x: {cloud: embedded, warm_pool: {warm_when: '('}}}\n", "1:56", "warm_when", ""},
		"hot limit": {"profiles: {x: {cloud: embedded, warm_pool: {hot_limit: 30s}}}\n", "1:56", "is set to 30s", "10m"},
		"negative":  {"profiles: {x: {cloud: embedded, warm_pool: {size: -1}}}\n", "1:51", "is set to -1", "0 to 1000"},
		"address":   {"profiles: {x: {cloud: embedded, avatar: {address: secret}}}\n", "1:51", "secret", "public, private"},
		"recycle":   {"profiles: {x: {cloud: embedded, warm_pool: {recycle: burn}}}\n", "1:54", "burn", "reuse, replace, reset"},
		"maximum": {
			"profiles: {x: {cloud: embedded, session: {window: 2h, maximum: 1h}}}\n",
			"1:64",
			"shorter than the window",
			"2h or more",
		},
		"warning": {
			"profiles: {x: {cloud: embedded, session: {window: 5m, warning: 5m}}}\n",
			"1:64",
			"is set to 5m",
			"less than the window of 5m",
		},
		"pattern": {"profiles: {x: {cloud: embedded, log: {ready_pattern: '('}}}\n", "1:54",
			"isn’t a valid regular expression", "RE2"},
		"subnet": {
			"profiles: {x: {cloud: embedded, launch: {subnet_ids: [subnet-0123456789abcdef0, net-1]}}}\n",
			"1:81",
			"subnet_ids[1]",
			"subnet-",
		},
		"reservation": {
			"profiles: {x: {cloud: embedded, launch: {reservation: {id: cr-0123456789abcdef0, type: g5.2xlarge}}}}\n",
			"1:56",
			"subnet_id",
			"subnet-",
		},
		"demo users on AWS": {in("    demo_users: {demo: s3cret}\n"), "12:18", "passwords", "remove"},
		"demo user's name": {
			"profiles: {x: {cloud: embedded, demo_users: {" + strings.Repeat("é", 129) + ": pw}}}\n",
			"1:46",
			"without a user name",
			"demo:",
		},
		"way in": {who("      sign_in: sso\n"), "8:16", `sign_in is set to "sso"`, "window, browser, either"},
		"provider in the window": {who("      sign_in: window\n      identity_provider: Acme\n"), "9:26",
			"identity_provider has no effect with sign_in: window", "either"},
		"provider's name": {who("      identity_provider: _x\n      domain: https://a.example.com\n"), "8:26",
			"identity_provider is set to", "Acme"},
		"provider twice": {who("      identity_provider: Acme\n      idp_identifier: a.example\n" +
			"      domain: https://a.example.com\n"), "9:23", "no effect beside identity_provider", "one of the two"},
		"no domain":       {who("      sign_in: browser\n"), "6:7", "domain is missing", "amazoncognito.com"},
		"domain in clear": {who("      domain: http://10.0.0.8\n"), "8:15", "unencrypted", "https"},
		"domain path": {who("      domain: https://a.example.com/login\n"), "8:15", "must be only a scheme",
			"amazoncognito"},
		"domain, a name": {who("      domain: studio\n"), "8:15", "isn’t an https URL", "amazoncognito"},
		"domain, embedded": {
			"profiles: {x: {cloud: embedded, cognito: {domain: 'https://a.example.com'}}}\n",
			"1:51",
			"has no effect",
			"cloud: aws",
		},
		"redirect elsewhere": {
			who("      redirect_uris: [http://localhost:4711/c, http://example.com:4711/c]\n"),
			"8:48",
			"redirect_uris[1] isn’t an address of this computer",
			"localhost",
		},
		"redirect by TLS": {who("      redirect_uris: ['https://localhost:4711/c']\n"), "8:23", "isn’t a plain http URL",
			"localhost"},
		"redirect, no port":  {who("      redirect_uris: [http://localhost/c]\n"), "8:23", "no port", "47115"},
		"redirect, low port": {who("      redirect_uris: ['http://127.0.0.1:80/c']\n"), "8:23", "no port from 1024", "47115"},
		"redirect, no path":  {who("      redirect_uris: ['http://127.0.0.1:4711/']\n"), "8:23", "no path", "callback"},
		"redirect, query": {who("      redirect_uris: ['http://127.0.0.1:4711/c?x=1']\n"), "8:23",
			"isn’t a plain http URL", "callback"},
		"redirect twice": {
			who("      redirect_uris: ['http://[::1]:4711/c', 'http://[::1]:4711/c']\n"),
			"8:46",
			"appears twice",
			"remove",
		},
		"no redirect": {
			who("      sign_in: either\n      domain: https://a.example.com\n      redirect_uris: []\n"),
			"10:22",
			"redirect_uris is empty",
			"registered",
		},
		"unknown default": {"profile: other\n", "1:10", `"other"`, "one of local"},
		"window, warning": {
			"profiles: {x: {cloud: embedded, session: {warning: 1m, window: -5m}}}\n",
			"1:64",
			"session.window is set to -5m",
			"1s",
		},
		"window alone": {"profiles: {x: {cloud: embedded, session: {window: -5m}}}\n", "1:51",
			"session.window is set to -5m", "1s"},
		"window of 40 days": {"profiles: {x: {cloud: embedded, session: {window: 960h}}}\n", "1:51",
			"session.window is set to 960h", "168h"},
		"pool and maximum": {
			"profiles: {x: {cloud: embedded, warm_pool: {max_instances: 5, size: 2000}}}\n",
			"1:69",
			"size is set to 2000",
			"0 to 1000",
		},
		"pool alone": {"profiles: {x: {cloud: embedded, warm_pool: {size: 6000}}}\n", "1:51", "size is set to 6000",
			"0 to 1000"},
		"pool ID, no region": {
			strings.Replace(strings.Replace(studio, "    region: eu-central-1\n", "", 1), "eu-central-1_Ab1Cd2Ef3", "Ab1Cd2Ef3",
				1),
			"5:21",
			"user_pool_id is set to",
			"us-east-1_",
		},
		"updates over http": {in("    updates: {url: 'http://example.com/releases.json'}\n"), "12:20", "unencrypted",
			"https://example.com/avatar-launcher/releases.json"},
		"updates without an address": {in("    updates: {url: releases.json}\n"), "12:20", "https URL", "https://"},
		"no key of minisign":         {in("    updates: {key: RWxyz}\n"), "12:20", `updates.key is set to "RWxyz"`, "RWQf6"},
		"one table for three": {
			"profiles: {x: {cloud: embedded, tables: {leases: avatar-sessions}}}\n",
			"1:42",
			"the same table twice",
			"a separate table each",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("c.yaml", []byte(tt.text))
			var p *backend.Problem
			if !errors.As(err, &p) || p.Kind != backend.KindConfig {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(p.Error(), "c.yaml:"+tt.place+": ") || !strings.Contains(p.Why.String(), tt.wrong) ||
				!strings.Contains(strings.ToLower(p.Next.String()), strings.ToLower(tt.right)) {
				t.Errorf("got %s\nwant %s %q %q", p.Error(), tt.place, tt.wrong, tt.right)
			}
			if strings.Contains(p.Error(), "s3cret") {
				t.Error("a password is in the message")
			}
		})
	}
}

func TestAllMistakesAreCounted(t *testing.T) {
	_, err := Parse("c.yaml", []byte("a: 1\nb: 2\nc: 3\n"))
	var fs Faults
	if !errors.As(err, &fs) || len(fs) != 3 || !strings.Contains(err.Error(), "There are 2 more mistakes") {
		t.Errorf("got %v", err)
	}
}
