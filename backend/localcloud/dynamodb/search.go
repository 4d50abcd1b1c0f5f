package dynamodb

import (
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

func (in *searchInput) check(action string) *wire.Error {
	if err := checkTableName(in.TableName); err != nil {
		return err
	}
	if err := in.checkLegacy(action); err != nil {
		return err
	}
	if err := in.returns.check(); err != nil {
		return err
	}
	if err := oneOf("select", in.Select, "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES",
		"ALL_PROJECTED_ATTRIBUTES"); err != nil {
		return err
	}
	if in.Limit != nil && *in.Limit < 1 {
		return constraint(itoa(*in.Limit), "limit", "Member must have value greater than or equal to 1")
	}
	if action == "Query" && in.KeyConditionExpression == nil && in.KeyConditions == nil {
		return invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	if err := in.checkSelect(); err != nil {
		if action == "Query" {
			return detected(err)
		}
		return err
	}
	return in.checkSegments()
}

func (in *searchInput) checkSelect() *wire.Error {
	got := in.Select
	if got == "COUNT" {
		got = "only the Count"
	}
	switch {
	case in.AttributesToGet != nil && in.Select != "" && in.Select != "SPECIFIC_ATTRIBUTES":
		return invalid("Cannot specify the AttributesToGet when choosing to get %s", got)
	case in.ProjectionExpression != nil && in.Select != "" && in.Select != "SPECIFIC_ATTRIBUTES":
		return invalid("Cannot specify the ProjectionExpression when choosing to get %s", got)
	case in.ProjectionExpression == nil && in.AttributesToGet == nil && in.Select == "SPECIFIC_ATTRIBUTES":
		return invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case in.Select == "ALL_PROJECTED_ATTRIBUTES" && in.IndexName == nil:
		return invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	}
	return nil
}

func (in *searchInput) checkSegments() *wire.Error {
	switch {
	case in.Segment == nil && in.TotalSegments == nil:
		return nil
	case in.TotalSegments == nil:
		return invalid("The TotalSegments parameter is required but was not present in the request when Segment parameter " +
			"is present")
	case in.Segment == nil:
		return invalid("The Segment parameter is required but was not present in the request when parameter TotalSegments " +
			"is present")
	case *in.TotalSegments < 1 || *in.TotalSegments > 1_000_000:
		return constraint(itoa(*in.TotalSegments), "totalSegments", "Member must have value between 1 and 1000000")
	case *in.Segment < 0 || *in.Segment >= *in.TotalSegments:
		return invalid("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is "+
			"not less than TotalSegments: %d", *in.Segment, *in.TotalSegments)
	}
	return nil
}

// prepareSearch resolves table, index and expressions, and authorises.
func (s *Service) prepareSearch(c *wire.Call, action string, in *searchInput) (*search, *wire.Error) {
	vars, err := newPlaceholders(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err != nil {
		return nil, err
	}
	q := &search{in: in, descending: in.ScanIndexForward != nil && !*in.ScanIndexForward}
	notFound := s.resolve(q)
	var keyNode *node
	if action == "Query" {
		q.key, keyNode, err = in.keyCondition(vars, q.schema)
	}
	if denied := s.authorize(c, q.access(s, action, keyNode, vars)); denied != nil {
		return nil, denied
	}
	if notFound != nil {
		return nil, notFound
	}
	if err != nil && keyNode == nil {
		return nil, err
	}
	wrongKey := err // said only if every expression can be read
	if q.filter, err = in.filter(vars); err != nil {
		return nil, err
	}
	if q.projection, err = in.projection(vars); err != nil {
		return nil, err
	}
	anyExpression := in.KeyConditionExpression != nil || in.FilterExpression != nil || in.ProjectionExpression != nil
	if err := vars.check(anyExpression, filterExpression); err != nil {
		return nil, err
	}
	if wrongKey != nil {
		return nil, wrongKey
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	return q, q.setRange()
}

// resolve finds the table and index.
func (s *Service) resolve(q *search) *wire.Error {
	t, err := s.find(q.in.TableName)
	if err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	q.table, q.schema = t, t.schema
	if q.in.IndexName == nil {
		return nil
	}
	if q.index = t.index(*q.in.IndexName); q.index == nil {
		return invalid("The table does not have the specified index: %s", *q.in.IndexName)
	}
	q.schema = q.index.schema
	return nil
}

func (q *search) access(s *Service, action string, keyNode *node, vars *placeholders) access {
	a := access{action: action, resource: s.tableARN(q.in.TableName), selects: q.in.Select}
	if q.in.IndexName != nil {
		a.resource += "/index/" + *q.in.IndexName
	}
	// Expressions that do not parse are refused after the authorisation; they name no attributes for it.
	filter, _ := q.in.filter(vars)
	paths, _ := q.in.projection(vars)
	a.attributes = tops(paths, keyNode, filter)
	if q.key != nil {
		a.leadingKeys = q.schema.leading(item{q.schema.hash.name: q.key.hash})
	}
	return a
}

// check refuses what the table or index cannot answer.
func (q *search) check() *wire.Error {
	if q.key != nil {
		for _, name := range tops(nil, q.filter) {
			if q.schema.has(name) {
				if q.in.QueryFilter != nil {
					return invalid("QueryFilter can only contain non-primary key attributes: Primary key attribute: %s", name)
				}
				return invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", name)
			}
		}
	}
	if q.index == nil || q.index.local {
		return nil
	}
	if q.in.ConsistentRead {
		return invalid("Consistent reads are not supported on global secondary indexes")
	}
	if q.in.Select == "ALL_ATTRIBUTES" && !q.index.def.Projection.all() {
		return badParameter("Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its "+
			"projection type is not ALL", q.index.def.IndexName)
	}
	for _, name := range unique(tops(q.projection)) {
		if !q.index.covers(name) {
			return badParameter("Global secondary index %s does not project [%s]", q.index.def.IndexName, name)
		}
	}
	return nil
}

// setRange sets where the search begins and ends in the tree.
func (q *search) setRange() *wire.Error {
	if q.key != nil {
		q.low, q.high = q.key.bounds()
	}
	start := q.in.ExclusiveStartKey
	if start == nil {
		return nil
	}
	at, err := q.position(start)
	if err != nil {
		return err
	}
	if q.key != nil && (at < q.low || q.high != "" && at >= q.high) {
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	}
	if q.in.TotalSegments != nil && segmentOf(at, *q.in.TotalSegments) != *q.in.Segment {
		return invalid("The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey "+
			"with correct Segment. TotalSegments: %d Segment: %d", *q.in.TotalSegments, *q.in.Segment)
	}
	if q.descending {
		q.high = at
	} else {
		q.low = at + "\x00"
	}
	return nil
}

// position is the tree key of an ExclusiveStartKey.
func (q *search) position(start item) (string, *wire.Error) {
	names := q.keyNames()
	bad := invalid("The provided starting key is invalid")
	if len(start) != len(names) {
		return "", bad
	}
	schemas := []keySchema{q.table.schema}
	if q.index != nil {
		schemas = append(schemas, q.index.schema)
	}
	for _, schema := range schemas {
		for _, a := range schema.attributes() {
			if v, ok := start[a.name]; !ok || v.kind != a.kind {
				return "", bad
			}
		}
	}
	if q.index == nil {
		return q.schema.encode(start), nil
	}
	return q.schema.encode(start) + q.table.schema.encode(start), nil
}

// keyNames lists the attributes of LastEvaluatedKey.
func (q *search) keyNames() []string {
	names := q.table.schema.names()
	if q.index != nil {
		names = unique(slices.Concat(names, q.index.schema.names()))
	}
	return names
}
