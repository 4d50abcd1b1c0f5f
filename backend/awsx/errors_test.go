package awsx_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"avatar-launcher/backend/awsx"
)

// answered is an error as an SDK's client returns it for an answer with a code.
func answered(code string) error {
	return &smithy.OperationError{ServiceID: "EC2", OperationName: "StartInstances",
		Err: fmt.Errorf("exceeded maximum number of attempts, 3, %w", &smithy.GenericAPIError{Code: code, Message: "text"})}
}

func TestClassesOfCodes(t *testing.T) {
	for code, want := range map[string][3]bool{ // denied, expired, throttled
		"UnauthorizedOperation":                  {true, false, false},
		"UnauthorizedException":                  {true, false, false},
		"RequestExpired":                         {false, true, false},
		"ExpiredTokenException":                  {false, true, false},
		"RequestLimitExceeded":                   {false, false, true},
		"TooManyRequestsException":               {false, false, true},
		"PriorRequestNotComplete":                {false, false, true},
		"ProvisionedThroughputExceededException": {false, false, true},
		"KMSThrottlingException":                 {false, false, true},
		"ThrottlingError":                        {false, false, true},
		"ProvisionedThroughputExceeded":          {false, false, true},
		"SlowDown":                               {false, false, true},
		"InvalidInstanceID.NotFound":             {false, false, false},
	} {
		err := answered(code)
		if got := [3]bool{awsx.IsDenied(err), awsx.IsExpired(err), awsx.IsThrottled(err)}; got != want {
			t.Errorf("%s: denied, expired, throttled = %v, want %v", code, got, want)
		}
		if awsx.Code(err) != code {
			t.Errorf("Code = %q, want %q", awsx.Code(err), code)
		}
		if awsx.IsUnreachable(err) {
			t.Errorf("%s counts as no answer", code)
		}
	}
}

func TestEveryThrottleOfTheSDKIsOne(t *testing.T) {
	for code := range retry.DefaultThrottleErrorCodes {
		if !awsx.IsThrottled(answered(code)) {
			t.Errorf("%s is a throttle to the SDK and not here", code)
		}
	}
}

func TestErrorsWithoutACode(t *testing.T) {
	broken := &smithy.OperationError{Err: &smithyhttp.RequestSendError{Err: errors.New("connection reset by peer")}}
	for name, test := range map[string]struct {
		err         error
		unreachable bool
	}{
		"no error":            {nil, false},
		"a broken connection": {broken, true},
		"no time left":        {context.DeadlineExceeded, true},
		"a caller who left":   {context.Canceled, false},
		"anything else":       {errors.New("x"), false},
	} {
		if awsx.Code(test.err) != "" || awsx.IsDenied(test.err) || awsx.IsThrottled(test.err) {
			t.Errorf("%s has a code", name)
		}
		if awsx.IsUnreachable(test.err) != test.unreachable {
			t.Errorf("%s: IsUnreachable = %v", name, !test.unreachable)
		}
	}
	if got := awsx.Innermost(broken).Error(); got != "connection reset by peer" {
		t.Errorf("Innermost = %q", got)
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := awsx.Sleep(t.Context(), time.Minute); err != nil || time.Since(began) != time.Minute {
			t.Errorf("slept %v, %v", time.Since(began), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began = time.Now()
		if err := awsx.Sleep(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) ||
			time.Since(began) != time.Second {
			t.Errorf("slept %v, %v", time.Since(began), err)
		}
	})
}
