package dynamodb

import (
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// invalid is the error for nearly every client's mistake.
func invalid(format string, args ...any) *wire.Error {
	return wire.Errorf(400, "ValidationException", format, args...)
}

// wrongParameter is what DynamoDB puts before most of its reasons.
const wrongParameter = "One or more parameter values were invalid: "

// badParameter is invalid with the words that DynamoDB puts before most of its reasons.
func badParameter(format string, args ...any) *wire.Error {
	return invalid(wrongParameter+format, args...)
}

// constraint is how the API model's own limits are reported.
func constraint(value, member, rule string) *wire.Error {
	if value != "null" {
		value = "'" + value + "'"
	}
	return invalid("1 validation error detected: Value %s at '%s' failed to satisfy constraint: %s", value, member, rule)
}

// broken joins what is wrong with a request by the API's model, in AWS's words.
func broken(found []*wire.Error) *wire.Error {
	if len(found) < 2 {
		return append(found, nil)[0]
	}
	const beginning = "1 validation error detected: "
	var texts []string
	for _, err := range found {
		texts = append(texts, strings.TrimPrefix(err.Message, beginning))
	}
	return invalid("%d validation errors detected: %s", len(found), strings.Join(texts, "; "))
}

// detected gives an invalid request's message the beginning that PutItem, UpdateItem and DeleteItem have, and Query
// in part. Batches, transactions and the other reads answer without it.
func detected(err *wire.Error) *wire.Error {
	const beginning = "1 validation error detected: "
	if err == nil || err.Code != "ValidationException" || strings.HasPrefix(err.Message, beginning) {
		return err
	}
	out := *err
	out.Message = beginning + err.Message
	return &out
}

func noSuchTable(name string) *wire.Error {
	return wire.Errorf(400, "ResourceNotFoundException", "Requested resource not found: Table: %s not found", name)
}

func noSuchResource() *wire.Error {
	return wire.Errorf(400, "ResourceNotFoundException", "Requested resource not found")
}

func serialization(format string, args ...any) *wire.Error {
	e := wire.Errorf(400, "SerializationException", format, args...)
	e.Fields = map[string]any{"Message": e.Message} // its member has a capital letter, unlike that of all others
	return e
}

func internal(err error) *wire.Error {
	return wire.Errorf(500, "InternalServerError", "Internal server error: %v", err)
}

// typePrefix is the namespace of an error code in __type.
func typePrefix(code string) string {
	switch code {
	case "ValidationException":
		return "com.amazon.coral.validate#"
	case "ThrottlingException", "ServiceUnavailable", "ServiceUnavailableException":
		return "com.amazon.coral.availability#"
	case "AccessDeniedException", "SerializationException", "UnknownOperationException",
		"MissingAuthenticationTokenException", "UnrecognizedClientException", "InvalidSignatureException",
		"IncompleteSignatureException", "ExpiredTokenException", "InternalFailure":
		return "com.amazon.coral.service#"
	}
	return "com.amazonaws.dynamodb.v20120810#"
}
