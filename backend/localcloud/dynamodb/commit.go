package dynamodb

import (
	"context"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

// write is one item's write, alone or in a transaction.
type write struct {
	action    string // PutItem, UpdateItem, DeleteItem, ConditionCheckItem
	table     *table
	key       item // the key attributes
	treeKey   string
	put       item    // PutItem
	update    *update // UpdateItem; nil changes nothing but the item's existence
	condition *node
	onFailure bool // return the item where the condition fails

	indexes  []*index // the table's, once locked
	old, new *entry   // old once locked, new after evaluate
}

// lockKey is the item's name among all items of all tables.
func (w *write) lockKey() string { return w.table.id + w.treeKey }

// failed is the error of a false condition, with the item where the caller asked for it.
func (w *write) failed() *wire.Error {
	err := wire.Errorf(400, "ConditionalCheckFailedException", "The conditional request failed")
	if w.onFailure && w.old != nil {
		err.Fields = map[string]any{"Item": w.old.item, "Message": err.Message}
	}
	return err
}

// evaluate decides the item's next state from its old one. The caller holds the item's lock.
func (w *write) evaluate() *wire.Error {
	var old item
	if w.old != nil {
		old = w.old.item
	}
	if w.condition != nil && !w.condition.holds(old) {
		return w.failed()
	}
	w.new = w.old
	switch w.action {
	case "DeleteItem":
		w.new = nil
	case "PutItem":
		return w.become(w.put, "Item size has exceeded the maximum allowed size")
	case "UpdateItem":
		if old == nil {
			old = w.key
		}
		next, err := w.update.apply(old)
		if err != nil {
			return err
		}
		return w.become(next, "Item size to update has exceeded the maximum allowed size")
	}
	return nil
}

func (w *write) become(it item, tooLarge string) *wire.Error {
	if err := w.table.checkKeys(it); err != nil {
		return err
	}
	w.new = &entry{item: it, size: it.size()}
	if w.new.size > maxItem {
		return invalid("%s", tooLarge)
	}
	return nil
}

func (w *write) op() store.Op {
	op := store.Op{Bucket: itemsBucket(w.table.id), Key: w.treeKey}
	if w.new != nil {
		op.Value = w.new.item.append(nil)
	}
	return op
}

// commit does one write, or several that stand or fall together.
func (s *Service) commit(ctx context.Context, writes ...*write) *wire.Error {
	release, err := s.lock(ctx, writes)
	if err != nil {
		return err
	}
	defer release()
	for _, w := range writes {
		if err := w.evaluate(); err != nil {
			return err
		}
	}
	return s.apply(writes)
}

// lock takes the items' locks, and those of the other keys, and reads the items. Nobody changes them before
// release.
func (s *Service) lock(ctx context.Context, writes []*write, others ...string) (release func(), err *wire.Error) {
	keys := others
	for _, w := range writes {
		keys = append(keys, w.lockKey())
	}
	release, fault := s.locks.acquire(ctx, keys...)
	if fault != nil {
		return nil, internal(fault)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, w := range writes {
		if w.table.dropped {
			release()
			return nil, noSuchResource()
		}
		w.old, _ = w.table.rows.Get(w.treeKey)
		w.indexes = w.table.indexes
	}
	return release, nil
}

// apply makes evaluated writes durable, then shows them all at once: what a reader has seen, a kill cannot undo.
func (s *Service) apply(writes []*write, more ...store.Op) *wire.Error {
	ops := more
	for _, w := range writes {
		if w.old != w.new {
			ops = append(ops, w.op())
		}
	}
	if err := s.store.Apply(ops...); err != nil {
		return internal(err)
	}
	now := s.env.Now()
	s.mu.Lock()
	for _, w := range writes {
		if w.old != w.new {
			w.table.set(w.treeKey, w.old, w.new, now, s.opts.IndexLag)
		}
	}
	s.mu.Unlock()
	for _, w := range writes {
		s.armFor(w.table, w.new)
	}
	return nil
}
