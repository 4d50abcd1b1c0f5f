package kinesis

import "avatar-launcher/backend/localcloud/wire"

func invalidArgument(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "InvalidArgumentException", format, args...)
}

func validation(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "ValidationException", "1 validation error detected: "+format, args...)
}

func notFound(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "ResourceNotFoundException", format, args...)
}

func inUse(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "ResourceInUseException", format, args...)
}

func limitExceeded(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "LimitExceededException", format, args...)
}

func internal(err error) *wire.Error {
	return wire.Errorf(500, "InternalFailure", "The record could not be stored: %v", err)
}

func (s *Service) rateExceeded(st *stream, sh *shard) *wire.Error {
	return wire.Errorf(400, "ProvisionedThroughputExceededException",
		"Rate exceeded for shard %s in stream %s under account %s.", sh.id(), st.meta.Name, s.env.AccountID)
}

// allow answers AWS's denial where the caller's policies do not allow the call's own action on a resource.
func allow(c *wire.Call, resource string) *wire.Error {
	action := "kinesis:" + c.Operation
	if c.Allowed(action, resource, nil) {
		return nil
	}
	return wire.Errorf(400, "AccessDeniedException",
		"User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.Principal.ARN, action, resource, action)
}
