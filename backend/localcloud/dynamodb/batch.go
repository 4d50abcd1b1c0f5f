package dynamodb

import (
	"context"

	"avatar-launcher/backend/localcloud/wire"
)

// Limits of https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const (
	maxBatchGet   = 100
	maxBatchWrite = 25
	maxBatchBytes = 16 << 20
)

type batchGetInput struct {
	returns
	RequestItems map[string]*keysAndAttributes
}

type keysAndAttributes struct {
	legacy
	Keys                     []item
	ConsistentRead           bool
	ProjectionExpression     *string
	ExpressionAttributeNames map[string]string
}

func (s *Service) batchGet(_ context.Context, c *wire.Call) (any, *wire.Error) {
	var in batchGetInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	reads := map[string][]*read{}
	for _, name := range sortedKeys(in.RequestItems) {
		rs, err := s.prepareBatch(c, name, in.RequestItems[name])
		if err != nil {
			return nil, err
		}
		reads[name] = rs
	}
	return s.readBatch(&in, reads), nil
}

func (in *batchGetInput) check() *wire.Error {
	if err := in.returns.check(); err != nil {
		return err
	}
	total := 0
	for _, name := range sortedKeys(in.RequestItems) {
		r := in.RequestItems[name]
		if err := checkTableName(name); err != nil {
			return err
		}
		if r == nil || len(r.Keys) == 0 {
			return constraint("[]", "requestItems."+name+".member.keys", "Member must have length greater than or equal to 1")
		}
		total += len(r.Keys)
	}
	switch {
	case total == 0:
		return constraint("{}", "requestItems", "Member must have length greater than or equal to 1")
	case total > maxBatchGet:
		return invalid("Too many items requested for the BatchGetItem call")
	}
	return nil
}

func (s *Service) prepareBatch(c *wire.Call, name string, r *keysAndAttributes) ([]*read, *wire.Error) {
	var out []*read
	seen := map[string]bool{}
	for _, key := range r.Keys {
		one := getInput{legacy: r.legacy, TableName: name, Key: key, ProjectionExpression: r.ProjectionExpression,
			ExpressionAttributeNames: r.ExpressionAttributeNames}
		rd, err := s.prepareRead(c, "BatchGetItem", &one, "")
		if err != nil {
			return nil, err
		}
		if err := rd.checkKey(); err != nil {
			return nil, err
		}
		if seen[rd.treeKey] {
			return nil, invalid("Provided list of item keys contains duplicates")
		}
		seen[rd.treeKey] = true
		out = append(out, rd)
	}
	return out, nil
}

// readBatch reads until the answer's size is full; the rest comes back as UnprocessedKeys.
func (s *Service) readBatch(in *batchGetInput, reads map[string][]*read) map[string]any {
	responses := map[string][]item{}
	unprocessed := map[string]any{}
	counted := unitsByTable{}
	total := 0
	s.mu.RLock()
	for _, name := range sortedKeys(reads) {
		responses[name] = []item{}
		request := in.RequestItems[name]
		for i, r := range reads[name] {
			if total >= maxBatchBytes {
				unprocessed[name] = request.rest(i)
				break
			}
			e, ok := r.table.rows.Get(r.treeKey)
			total += int(size(e))
			counted.of(r.table.name, true, false).table += readUnits(int(size(e)), request.ConsistentRead)
			if ok {
				responses[name] = append(responses[name], projected(e.item, r.projection))
			}
		}
	}
	s.mu.RUnlock()
	out := map[string]any{"Responses": responses, "UnprocessedKeys": unprocessed}
	counted.setReport(out, in.ReturnConsumedCapacity)
	return out
}

// rest is the request for the keys from i on.
func (k *keysAndAttributes) rest(i int) map[string]any {
	m := map[string]any{"Keys": k.Keys[i:], "ConsistentRead": k.ConsistentRead}
	if k.ProjectionExpression != nil {
		m["ProjectionExpression"] = *k.ProjectionExpression
	}
	if k.AttributesToGet != nil {
		m["AttributesToGet"] = k.AttributesToGet
	}
	if k.ExpressionAttributeNames != nil {
		m["ExpressionAttributeNames"] = k.ExpressionAttributeNames
	}
	return m
}

type batchWriteInput struct {
	returns
	RequestItems map[string][]batchRequest
}

type batchRequest struct {
	PutRequest    *struct{ Item item }
	DeleteRequest *struct{ Key item }
}

// batchWrite does all its writes in one batch of the store, which is more than the API promises.
func (s *Service) batchWrite(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	var in batchWriteInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	var writes []*write
	seen := map[string]bool{}
	for _, name := range sortedKeys(in.RequestItems) {
		for _, r := range in.RequestItems[name] {
			w, err := s.prepareBatchWrite(c, name, r)
			if err != nil {
				return nil, err
			}
			if seen[w.lockKey()] {
				return nil, invalid("Provided list of item keys contains duplicates")
			}
			seen[w.lockKey()] = true
			writes = append(writes, w)
		}
	}
	if err := s.commit(ctx, writes...); err != nil {
		return nil, err
	}
	counted := unitsByTable{}
	for _, w := range writes {
		counted.of(w.table.name, false, false).wrote(w, 1)
	}
	out := map[string]any{"UnprocessedItems": map[string]any{}}
	counted.setReport(out, in.ReturnConsumedCapacity)
	return out, nil
}

func (in *batchWriteInput) check() *wire.Error {
	if err := in.returns.check(); err != nil {
		return err
	}
	total := 0
	for _, name := range sortedKeys(in.RequestItems) {
		if err := checkTableName(name); err != nil {
			return err
		}
		if len(in.RequestItems[name]) == 0 {
			return constraint("{"+name+"=[]}", "requestItems",
				"Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length "+
					"greater than or equal to 1]")
		}
		total += len(in.RequestItems[name])
	}
	switch {
	case total == 0:
		return constraint("{}", "requestItems", "Member must have length greater than or equal to 1")
	case total > maxBatchWrite:
		return invalid("Too many items requested for the BatchWriteItem call")
	}
	return nil
}

func (s *Service) prepareBatchWrite(c *wire.Call, name string, r batchRequest) (*write, *wire.Error) {
	in := writeInput{TableName: name}
	action := "PutItem"
	switch {
	case r.PutRequest != nil && r.DeleteRequest != nil:
		return nil, errManyTypes
	case r.PutRequest == nil && r.DeleteRequest == nil:
		return nil, errNoType
	case r.PutRequest != nil:
		in.Item = r.PutRequest.Item
	default:
		action, in.Key = "DeleteItem", r.DeleteRequest.Key
	}
	t, notFound := s.find(name)
	w := &write{action: action}
	a := w.access(s, t, &in, "")
	a.action = "BatchWriteItem"
	if err := s.authorize(c, a); err != nil {
		return nil, err
	}
	if notFound != nil {
		return nil, notFound
	}
	w.table = t
	if r.PutRequest != nil && in.Item != nil && !t.schema.fits(in.Item) {
		return nil, invalid("The provided key element does not match the schema")
	}
	return w, w.checkKey(&in)
}
