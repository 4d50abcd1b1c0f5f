package fleet

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"avatar-launcher/backend"
)

// TestArmedStopGivesUpSoon holds the retries of an armed stop to ten minutes, and sends what failed to the queue.
func TestArmedStopGivesUpSoon(t *testing.T) {
	for _, arn := range []string{"", "arn:aws:sqs:us-east-1:123456789012:avatar-stops"} {
		s := New(Options{Names: backend.Resources{DeadLetterARN: arn}})
		target := s.alarm.(schedulerAlarm).schedule("i-1", time.Now()).Target
		if p := target.RetryPolicy; p == nil || aws.ToInt32(p.MaximumEventAgeInSeconds) != 600 ||
			aws.ToInt32(p.MaximumRetryAttempts) != 20 {
			t.Errorf("retry policy %+v", p)
		}
		if got := target.DeadLetterConfig; (got != nil) != (arn != "") || got != nil && aws.ToString(got.Arn) != arn {
			t.Errorf("dead letters of %q go to %+v", arn, got)
		}
	}
}
