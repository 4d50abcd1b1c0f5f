package dynamodb

import (
	"context"
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/wire"
)

// writeInput is the parameters of PutItem, UpdateItem, DeleteItem, and of each action of TransactWriteItems.
type writeInput struct {
	legacy
	expressions
	returns
	TableName                           string
	Item                                item
	Key                                 item
	ConditionExpression                 *string
	UpdateExpression                    *string
	ReturnValues                        string
	ReturnValuesOnConditionCheckFailure string
}

func (s *Service) putItem(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	return s.writeItem(ctx, c, "PutItem", "ALL_OLD", "NONE")
}

func (s *Service) deleteItem(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	return s.writeItem(ctx, c, "DeleteItem", "ALL_OLD", "NONE")
}

func (s *Service) updateItem(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	return s.writeItem(ctx, c, "UpdateItem", "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
}

func (s *Service) writeItem(ctx context.Context, c *wire.Call, action string,
	returnValues ...string) (any, *wire.Error) {
	var in writeInput
	if err := decode(c.Body, &in); err != nil {
		if strings.HasPrefix(err.Message, wrongParameter) {
			err = detected(err) // the others are about the form of a value
		}
		return nil, err
	}
	if action != "UpdateItem" {
		in.AttributeUpdates, in.UpdateExpression = nil, nil // no parameters of the others
	}
	if err := in.check(returnValues); err != nil {
		return nil, err
	}
	w, err := s.prepare(c, action, &in, "")
	if err != nil {
		return nil, detected(err)
	}
	if err := w.checkKey(&in); err != nil {
		return nil, err
	}
	if err := s.commit(ctx, w); err != nil {
		return nil, err
	}
	out := map[string]any{}
	if attributes := w.attributes(in.ReturnValues); len(attributes) > 0 {
		out["Attributes"] = attributes
	}
	var u units
	u.wrote(w, 1)
	setReport(out, u.report(w.table.name, in.ReturnConsumedCapacity))
	return out, nil
}

func (in *writeInput) check(returnValues []string) *wire.Error {
	if err := checkTableName(in.TableName); err != nil {
		return err
	}
	if err := in.checkLegacy(); err != nil {
		return detected(err)
	}
	if err := in.returns.check(); err != nil {
		return err
	}
	all := []string{"ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"}
	if err := oneOf("returnValues", in.ReturnValues, all...); err != nil {
		return err
	}
	if in.ReturnValues != "" && !slices.Contains(returnValues, in.ReturnValues) {
		return invalid("ReturnValues can only be %s", strings.Join(returnValues, " or "))
	}
	return oneOf("returnValuesOnConditionCheckFailure", in.ReturnValuesOnConditionCheckFailure, "ALL_OLD", "NONE")
}

// checkLegacy checks the parameters before expressions that the operation has.
func (in *writeInput) checkLegacy() *wire.Error {
	old := []parameter{
		{"AttributeUpdates", in.AttributeUpdates != nil}, {"Expected", in.Expected != nil},
		{"ConditionalOperator", in.ConditionalOperator != ""},
	}
	expressions := []parameter{
		{updateExpression, in.UpdateExpression != nil}, {conditionExpression, in.ConditionExpression != nil},
	}
	if err := checkMix(old, expressions); err != nil {
		return err
	}
	if err := in.checkOperator(in.Expected); err != nil {
		return err
	}
	return checkConditions("expected", in.Expected)
}

// takeLegacy takes the condition and the update of the parameters before expressions, if there are no expressions.
func (w *write) takeLegacy(in *writeInput) *wire.Error {
	if w.condition == nil {
		w.condition = join(in.Expected, in.ConditionalOperator)
	}
	if w.action != "UpdateItem" || w.update != nil {
		return nil
	}
	var err *wire.Error
	w.update, err = legacyUpdate(in.AttributeUpdates)
	return err
}

// prepare parses and authorises a write. What depends on the table's schema comes after it, in checkKey, because a
// transaction reports that by position.
func (s *Service) prepare(c *wire.Call, action string, in *writeInput, enclosing string) (*write, *wire.Error) {
	vars, err := newPlaceholders(in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err != nil {
		return nil, err
	}
	w := &write{action: action, onFailure: in.ReturnValuesOnConditionCheckFailure == "ALL_OLD"}
	takes := []string{conditionExpression}
	if action == "UpdateItem" {
		takes = []string{updateExpression, conditionExpression}
		if in.UpdateExpression != nil {
			if w.update, err = parseUpdate(*in.UpdateExpression, vars); err != nil {
				return nil, err
			}
		}
	}
	if w.condition, err = optionalCondition(conditionExpression, in.ConditionExpression, vars); err != nil {
		return nil, err
	}
	if err := vars.check(w.update != nil || w.condition != nil, takes...); err != nil {
		return nil, err
	}
	if err := w.takeLegacy(in); err != nil {
		return nil, err
	}
	t, notFound := s.find(in.TableName)
	if err := s.authorize(c, w.access(s, t, in, enclosing)); err != nil {
		return nil, err
	}
	w.table = t
	return w, notFound
}

func (w *write) access(s *Service, t *table, in *writeInput, enclosing string) access {
	a := access{action: w.action, resource: s.tableARN(in.TableName), returnValues: in.ReturnValues, enclosing: enclosing}
	a.attributes = slices.Concat(sortedKeys(in.Key), sortedKeys(in.Item), tops(w.update.paths(), w.condition))
	if w.update != nil {
		for _, x := range w.update.actions {
			a.attributes = append(a.attributes, tops(nil, x.operand)...)
		}
	}
	if t != nil {
		key := in.Key
		if w.action == "PutItem" {
			key = in.Item
		}
		a.leadingKeys = t.schema.leading(key)
	}
	return a
}

// checkKey validates the write against the table's schema and finds its place.
func (w *write) checkKey(in *writeInput) *wire.Error {
	schema := w.table.schema
	if w.action != "PutItem" && in.Key == nil {
		return constraint("null", "key", "Member must not be null")
	}
	if w.action == "PutItem" && in.Item == nil {
		return constraint("null", "item", "Member must not be null")
	}
	if w.action == "PutItem" {
		if err := schema.checkItem(in.Item); err != nil {
			return err
		}
		w.put, w.key = in.Item, in.Item.pick(schema.names()...)
	} else {
		if err := schema.checkKey(in.Key); err != nil {
			return err
		}
		w.key = in.Key
	}
	for _, p := range w.update.paths() {
		if schema.has(p.top()) {
			return badParameter("Cannot update attribute %s. This attribute is part of the key", p.top())
		}
	}
	w.treeKey = schema.encode(w.key)
	return nil
}

// attributes is what ReturnValues asks for.
func (w *write) attributes(returnValues string) item {
	var from *entry
	switch returnValues {
	case "ALL_OLD", "UPDATED_OLD":
		from = w.old
	case "ALL_NEW", "UPDATED_NEW":
		from = w.new
	}
	if from == nil {
		return nil
	}
	if returnValues == "UPDATED_OLD" || returnValues == "UPDATED_NEW" {
		if w.update == nil {
			return nil
		}
		return project(from.item, w.update.paths())
	}
	return from.item
}

func (r *read) checkKey() *wire.Error {
	if r.key == nil {
		return constraint("null", "key", "Member must not be null")
	}
	if err := r.table.schema.checkKey(r.key); err != nil {
		return err
	}
	r.treeKey = r.table.schema.encode(r.key)
	return nil
}
