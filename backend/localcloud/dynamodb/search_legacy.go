package dynamodb

import "avatar-launcher/backend/localcloud/wire"

// checkLegacy checks the parameters before expressions that Query or Scan has.
func (in *searchInput) checkLegacy(action string) *wire.Error {
	filter := in.legacyFilter(action)
	name, member := "ScanFilter", "scanFilter"
	if action == "Query" {
		name, member = "QueryFilter", "queryFilter"
	}
	old := []parameter{
		{"AttributesToGet", in.AttributesToGet != nil}, {name, filter != nil},
		{"ConditionalOperator", in.ConditionalOperator != ""},
		{"KeyConditions", action == "Query" && in.KeyConditions != nil},
	}
	expressions := []parameter{
		{projectionExpression, in.ProjectionExpression != nil}, {filterExpression, in.FilterExpression != nil},
		{keyConditionExpression, action == "Query" && in.KeyConditionExpression != nil},
	}
	if err := checkMix(old, expressions); err != nil {
		return err
	}
	if err := in.checkAttributes(); err != nil {
		return err
	}
	if err := in.checkOperator(filter); err != nil {
		return err
	}
	if err := checkConditions(member, filter); err != nil {
		return err
	}
	return checkConditions("keyConditions", in.KeyConditions)
}

// legacyFilter is QueryFilter or ScanFilter. The one of the other operation is no parameter.
func (in *searchInput) legacyFilter(action string) map[string]*legacyCondition {
	if action == "Query" {
		in.ScanFilter = nil
		return in.QueryFilter
	}
	in.QueryFilter, in.KeyConditions = nil, nil
	return in.ScanFilter
}

// keyCondition reads the key condition for a schema, and its node.
func (in *searchInput) keyCondition(vars *placeholders, schema keySchema) (*keyCondition, *node, *wire.Error) {
	if in.KeyConditionExpression != nil {
		return parseKeyCondition(*in.KeyConditionExpression, vars, schema)
	}
	n, err := keyNode(in.KeyConditions, schema)
	if err != nil {
		return nil, nil, err
	}
	return keyConditionOf(n, schema)
}

// filter reads the filter, nil for none.
func (in *searchInput) filter(vars *placeholders) (*node, *wire.Error) {
	for _, conditions := range []map[string]*legacyCondition{in.QueryFilter, in.ScanFilter} {
		if len(conditions) > 0 {
			return join(conditions, in.ConditionalOperator), nil
		}
	}
	return optionalCondition(filterExpression, in.FilterExpression, vars)
}

// projection reads what is asked for of each item, nil for everything.
func (in *searchInput) projection(vars *placeholders) ([]path, *wire.Error) {
	if in.AttributesToGet != nil {
		return attributePaths(in.AttributesToGet), nil
	}
	return optionalProjection(in.ProjectionExpression, vars)
}
