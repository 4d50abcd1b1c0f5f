package dynamodb

import (
	"context"

	"avatar-launcher/backend/localcloud/wire"
)

type transactGetInput struct {
	returns
	TransactItems []struct{ Get *getInput }
}

// transactGet reads all items at one moment.
func (s *Service) transactGet(_ context.Context, c *wire.Call) (any, *wire.Error) {
	var in transactGetInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	if err := in.returns.check(); err != nil {
		return nil, err
	}
	if err := checkTransactionLength(len(in.TransactItems)); err != nil {
		return nil, err
	}
	reads := make([]*read, len(in.TransactItems))
	reasons := make([]*wire.Error, len(reads))
	for i, t := range in.TransactItems {
		if t.Get == nil {
			return nil, constraint("null", "transactItems."+itoa(i+1)+".member.get", "Member must not be null")
		}
		t.Get.legacy = legacy{}
		r, err := s.prepareRead(c, "GetItem", t.Get, "TransactGetItems")
		if err != nil {
			return nil, err
		}
		reads[i], reasons[i] = r, r.checkKey()
	}
	if err := cancelled(reasons); err != nil {
		return nil, err
	}
	return s.readTogether(reads, in.ReturnConsumedCapacity), nil
}

func (s *Service) readTogether(reads []*read, mode string) map[string]any {
	responses := make([]map[string]any, len(reads))
	counted := unitsByTable{}
	s.mu.RLock()
	for i, r := range reads {
		responses[i] = map[string]any{}
		e, ok := r.table.rows.Get(r.treeKey)
		if ok {
			responses[i]["Item"] = projected(e.item, r.projection)
		}
		counted.of(r.table.name, true, true).table += 2 * readUnits(int(size(e)), true)
	}
	s.mu.RUnlock()
	out := map[string]any{"Responses": responses}
	counted.setReport(out, mode)
	return out
}
