package localcloud

import (
	"slices"
)

// table is one DynamoDB table of the stack: its key, with a range key where it has one, and at most one index.
type table struct {
	name, hash, sort            string
	index, indexHash, indexSort string
	purge                       bool // TTL on PurgeAt
}

func tables() []table {
	return []table{
		{name: sessionsTable, hash: "UserId", purge: true},
		{name: instancesTable, hash: "InstanceId", index: stateIndex, indexHash: "State", indexSort: "InstanceId"},
		{name: leasesTable, hash: "LeaseId"},
		{name: auditTable, hash: "UserId", sort: "At", index: dayIndex, indexHash: "Day", indexSort: "At", purge: true},
	}
}

func (c *Cloud) provisionTables() error {
	for _, t := range tables() {
		if err := c.setUp("dynamodb", "CreateTable", t.request(), nil, "ResourceInUseException"); err != nil {
			return err
		}
		if !t.purge {
			continue
		}
		err := c.setUp("dynamodb", "UpdateTimeToLive", object{
			"TableName": t.name, "TimeToLiveSpecification": object{"Enabled": true, "AttributeName": "PurgeAt"},
		}, nil, "ValidationException") // TTL is on already
		if err != nil {
			return err
		}
	}
	return nil
}

func (t table) request() object {
	attributes := []object{}
	for _, name := range slices.Compact(slices.Sorted(slices.Values([]string{t.hash, t.sort, t.indexHash, t.indexSort}))) {
		if name != "" {
			attributes = append(attributes, object{"AttributeName": name, "AttributeType": "S"})
		}
	}
	in := object{"TableName": t.name, "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": attributes,
		"KeySchema": keySchema(t.hash, t.sort)}
	if t.index != "" {
		in["GlobalSecondaryIndexes"] = []object{{"IndexName": t.index, "Projection": object{"ProjectionType": "ALL"},
			"KeySchema": keySchema(t.indexHash, t.indexSort)}}
	}
	return in
}

func keySchema(hash, sort string) []object {
	schema := []object{{"AttributeName": hash, "KeyType": "HASH"}}
	if sort != "" {
		schema = append(schema, object{"AttributeName": sort, "KeyType": "RANGE"})
	}
	return schema
}
