package dynamodb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"avatar-launcher/backend/localcloud/store"
	"avatar-launcher/backend/localcloud/wire"
)

type createTableInput struct {
	TableName                 string
	AttributeDefinitions      []attributeDefinition
	KeySchema                 []keyElement
	GlobalSecondaryIndexes    []indexDefinition
	LocalSecondaryIndexes     []indexDefinition
	BillingMode               string
	ProvisionedThroughput     *throughput
	DeletionProtectionEnabled bool
	TableClass                string
	Tags                      []tag
	StreamSpecification       *struct{ StreamEnabled bool }
	SSESpecification          *sseSpecification
}

// sseSpecification is which key encrypts a table.
type sseSpecification struct {
	Enabled        bool
	SSEType        string
	KMSMasterKeyId string
}

// managedKey is the ID of the key that AWS manages for DynamoDB in an account.
const managedKey = "0dd0d8ba-3c5e-4bd1-9c2a-6a2f8f6f2b10"

// encryptionKey is the ARN of the KMS key, "" for the key that DynamoDB owns.
func (s *Service) encryptionKey(in *sseSpecification) (string, *wire.Error) {
	switch {
	case in == nil, !in.Enabled && in.KMSMasterKeyId == "" && in.SSEType == "":
		return "", nil
	case !in.Enabled:
		return "", badParameter("SSEType and KMSMasterKeyId can only be specified if SSE is enabled")
	case in.SSEType != "" && in.SSEType != "KMS":
		return "", badParameter("SSEType %s is not supported", in.SSEType)
	}
	key := in.KMSMasterKeyId
	switch {
	case key == "" || key == "alias/aws/dynamodb":
		key = "key/" + managedKey
	case strings.HasPrefix(key, "arn:"):
		return key, nil
	case !strings.HasPrefix(key, "alias/"):
		key = "key/" + key
	}
	return fmt.Sprintf("arn:aws:kms:%s:%s:%s", s.env.Region, s.env.AccountID, key), nil
}

