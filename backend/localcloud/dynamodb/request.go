package dynamodb

import (
	"encoding/json"
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// legacy are the parameters of the API before 2014; a request that has one is refused, with the name of what
// replaced it, rather than half understood.
type legacy struct {
	AttributesToGet     json.RawMessage
	AttributeUpdates    json.RawMessage
	Expected            json.RawMessage
	ConditionalOperator json.RawMessage
	KeyConditions       json.RawMessage
	QueryFilter         json.RawMessage
	ScanFilter          json.RawMessage
}

func (l *legacy) check() *wire.Error {
	for _, p := range []struct {
		content     json.RawMessage
		name, newer string
	}{
		{l.AttributesToGet, "AttributesToGet", projectionExpression},
		{l.AttributeUpdates, "AttributeUpdates", updateExpression},
		{l.Expected, "Expected", conditionExpression},
		{l.ConditionalOperator, "ConditionalOperator", conditionExpression},
		{l.KeyConditions, "KeyConditions", keyConditionExpression},
		{l.QueryFilter, "QueryFilter", filterExpression},
		{l.ScanFilter, "ScanFilter", filterExpression},
	} {
		if len(p.content) > 0 && string(p.content) != "null" {
			return invalid("The legacy parameter %s is not supported by the embedded cloud: use %s", p.name, p.newer)
		}
	}
	return nil
}

// expressions are the parameters that most item operations share.
type expressions struct {
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]value
}

// returns are the parameters that say what to answer beside the result.
type returns struct {
	ReturnConsumedCapacity      string
	ReturnItemCollectionMetrics string
}

func (r *returns) check() *wire.Error {
	if err := oneOf("returnConsumedCapacity", r.ReturnConsumedCapacity, "INDEXES", "TOTAL", "NONE"); err != nil {
		return err
	}
	return oneOf("returnItemCollectionMetrics", r.ReturnItemCollectionMetrics, "SIZE", "NONE")
}

// oneOf checks an optional enumeration.
func oneOf(member, v string, allowed ...string) *wire.Error {
	if v == "" || slices.Contains(allowed, v) {
		return nil
	}
	return constraint(v, member, "Member must satisfy enum value set: ["+strings.Join(allowed, ", ")+"]")
}

// optionalCondition parses a condition that may be left out.
func optionalCondition(parameter string, src *string, vars *placeholders) (*node, *wire.Error) {
	if src == nil {
		return nil, nil
	}
	return parseCondition(parameter, *src, vars)
}

func optionalProjection(src *string, vars *placeholders) ([]path, *wire.Error) {
	if src == nil {
		return nil, nil
	}
	return parseProjection(*src, vars)
}

// projected applies an optional projection.
func projected(it item, paths []path) item {
	if paths == nil {
		return it
	}
	return project(it, paths)
}
