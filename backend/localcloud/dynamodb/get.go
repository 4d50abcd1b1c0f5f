package dynamodb

import (
	"context"
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

// getInput is the parameters of GetItem and of each action of TransactGetItems.
type getInput struct {
	legacy
	returns
	TableName                string
	Key                      item
	ConsistentRead           bool
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
}

// read is one item's read.
type read struct {
	table      *table
	key        item
	treeKey    string
	projection []path
}

func (s *Service) getItem(_ context.Context, c *wire.Call) (any, *wire.Error) {
	var in getInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	if err := checkTableName(in.TableName); err != nil {
		return nil, err
	}
	if err := in.returns.check(); err != nil {
		return nil, err
	}
	r, err := s.prepareRead(c, "GetItem", &in, "")
	if err != nil {
		return nil, err
	}
	if err := r.checkKey(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	e, ok := r.table.rows.Get(r.treeKey)
	s.mu.RUnlock()
	out := map[string]any{}
	bytes := 0
	if ok {
		out["Item"] = projected(e.item, r.projection)
		bytes = e.size
	}
	u := units{isRead: true, table: readUnits(bytes, in.ConsistentRead)}
	setReport(out, u.report(r.table.name, in.ReturnConsumedCapacity))
	return out, nil
}

func (s *Service) prepareRead(c *wire.Call, action string, in *getInput, enclosing string) (*read, *wire.Error) {
	old := []parameter{{"AttributesToGet", in.AttributesToGet != nil}}
	if err := checkMix(old, []parameter{{projectionExpression, in.ProjectionExpression != nil}}); err != nil {
		return nil, err
	}
	if err := in.checkAttributes(); err != nil {
		return nil, err
	}
	vars, err := newPlaceholders(in.ExpressionAttributeNames, nil)
	if err != nil {
		return nil, err
	}
	r := &read{key: in.Key}
	if r.projection, err = optionalProjection(in.ProjectionExpression, vars); err != nil {
		return nil, err
	}
	if err := vars.check(r.projection != nil); err != nil {
		return nil, err
	}
	if r.projection == nil {
		r.projection = attributePaths(in.AttributesToGet)
	}
	t, notFound := s.find(in.TableName)
	a := access{action: action, resource: s.tableARN(in.TableName), enclosing: enclosing}
	a.attributes = slices.Concat(sortedKeys(in.Key), tops(r.projection))
	if t != nil {
		a.leadingKeys = t.schema.leading(in.Key)
	}
	if err := s.authorize(c, a); err != nil {
		return nil, err
	}
	r.table = t
	return r, notFound
}
