package awsx

import (
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// skewLimit is the difference of clocks from which on a refused date is the clock's fault; the SDK has the same.
const skewLimit = 4 * time.Minute

// CorrectClock makes a retryer try again what EC2 refuses as RequestExpired because this computer's clock is wrong. The
// SDK signs the next attempt by the server's clock, and knows all codes of that kind but this one.
func CorrectClock(r aws.Retryer) aws.Retryer {
	if v2, ok := r.(aws.RetryerV2); ok {
		return clockRetryer{v2}
	}
	return r
}

type clockRetryer struct{ aws.RetryerV2 }

func (c clockRetryer) IsErrorRetryable(err error) bool {
	return c.RetryerV2.IsErrorRetryable(err) || Is(err, "RequestExpired") && SkewOf(err).Abs() > skewLimit
}

// SkewOf returns how far the server's clock was ahead of the date that the refused request was signed with, to the
// second. It is 0 if the answer does not tell.
func SkewOf(err error) time.Duration {
	var answer *smithyhttp.ResponseError
	if !errors.As(err, &answer) || answer.Response == nil || answer.Response.Response == nil {
		return 0
	}
	server, dateErr := http.ParseTime(answer.Response.Header.Get("Date"))
	if dateErr != nil {
		return 0
	}
	signed := time.Now()
	if r := answer.Response.Request; r != nil {
		if at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date")); err == nil {
			signed = at
		}
	}
	return server.Sub(signed).Round(time.Second)
}
