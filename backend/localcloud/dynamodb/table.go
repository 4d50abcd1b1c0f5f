package dynamodb

import (
	"slices"
	"time"

	"github.com/tidwall/btree"

	"avatar-launcher/backend/localcloud/wire"
)

// entry is one stored item with its size in bytes; it never changes.
type entry struct {
	item item
	size int
}

// table is a table's working state. Its name, ID and schema never change; the rest is guarded by Service.mu, and
// def and indexes change only while every item's lock is held besides, so that a writer may read them.
type table struct {
	name    string
	id      string
	schema  keySchema
	def     definition
	rows    btree.Map[string, *entry]
	bytes   int64
	indexes []*index
	lagging []lag // what the global indexes have not seen yet, oldest first
	dropped bool
}

// index is a secondary index: a tree of its own over the items that have its key attributes, the others being
// absent from it. Only rows and bytes change, under Service.mu.
type index struct {
	def    indexDefinition
	local  bool
	schema keySchema
	base   keySchema
	rows   btree.Map[string, *entry]
	bytes  int64
}

// lag is a change on its way to the global indexes.
type lag struct {
	due      time.Time
	key      string
	old, new *entry
}

func newTable(def definition) *table {
	t := &table{name: def.TableName, id: def.ID, schema: def.schema(def.KeySchema), def: def}
	for _, d := range def.LocalSecondaryIndexes {
		t.indexes = append(t.indexes, t.newIndex(d, true))
	}
	for _, d := range def.GlobalSecondaryIndexes {
		t.indexes = append(t.indexes, t.newIndex(d, false))
	}
	return t
}

func (t *table) newIndex(d indexDefinition, local bool) *index {
	return &index{def: d, local: local, schema: t.def.schema(d.KeySchema), base: t.schema}
}

func (t *table) index(name string) *index {
	i := slices.IndexFunc(t.indexes, func(x *index) bool { return x.def.IndexName == name })
	if i < 0 {
		return nil
	}
	return t.indexes[i]
}

// set shows an item's new state, nil if it is gone. The global indexes see it lag later.
func (t *table) set(key string, old, new *entry, now time.Time, delay time.Duration) {
	if new == nil {
		t.rows.Delete(key)
	} else {
		t.rows.Set(key, new)
	}
	t.bytes += size(new) - size(old)
	for _, x := range t.indexes {
		if x.local || delay <= 0 {
			x.replace(key, old, new)
		}
	}
	if delay > 0 && len(t.def.GlobalSecondaryIndexes) > 0 {
		t.lagging = append(t.lagging, lag{due: now.Add(delay), key: key, old: old, new: new})
	}
	t.catchUp(now)
}

// behind reports whether the global indexes have changes to take over by now.
func (t *table) behind(now time.Time) bool {
	return len(t.lagging) > 0 && !t.lagging[0].due.After(now)
}

// catchUp brings the global indexes to what they are allowed to show by now.
func (t *table) catchUp(now time.Time) {
	for t.behind(now) {
		l := t.lagging[0]
		t.lagging = t.lagging[1:]
		for _, x := range t.indexes {
			if !x.local {
				x.replace(l.key, l.old, l.new)
			}
		}
	}
}

func size(e *entry) int64 {
	if e == nil {
		return 0
	}
	return int64(e.size)
}

// holds reports whether an item belongs to the index.
func (x *index) holds(e *entry) bool {
	if e == nil {
		return false
	}
	for _, a := range x.schema.attributes() {
		if v, ok := e.item[a.name]; !ok || v.kind != a.kind {
			return false
		}
	}
	return true
}

func (x *index) replace(key string, old, new *entry) {
	if x.holds(old) {
		if gone, ok := x.rows.Delete(x.schema.encode(old.item) + key); ok {
			x.bytes -= int64(gone.size)
		}
	}
	if x.holds(new) {
		e := x.projected(new)
		x.rows.Set(x.schema.encode(new.item)+key, e)
		x.bytes += int64(e.size)
	}
}

// projected is what the index keeps of an item.
func (x *index) projected(e *entry) *entry {
	if x.def.Projection.all() {
		return e
	}
	names := slices.Concat(x.base.names(), x.schema.names(), x.def.Projection.NonKeyAttributes)
	it := e.item.pick(names...)
	return &entry{item: it, size: it.size()}
}

// covers reports whether the index has the attribute.
func (x *index) covers(name string) bool {
	return x.def.Projection.all() || x.base.has(name) || x.schema.has(name) ||
		slices.Contains(x.def.Projection.NonKeyAttributes, name)
}

// checkKeys refuses an item whose index key attributes have the wrong type or are empty.
func (t *table) checkKeys(it item) *wire.Error {
	for _, x := range t.indexes {
		for _, a := range x.schema.attributes() {
			v, ok := it[a.name]
			if !ok || t.schema.has(a.name) {
				continue
			}
			if v.kind != a.kind {
				return badParameter("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", a.name, a.kind, v.kind,
					x.def.IndexName)
			}
			if v.kind != kindN && v.str == "" {
				return invalid("One or more parameter values are not valid. A value specified for a secondary index key is not "+
					"supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: %s, "+
					"IndexKey: %s", x.def.IndexName, a.name)
			}
		}
	}
	return nil
}