// createTable answers CREATING, as AWS does; the table is there at the next call.
func (s *Service) createTable(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	var in createTableInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	if err := s.authorizeTable(c, "CreateTable", in.TableName); err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	key, err := s.encryptionKey(in.SSESpecification)
	if err != nil {
		return nil, err
	}
	def := in.definition()
	def.EncryptionKey = key
	def.ID = uuid(s.env.NewID(32))
	def.ARN = s.tableARN(in.TableName)
	def.Created = c.Now
	t := newTable(def)
	return s.change(ctx, func() (any, *wire.Error) {
		if _, err := s.find(in.TableName); err == nil {
			return nil, wire.Errorf(400, "ResourceInUseException", "Table already exists: %s", in.TableName)
		}
		if err := s.store.Apply(def.op()); err != nil {
			return nil, internal(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.tables[def.TableName] = t
		return map[string]any{"TableDescription": without(t.describe("CREATING"), "WarmThroughput")}, nil
	})
}

// change runs a change of the tables themselves while no item is being written.
func (s *Service) change(ctx context.Context, fn func() (any, *wire.Error)) (any, *wire.Error) {
	release, err := s.locks.all(ctx)
	if err != nil {
		return nil, internal(err)
	}
	defer release()
	return fn()
}

func (in *createTableInput) definition() definition {
	def := definition{
		TableName:              in.TableName,
		AttributeDefinitions:   in.AttributeDefinitions,
		KeySchema:              in.KeySchema,
		GlobalSecondaryIndexes: in.GlobalSecondaryIndexes,
		LocalSecondaryIndexes:  in.LocalSecondaryIndexes,
		BillingMode:            in.BillingMode,
		DeletionProtection:     in.DeletionProtectionEnabled,
		TableClass:             in.TableClass,
		Tags:                   map[string]string{},
	}
	if in.ProvisionedThroughput != nil {
		def.Throughput = *in.ProvisionedThroughput
	}
	for _, t := range in.Tags {
		def.Tags[t.Key] = t.Value
	}
	return def
}

func uuid(hex string) string {
	return strings.Join([]string{hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:]}, "-")
}

type tableInput struct{ TableName string }

// table decodes a request that names a table only, and finds it.
func (s *Service) table(c *wire.Call, action string) (*table, *wire.Error) {
	var in tableInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	if err := checkTableName(in.TableName); err != nil {
		return nil, err
	}
	if err := s.authorizeTable(c, action, in.TableName); err != nil {
		return nil, err
	}
	t, err := s.find(in.TableName)
	if err != nil {
		return nil, noSuchTable(tableName(in.TableName))
	}
	return t, nil
}

func (s *Service) describeTable(_ context.Context, c *wire.Call) (any, *wire.Error) {
	t, err := s.table(c, "DescribeTable")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t.catchUp(s.env.Now())
	return map[string]any{"Table": t.describe("ACTIVE")}, nil
}

func (s *Service) deleteTable(ctx context.Context, c *wire.Call) (any, *wire.Error) {
	t, err := s.table(c, "DeleteTable")
	if err != nil {
		return nil, err
	}
	return s.change(ctx, func() (any, *wire.Error) {
		if t.dropped {
			return nil, noSuchTable(t.name)
		}
		if t.def.DeletionProtection {
			return nil, invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion " +
				"protection first.")
		}
		ops := []store.Op{{Bucket: tablesBucket, Key: t.name}}
		t.rows.Scan(func(key string, _ *entry) bool {
			ops = append(ops, store.Op{Bucket: itemsBucket(t.id), Key: key})
			return true
		})
		if err := s.store.Apply(ops...); err != nil {
			return nil, internal(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		t.dropped = true
		delete(s.tables, t.name)
		gone := []string{"AttributeDefinitions", "KeySchema", "CreationDateTime", "WarmThroughput"}
		return map[string]any{"TableDescription": without(t.describe("DELETING"), gone...)}, nil
	})
}

type listTablesInput struct {
	ExclusiveStartTableName string
	Limit                   *int
}

func (s *Service) listTables(_ context.Context, c *wire.Call) (any, *wire.Error) {
	var in listTablesInput
	if err := decode(c.Body, &in); err != nil {
		return nil, err
	}
	if err := s.authorize(c, access{action: "ListTables", resource: "*"}); err != nil {
		return nil, err
	}
	limit := 100
	if in.Limit != nil {
		limit = *in.Limit
	}
	if limit < 1 || limit > 100 {
		return nil, constraint(itoa(limit), "limit", "Member must have value between 1 and 100")
	}
	s.mu.RLock()
	names := sortedKeys(s.tables)
	s.mu.RUnlock()
	names = slices.DeleteFunc(names, func(n string) bool { return n <= in.ExclusiveStartTableName })
	out := map[string]any{"TableNames": names}
	if len(names) > limit {
		out["TableNames"] = names[:limit]
		out["LastEvaluatedTableName"] = names[limit-1]
	}
	return out, nil
}

func (s *Service) describeLimits(_ context.Context, c *wire.Call) (any, *wire.Error) {
	if err := s.authorize(c, access{action: "DescribeLimits", resource: "*"}); err != nil {
		return nil, err
	}
	return map[string]any{
		"AccountMaxReadCapacityUnits": 80000, "AccountMaxWriteCapacityUnits": 80000,
		"TableMaxReadCapacityUnits": 40000, "TableMaxWriteCapacityUnits": 40000,
	}, nil
}

func (s *Service) describeEndpoints(_ context.Context, c *wire.Call) (any, *wire.Error) {
	host := ""
	if c.Request != nil {
		host = c.Request.Host
	}
	return map[string]any{"Endpoints": []any{map[string]any{"Address": host, "CachePeriodInMinutes": 1440}}}, nil
}
