package dynamodb

import (
	"context"
	"slices"

	"avatar-launcher/backend/localcloud/wire"
)

type updateTableInput struct {
	TableName                   string
	AttributeDefinitions        []attributeDefinition
	BillingMode                 string
	ProvisionedThroughput       *throughput
	DeletionProtectionEnabled   *bool
	TableClass                  string
	StreamSpecification         *struct{ StreamEnabled bool }
	SSESpecification            *sseSpecification
	GlobalSecondaryIndexUpdates []indexUpdate
}

type indexUpdate struct {
	Create *indexDefinition
	Update *struct {
		IndexName             string
		ProvisionedThroughput *throughput
	}
	Delete *struct{ IndexName string }
}

// updateTable changes billing, protection, and one global index, which is complete when the call returns.
func (s *Service) updateTable(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	var in updateTableInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	t, err := s.table(c, "UpdateTable")
	if err != nil {
		return nil, err
	}
	return s.change(ctx, func() (any, *wire.Error) {
		def, err := in.apply(t.def)
		if err != nil {
			return nil, err
		}
		if in.SSESpecification != nil {
			if def.EncryptionKey, err = s.encryptionKey(in.SSESpecification); err != nil {
				return nil, err
			}
		}
		return s.redefine(t, def, func() any {
			return map[string]any{"TableDescription": t.describe("UPDATING")}
		})
	})
}

// redefine stores a table's new definition, rebuilds what follows from it, and answers. Nobody is writing.
func (s *Service) redefine(t *table, def definition, answer func() any) (any, *wire.Error) {
	if t.dropped {
		return nil, noSuchTable(t.name)
	}
	if err := s.store.Apply(def.op()); err != nil {
		return nil, internal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.def = def
	t.reindex()
	return answer(), nil
}

// reindex makes the trees of indexes that are new, and drops those of indexes that are gone.
func (t *table) reindex() {
	old := t.indexes
	t.indexes = nil
	for _, x := range old {
		if x.local {
			t.indexes = append(t.indexes, x)
		}
	}
	for _, d := range t.def.GlobalSecondaryIndexes {
		i := slices.IndexFunc(old, func(x *index) bool { return x.def.IndexName == d.IndexName && !x.local })
		if i >= 0 {
			t.indexes = append(t.indexes, old[i])
			continue
		}
		t.indexes = append(t.indexes, t.backfill(d))
	}
}

// backfill builds an index; changes that the other indexes have not seen yet are in it already, and taking them
// over once more does no harm.
func (t *table) backfill(d indexDefinition) *index {
	x := t.newIndex(d, false)
	t.rows.Scan(func(key string, e *entry) bool {
		x.replace(key, nil, e)
		return true
	})
	return x
}

func (in *updateTableInput) apply(def definition) (definition, *wire.Error) {
	if in.StreamSpecification != nil && in.StreamSpecification.StreamEnabled {
		return def, invalid("DynamoDB Streams are not available in the embedded cloud")
	}
	def.GlobalSecondaryIndexes = slices.Clone(def.GlobalSecondaryIndexes)
	if in.BillingMode != "" {
		def.BillingMode = in.BillingMode
		if in.BillingMode == payPerRequest {
			def.Throughput = throughput{}
		}
	}
	if in.ProvisionedThroughput != nil {
		if def.BillingMode == payPerRequest {
			return def, badParameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is " +
				"PAY_PER_REQUEST")
		}
		def.Throughput = *in.ProvisionedThroughput
	}
	if in.DeletionProtectionEnabled != nil {
		def.DeletionProtection = *in.DeletionProtectionEnabled
	}
	if in.TableClass != "" {
		def.TableClass = in.TableClass
	}
	if len(in.GlobalSecondaryIndexUpdates) > 1 {
		return def, wire.Errorf(400, "LimitExceededException",
			"Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")
	}
	for _, u := range in.GlobalSecondaryIndexUpdates {
		if err := u.apply(&def, in.AttributeDefinitions); err != nil {
			return def, err
		}
	}
	return def, nil
}

func (u indexUpdate) apply(def *definition, attributes []attributeDefinition) *wire.Error {
	at := func(name string) int {
		return slices.IndexFunc(def.GlobalSecondaryIndexes, func(d indexDefinition) bool { return d.IndexName == name })
	}
	switch {
	case u.Create != nil:
		if at(u.Create.IndexName) >= 0 {
			return badParameter("Attempting to create an index which already exists: %s", u.Create.IndexName)
		}
		def.AttributeDefinitions = mergeAttributes(def.AttributeDefinitions, attributes)
		def.GlobalSecondaryIndexes = append(def.GlobalSecondaryIndexes, *u.Create)
		def.dropUnused()
		return checkSchema(def.AttributeDefinitions, def.KeySchema, def.GlobalSecondaryIndexes, def.LocalSecondaryIndexes)
	case u.Delete != nil:
		i := at(u.Delete.IndexName)
		if i < 0 {
			return noSuchResource()
		}
		def.GlobalSecondaryIndexes = slices.Delete(def.GlobalSecondaryIndexes, i, i+1)
		def.dropUnused()
	case u.Update != nil:
		i := at(u.Update.IndexName)
		if i < 0 {
			return noSuchResource()
		}
		def.GlobalSecondaryIndexes[i].ProvisionedThroughput = u.Update.ProvisionedThroughput
	}
	return nil
}

func mergeAttributes(have, more []attributeDefinition) []attributeDefinition {
	out := slices.Clone(have)
	for _, a := range more {
		if !slices.ContainsFunc(out, func(b attributeDefinition) bool { return b.AttributeName == a.AttributeName }) {
			out = append(out, a)
		}
	}
	return out
}

// dropUnused forgets the definitions of attributes that no key has any more.
func (d *definition) dropUnused() {
	keys := slices.Clone(d.KeySchema)
	for _, x := range slices.Concat(d.GlobalSecondaryIndexes, d.LocalSecondaryIndexes) {
		keys = append(keys, x.KeySchema...)
	}
	d.AttributeDefinitions = slices.DeleteFunc(slices.Clone(d.AttributeDefinitions), func(a attributeDefinition) bool {
		return !slices.ContainsFunc(keys, func(k keyElement) bool { return k.AttributeName == a.AttributeName })
	})
}
