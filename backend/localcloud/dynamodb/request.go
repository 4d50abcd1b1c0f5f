package dynamodb

import (
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

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
