package cli

import (
	"testing"

	"avatar-launcher/backend"
	"avatar-launcher/backend/account"
)

// TestWithoutAnImageThePoolIsEmpty: instances of an image that has no avatar never get ready, and each of
// them is billed.
func TestWithoutAnImageThePoolIsEmpty(t *testing.T) {
	for own, want := range map[bool]int{true: 5, false: 0} {
		f := profileOf("test", &account.Outputs{Region: "us-east-1", SignInURL: "https://x", OwnImage: own, PoolSize: -1},
			nil)
		if got := f.Profiles["test"].WarmPool.Size; got != want {
			t.Errorf("with an image of one's own %v: size %d, want %d", own, got, want)
		}
	}
}

// TestTheProfileNamesTheDeadLetterQueue, where the stops that failed go.
func TestTheProfileNamesTheDeadLetterQueue(t *testing.T) {
	const queue = "arn:aws:sqs:us-east-1:123456789012:stops"
	f := profileOf("test", &account.Outputs{Region: "us-east-1", Resources: backend.Resources{DeadLetterARN: queue}}, nil)
	if got := f.Profiles["test"].Scheduler.DeadLetterARN; got != queue {
		t.Errorf("the profile has the queue %q, want %q", got, queue)
	}
}

// TestTheProfileHasTheStacksPrices, or without a price list those of us-east-1 for its operating system.
func TestTheProfileHasTheStacksPrices(t *testing.T) {
	made := &account.Outputs{Region: "eu-central-1", OperatingSystem: "windows", VolumeSize: 200}
	got := profileOf("test", made,
		&account.Prices{Hourly: map[string]float64{"g5.2xlarge": 1.9}, GBMonth: 0.1}).Profiles["test"].Prices
	if len(got.Hourly) != 1 || got.Hourly["g5.2xlarge"] != 1.9 || got.DiskMonth != 20 {
		t.Errorf("by the price list: %+v", got)
	}
	got = profileOf("test", made, nil).Profiles["test"].Prices
	if got.Hourly["g5.2xlarge"] != 1.58 || got.DiskMonth != 16 {
		t.Errorf("without a price list: %+v", got)
	}
}
