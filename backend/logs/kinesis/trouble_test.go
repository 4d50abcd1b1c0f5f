package kinesis

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

func TestFollowAfterTheIteratorExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{page: 4}
		since := time.Now()
		putNumbered(s, 1, 30)
		asleep := time.Now().Add(500 * time.Millisecond)
		var slept bool
		s.fault = func(call string) error {
			if call == "GetRecords" && !slept && time.Now().After(asleep) {
				slept = true
				time.Sleep(time.Hour) // the lid was closed
			}
			return nil
		}
		b := newBook(s, nil)
		follow(t, b, since, 2*time.Hour)
		wantTexts(t, b, numbered(1, 30)...)
		if n := s.count("GetShardIterator"); n != 2 {
			t.Errorf("%d iterators", n)
		}
	})
}

func TestFollowBacksOffWhenThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		putNumbered(s, 1, 3)
		until := since.Add(2 * time.Minute)
		s.fault = func(call string) error {
			if call == "GetRecords" && time.Now().Before(until) {
				return &types.ProvisionedThroughputExceededException{}
			}
			return nil
		}
		b := newBook(s, nil)
		follow(t, b, since, 3*time.Minute)
		wantTexts(t, b,
			"Too many people are reading the log at once, so lines arrive late. Retrying.",
			"The log is live again.", "line 1", "line 2", "line 3")
		if n := s.count("GetRecords"); n > 400 {
			t.Errorf("%d reads in three minutes", n)
		}
	})
}

// TestFollowRecoversSoonAfterAnOutage checks that the backoff does not grow with the length of the outage.
func TestFollowRecoversSoonAfterAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		until := since.Add(10 * time.Minute)
		s.fault = func(string) error {
			if time.Now().Before(until) {
				return errors.New("no route to host")
			}
			return nil
		}
		putNumbered(s, 1, 3)
		b := newBook(s, nil)
		follow(t, b, since, 10*time.Minute+7*time.Second)
		wantTexts(t, b, "Can’t reach the log right now. Retrying.",
			"The log is live again.", "line 1", "line 2", "line 3")
	})
}

func TestFollowWaitsForAMissingStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStream{}
		since := time.Now()
		putNumbered(s, 1, 3)
		until := since.Add(time.Minute)
		s.fault = func(call string) error {
			if time.Now().Before(until) {
				return &types.ResourceNotFoundException{}
			}
			return nil
		}
		b := newBook(s, nil)
		follow(t, b, since, 3*time.Minute)
		wantTexts(t, b, "The log stream avatar doesn’t exist yet. Retrying.",
			"The log is live again.", "line 1", "line 2", "line 3")
	})
}
