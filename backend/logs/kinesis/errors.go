package kinesis

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"avatar-launcher/backend/awsx"
)

// callTimeout bounds one call, retries of the SDK included.
const callTimeout = 30 * time.Second

// call runs an API call within callTimeout.
func call[T any](ctx context.Context, fn func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return fn(ctx)
}

func isThrottle(err error) bool {
	return awsx.IsThrottled(err)
}

func isExpiredIterator(err error) bool {
	var e *types.ExpiredIteratorException
	return errors.As(err, &e)
}

func isNotFound(err error) bool {
	var e *types.ResourceNotFoundException
	return errors.As(err, &e)
}

func isInvalidArgument(err error) bool {
	var e *types.InvalidArgumentException
	return errors.As(err, &e)
}

// sentence explains to the user why the stream cannot be read.
func sentence(stream string, err error) string {
	const again = " Trying again."
	switch c := awsx.Code(err); {
	case isNotFound(err):
		return "There is no log stream named " + stream + " at present." + again
	case isThrottle(err):
		return "The log stream is read by too many at once, so lines come late." + again
	case awsx.IsDenied(err):
		return "Reading the log stream " + stream + " is not allowed." + again
	case c != "":
		return "The log stream cannot be read at present (" + c + ")." + again
	}
	return "The log stream cannot be reached at present." + again
}
