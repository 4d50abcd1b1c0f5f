package fleet

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// TestWrongClockIsNamed with its error in minutes, if the cloud refuses a request for its date. Without one it is the
// sign-in that is no longer good.
func TestWrongClockIsNamed(t *testing.T) {
	signed := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for skew, want := range map[time.Duration]string{
		-10 * time.Minute: "clock is 10 minutes fast",
		time.Hour:         "clock is 60 minutes slow",
		0:                 "Your sign-in has ended",
	} {
		request := &http.Request{Header: http.Header{"X-Amz-Date": {signed.Format("20060102T150405Z")}}}
		answer := &http.Response{
			StatusCode: http.StatusBadRequest,
			Request:    request,
			Header:     http.Header{"Date": {signed.Add(skew).Format(http.TimeFormat)}},
		}
		err := problem(messages.Verbatim("start"), &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: answer},
			Err:      &smithy.GenericAPIError{Code: "RequestExpired"},
		})
		if p := backend.ProblemOf(err); !strings.Contains(p.Error(), want) || p.Kind != backend.KindRefused {
			t.Errorf("%v: %v", skew, err)
		}
	}
}
