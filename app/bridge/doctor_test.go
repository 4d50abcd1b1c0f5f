package bridge

import (
	"strings"
	"testing"
)

func TestAReportTellsNothingPrivate(t *testing.T) {
	in := `/home/eva/.config/x of eva, evander stays; eva@example.org at 203.0.113.24
{"msg":"call","idToken":"abc.def","arn":"arn:aws:iam::123456789012:role/x","key":"ASIAABCDEFGHIJKLMNOP"}
Authorization: Bearer eyJhbGciOi.eyJzdWIi.sig
password=hunter2 Signature=deadbeef sub 1b2c3d4e-0000-4444-8888-0123456789ab`
	got := Anonymous(in, "/home/eva", "eva")
	for _, secret := range []string{"/home/eva", " eva", "eva@", "203.0.113.24", "abc.def", "123456789012", "ASIA", "eyJ",
		"hunter2", "deadbeef", "1b2c3d4e"} {
		if strings.Contains(strings.ReplaceAll(got, "evander", ""), secret) {
			t.Errorf("it tells %q:\n%s", secret, got)
		}
	}
	for _, kept := range []string{"~/.config/x", "evander stays", "role/x"} {
		if !strings.Contains(got, kept) {
			t.Errorf("it lost %q:\n%s", kept, got)
		}
	}
}

func TestAReportKeepsWhatACheckSaysOfCredentials(t *testing.T) {
	line := checkLine(Check{Name: "AWS credentials", OK: true, Why: "You are arn:aws:sts::role/x."})
	if got := Anonymous(line, "", ""); !strings.Contains(got, "You are arn:aws:sts::role/x.") {
		t.Errorf("it lost what the check says: %s", got)
	}
}
